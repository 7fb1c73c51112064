"""What the plugin costs whoever does not use it: next to nothing."""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

LOADED = """
import sys, pytest
before = set(sys.modules)
import otakit.contracts.plugin
print(*sorted(set(sys.modules) - before))
"""


def found() -> importlib.metadata.EntryPoint:
    """Return the entry point by which pytest finds the plugin."""
    (entry_point,) = importlib.metadata.entry_points(group="pytest11", name="otakit")
    return entry_point


def test_module_imports_nothing_more() -> None:
    """Than pytest and the standard library."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["otakit", "otakit.contracts", "otakit.contracts.plugin"]


def test_pytest_finds_it() -> None:
    """By the entry point of the installed package."""
    assert found().value == "otakit.contracts.plugin"


def test_unused_plugin_starts_nothing(tmp_path: Path) -> None:
    """A test without the fixtures runs without any other module of otakit's."""
    (tmp_path / "test_theirs.py").write_text(
        "import sys\n"
        "def test_it():\n"
        "    mine = [name for name in sys.modules if name.startswith('otakit.')]\n"
        "    assert mine == ['otakit.contracts', 'otakit.contracts.plugin']\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", found().value, "-p", "no:cacheprovider"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # the others take seconds
    )
    assert done.returncode == 0, done.stdout
