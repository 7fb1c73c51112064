"""What the pytest plugin adds to pytest's start where no test uses it."""

import os
import subprocess
import sys
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path

from benchmarks.figures import Section, Table, at_most
from benchmarks.rounds import Spread, alternate
from benchmarks.serving import Unexpected
from benchmarks.setting import Setting

TITLE = "The pytest plugin, unused"
METHOD = (
    "CPU time of all of pytest, in milliseconds, in a folder with one test that passes: with the"
    " plugin, and with `-p no:otakit`. All other plugins are switched off in both. Median of"
    " {pairs} alternating pairs after two to warm up; the difference is taken pair by pair."
)
NAME = "otakit"
LIMIT = 30.0
WITH, WITHOUT = "with the plugin", "with `-p no:otakit`"


def measure(setting: Setting) -> Section:
    """Run pytest with it and without."""
    pairs = setting.few(2, 20)
    (setting.folder / "test_one.py").write_text("def test_one():\n    pass\n", encoding="utf-8")
    found = {entry.name for entry in entry_points(group="pytest11")}
    if NAME not in found:
        message = f"pytest finds no plugin '{NAME}': is otakit installed in this environment?"
        raise Unexpected(message)
    setting.tell(f"{pairs} pairs")
    measures = {
        WITH: partial(_cpu, setting.folder, found - {NAME}),
        WITHOUT: partial(_cpu, setting.folder, found),
    }
    costs = alternate(measures, pairs, warm_up=2)
    pairwise = zip(costs[WITH].values, costs[WITHOUT].values, strict=True)
    more = Spread([with_it - without for with_it, without in pairwise])
    rows = [*costs.items(), ("difference", more)]
    return Section(
        title=TITLE,
        method=METHOD.format(pairs=pairs),
        targets=(at_most("import and registration", more.median, LIMIT, "ms CPU", more.ends),),
        tables=(Table(head=("CPU, ms", ""), rows=tuple((name, str(cost)) for name, cost in rows)),),
    )


def _cpu(folder: Path, without: set[str]) -> float:
    """Run pytest; return the CPU milliseconds that it took."""
    off = (word for name in sorted(without) for word in ("-p", f"no:{name}"))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *off, str(folder)]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        told = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Unexpected(told)
    return (usage.ru_utime + usage.ru_stime) * 1000
