"""How long it takes to make a universe, to reset it, and to delete it."""

import json
import time
from collections.abc import Iterator

from benchmarks.figures import Section, Table, at_most, digits
from benchmarks.rounds import Spread
from benchmarks.serving import Server, Unexpected, otakit
from benchmarks.setting import Setting

TITLE = "Universes"
METHOD = (
    "Milliseconds of a whole request as a client sees it, and the server's CPU time: {rounds}"
    " rounds of {together} universes each, after two to warm up. Each is made, reset, used a"
    " little, reset again and deleted."
)
BASE = "/otakit/v1/universes"
WARM_UP, TOGETHER = 2, 20
CREATE, RESET, RESET_USED, DELETE = "create", "reset", "reset of one that was used", "delete"
KINDS = (CREATE, RESET, RESET_USED, DELETE)
LIMITS = {CREATE: 5.0, RESET_USED: 5.0}
USES = ("v2/devauth/devices", "v1/deployments/deployments")


class Times:
    """What was measured of one kind of request, in milliseconds."""

    def __init__(self) -> None:
        """Begin without figures."""
        self.took: list[float] = []
        self.cpu: list[float] = []

    def send(self, server: Server, method: str, paths: list[str]) -> Iterator[bytes]:
        """Send requests of this kind, and yield the answers' bodies; raises Unexpected."""
        for path in paths:
            began, used = time.perf_counter(), server.cpu()
            status, _, body = server.ask(method, path)
            self.took.append((time.perf_counter() - began) * 1000)
            self.cpu.append((server.cpu() - used) * 1000)
            if status >= 300:
                message = f"{method} {path}: {status}: {body[:200]!r}"
                raise Unexpected(message)
            yield body


def measure(setting: Setting) -> Section:
    """Measure each kind of request."""
    rounds = setting.few(2, 50)
    with otakit() as server:
        play(server, WARM_UP)
        setting.tell(f"{rounds} rounds of {TOGETHER}")
        kinds = play(server, rounds)
    rows = ((kind, *_row(kinds[kind])) for kind in KINDS)
    table = Table(head=("ms", "least", "median", "99 %", "most", "CPU, median"), rows=tuple(rows))
    return Section(
        title=TITLE,
        method=METHOD.format(rounds=rounds, together=TOGETHER),
        targets=tuple(
            at_most(kind, Spread(kinds[kind].took).median, limit, "ms", _slow(kinds[kind]))
            for kind, limit in LIMITS.items()
        ),
        tables=(table,),
    )


def play(server: Server, rounds: int) -> dict[str, Times]:
    """Make universes, reset them, use each a little, reset it again, delete it: so many rounds."""
    kinds = {kind: Times() for kind in KINDS}
    for _ in range(rounds):
        made = [json.loads(body) for body in kinds[CREATE].send(server, "POST", [BASE] * TOGETHER)]
        places = [f"{BASE}/{universe['id']}" for universe in made]
        resets = [f"{place}/reset" for place in places]
        list(kinds[RESET].send(server, "POST", resets))
        for universe in made:
            for path in USES:
                headers = {"Authorization": f"Bearer {universe['token']}"}
                server.ask("GET", f"/api/management/{path}", headers=headers)
        list(kinds[RESET_USED].send(server, "POST", resets))
        list(kinds[DELETE].send(server, "DELETE", places))
    return kinds


def _percentile(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def _slow(times: Times) -> str:
    return f"99 %: {digits(_percentile(times.took))}"


def _row(times: Times) -> list[str]:
    took, cpu = Spread(times.took), Spread(times.cpu)
    figures = (min(took.values), took.median, _percentile(times.took), max(took.values), cpu.median)
    return [digits(figure) for figure in figures]
