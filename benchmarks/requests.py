"""CPU time per request of the server process, next to a bare Starlette endpoint.

Run it on an idle machine: `python benchmarks/requests.py [--requests N] [--rounds N]`. Both servers
run under uvicorn with uvloop and httptools, get the same bytes over one kept-alive connection, and
send answers of the same size. What is read is the CPU time (user and system) that the kernel has
charged to the server process, so that the client and the wall clock do not matter. Rounds
alternate between the servers; the figure is the median of the rounds.
"""

import argparse
import base64
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MANAGEMENT = "/api/management/v1/deployments/deployments"
DEVICE = "/api/devices/v1/deployments/device/deployments"
NEXT_V2 = "/api/devices/v2/deployments/device/deployments/next"
PROVIDES = {"artifact_name": "release-1", "device_type": "bench"}
TICKS = os.sysconf("SC_CLK_TCK")

BARE = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

DOCUMENT = {document!r}

async def show(request):
    return JSONResponse(DOCUMENT)

async def create(request):
    await request.json()
    return Response(status_code=201, headers={{"location": "/somewhere/" + "0" * 36}})

async def nothing(request):
    await request.json()
    return Response(status_code=204)

app = Starlette(routes=[
    Route("{management}/{{id}}", show),
    Route("{management}", create, methods=["POST"]),
    Route("{next_v2}", nothing, methods=["POST"]),
    Route("{device}/{{id}}/status", nothing, methods=["PUT"]),
])
server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", access_log=False))
sock = server.config.bind_socket()
sock.listen()
print("ready", "http://127.0.0.1:%d" % sock.getsockname()[1], flush=True)
server.run(sockets=[sock])
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One request that is sent over and over; `bodies` take turns."""

    name: str
    method: str
    path: str
    token: str
    bodies: tuple[bytes, ...]
    status: int


class Server:
    """A server process under measurement."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        """Connect to it."""
        self._pid = process.pid
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"))

    def ask(
        self, method: str, path: str, *, token: str = "", body: bytes = b"", basic: str = ""
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request."""
        headers = {"Content-Type": "application/json"} if body else {}
        if token or basic:
            headers["Authorization"] = f"Bearer {token}" if token else f"Basic {basic}"
        self._connection.request(method, path, body=body or None, headers=headers)
        answer = self._connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

    def cpu(self) -> float:
        """Return the CPU seconds it has used."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def measure(self, case: Case, requests: int) -> float:
        """Return the CPU microseconds per request of so many."""
        before = self.cpu()
        for number in range(requests):
            body = case.bodies[number % len(case.bodies)] if case.bodies else b""
            status, _, _ = self.ask(case.method, case.path, token=case.token, body=body)
            if status != case.status:
                message = f"{case.name}: {status} instead of {case.status}"
                raise RuntimeError(message)
        return (self.cpu() - before) / requests * 1e6


@contextmanager
def running(command: list[str]) -> Iterator[Server]:
    """Run a server and stop it."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Server(process, process.stdout.readline().split()[-1])
        finally:
            process.terminate()


def prepare(server: Server) -> tuple[list[Case], bytes]:
    """Bring the mock to where the cases make sense; return them and a deployment as it shows it."""
    basic = base64.b64encode(b"admin@example.com:otakit-password").decode()
    login = server.ask("POST", "/api/management/v1/useradm/auth/login", basic=basic)
    user = login[2].decode()
    device_id, device = accept_device(server, user)
    upload_artifact(server, user)
    new = {"name": "bench", "artifact_name": "release-2", "devices": [device_id]}
    busy = create(server, user, new)
    server.ask("POST", NEXT_V2, token=device, body=dump({"device_provides": PROVIDES}))
    idle_device = accept_device(server, user)[1]
    other = {**new, "devices": ["5f3f5f3e-0000-4000-8000-000000000000"]}
    reports = tuple(dump({"status": status}) for status in ("downloading", "installing"))
    status_path = f"{DEVICE}/{busy.rpartition('/')[2]}/status"
    cases = [
        Case("GET deployment", "GET", busy, user, (), 200),
        Case("POST deployment", "POST", MANAGEMENT, user, (dump(other),), 201),
        Case(
            "device next -> 204",
            "POST",
            NEXT_V2,
            idle_device,
            (dump({"device_provides": PROVIDES}),),
            204,
        ),
        Case("PUT status", "PUT", status_path, device, reports, 204),
    ]
    return cases, server.ask("GET", busy, token=user)[2]


def accept_device(server: Server, user: str) -> tuple[str, str]:
    """Let a device of its own key in; return its id and token."""
    key = Ed25519PrivateKey.generate()
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    body = dump({"id_data": json.dumps({"key": pem}), "pubkey": pem})
    signature = base64.b64encode(key.sign(body)).decode()
    headers = {"X-MEN-Signature": signature, "Content-Type": "application/json"}

    def authenticate() -> str:
        path = "/api/devices/v1/authentication/auth_requests"
        server._connection.request("POST", path, body=body, headers=headers)
        return server._connection.getresponse().read().decode()

    authenticate()
    base = "/api/management/v2/devauth/devices"
    found = json.loads(server.ask("GET", f"{base}?status=pending", token=user)[2])[0]
    path = f"{base}/{found['id']}/auth/{found['auth_sets'][0]['id']}/status"
    server.ask("PUT", path, token=user, body=dump({"status": "accepted"}))
    return found["id"], authenticate()


def upload_artifact(server: Server, user: str) -> None:
    """Have the mock make an artifact for the devices."""
    args = json.dumps({"filename": "file", "dest_dir": "/tmp"})  # noqa: S108 - nobody installs it
    parts = {
        "name": "release-2",
        "description": "",
        "device_types_compatible": "bench",
        "type": "single_file",
        "args": args,
        "file": "content",
    }
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in parts.items()
    )
    server._connection.request(
        "POST",
        "/api/management/v1/deployments/artifacts/generate",
        body=f"{body}--x--\r\n".encode(),
        headers={
            "Authorization": f"Bearer {user}",
            "Content-Type": "multipart/form-data; boundary=x",
        },
    )
    answer = server._connection.getresponse()
    if answer.status != 201:
        raise RuntimeError(answer.read())
    answer.read()


def create(server: Server, user: str, new: dict[str, object]) -> str:
    """Create a deployment and return its path."""
    status, headers, body = server.ask("POST", MANAGEMENT, token=user, body=dump(new))
    if status != 201:
        raise RuntimeError(body)
    return headers["location"]


def dump(value: object) -> bytes:
    """Write JSON."""
    return json.dumps(value).encode()


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=3000, help="per case and round")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    otakit = str(Path(sys.executable).with_name("otakit"))
    with running([otakit, "serve", "--port", "0"]) as mock, tempfile.TemporaryDirectory() as folder:
        cases, document = prepare(mock)
        script = Path(folder) / "bare.py"
        script.write_text(
            BARE.format(
                document=json.loads(document), management=MANAGEMENT, next_v2=NEXT_V2, device=DEVICE
            )
        )
        with running([sys.executable, str(script)]) as bare:
            report(cases, mock, bare, options.requests, options.rounds)


def report(cases: list[Case], mock: Server, bare: Server, requests: int, rounds: int) -> None:
    """Print the medians of the rounds, after one round to warm up."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")  # noqa: T201
    print(f"{'CPU per request':<22}{'bare µs':>9}{'otakit µs':>11}{'ratio':>8}")  # noqa: T201
    for case in cases:
        figures: tuple[list[float], list[float]] = ([], [])
        for number in range(rounds + 1):
            for server, seen in zip((bare, mock), figures, strict=True):
                value = server.measure(case, requests)
                if number:
                    seen.append(value)
        low, high = (statistics.median(seen) for seen in figures)
        print(f"{case.name:<22}{low:>9.0f}{high:>11.0f}{high / low:>8.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
