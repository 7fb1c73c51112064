"""The page of the scenario's format, from the classes that read it."""

import types
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from ota_reference.markdown import cell, code, docstring, table
from otakit.fixtures.scenario_format import EXPECTED, Entry, Scenario

_HEAD = """# Scenario format

The keys of a scenario's file, made from the classes that read it. An example, and what becomes of
it: [Write a scenario](../how-to/write-a-scenario.md).

A file has at most a mebibyte, 32 levels, 100,000 devices and 16 MiB of artifacts; YAML's aliases
and tags are not taken.
"""


def text() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *(_entry(kind) for kind in entries(Scenario))])


def entries(kind: type[Entry], seen: set[type] | None = None) -> Iterator[type[Entry]]:
    """Return a class and all that stand in it, each once, in the order of the file."""
    known = set() if seen is None else seen
    if kind in known:
        return
    known.add(kind)
    yield kind
    for hint in get_type_hints(kind).values():
        for inner in _classes(hint):
            yield from entries(inner, known)


def _classes(hint: Any) -> Iterator[type[Entry]]:
    if _is_entry(hint):
        yield hint
    for argument in get_args(hint):
        yield from _classes(argument)


_WITHIN: Mapping[Any, Callable[[tuple[Any, ...]], str]] = {
    list: lambda arguments: f"list of {_words(arguments[0])}",
    dict: lambda _: "keys with values",
}
_NAMES: Mapping[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
}


def _is_entry(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Entry)


def _entry(kind: type[Entry]) -> str:
    hints = get_type_hints(kind, include_extras=True)
    rows = [
        (code(f.encode_name), _words(hints[f.name]), _default(f))
        for f in msgspec.structs.fields(kind)
    ]
    heads = ("key", "what it takes", "without it")
    return f"## {_name(kind)}\n\n{docstring(kind)}\n\n{table(heads, rows)}"


def _name(kind: type) -> str:
    return kind.__name__.removesuffix("Entry")


def _link(kind: type) -> str:
    return f"[{_name(kind)}](#{_name(kind).lower()})"


def _words(hint: Any) -> str:
    """Say in words what a type takes."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        meta = arguments[1]
        known = EXPECTED.get(meta.pattern)
        return cell(known) if known else _words(arguments[0]) + _bounds(meta)
    if origin is Literal:
        return ", ".join(code(value) for value in arguments)
    if origin in {Union, types.UnionType}:
        return " or ".join(_words(option) for option in arguments if option is not type(None))
    if origin in _WITHIN:
        return _WITHIN[origin](arguments)
    return _link(hint) if _is_entry(hint) else _NAMES.get(hint, "anything")


def _bounds(meta: msgspec.Meta) -> str:
    least, most = meta.ge, meta.le
    if least is not None and most is not None:
        return f" from {least:,} to {most:,}"
    return f", at least {least:,}" if least is not None else ""


def _default(field: Any) -> str:
    if field.required:
        return "is needed"
    if field.default_factory is not msgspec.NODEFAULT or field.default in (None, "", [], {}):
        return ""
    if isinstance(field.default, bool):
        return code(str(field.default).lower())
    return code(field.default)
