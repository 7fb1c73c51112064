"""What docs/pytest.md shows and lists is so."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from otakit.contracts.plugin import _OPTIONS
from otakit.contracts.pytest_worlds import KEYS

PAGE = (Path(__file__).parents[3] / "docs" / "pytest.md").read_text(encoding="utf-8")
TUTORIAL, REFERENCE = PAGE.split("## Reference\n")
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def test_tutorial(run_at: Callable[..., pytest.RunResult]) -> None:
    """All its tests pass."""
    snippets = PYTHON.findall(TUTORIAL)
    tests = sum(snippet.count("def test_") for snippet in snippets)
    assert tests >= 7
    run_at("\n\n".join(snippets), "--strict-markers").assert_outcomes(passed=tests)


def test_snippets_without_pytest(tmp_path: Path) -> None:
    """They run as they stand."""
    script, case = PYTHON.findall(REFERENCE)
    (tmp_path / "script.py").write_text(script)
    (tmp_path / "case.py").write_text(case)
    for command in (["script.py"], ["-m", "unittest", "case"]):
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_commands(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of rules as tests, and of other languages."""
    bin_folder = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{bin_folder}:/usr/local/bin:/usr/bin:/bin")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p otakit.contracts.plugin -p xdist.plugin")
    for block in SHELL.findall(REFERENCE):
        text = "set -e\n" + block.replace("http://127.0.0.1:8080", server.url)
        text = text.replace("MEN-DEV-AUT or", "MEN-DEV-AUT-00 or")  # as all would, but sooner
        done = subprocess.run(
            ["bash", "-c", text], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_options_and_keys_are_those_that_there_are() -> None:
    """All of them."""
    assert set(re.findall(r"--otakit-[a-z-]+", PAGE)) == {name for name, _, _ in _OPTIONS}
    table = PAGE.split("### Marker")[1].split("### Options")[0]
    listed = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    assert {key for cell in listed for key in re.findall(r"`(\w+)`", cell)} == set(KEYS)
