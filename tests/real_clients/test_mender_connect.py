"""mender-connect against the mock: one real device, reached with mender-cli and by websocket."""

import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from websockets.sync.client import connect

if TYPE_CHECKING:
    from tests.conftest import RunningServer

pytestmark = pytest.mark.xdist_group("mender-connect")

SHELL = 1
SETTINGS = {
    "ShellCommand": "/bin/bash",
    "ShellArguments": ["--norc", "--noprofile"],
    "User": "root",
    "ReconnectIntervalSeconds": 1,
}


class ConnectedDevice:
    """A device on which mender-client and mender-connect run; it asks for nothing by itself."""

    def __init__(self, server: "RunningServer", operator: Any, client: Any, device_id: str) -> None:
        """Know where it is."""
        self.server = server
        self.operator = operator
        self.client = client
        self.id = device_id

    def state(self) -> dict[str, str]:
        """Return the state of its connection."""
        return dict(self.operator._json("GET", f"v1/deviceconnect/devices/{self.id}"))

    def tell(self, command: str) -> None:
        """Give a command."""
        self.operator._call("POST", f"v1/deviceconnect/devices/{self.id}/{command}")

    def await_connection(self, since: str = "") -> dict[str, str]:
        """Wait until it is connected, anew if a time is given."""

        def connected() -> dict[str, str] | None:
            state = self.state()
            fits = state["status"] == "connected" and state["updated_ts"] > since
            return state if fits else None

        found: dict[str, str] = self.client.until(connected, "the device is connected")
        return found


@contextmanager
def running(command: list[str], log: Path, environment: dict[str, str]) -> Iterator[None]:
    """Run a program in the background; leave its log to pytest."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        finally:
            process.kill()
            sys.stdout.write(log.read_text(errors="replace"))


@pytest.fixture(scope="module")
def connected(
    real_program: Callable[[str], str],
    apart: tuple[str, ...],
    start_server: Callable[..., "RunningServer"],
    ota_parts: tuple[Callable[..., Any], Callable[..., Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ConnectedDevice]:
    """Return a device that is connected; it takes mender-connect ten seconds to begin."""
    for program in ("mender", "mender-connect", "dbus-daemon"):
        real_program(program)
    root = tmp_path_factory.mktemp("connected")
    server = start_server()
    new_client, new_operator = ota_parts
    bus = f"unix:path={root}/bus"
    programs = root / "programs"
    programs.mkdir()
    (root / "connect.conf").write_text(json.dumps(SETTINGS))
    environment = {
        **os.environ,
        "DBUS_SYSTEM_BUS_ADDRESS": bus,
        "PATH": f"{programs}:{os.environ['PATH']}",
    }
    client = new_client(root / "device", server.url, apart=apart, bus=bus)
    daemon = ["dbus-daemon", "--session", f"--address={bus}", "--nofork", "--nopidfile"]
    mender_connect = ["mender-connect", "--trace", "--config", str(root / "connect.conf"), "daemon"]
    with server.management() as management, running(daemon, root / "bus.log", environment):
        operator = new_operator(management)
        deadline = time.monotonic() + 20
        while not (root / "bus").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        client.start()
        try:
            shim = programs / "systemctl"  # `mender check-update` asks it for the daemon's process
            children = f"/proc/{client.pid}/task/{client.pid}/children"
            shim.write_text(f"#!/bin/sh\necho MainPID=$(cat {children})\n")
            shim.chmod(0o755)
            device = ConnectedDevice(server, operator, client, operator.accept(client))
            with running(mender_connect, root / "connect.log", environment):
                device.await_connection()
                yield device
        finally:
            client.stop()


@pytest.fixture
def cli(connected: ConnectedDevice, real_program: Callable[[str], str]) -> Callable[..., list[str]]:
    """Return a function that makes the command line of mender-cli for a user who is logged in."""
    known = ("--server", connected.server.url, "--token-value", connected.server.login())
    return lambda *words: [real_program("mender-cli"), *known, *words]


@pytest.fixture
def shell(connected: ConnectedDevice) -> Iterator[Any]:
    """Return a user's websocket to the device."""
    url = connected.server.url.replace("http", "ws", 1)
    path = f"/api/management/v1/deviceconnect/devices/{connected.id}/connect"
    headers = {"Cookie": f"JWT={connected.server.login()}"}
    with connect(url + path, additional_headers=headers) as websocket:
        yield websocket


def say(websocket: Any, typ: str, body: bytes = b"", **props: Any) -> None:
    """Send a message of the shell protocol."""
    header = {"proto": SHELL, "typ": typ, "props": props}
    websocket.send(msgspec.msgpack.encode({"hdr": header, "body": body}))


def printed(websocket: Any, text: bytes) -> bytes:
    """Wait until the shell has printed a text; return all that it printed before."""
    shown = b""
    while text not in shown:
        heard = msgspec.msgpack.decode(websocket.recv(timeout=20))
        shown += heard.get("body", b"")
    return shown


def run(command: list[str], **options: Any) -> "subprocess.CompletedProcess[bytes]":
    """Run a program that has to succeed."""
    done = subprocess.run(command, check=False, capture_output=True, timeout=60, **options)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done


def test_a_shell_by_websocket(connected: ConnectedDevice, shell: Any) -> None:
    """It has the size that was asked for, takes commands, and ends when its user leaves."""
    say(shell, "new", terminal_width=123, terminal_height=45)
    printed(shell, b"Shell started")
    say(shell, "shell", b"stty size; echo pid=$$=\r")
    shown = printed(shell, b"=\r\n")
    while b"pid=" not in shown.replace(b"pid=$$=", b""):
        shown += printed(shell, b"=\r\n")
    assert b"45 123" in shown
    pid = int(shown.replace(b"pid=$$=", b"").partition(b"pid=")[2].partition(b"=")[0])
    assert Path(f"/proc/{pid}").exists()
    shell.close()
    connected.client.until(lambda: is_over(pid), "the shell has ended")


def is_over(pid: int) -> bool:
    """Say whether a process has ended; a zombie has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_terminal_with_mender_cli(
    connected: ConnectedDevice, cli: Callable[..., list[str]]
) -> None:
    """What is typed is run on the device."""
    typed = b"echo the answer is $((6 * 7))\nexit\n"
    done = subprocess.run(
        cli("terminal", connected.id), input=typed, capture_output=True, timeout=60, check=False
    )
    assert b"the answer is 42" in done.stdout, (done.stdout, done.stderr)


@pytest.mark.parametrize("size", [0, 1, 3_000_001])
def test_files_there_and_back(
    connected: ConnectedDevice, cli: Callable[..., list[str]], tmp_path: Path, size: int
) -> None:
    """mender-cli copies content and mode to the device and from it."""
    content = os.urandom(size)
    here, there, again = (tmp_path / name for name in ("here", "there", "again"))
    here.write_bytes(content)
    here.chmod(0o640)
    run(cli("cp", str(here), f"{connected.id}:{there}"))
    assert there.read_bytes() == content
    assert there.stat().st_mode & 0o7777 == 0o640
    there.chmod(0o604)
    run(cli("cp", f"{connected.id}:{there}", str(again)))
    assert again.read_bytes() == content
    assert again.stat().st_mode & 0o7777 == 0o604


def test_what_the_device_refuses(connected: ConnectedDevice, tmp_path: Path) -> None:
    """A folder and a file that is not there are 400; the device's own words are passed on."""
    with connected.server.management() as user:
        path = f"v1/deviceconnect/devices/{connected.id}/download"
        folder = user.get(path, params={"path": str(tmp_path)})
        assert (folder.status_code, "regular file" in folder.json()["error"]) == (400, True)
        missing = user.get(path, params={"path": str(tmp_path / "none")})
        assert (missing.status_code, "no such file" in missing.json()["error"]) == (400, True)
        form = {"path": str(tmp_path / "no" / "folder")}
        put = user.put(path.replace("download", "upload"), data=form, files={"file": b"x"})
        assert (put.status_code, "no such file" in put.json()["error"]) == (400, True)


def test_a_file_is_described(connected: ConnectedDevice, tmp_path: Path) -> None:
    """HEAD tells of a file what there is to know."""
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "file").chmod(0o600)
    with connected.server.management() as user:
        path = f"v1/deviceconnect/devices/{connected.id}/download"
        answer = user.head(path, params={"path": str(tmp_path / "file")})
    assert answer.status_code == 200
    told = {k[11:]: v for k, v in answer.headers.items() if k.startswith("x-men-file-")}
    owner = {"uid": str(os.getuid()), "gid": str(os.getgid())}
    assert told == {"path": str(tmp_path / "file"), "size": "5", "mode": "600", **owner}


class Echo(socketserver.BaseRequestHandler):
    """Says in capitals what it hears."""

    def handle(self) -> None:
        """Serve one connection."""
        while said := self.request.recv(65536):
            self.request.sendall(said.upper())


def test_a_forwarded_port(connected: ConnectedDevice, cli: Callable[..., list[str]]) -> None:
    """mender-cli brings a connection here to a service there, and much of it."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as service:
        service.daemon_threads = True
        threading.Thread(target=service.serve_forever, daemon=True).start()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        ports = f"{port}:127.0.0.1:{service.server_address[1]}"
        process = subprocess.Popen(
            cli("port-forward", connected.id, ports),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with closing(reach(port, process)) as forwarded:
                forwarded.settimeout(20)
                said = b"a word and another; " * 10_000
                threading.Thread(target=forwarded.sendall, args=(said,)).start()
                heard = b""
                while len(heard) < len(said):
                    heard += forwarded.recv(65536)
                assert heard == said.upper()
        finally:
            process.kill()
            process.wait(timeout=20)
            service.shutdown()


def reach(port: int, process: "subprocess.Popen[bytes]") -> socket.socket:
    """Wait until a port can be reached, and connect to it."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=5)
        except ConnectionRefusedError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_the_inventory_comes_when_it_is_told_to(connected: ConnectedDevice) -> None:
    """The client would send it in an hour."""
    script = connected.client.root / "inventory" / "mender-inventory-test"
    script.write_text("#!/bin/sh\necho slot=now\n")
    connected.tell("send-inventory")
    connected.client.until(
        lambda: connected.operator.attributes(connected.id).get("slot") == "now",
        "the inventory has arrived",
    )


def test_an_update_when_it_is_told_to_and_the_connection_after(connected: ConnectedDevice) -> None:
    """The client would ask in an hour; it logs in anew during the update, and connects anew."""
    before = connected.await_connection()
    operator, disk = connected.operator, connected.client.disk
    operator.generate("release-2", b"welcome\n", filename="motd", dest_dir=str(disk))
    deployment = operator.deploy("release-2", connected.id)
    connected.tell("check-update")
    connected.client.until(lambda: operator.finished(deployment), "the deployment has finished")
    assert operator.statistics(deployment)["success"] == 1
    assert (disk / "motd").read_bytes() == b"welcome\n"
    after = connected.await_connection(since=before["updated_ts"])
    assert after["created_ts"] == before["created_ts"]


def test_a_revoked_token_ends_the_connection(connected: ConnectedDevice) -> None:
    """It comes back once the client has logged in again."""
    before = connected.await_connection()
    [auth_set] = connected.operator.device(connected.id)["auth_sets"]
    connected.operator._call("DELETE", f"v2/devauth/tokens/{auth_set['id']}")
    assert connected.state()["status"] == "disconnected"
    with pytest.raises(AssertionError, match="404"):
        connected.tell("check-update")
    pid = Path(f"/proc/{connected.client.pid}/task/{connected.client.pid}/children").read_text()
    os.kill(int(pid), signal.SIGUSR1)  # ask for an update now, which shows that the token is void
    connected.await_connection(since=before["updated_ts"])
