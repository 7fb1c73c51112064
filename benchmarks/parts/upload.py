"""What the upload of a very large artifact takes: time, memory, and other requests' patience."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.figures import TIMES, Section, Table, Target, at_most, digits, unknown
from benchmarks.rounds import Spread
from benchmarks.serving import Server, Unexpected, otakit
from benchmarks.setting import Setting
from benchmarks.tenant import ARTIFACTS, DEVICE_TYPE, DEVICES, Tenant
from otakit.fixtures.artifact_writer import write_artifact

TITLE = "Upload"
METHOD = (
    "An artifact of {size:,} MiB with one uncompressed file is uploaded in one request, sent from"
    " the file as fast as the server takes it, {rounds} times after one to warm up, in turns with"
    " `mender-artifact validate` of the same file. The artifact before is deleted just before each:"
    " a virtual machine may give freed memory back to its host after a second, and then waits for"
    " the host at each page that it takes anew; so measured, the ratio was 1.6. Meanwhile another"
    " client asks for a page of devices {pause:g} ms after each answer. Growth is the most memory"
    " that the server had during an upload over what it had before."
)
CHUNK = 8 << 20
PAUSE = 0.005
GROWTH_MIB, AGAINST, SLOW_MS = 64.0, 1.5, 50.0
VALIDATE = "mender-artifact"
MISSING = "mender-artifact was not found: `apt-get install mender-artifact`"
BOUNDARY = "otakit-benchmark"
UPLOAD, CPU = "upload", "upload, CPU of the server with other requests"
CHECK = "mender-artifact validate"


def measure(setting: Setting) -> Section:
    """Upload and validate in turns."""
    size, rounds = setting.few(16, 1024), setting.few(1, 7)
    file = setting.folder / "large.mender"
    setting.tell(f"making an artifact of {size:,} MiB")
    _make(file, size)
    program = shutil.which(VALIDATE)
    seconds: dict[str, list[float]] = {UPLOAD: [], CPU: [], CHECK: []}
    waits: list[float] = []
    growths: list[float] = []
    with otakit() as server:
        tenant, place = Tenant(server), ""
        for number in range(rounds + 1):
            setting.tell(f"round {number} of {rounds}")
            took = _validate(program, file) if program else 0.0
            if place:
                tenant.ask(204, "DELETE", place)
            with _asking(server, tenant.headers) as asked:
                place, uploaded, cpu, growth = _upload(tenant, file)
            if number:
                seconds[CHECK].append(took)
                seconds[UPLOAD].append(uploaded)
                seconds[CPU].append(cpu)
                growths.append(growth)
                waits += asked
    spreads = {name: Spread(values) for name, values in seconds.items()}
    return Section(
        title=TITLE,
        method=METHOD.format(size=size, rounds=rounds, pause=PAUSE * 1000),
        targets=(
            at_most("growth of memory", max(growths), GROWTH_MIB, "MiB", "the most of all"),
            _against(spreads) if program else _unknown(),
            at_most("99 % of other requests meanwhile", _percentile(waits), SLOW_MS, "ms"),
        ),
        tables=(_table(spreads, growths, waits, with_check=program is not None),),
        missing=() if program else (MISSING,),
    )


def _make(file: Path, mebibytes: int) -> None:
    """Write an artifact with a file that takes no room before."""
    payload = file.with_name("payload")
    with payload.open("wb") as stream:
        stream.truncate(mebibytes << 20)
    with payload.open("rb") as content, file.open("wb") as out:
        write_artifact(
            out,
            name="large",
            device_types=[DEVICE_TYPE],
            payload_type="bench",
            files=[("large", content)],
            compression="none",
        )
        out.flush()
        os.fsync(out.fileno())  # else the disk is busy with it while others are measured


def _validate(program: str, file: Path) -> float:
    """Return the seconds that the real program takes to verify the file."""
    began = time.perf_counter()
    subprocess.run([program, "validate", str(file)], check=True, capture_output=True)
    return time.perf_counter() - began


def _upload(tenant: Tenant, file: Path) -> tuple[str, float, float, float]:
    """Upload the file; return where the artifact is, seconds, those of CPU, MiB of growth."""
    server = tenant.server
    server.forget_peak()
    before = server.memory()
    began, used = time.perf_counter(), server.cpu()
    place = _send(server.port, tenant.headers, file)
    took, cpu = time.perf_counter() - began, server.cpu() - used
    growth = server.peak() - before
    server.connect_anew()
    return place, took, cpu, growth


def _send(port: int, headers: Mapping[str, str], file: Path) -> str:
    """Send the file from the disk; return where the artifact is; raises Unexpected."""
    disposition = 'Content-Disposition: form-data; name="artifact"; filename="large.mender"'
    head = f"--{BOUNDARY}\r\n{disposition}\r\n\r\n".encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    length = len(head) + file.stat().st_size + len(tail)
    lines = {
        **headers,
        "Host": f"127.0.0.1:{port}",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(length),
        "Connection": "close",
    }
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with socket.create_connection(("127.0.0.1", port)) as sock, file.open("rb") as stream:
        sock.sendall(f"POST {ARTIFACTS} HTTP/1.1\r\n{text}\r\n".encode() + head)
        sock.sendfile(stream)
        sock.sendall(tail)
        answer = b"".join(iter(lambda: sock.recv(CHUNK), b"")).decode()
    found = dict(
        line.lower().split(": ", 1) for line in answer.split("\r\n\r\n")[0].splitlines()[1:]
    )
    if " 201 " not in answer.splitlines()[0]:
        raise Unexpected(answer)
    return found["location"]


@contextmanager
def _asking(server: Server, headers: Mapping[str, str]) -> Iterator[list[float]]:
    """Ask another thing all the while; the list has the milliseconds of each answer."""
    waits: list[float] = []
    done = threading.Event()

    def ask() -> None:
        with closing(Server(server.pid, server.port)) as other:
            while not done.wait(PAUSE):
                began = time.perf_counter()
                other.ask("GET", f"{DEVICES}?per_page=20", headers=headers)
                waits.append((time.perf_counter() - began) * 1000)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield waits
    finally:
        done.set()
        thread.join()


def _against(seconds: dict[str, Spread]) -> Target:
    ratio = seconds[UPLOAD].over(seconds[CHECK])
    return at_most("time", ratio.median, AGAINST, f"{TIMES} {CHECK}", ratio.ends)


def _unknown() -> Target:
    return unknown("time", AGAINST, f"{TIMES} {CHECK}", f"{VALIDATE} is missing")


def _percentile(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)]


def _table(
    seconds: dict[str, Spread], growths: list[float], waits: list[float], *, with_check: bool
) -> Table:
    kinds = (UPLOAD, CPU, CHECK) if with_check else (UPLOAD, CPU)
    rows = [(f"{kind}, s", str(seconds[kind])) for kind in kinds]
    rows += [
        ("growth of the server's memory, MiB", str(Spread(growths))),
        ("other requests meanwhile, ms", str(Spread(waits))),
        ("99 % of them, ms", digits(_percentile(waits))),
    ]
    return Table(head=("what", "figure"), rows=tuple(rows))
