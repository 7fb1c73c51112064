"""How long it takes until a server answers."""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.figures import TIMES, Section, Table, at_most, digits, unknown
from benchmarks.peers import PRISM, quiet
from benchmarks.rounds import Spread
from benchmarks.serving import HEALTH, OTAKIT, free_port, otakit, running
from benchmarks.setting import Setting
from otakit.specs.catalogue import apis, resolved

TITLE = "Start"
METHOD = (
    "Seconds from the call of the program to the first answer 200, as a client sees it that asks"
    " each few milliseconds, and the server's CPU time and memory by then: medians of at most"
    " {rounds} alternating rounds after one to warm up; of filled worlds, two. otakit serves all"
    " its APIs; Prism serves one file (`{file}`, without its security, for such a client has no"
    " token)."
)
FILE = "mender/management/deployments-v1"
ASKED = "/limits/storage"
CLOCK = "/otakit/v1/universes/default/clock/advance"
EMPTY = "otakit serve"
FILLED = {
    "otakit serve --demo": ("--demo",),
    "otakit serve --scenario large-fleet": ("--scenario", "large-fleet"),
}
NAME = "otakit serve to the first 200"
AGAINST_PRISM, SECONDS = 0.7, 1.0
MONTH = 30 * 24 * 3600
FULL = 2
"""So many rounds have filled worlds, which take some seconds."""

BUDGET = 90.0
"""Seconds after which there are no more rounds."""

Command = Callable[..., Sequence[str]]


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds by the wall's clock and of CPU, MiB."""

    seconds: float
    cpu: float
    memory: float


def measure(setting: Setting) -> Section:
    """Start each server again and again."""
    rounds = setting.few(1, 7)
    program = PRISM.find(setting.peers)
    worlds = {EMPTY: (), **FILLED}
    starts = {name: partial(_start, partial(_serve, *words)) for name, words in worlds.items()}
    if program is not None:
        command = partial(PRISM.command, program=program, file=_prism_file(setting.folder))
        starts[PRISM.name] = partial(_start, command, ASKED, setting.folder)
    seen: dict[str, list[Start]] = {name: [] for name in starts}
    began = time.monotonic()
    for number in range(rounds + 1):
        if number > FULL and time.monotonic() - began > BUDGET:
            break
        setting.tell(f"round {number} of {rounds}")
        for name, start in starts.items():
            if number > FULL and name in FILLED:
                continue
            found = start()
            if number:
                seen[name].append(found)
    seconds = {name: Spread([one.seconds for one in all_]) for name, all_ in seen.items()}
    ours = seconds[EMPTY]
    against = unknown(NAME, AGAINST_PRISM, f"{TIMES} Prism", "Prism is missing")
    if program is not None:
        ratio = ours.over(seconds[PRISM.name])
        against = at_most(NAME, ratio.median, AGAINST_PRISM, f"{TIMES} Prism", ratio.ends)
    return Section(
        title=TITLE,
        method=METHOD.format(rounds=rounds, file=FILE),
        targets=(against, at_most(NAME, ours.median, SECONDS, "s", ours.ends)),
        tables=(_table(seen),),
        notes=(f"To turn the demo's clock by 30 days takes {_month()} s of the server's CPU.",),
        missing=() if program is not None else (PRISM.missing,),
    )


def _serve(*words: str, port: int) -> Sequence[str]:
    return [OTAKIT, "serve", "--port", str(port), *words]


def _start(command: Command, path: str = HEALTH, home: Path | None = None) -> Start:
    """Start a server, look at it once it answers, and stop it."""
    port = free_port()
    words = command(port=port)
    env = quiet(home) if home else os.environ
    began = time.perf_counter()
    with running(words, port, path, status=200, env=env) as server:
        return Start(time.perf_counter() - began, server.cpu(), server.memory())


def _prism_file(folder: Path) -> Path:
    """Write one of our files for a client without a token."""
    (api,) = (api for api in apis() if api.name == FILE)
    document = resolved(api)
    document.pop("security", None)
    file = folder / "one.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def _month() -> str:
    """Turn the demo's clock by a month; return the CPU seconds that it took."""
    with otakit("--demo") as server:
        before = server.cpu()
        server.ask("POST", CLOCK, body=json.dumps({"seconds": MONTH}).encode())
        return digits(server.cpu() - before)


def _table(seen: dict[str, list[Start]]) -> Table:
    rows = (
        (
            name if name == PRISM.name else f"`{name}`",
            str(Spread([start.seconds for start in starts])),
            str(Spread([start.cpu for start in starts])),
            digits(Spread([start.memory for start in starts]).median),
        )
        for name, starts in seen.items()
    )
    return Table(head=("start", "seconds", "CPU, s", "memory, MiB"), rows=tuple(rows))
