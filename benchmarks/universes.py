"""How long it takes to make a universe, to reset it, and to delete it.

Run it on an idle machine: `python benchmarks/universes.py [--rounds N]`. A server runs as a process
of its own, as people run it; what is measured is the time from a request's first byte to its
answer's last, as a client sees it, and the CPU time that the kernel has charged to the server.
"""

import argparse
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
BASE = "/otakit/v1/universes"
WARM_UP, TOGETHER = 3, 20


class Server:
    """A server process under measurement."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        """Connect to it."""
        self._pid = process.pid
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"))

    def ask(self, method: str, path: str, *, token: str = "") -> tuple[float, bytes]:
        """Send one request; return the milliseconds that it took, and the answer's body."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        begin = time.perf_counter()
        self._connection.request(method, path, headers=headers)
        answer = self._connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - begin) * 1000
        if answer.status >= 300:
            raise RuntimeError(body)
        return took, body

    def cpu(self) -> float:
        """Return the CPU milliseconds it has used."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS * 1000


class Figures:
    """What was measured of one kind of request."""

    def __init__(self, name: str) -> None:
        """Begin without figures."""
        self.name = name
        self.took: list[float] = []
        self.cpu = 0.0

    def line(self) -> str:
        """Return a line of the table."""
        took = sorted(self.took)
        slow = took[int(len(took) * 0.99)]
        median, cpu = statistics.median(took), self.cpu / len(took)
        return f"{self.name:<26}{took[0]:>9.2f}{median:>9.2f}{slow:>9.2f}{cpu:>9.2f}"


def batch(server: Server, figures: Figures, method: str, paths: list[str]) -> list[bytes]:
    """Send requests of one kind, add to its figures, and return the answers' bodies."""
    before = server.cpu()
    answers = [server.ask(method, path) for path in paths]
    figures.cpu += server.cpu() - before
    figures.took += [took for took, _ in answers]
    return [body for _, body in answers]


def measure(server: Server, rounds: int) -> list[Figures]:
    """Make universes, reset them, use each a little, reset it again, delete it: so many rounds."""
    names = ("create", "reset", "reset of one that was used", "delete")
    kinds = create, reset, used, delete = [Figures(name) for name in names]
    for _ in range(rounds):
        made = [json.loads(body) for body in batch(server, create, "POST", [BASE] * TOGETHER)]
        places = [f"{BASE}/{universe['id']}" for universe in made]
        batch(server, reset, "POST", [f"{place}/reset" for place in places])
        for universe in made:
            for path in ("v2/devauth/devices", "v1/deployments/deployments"):
                server.ask("GET", f"/api/management/{path}", token=universe["token"])
        batch(server, used, "POST", [f"{place}/reset" for place in places])
        batch(server, delete, "DELETE", places)
    return kinds


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=50, help="of 20 universes each")
    options = parser.parse_args()
    command = [str(Path(sys.executable).with_name("otakit")), "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            server = Server(process, process.stdout.readline().split()[-1])
            measure(server, WARM_UP)
            kinds = measure(server, options.rounds)
        finally:
            process.terminate()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")  # noqa: T201
    print(f"{'milliseconds':<26}{'least':>9}{'median':>9}{'99 %':>9}{'CPU':>9}")  # noqa: T201
    for figures in kinds:
        print(figures.line())  # noqa: T201


if __name__ == "__main__":
    main()
