"""`otakit proxy` as a process of its own, and servers behind it that do as a test wants."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ota_support.odd_servers import Answer

OTAKIT = str(Path(sys.executable).with_name("otakit"))
TIMEOUT = 30
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class RunningProxy:
    """A proxy that answers; `stop` ends it and says what it has seen."""

    def __init__(self, process: "subprocess.Popen[str]", url: str, report: Path) -> None:
        """Hold the process and the URL that it named when it was ready."""
        self.process = process
        self.url = url
        self.stdout = self.stderr = ""
        self._report = report

    def stop(self) -> dict[str, Any]:
        """End it as Ctrl-C does, and return its report."""
        self.process.send_signal(signal.SIGINT)
        self.stdout, self.stderr = self.process.communicate(timeout=TIMEOUT)
        assert "Traceback" not in self.stderr
        return dict(json.loads(self._report.read_text(encoding="utf-8")))

    def forget_peak(self) -> None:
        """Have `memory` begin anew: what starting took is no matter (proc(5), clear_refs)."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="ascii")

    def memory(self) -> int:
        """Return the most bytes of memory that it has had since."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@contextmanager
def run_proxy(target: str, *options: str) -> Iterator[RunningProxy]:
    """Run `otakit proxy` on a free port before a target, and stop it."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        more = [] if "--report" in options else ["--report", str(report)]
        command = [OTAKIT, "proxy", target, "--port", "0", *more, *options]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout is not None
                line = process.stdout.readline()
                assert line.startswith("otakit ready "), f"instead of a ready line: {line!r}"
                yield RunningProxy(process, line.split()[-1], report)
            finally:
                process.kill()
                process.wait(timeout=TIMEOUT)


def lines(report: dict[str, Any]) -> list[tuple[str, str, int, str]]:
    """Return a report's violations: whose, which operation, which status and what."""
    return [(v["kind"], v["operation"], v["status"], v["what"]) for v in report["violations"]]


def well_at_first(then: Answer) -> Answer:
    """Answer the request that the proxy begins with, and do something else from then on."""
    first = threading.Event()

    def answer(connection: socket.socket, head: bytes) -> None:
        if first.is_set():
            then(connection, head)
        else:
            first.set()
            connection.sendall(OK)

    return answer
