"""The page of what `pip install otakit` and its extras bring, as measured on a machine.

`PYTHONPATH=tests/support python -m ota_support.extras` measures and writes it; it needs uv. That
it is out of date is told by a test, which measures nothing.
"""

import re
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ota_support.environments import ROOT, uv

PAGE = ROOT / "docs/reference/extras.md"
PLAIN = ""
USED_BY = {
    PLAIN: "`otakit serve`, the pytest fixtures, the control client",
    "check": "`otakit check`, `replay`, `proxy`, `ota_assert_conforms`, rules as tests",
    "fleet": "`otakit fleet`, `ota_fleet`",
    "locust": "`otakit fleet --engine locust`",
}
"""What each is for, by the name of the extra."""

_ROW = re.compile(r"^\| `otakit(?:\[(\w+)\])?` \| .* \| (\d+) \| (\d+) MiB \|$", re.MULTILINE)
_PYTHON = re.compile(r"Python (\d+\.\d+)")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one choice brings: so many packages, otakit among them, of so many mebibytes."""

    extra: str
    packages: int
    size: int


def page(measured: Sequence[Measured], python: str) -> str:
    """Write the page."""
    rows = "".join(
        f"| `{_name(m.extra)}` | {USED_BY[m.extra]} | {m.packages} | {m.size} MiB |\n"
        for m in measured
    )
    asked = "".join(f"| `{_name(extra)}` | {_list(lines)} |\n" for extra, lines in wanted().items())
    return f"""# What is installed

`pip install otakit` is all that serving needs; the rest is asked for by name, as in
`pip install 'otakit[check,fleet]'`. A command whose extra is missing says which.

| install | for | packages | size |
|---|---|---|---|
{rows}
Measured on Linux with Python {python}, in a fresh environment: all its packages, otakit among them,
before they are compiled by running.

## What otakit asks for itself

| of | packages |
|---|---|
{asked}
The lowest version of each that is named here is tried as well as the newest, by `tox -e lowest`.
"""


def read(text: str) -> tuple[list[Measured], str]:
    """Return what was measured, and with which Python, from a page."""
    found = _PYTHON.search(text)
    assert found, "the page does not say with which Python it was measured"
    rows = _ROW.findall(text)
    return [Measured(extra, int(packages), int(size)) for extra, packages, size in rows], found[1]


def wanted() -> dict[str, list[str]]:
    """Return the requirements of each choice, from pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {PLAIN: project["dependencies"], **project["optional-dependencies"]}


def measure(extra: str, wheel: Path, folder: Path) -> Measured:
    """Install one choice into an environment of its own, and look at what is there."""
    uv("venv", "--quiet", "--python", sys.executable, str(folder))
    choice = f"{_name(extra)} @ {wheel.as_uri()}"
    uv("pip", "install", "--quiet", "--python", str(folder / "bin/python"), choice)
    (packages,) = folder.glob("lib/*/site-packages")
    size = sum(path.stat().st_size for path in packages.rglob("*") if path.is_file())
    return Measured(extra, len(list(packages.glob("*.dist-info"))), round(size / 2**20))


def _name(extra: str) -> str:
    return f"otakit[{extra}]" if extra else "otakit"


def _list(lines: Sequence[str]) -> str:
    return ", ".join(f"`{line}`" for line in sorted(lines, key=str.lower))


def _main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        uv("build", "--quiet", "--wheel", "--out-dir", temporary, str(ROOT))
        (wheel,) = folder.glob("*.whl")
        measured = [
            measure(extra, wheel, folder / f"{number}") for number, extra in enumerate(USED_BY)
        ]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    PAGE.write_text(page(measured, python), encoding="utf-8")


if __name__ == "__main__":
    _main()
