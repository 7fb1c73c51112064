"""In an environment of the lowest versions: that they are the ones which pyproject.toml names.

Its name is none of a test's, since it can only hold in `tox -e lowest`.
"""

import importlib.metadata
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.version import Version

from ota_support.environments import ROOT
from ota_support.server import EMAIL, PASSWORD


def test_installed_is_the_lowest_that_is_allowed() -> None:
    """So each lower bound is one that has been tried, not one that something else has raised."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    for line in (line for lines in lists for line in lines):
        requirement = Requirement(line)
        installed = Version(importlib.metadata.version(requirement.name))
        bounds = [spec.version for spec in requirement.specifier if spec.operator in {">=", "=="}]
        assert [installed] == [Version(bound.removesuffix(".*")) for bound in bounds], line


def test_check_holds_in_all_its_phases(server: Any) -> None:
    """Rules, sequences, races and drawn requests about one API find nothing wrong with the mock."""
    otakit = Path(sys.executable).with_name("otakit")
    login = ("--email", EMAIL, "--password", PASSWORD)
    what = ("--api", "management/devauth-v2", "--effort", "quick", "--seed", "1")
    done = subprocess.run(
        [otakit, "check", server.url, *login, *what], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "contract held" in done.stdout
