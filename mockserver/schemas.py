"""JSON Schemas out of OpenAPI 3.0 documents, compiled to fast validators."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

import jsonschema_rs

from otakit.mockserver.domain.errors import Invalid

MAX_MESSAGE = 400
MAX_FLAWS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that a schema refuses: where it is, by which keyword, with what value.

    `limit` is the keyword's number where it has one.
    """

    path: tuple[str | int, ...]
    keyword: str
    value: Any = None
    limit: Any = None


class Nonconforming(Invalid):
    """A value that its schema refuses; `flaws` says why."""

    def __init__(self, message: str, value: Any, flaws: list[Flaw]) -> None:
        """Refuse with a message for people and the flaws for programs."""
        super().__init__(message)
        self.value = value
        self.flaws = flaws


class Validator:
    """Checks values against one schema."""

    __slots__ = ("_is_valid", "_validator")

    def __init__(self, schema: dict[str, Any]) -> None:
        """Compile a schema object of an OpenAPI 3.0 document without references."""
        self._validator = jsonschema_rs.Draft4Validator(_draft4(schema), validate_formats=True)
        self._is_valid = self._validator.is_valid

    def check(self, value: Any, name: str = "") -> None:
        """Raise Nonconforming, naming the place and what is wrong, unless the value conforms."""
        if self._is_valid(value):
            return
        error = _closest(next(self._validator.iter_errors(value)))
        message = _placed(
            _told(error)[-MAX_MESSAGE:], [*([name] if name else []), *error.instance_path]
        )
        found = islice(self._validator.iter_errors(value), MAX_FLAWS)
        raise Nonconforming(message, value, [_flaw(e, name) for e in found])


def _flaw(error: jsonschema_rs.ValidationError, name: str) -> Flaw:
    kind: Any = error.kind
    path: tuple[str | int, ...] = (*([name] if name else []), *error.instance_path)
    if kind.name == "required":
        return Flaw(path=(*path, kind.property), keyword=kind.name)
    limit = getattr(kind, "limit", None)
    return Flaw(path=path, keyword=kind.name, value=error.instance, limit=limit)


def _closest(error: Any) -> Any:
    """Return what is wrong by the one alternative that is of the value's type, if there is one."""
    alternatives = getattr(error.kind, "context", ())
    fitting = [e for e in alternatives if e and not _has_other_type(e, error.instance_path)]
    return _closest(fitting[0][0]) if len(fitting) == 1 else error


def _has_other_type(errors: list[Any], place: list[Any]) -> bool:
    return any(e.kind.name == "type" and e.instance_path == place for e in errors)


def _placed(text: str, path: list[str | int]) -> str:
    return f"{'/'.join(map(str, path))}: {text}" if path else text


def _told(error: Any) -> str:
    """Say what is wrong; where schemas are combined, the library would recite them."""
    context = getattr(error.kind, "context", None)
    if context is not None:
        first = [found[0] for found in context if found]
        depth = len(error.instance_path)
        reasons = [_placed(one.message, one.instance_path[depth:]) for one in first]
        if not reasons:
            return "more than one of the alternatives fits"
        return f"none of the alternatives fits: {'; or '.join(dict.fromkeys(reasons))}"
    if error.kind.name == "not":
        unwanted = _required(error.kind.schema)
        names = [repr(name) for name in error.instance if name in unwanted]
        return f"not allowed here: {', '.join(names)}"
    message: str = error.message
    return message


def _required(schema: dict[str, Any]) -> set[str]:
    """Return the properties that a schema, or an alternative in it, asks for."""
    alternatives = [_required(one) for one in schema.get("anyOf", ())]
    return {*schema.get("required", ())}.union(*alternatives)


def _draft4(schema: Any) -> Any:
    """Rewrite what OpenAPI 3.0 says differently from JSON Schema draft 4: `nullable`."""
    if isinstance(schema, list):
        return [_draft4(element) for element in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {k: _draft4(v) for k, v in schema.items() if k not in {"nullable", "example"}}
    if schema.get("nullable") is True and "type" in schema:
        kept["type"] = [schema["type"], "null"]
        if "enum" in kept:
            kept["enum"] = [*kept["enum"], None]
    return kept
