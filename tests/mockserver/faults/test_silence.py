"""Faults are no accidents: the server has nothing to say of them."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from ota_support.server import LOGIN, NO_TLS

LOGIN_PATH = "/api/management/v1/useradm/auth/login"
DEVICES = "/api/management/v2/devauth/devices"
SOCKET = "/api/management/v1/deviceconnect/devices/x/connect"
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Run a server whose standard error goes to a file of a folder."""
    ready = folder / "ready"
    command = [str(Path(sys.executable).with_name("otakit")), "serve", "--port", "0"]
    with (
        (folder / "errors").open("wb") as errors,
        subprocess.Popen(
            [*command, "--ready-file", str(ready)], stdout=subprocess.DEVNULL, stderr=errors
        ) as process,
    ):
        try:
            deadline = time.monotonic() + 30
            while not ready.exists() or not ready.read_text():
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield ready.read_text().strip()
        finally:
            process.terminate()
            process.wait(timeout=20)


ACTIONS: list[dict[str, Any]] = [
    {"action": "reset"},
    {"action": "reset", "moment": "after"},
    {"action": "empty"},
    {"action": "empty", "moment": "after"},
    {"action": "status", "status": 500},
    {"action": "status", "status": 500, "moment": "after"},
    {"action": "truncate", "at": 40},
    {"action": "corrupt", "at": 40},
    {"action": "malformed-json"},
    {"action": "expired-link"},
    {"action": "rate-limit", "requests": 1, "per": 60},
    {"action": "latency", "seconds": 300},
    {"action": "latency", "seconds": 300, "moment": "after"},
    {"action": "throttle", "bytes_per_second": 1},
]


def test_nothing_is_logged(tmp_path: Path) -> None:
    """Whether the client waits, goes, or has sent more requests behind; nor when it all stops."""
    faults = "/otakit/v1/universes/default/faults"
    with served(tmp_path) as url:
        answer = httpx.post(url + LOGIN_PATH, auth=LOGIN, verify=NO_TLS)
        token = f"Bearer {answer.text}"
        parts = httpx.URL(url)
        with httpx.Client(base_url=url, headers={"Authorization": token}, verify=NO_TLS) as user:
            link = artifact_link(user)
            for do in ACTIONS:
                user.delete(faults).raise_for_status()
                fault = user.post(faults, json={"do": do}).raise_for_status().json()["id"]
                for path in (DEVICES, link, f"{DEVICES}/count"):
                    with suppress(httpx.TransportError):
                        user.get(path, timeout=0.2)
                hits = user.get(f"{faults}/{fault}").json()["hits"]
                assert hits > 0, f"it has struck nothing: {do}"
                for sent in (head(DEVICES, token) * 3, head(SOCKET, token, **HANDSHAKE)):
                    with socket.create_connection((parts.host, parts.port), timeout=20) as raw:
                        raw.sendall(sent)
                        raw.settimeout(0.2)
                        with suppress(OSError):
                            raw.recv(1 << 16)
        waiting = http.client.HTTPConnection(parts.host, parts.port or 0, timeout=20)
        waiting.request("GET", link)
        answer_begun = waiting.getresponse()
    with suppress(OSError, http.client.HTTPException):
        answer_begun.read()
    waiting.close()
    said = (tmp_path / "errors").read_text().splitlines()
    assert said[0].startswith("otakit serves the Mender APIs")
    assert said[-2:] == ["  stop           Ctrl-C", "otakit stopped"]


def head(path: str, token: str, **fields: str) -> bytes:
    """Return a request without a body; `_` stands for `-` in the names of header fields."""
    lines = [f"GET {path} HTTP/1.1", "Host: x", f"Authorization: {token}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def artifact_link(user: httpx.Client) -> str:
    """Make an artifact and return a link to it."""
    told = {
        "name": "a",
        "device_types_compatible": "pi",
        "type": "single_file",
        "args": '{"filename": "f", "dest_dir": "/"}',
    }
    path = "/api/management/v1/deployments/artifacts"
    made = user.post(f"{path}/generate", data=told, files={"file": b"x"}).raise_for_status()
    return str(user.get(f"{made.headers['location']}/download").json()["uri"])
