"""What fleets of simulated devices cost: requests a second, times, memory of fleet and mock.

Run it on an idle machine: `python benchmarks/fleet.py [rollout] [month] [idle]`; all three where
none is named. Each case has a mock of its own (`otakit serve`) and is one call of `otakit fleet`:

- rollout: 1,000, 3,000 and 10,000 healthy devices by the wall's clock, from the first request to
  the poll after the last report;
- month: 10,000 devices that poll every 12 hours, and five phases six days apart, in virtual time;
- idle: 10,000 and 100,000 devices that are let in, tell their inventory and poll for a day of
  virtual time, for the memory that one more of them takes.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OTAKIT = str(Path(sys.executable).with_name("otakit"))
TICKS = os.sysconf("SC_CLK_TCK")

MONTH = (
    *("--virtual-time", "--poll", "12h", "--inventory", "1d"),
    *("--phases", "5", "--phase-interval", "6d"),
)
IDLE = (
    *("--virtual-time", "--no-rollout", "--preauthorise", "--duration", "1d"),
    *("--poll", "12h", "--inventory", "1d"),
)
ROLLOUT = (
    *("--ramp-up", "{ramp_up}s", "--pace", "30"),
    *("--poll", "15s", "--retry", "{retry}s"),
)
"""Devices ask again to be let in when all have asked once, so that each polls with a deployment."""

PER_SECOND = 800
"""Devices that are switched on in a second of a roll-out."""


@dataclass(frozen=True, slots=True)
class Process:
    """What a process has used: CPU seconds, and the most memory that it ever had, in MiB."""

    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Result:
    """One run: its summary, and what fleet and mock have used."""

    told: dict[str, Any]
    fleet: Process
    mock: Process


def used(pid: int) -> Process:
    """Read what a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text()
    (peak,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return Process((int(fields[11]) + int(fields[12])) / TICKS, int(peak) / 1024)


@contextmanager
def mock() -> Iterator[tuple[int, str]]:
    """Run a mock; give its process and URL."""
    command = [OTAKIT, "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.pid, process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def run(devices: int, *options: str) -> Result:
    """Run one fleet against a mock of its own; raises RuntimeError if a promise was broken."""
    with mock() as (pid, url):
        command = [OTAKIT, "fleet", url, "--devices", str(devices), "--json", *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            text = process.stdout.read()
            fleet = used_by_child(process)
        if process.returncode:
            raise RuntimeError(text)
        return Result(json.loads(text), fleet, used(pid))


def used_by_child(process: "subprocess.Popen[str]") -> Process:
    """Wait for a child, and return what it has used."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Process(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def rollout() -> None:
    """Measure roll-outs by the wall's clock."""
    print("devices  seconds  requests/s  p50 ms  p99 ms  CPU s fleet/mock  MiB fleet/mock")  # noqa: T201
    for devices in (1000, 3000, 10_000):
        ramp_up = devices / PER_SECOND
        options = (option.format(ramp_up=ramp_up, retry=ramp_up + 3) for option in ROLLOUT)
        row(devices, run(devices, *options))


def month() -> None:
    """Measure a month's roll-out in phases, in virtual time."""
    print("month of 10,000 devices")  # noqa: T201
    row(10_000, run(10_000, *MONTH))


def idle() -> None:
    """Measure the memory that one more device takes that only polls."""
    print("idle devices for a day")  # noqa: T201
    few, many = run(10_000, *IDLE), run(100_000, *IDLE)
    for devices, result in ((10_000, few), (100_000, many)):
        row(devices, result)
    for name in ("fleet", "mock"):
        small, large = getattr(few, name).memory, getattr(many, name).memory
        each = (large - small) * 1024 / 90_000
        print(f"{name}: {small:.0f} MiB, {large:.0f} MiB: {each:.1f} KiB a device")  # noqa: T201


def row(devices: int, result: Result) -> None:
    """Print a row of figures."""
    told = result.told["requests"]
    print(  # noqa: T201
        f"{devices:7}  {result.told['seconds']:7.1f}  {told['per_second']:10.0f}"
        f"  {told['p50_ms']:6.1f}  {told['p99_ms']:6.1f}"
        f"  {result.fleet.cpu:.1f}/{result.mock.cpu:.1f}"
        f"  {result.fleet.memory:.0f}/{result.mock.memory:.0f}",
        flush=True,
    )


CASES = {"rollout": rollout, "month": month, "idle": idle}


def main() -> None:
    """Measure what is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("cases", nargs="*", choices=CASES, default=list(CASES))
    for case in parser.parse_args().cases:
        CASES[case]()


if __name__ == "__main__":
    main()
