"""What fleets of simulated devices cost, as `benchmarks/fleet.py` runs them."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator

import msgspec

from benchmarks import fleet
from benchmarks.figures import Section, Table, Target, at_most, digits, unknown
from benchmarks.serving import CHECKOUT
from benchmarks.setting import Setting

TITLE = "Fleets"
METHOD = (
    "Each row is one run of `otakit fleet` against a mock of its own (`benchmarks/fleet.py`): from"
    " its first request to the last device's poll after its last report. CPU and memory are of the"
    " whole process, the clean-up included. The month is in virtual time: devices poll every 12"
    " hours and tell their inventory daily, in five phases six days apart. An idle device polls in"
    " virtual time; what one takes is the growth of the process from fewer devices to more."
)
SIZES = (1000, 3000, 10_000)
MONTH = 10_000
IDLE = (10_000, 100_000)
QUICK_SIZES = (20, 40)
ROLLOUT_S, MONTH_S, BOTH_MB, IDLE_KB = 60.0, 180.0, 1200.0, 10.0
MB = 1.048576
"""In a MiB: targets are in MB."""

HEAD = (
    "run",
    "seconds",
    "requests/s",
    "p50, ms",
    "99 %, ms",
    "CPU of the fleet, s",
    "of the mock, s",
    "MiB of the fleet",
    "of the mock",
)


class Runs:
    """The runs so far, by name; one that fails is noted, and the others go on."""

    def __init__(self, setting: Setting) -> None:
        """Begin without any."""
        self.done: dict[str, fleet.Result] = {}
        self.failed: list[str] = []
        self._tell = setting.tell

    def run(self, name: str, devices: int, options: Iterable[str]) -> None:
        """Run a fleet."""
        self._tell(name)
        command = [sys.executable, "-m", "benchmarks.fleet_once", str(devices), *options]
        ran = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=False)
        if ran.returncode:
            why = " ".join(ran.stdout.split())[:300]
            self.failed.append(f"{name} failed: {why or 'it told why as it ran'}")
        else:
            self.done[name] = msgspec.json.decode(ran.stdout, type=fleet.Result)

    def target(
        self, name: str, figure: Callable[[fleet.Result], float], limit: float, unit: str
    ) -> Target:
        """Hold a figure of a run to its target."""
        if name not in self.done:
            return unknown(name, limit, unit, "failed")
        return at_most(name, figure(self.done[name]), limit, unit)


def measure(setting: Setting) -> Section:
    """Run roll-outs, a month, and idle fleets."""
    runs = Runs(setting)
    for size in QUICK_SIZES[:1] if setting.quick else SIZES:
        largest = f"roll-out to {size:,} devices"
        runs.run(largest, size, _rollout(size))
    devices = setting.few(20, MONTH)
    month = f"a month of {devices:,} devices"
    runs.run(month, devices, fleet.MONTH)
    idle_sizes = QUICK_SIZES if setting.quick else IDLE
    for size in idle_sizes:
        runs.run(f"{size:,} idle devices", size, fleet.IDLE)
    targets = [
        runs.target(largest, _seconds, ROLLOUT_S, "s"),
        runs.target(largest, _memory, BOTH_MB, "MB, fleet and mock"),
        runs.target(month, _seconds, MONTH_S, "s"),
    ]
    rows = tuple(_row(name, result) for name, result in runs.done.items())
    tables = [Table(head=HEAD, rows=rows)]
    if all(f"{size:,} idle devices" in runs.done for size in idle_sizes):
        kilobytes, table = _idle(runs.done, *idle_sizes)
        targets.append(at_most("an idle device", kilobytes, IDLE_KB, "kB of the fleet's process"))
        tables.append(table)
    return Section(
        title=TITLE,
        method=METHOD,
        targets=tuple(targets),
        tables=tuple(tables),
        missing=tuple(runs.failed),
    )


def _seconds(result: fleet.Result) -> float:
    return float(result.told["seconds"])


def _memory(result: fleet.Result) -> float:
    return (result.fleet.memory + result.mock.memory) * MB


def _rollout(devices: int) -> Iterator[str]:
    """Return the options of a roll-out, as the command of its own has them."""
    ramp_up = devices / fleet.PER_SECOND
    return (option.format(ramp_up=ramp_up, retry=ramp_up + 3) for option in fleet.ROLLOUT)


def _row(name: str, result: fleet.Result) -> tuple[str, ...]:
    told = result.told["requests"]
    figures = (
        result.told["seconds"],
        told["per_second"],
        told["p50_ms"],
        told["p99_ms"],
        result.fleet.cpu,
        result.mock.cpu,
        result.fleet.memory,
        result.mock.memory,
    )
    return (name, *map(digits, figures))


def _idle(done: dict[str, fleet.Result], few: int, many: int) -> tuple[float, Table]:
    """Return what one more idle device takes of the fleet's memory, in kB, and a table."""
    rows, kilobytes = [], []
    for name in ("fleet", "mock"):
        small, large = (
            getattr(done[f"{size:,} idle devices"], name).memory for size in (few, many)
        )
        kilobytes.append((large - small) * MB * 1000 / (many - few))
        rows.append((name, digits(small), digits(large), digits(kilobytes[-1])))
    head = ("memory, MiB", f"{few:,} idle devices", f"{many:,}", "kB for one more")
    return kilobytes[0], Table(head=head, rows=tuple(rows))
