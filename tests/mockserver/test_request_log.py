"""`--log-format`: a line on standard error for each request, without what opens anything."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from ota_support.device import Device
from ota_support.server import LOGIN, NO_TLS

KEYS = ["time", "method", "path", "status", "ms", "request_id", "operation", "universe"]


class Logging:
    """A server that writes its requests down."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        """Hold the process, and a client of it."""
        self.process = process
        self.url = url
        self.client = httpx.Client(base_url=url, verify=NO_TLS)
        self.lines: list[str] = []
        self.token = ""

    def login(self) -> None:
        """Let the client be a user from now on."""
        self.token = self.client.post("/api/management/v1/useradm/auth/login", auth=LOGIN).text
        self.client.headers["Authorization"] = f"Bearer {self.token}"


@contextmanager
def logging(log_format: str, *options: str) -> Iterator[Logging]:
    """Run a server; its lines are there once it has stopped."""
    otakit = str(Path(sys.executable).with_name("otakit"))
    command = [otakit, "serve", "--port", "0", "--log-format", log_format, *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        server = Logging(process, process.stdout.readline().split()[-1])
        try:
            with server.client:
                yield server
        finally:
            process.terminate()
            server.lines += (process.communicate(timeout=20)[1] or "").splitlines()


def entries(server: Logging) -> list[dict[str, Any]]:
    """Read all lines as JSON."""
    read = [json.loads(line) for line in server.lines]
    assert all(list(entry) == KEYS for entry in read)
    return read


def test_programs_read_every_line() -> None:
    """Nothing else is written; what is not known of a request is null."""
    with logging("json") as server:
        server.login()
        server.client.get("/api/management/v2/devauth/devices", headers={"X-MEN-RequestID": "me"})
        server.client.get("/no/such/path")
        made = server.client.post("/otakit/v1/universes").json()
        server.client.post(f"/otakit/v1/universes/{made['id']}/reset")
    login, listed, missing, created, reset = entries(server)
    assert (login["operation"], login["universe"], login["status"]) == ("login", "default", 200)
    assert (listed["request_id"], listed["operation"]) == ("me", "listDevices")
    assert (missing["status"], missing["operation"], missing["universe"]) == (404, None, None)
    assert (created["operation"], created["universe"]) == ("createUniverse", None)
    assert (reset["status"], reset["universe"]) == (204, made["id"])
    assert all(0 <= entry["ms"] < 60_000 for entry in (login, listed, missing))


def test_people_read_columns() -> None:
    """Below the announcement; a dash stands for what is not known."""
    with logging("text") as server:
        server.client.get("/no/such/path?a=b", headers={"X-MEN-RequestID": "me"})
    [line] = [line for line in server.lines if "/no/such" in line]
    time, *columns = line.split()
    assert time.endswith("Z")
    assert columns[3].endswith("ms")
    del columns[3]
    assert columns == ["404", "GET", "/no/such/path?a=b", "-", "-", "me"]
    assert server.lines[-1] == "otakit stopped"


def test_none_writes_nothing() -> None:
    """It is the default."""
    with logging("none") as server:
        server.client.get("/no/such/path")
    assert not any("/no/such" in line for line in server.lines)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_request_makes_one_line(log_format: str) -> None:
    """Whatever it has in its path, query and request id."""
    path = "/a%0Ab%1b[31m%00\u2028?c=%0d%0a&\x85=\xff"
    with logging(log_format) as server:
        before = len(server.lines)
        server.client.get(path, headers={b"X-MEN-RequestID": b"one\ttwo\xff\x85"})
    lines = [line for line in server.lines[before:] if "/a%0Ab" in line]
    assert len(lines) == 1
    assert "one" in lines[0]
    assert all(char.isprintable() for char in lines[0])


def test_secrets_are_left_out() -> None:
    """Signatures of links, tokens in queries, headers, bodies: of none is there a trace."""
    with logging("json", "--control-token", "a-token-of-the-test") as server:
        server.login()
        form = {
            "name": "release-1",
            "type": "single_file",
            "device_types_compatible": "rpi",
            "args": '{"filename": "motd", "dest_dir": "/"}',
        }
        path = "/api/management/v1/deployments/artifacts"
        made = server.client.post(f"{path}/generate", data=form, files={"file": ("motd", b"x")})
        artifact = made.headers["location"].rpartition("/")[2]
        link = server.client.get(f"{path}/{artifact}/download").json()["uri"]
        assert server.client.get(link).status_code == 200
        server.client.get("/otakit/v1/universes?token=a-token-of-the-test")
        server.client.get("/otakit/v1/universes?to%6ben=a-token-of-the-test")
        server.client.get("/otakit/v1/universes", headers={"Authorization": "Bearer wrong"})
    listed = [entry for entry in entries(server) if entry["operation"] == "listUniverses"]
    assert [entry["status"] for entry in listed] == [401, 401, 401]
    signature = httpx.URL(link).params["x-men-signature"]
    written = "\n".join(server.lines)
    for secret in (signature, server.token, LOGIN[1], "a-token-of-the-test"):
        assert secret not in written
    assert "x-men-signature=..." in written
    assert "x-men-expire=20" in written


def test_what_cors_answers_by_itself() -> None:
    """A preflight does not reach the APIs, and is a request all the same."""
    preflight = {"Origin": "http://localhost:1", "Access-Control-Request-Method": "GET"}
    with logging("json") as server:
        server.client.options("/api/management/v2/devauth/devices", headers=preflight)
        server.client.options("/", headers={**preflight, "Origin": "https://evil.example"})
    assert [(e["method"], e["status"]) for e in entries(server)] == [
        ("OPTIONS", 200),
        ("OPTIONS", 400),
    ]


def test_websockets(let_in: Callable[[Logging], Device]) -> None:
    """An open one is 101, a refused one what it was refused with."""
    path = "/api/devices/v1/deviceconnect/connect"
    with logging("json") as server:
        device = let_in(server)
        url = server.url.replace("http", "ws", 1) + path
        with pytest.raises(InvalidStatus), connect(url):
            pass
        authorization = device.http.headers["authorization"]
        with connect(url, additional_headers={"Authorization": authorization}):
            pass
    sockets = [entry for entry in entries(server) if entry["path"] == path]
    assert [(entry["method"], entry["status"]) for entry in sockets] == [("GET", 401), ("GET", 101)]
    assert all(entry["request_id"] for entry in sockets)


def test_nobody_has_to_read() -> None:
    """When the reader has gone, requests are served on."""
    with logging("text") as server:
        assert server.process.stderr is not None
        server.process.stderr.close()
        server.process.stderr = None
        for _ in range(3):
            assert server.client.get("/otakit/v1/health").status_code == 200


@pytest.fixture
def let_in() -> Iterator[Callable[[Logging], Device]]:
    """Return a function that lets a device in."""

    def admit(server: Logging) -> Device:
        server.login()
        http = httpx.Client(base_url=f"{server.url}/api/devices/", verify=NO_TLS)
        device = Device(http, 1)
        device.authenticate()
        [shown] = server.client.get("/api/management/v2/devauth/devices").json()
        auth_set = shown["auth_sets"][0]["id"]
        path = f"/api/management/v2/devauth/devices/{shown['id']}/auth/{auth_set}/status"
        server.client.put(path, json={"status": "accepted"}).raise_for_status()
        assert device.authenticate().status_code == 200
        opened.append(http)
        return device

    opened: list[httpx.Client] = []
    yield admit
    for http in opened:
        http.close()
