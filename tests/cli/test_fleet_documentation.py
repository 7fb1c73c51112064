"""What docs/fleet.md says of `otakit fleet` is so."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from otakit.fixtures.behaviours import behaviour, shipped
from otakit.fixtures.fleet.promises import INVARIANTS

PAGE = (Path(__file__).parents[2] / "docs" / "fleet.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(otakit fleet.*?)```", PAGE, re.DOTALL)
ROW = re.compile(r"^\| `([^`]+)` \| (.*?) \|", re.MULTILINE)
OTAKIT = str(Path(sys.executable).with_name("otakit"))
HURRIED = {"PACE": "1000", "POLL": "0.5s", "RETRY": "0.2s", "RAMP_UP": "0.2s"}
"""What the page's own commands leave to the defaults."""


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_command_works(block: str, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With fewer devices, which are in a hurry."""
    for name, value in HURRIED.items():
        monkeypatch.setenv(f"OTAKIT_FLEET_{name}", value)
    line = block.replace("\\\n", " ").replace("http://127.0.0.1:8080", server.url)
    words = shlex.split(re.sub(r"--devices \d+", "--devices 8", line))
    done = subprocess.run(
        [OTAKIT, *words[1:]], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_commands_are_found() -> None:
    """The page has some."""
    assert len(BLOCKS) >= 4


def test_promises_are_those_that_are_checked() -> None:
    """Each with its sentence."""
    listed = [row for row in ROW.findall(PAGE) if row[0].startswith("FLEET-")]
    assert listed == [(invariant.id, invariant.sentence) for invariant in INVARIANTS]


def test_behaviours_are_those_that_are_shipped() -> None:
    """All of them, and no other."""
    listed = [name for name, _ in ROW.findall(PAGE) if not name.startswith("FLEET-")]
    assert sorted(listed) == sorted(shipped())


def test_own_behaviour_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's class is one."""
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "ours_of_the_page.py").write_text(example)
    monkeypatch.syspath_prepend(tmp_path)
    assert behaviour("ours_of_the_page:Worn").ends == ("success", "failure")
