"""Parameters: taken out of a request and checked as the spec says, compiled once at start-up."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Scope

from otakit.mockserver.schemas import Flaw, Nonconforming, Validator

_INTEGER = re.compile(r"-?[0-9]{1,300}")  # Python would take longer ones, but slowly

_WORDS = {"type", "title", "description", "default", "example", "nullable"}
"""What a schema may say of a text without refusing any."""

Converter = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation, ready to be read; any text will do where it `is_free`."""

    name: str
    required: bool
    convert: Converter
    is_list: bool
    is_free: bool
    validator: Validator


class Parameters:
    """All parameters of one operation; `read` gives them by name, converted, with defaults."""

    def __init__(self, declared: list[dict[str, Any]]) -> None:
        """Compile the parameter objects of an OpenAPI operation."""
        self._defaults = {
            p["name"]: p["schema"]["default"] for p in declared if "default" in p["schema"]
        }
        self._path = _compile(declared, "path")
        self._header = [(p.name.lower().encode(), p) for p in _compile(declared, "header")]
        queries = [p for p in declared if p["schema"].get("type") != "object"]
        self._query = _compile(queries, "query")
        self._rest = next((p["name"] for p in declared if p not in queries), None)
        self._names = {p.name for p in self._query}
        self._needs_query = any(p.required for p in self._query)

    def read(self, scope: Scope) -> dict[str, Any]:
        """Return the parameters of a request.

        Of a parameter given twice the first counts, unless it is a list. Raises
        Nonconforming naming the first parameter that is missing or that its schema refuses.
        """
        values = dict(self._defaults)
        for parameter in self._path:
            _take_one(values, parameter, scope["path_params"][parameter.name])
        if self._query or self._rest:
            self._read_query(values, scope["query_string"])
        for name, parameter in self._header:
            for known, value in scope["headers"]:
                if known == name:
                    _take_one(values, parameter, value.decode("latin-1"))
                    break
            else:
                _take(values, parameter, [])
        return values

    def _read_query(self, values: dict[str, Any], query: bytes) -> None:
        if not query and not self._needs_query:
            if self._rest:
                values[self._rest] = {}
            return
        given: dict[str, list[str]] = {}
        for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
            given.setdefault(name, []).append(value)
        for parameter in self._query:
            _take(values, parameter, given.get(parameter.name, []))
        if self._rest:
            values[self._rest] = {n: v[0] for n, v in given.items() if n not in self._names}


def _take_one(values: dict[str, Any], parameter: Parameter, text: str) -> None:
    if parameter.is_free:
        values[parameter.name] = text
    else:
        _take(values, parameter, [text])


def _take(values: dict[str, Any], parameter: Parameter, given: list[str]) -> None:
    if not given:
        if parameter.required:
            message = f"{parameter.name}: this parameter is required"
            flaw = Flaw(path=(parameter.name,), keyword="required")
            raise Nonconforming(message, None, [flaw])
        return
    try:
        converted = [parameter.convert(text) for text in given]
    except ValueError as error:
        message = f"{parameter.name}: {error}"
        flaw = Flaw(path=(parameter.name,), keyword="type", value=given[0])
        raise Nonconforming(message, None, [flaw]) from None
    value = converted if parameter.is_list else converted[0]
    parameter.validator.check(value, parameter.name)
    values[parameter.name] = value


def _compile(declared: list[dict[str, Any]], place: str) -> list[Parameter]:
    return [
        Parameter(
            name=p["name"],
            required=p.get("required", False),
            convert=_CONVERTERS.get(_item(p["schema"]).get("type", ""), str),
            is_list=p["schema"].get("type") == "array",
            is_free=p["schema"].get("type") == "string" and p["schema"].keys() <= _WORDS,
            validator=Validator(p["schema"]),
        )
        for p in declared
        if p["in"] == place
    ]


def _item(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    item: Mapping[str, Any] = schema.get("items", {}) if schema.get("type") == "array" else schema
    return item


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        message = f"'{text[:80]}' is not an integer"
        raise ValueError(message)
    return int(text)


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        message = f"'{text[:80]}' is neither 'true' nor 'false'"
        raise ValueError(message)
    return text == "true"


_CONVERTERS: dict[str, Converter] = {"integer": _integer, "boolean": _boolean}
