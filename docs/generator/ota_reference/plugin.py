"""The page of the pytest plugin: fixtures, marker, options."""

import inspect
from collections.abc import Iterator
from typing import Any

from ota_reference.markdown import cell, code, docstring, table
from otakit.contracts import plugin
from otakit.contracts.pytest_worlds import KEYS, RunFleet, Wish
from otakit.mockserver.testing import Connect, Device, FleetOutcome, Mender, RunningServer

_HEAD = """# pytest plugin

Made from the plugin itself. How it is used: [Write tests with
pytest](../how-to/write-tests-with-pytest.md).
"""

_KINDS = (Mender, Connect, Device, RunningServer, FleetOutcome)
"""What fixtures give, for editors and type checkers: all in `otakit.mockserver.testing`."""


def text() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *_fixtures(), *_marker(), *_options(), *_kinds()])


def fixtures() -> dict[str, Any]:
    """Return the plugin's public fixtures by name, as the functions that they are."""
    found = {name: getattr(plugin, name) for name in dir(plugin) if name.startswith("ota_")}
    return {name: inspect.unwrap(getattr(f, "_fixture_function", f)) for name, f in found.items()}


def _fixtures() -> Iterator[str]:
    yield "## Fixtures\n"
    for name, function in fixtures().items():
        yield f"### {name}\n\n{docstring(function)}\n"
        if name == "ota_fleet":
            parameters = inspect.signature(RunFleet.__call__).parameters.values()
            rows = [
                (code(p.name), code(inspect.formatannotation(p.annotation)), code(p.default))
                for p in parameters
                if p.name != "self"
            ]
            yield table(("argument", "type", "default"), rows)


def _marker() -> Iterator[str]:
    yield "## Marker\n"
    call, _, meaning = plugin.MARKER.partition(": ")
    yield f"`@pytest.mark.{call}`\n\n{meaning[0].upper()}{meaning[1:]}.\n"
    yield "On a test, a class or a module (`pytestmark`); for each key the nearest counts.\n"
    defaults = {name: field.default for name, field in Wish.__dataclass_fields__.items()}
    yield table(("key", "default"), ((code(key), code(defaults[key])) for key in KEYS))


def _options() -> Iterator[str]:
    yield "## Options\n"
    rows = [
        (
            code(f"{name} {metavar}"),
            cell(text),
            code(name.removeprefix("--").upper().replace("-", "_")),
        )
        for name, metavar, text in plugin._OPTIONS
    ]
    yield table(("option", "what for", "variable"), rows)


def _kinds() -> Iterator[str]:
    yield "## What fixtures give\n\nThe types are in `otakit.mockserver.testing`.\n"
    for kind in _KINDS:
        yield f"### {kind.__name__}\n\n{docstring(kind)}\n"
        rows = [(code(name), cell(docstring(member))) for name, member in _members(kind)]
        if rows:
            yield table(("member", "what it is"), rows)


def _members(kind: type) -> Iterator[tuple[str, object]]:
    for name, member in vars(kind).items():
        if name.startswith("_") or not (callable(member) or isinstance(member, property)):
            continue
        shown = name if isinstance(member, property) else f"{name}{_arguments(member)}"
        yield shown, member


def _arguments(function: Any) -> str:
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    return f"({', '.join(str(p) for p in parameters)})"
