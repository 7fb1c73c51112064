"""What is in the wheel and in the source distribution, and what they say of themselves."""

import email.policy
import tarfile
import tomllib
import zipfile
from collections import Counter
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from ota_support.environments import ROOT, Distributions, uv

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
VERSION = PYPROJECT["project"]["version"]
FOLDERS: dict[str, str] = PYPROJECT["tool"]["setuptools"]["package-dir"]
KINDS = {".py", ".typed", ".json", ".yaml", ".css", ".html", ".js", ".svg"}
"""What kinds of files belong into a wheel."""

FIVE = [f"otakit/{name}/py.typed" for name in ("cli", "contracts", "fixtures", "mockserver")]
LANDMARKS = [
    *FIVE,
    "otakit/specs/py.typed",
    "otakit/contracts/report/page.css",
    "otakit/contracts/waivers/mender-server-4.yaml",
    "otakit/fixtures/scenarios/demo.yaml",
    "otakit/mockserver/dashboard/index.html",
    "otakit/specs/resolved/mender__management__deployments-v1.json",
]
"""One file of each kind that is missed when it is not there."""


@pytest.fixture(scope="session")
def wheel(distributions: Distributions) -> zipfile.ZipFile:
    """Return the wheel, opened."""
    return zipfile.ZipFile(distributions.wheel)


@pytest.fixture(scope="session")
def metadata(wheel: zipfile.ZipFile) -> EmailMessage:
    """Return what the wheel says of itself."""
    parser = BytesParser(policy=email.policy.default)
    return parser.parsebytes(wheel.read(f"{info()}/METADATA"))


def info() -> str:
    """Name the folder of the wheel that is about it."""
    return f"otakit-{VERSION}.dist-info"


def test_wheel_has_the_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    """Each file of a package's folder, but no tests, benchmarks, caches or notes."""
    names = {name for name in wheel.namelist() if not name.startswith(info())}
    expected = {
        f"{package.replace('.', '/')}/{path.relative_to(ROOT / folder).as_posix()}"
        for package, folder in FOLDERS.items()
        for path in (ROOT / folder).rglob("*")
        if path.suffix in KINDS
    }
    assert sorted(names) == sorted(expected)


@pytest.mark.parametrize("name", LANDMARKS)
def test_wheel_has(wheel: zipfile.ZipFile, name: str) -> None:
    """What is no Python is there as well, and not empty where something has to be in it."""
    assert name.endswith("py.typed") or wheel.getinfo(name).file_size > 0


def test_wheel_is_for_every_machine(distributions: Distributions, wheel: zipfile.ZipFile) -> None:
    """It is pure Python, has the licence, the command and the plugin, and is no monster."""
    assert distributions.wheel.name == f"otakit-{VERSION}-py3-none-any.whl"
    assert wheel.read(f"{info()}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
    points = wheel.read(f"{info()}/entry_points.txt").decode()
    assert "otakit = otakit.cli.main:main" in points
    assert "otakit = otakit.contracts.plugin" in points
    assert distributions.wheel.stat().st_size < 2 * 2**20


def test_sdist_builds_the_same_wheel(
    distributions: Distributions, wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    """The wheel was made of it; unpacked elsewhere, it makes the same files again."""
    with tarfile.open(distributions.sdist) as archive:
        tops = {name.partition("/")[0] for name in archive.getnames()}
        archive.extractall(tmp_path, filter="data")
    assert tops == {f"otakit-{VERSION}"}
    unpacked = tmp_path / f"otakit-{VERSION}"
    for name in ("LICENSE", "README.md", "pyproject.toml"):
        assert (unpacked / name).is_file()
    uv("build", "--quiet", "--wheel", "--out-dir", str(tmp_path), str(unpacked))
    (again,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(again) as other:
        assert sums(other) == sums(wheel)


def sums(archive: zipfile.ZipFile) -> dict[str, int]:
    """Return the checksum of each file."""
    return {entry.filename: entry.CRC for entry in archive.infolist()}


def test_metadata_says_what_it_is(metadata: EmailMessage) -> None:
    """Name, version, licence, Python and extras are as in pyproject.toml."""
    assert metadata["Name"] == "otakit"
    assert metadata["Version"] == VERSION
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["License-File"] == "LICENSE"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata.get_all("Provides-Extra") == ["check", "fleet", "locust"]
    classifiers = metadata.get_all("Classifier") or []
    assert Counter(classifiers) == Counter(PYPROJECT["project"]["classifiers"])
    assert "Typing :: Typed" in classifiers


def test_readme_is_what_an_index_shows(metadata: EmailMessage) -> None:
    """It is Markdown, whole; what it links to is found also away from the checkout."""
    assert metadata["Description-Content-Type"] == "text/markdown"
    description = metadata.get_content()
    assert description.strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()
