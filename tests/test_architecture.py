"""The domain stands alone. Who else may import whom is import-linter's to say (tox -e imports)."""

import ast
import sys
from importlib.resources import as_file, files

import pytest


def imported_roots(source: str) -> set[str]:
    """Return the first name of all absolute imports in a module."""
    roots: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            roots |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            roots.add(node.module)
    return roots


def is_allowed(module: str) -> bool:
    """Say whether the domain may import a module."""
    return module.split(".", maxsplit=1)[0] in sys.stdlib_module_names or f"{module}.".startswith(
        "otakit.mockserver.domain."
    )


def test_domain_imports_itself_and_the_standard_library_only() -> None:
    """The same rules have to run inside the mock, inside the oracle and under any clock."""
    strangers: dict[str, list[str]] = {}
    with as_file(files("otakit.mockserver.domain")) as folder:
        modules = sorted(folder.rglob("*.py"))
        for path in modules:
            roots = imported_roots(path.read_text(encoding="utf-8"))
            if strange := sorted(module for module in roots if not is_allowed(module)):
                strangers[path.name] = strange
    assert modules
    assert strangers == {}


@pytest.mark.parametrize("module", ["connexion", "otakit.specs", "otakit.mockserver.api"])
def test_strangers_are_seen(module: str) -> None:
    """The rule above can fail."""
    assert [name for name in imported_roots(f"import {module}") if not is_allowed(name)] == [module]
