"""What users get: the built distributions, and fresh environments into which they are installed."""

import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from ota_support.environments import ROOT, Distributions, Environment, uv


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """Build what is published: a source distribution of the tree, and the wheel from that."""
    folder = tmp_path_factory.mktemp("distributions")
    uv("build", "--quiet", "--out-dir", str(folder), str(ROOT))
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return Distributions(sdist, wheel)


@pytest.fixture(scope="session")
def fresh(
    distributions: Distributions, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Environment]:
    """Return the function that makes an environment of requirements, or gives it again.

    Wherever `otakit` is required, it is the built wheel, never one from an index.
    """
    folder = tmp_path_factory.mktemp("environments")
    wheel = folder / "wheel.txt"
    wheel.write_text(f"otakit @ {distributions.wheel.as_uri()}\n")

    @cache
    def make(*requirements: str) -> Environment:
        environment = Environment(folder / str(len(list(folder.iterdir()))))
        uv("venv", "--quiet", "--seed", "--python", sys.executable, str(environment.folder))
        python = ("--python", str(environment.python), "--constraint", str(wheel))
        uv("pip", "install", "--quiet", *python, *requirements)
        return environment

    return make


@pytest.fixture
def example(
    fresh: Callable[..., Environment], tmp_path: Path
) -> Callable[[str], tuple[Environment, Path]]:
    """Return the function that copies an example and installs what its requirements say."""

    def begin(name: str) -> tuple[Environment, Path]:
        folder = tmp_path / name
        ignored = shutil.ignore_patterns("__pycache__", ".pytest_cache", "report")
        shutil.copytree(ROOT / "examples" / name, folder, ignore=ignored)
        return fresh("--requirements", str(ROOT / f"examples/{name}/requirements.txt")), folder

    return begin
