"""What is installed is what stands in the tree: setuptools takes our packages from a list."""

import ast
import importlib.metadata
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from otakit.contracts.connection import USER_AGENT

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS: dict[str, str] = PYPROJECT["tool"]["setuptools"]["package-dir"]
"""The folder of each top package, by the package's name."""

COMES_WITH = {
    "aiohttp": "whoever holds its answers to the documents",
    "anyio": "starlette",
    "gevent": "locust",
    "geventhttpclient": "locust",
    "pytest": "whoever runs tests with the plugin",
    "requests": "schemathesis",
    "werkzeug": "openapi-core",
}
"""What is imported without being asked for, since something that is asked for is made of it."""


def is_shipped(path: Path | Traversable) -> bool:
    """Say whether a file belongs into a package: not what Python makes, not our notes."""
    return not path.name.endswith((".pyc", ".md"))


def tree(folder: Path) -> set[str]:
    """Return the files below a folder that belong into the package, by their relative names."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and is_shipped(path)
    }


def installed(folder: Traversable, prefix: str = "") -> set[str]:
    """Return the same of an installed package, wherever it is."""
    names: set[str] = set()
    for entry in folder.iterdir():
        if entry.is_dir():
            names |= installed(entry, f"{prefix}{entry.name}/")
        elif is_shipped(entry):
            names.add(prefix + entry.name)
    return names


def test_package_list_equals_the_tree() -> None:
    """A new folder is in the wheel only if it is in the list."""
    found = {
        ".".join((package, *path.relative_to(ROOT / folder).parent.parts))
        for package, folder in FOLDERS.items()
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".yaml", ".json", ".html"}
    }
    assert sorted(found) == PYPROJECT["tool"]["setuptools"]["packages"]


@pytest.mark.parametrize("package", FOLDERS)
def test_installed_package_has_the_files_of_the_tree(package: str) -> None:
    """No file is left out, and none is left over from an older build."""
    assert installed(files(package)) == tree(ROOT / FOLDERS[package])


@pytest.mark.parametrize("package", FOLDERS)
def test_package_tells_that_it_is_typed(package: str) -> None:
    """`otakit` is a namespace, so each package below it needs a mark of its own."""
    assert files(package).joinpath("py.typed").is_file()


def test_type_checkers_find_every_package() -> None:
    """The links in .typing stand for the mapping that only setuptools follows."""
    links = {f"otakit.{link.name}": link.resolve() for link in (ROOT / ".typing/otakit").iterdir()}
    assert links == {package: ROOT / folder for package, folder in FOLDERS.items()}


def test_version_is_written_once() -> None:
    """pyproject.toml has the version; everything else asks the installed distribution."""
    version = PYPROJECT["project"]["version"]
    assert importlib.metadata.version("otakit") == version
    assert f"otakit-check/{version}" == USER_AGENT
    written = [
        path.relative_to(ROOT).as_posix()
        for folder in FOLDERS.values()
        for path in (ROOT / folder).rglob("*.py")
        if "__version__" in path.read_text(encoding="utf-8")
    ]
    assert written == []


def test_what_is_imported_is_what_is_asked_for() -> None:
    """No dependency is left over from older code, and none comes in only by chance."""
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"].values()
    asked = [*project["dependencies"], *(line for extra in extras for line in extra)]
    names = {normal(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in asked}
    known = importlib.metadata.packages_distributions()
    imported = {
        normal(known[module][0])
        for folder in PYPROJECT["tool"]["setuptools"]["package-dir"].values()
        for path in (ROOT / folder).rglob("*.py")
        for module in imports(path)
        if module in known and module != "otakit"
    }
    assert imported - set(COMES_WITH) == names


def normal(name: str) -> str:
    """Write the name of a distribution as indexes do."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imports(path: Path) -> Iterator[str]:
    """Name the top modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
