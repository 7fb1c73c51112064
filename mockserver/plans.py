"""Plans: what a tenant has booked, and what the documents keep for those who booked more.

Reference, the Plans columns of the schemas and the notes "available only in the Enterprise plan".
The specs say it as `x-otakit-plan`, on operations and on properties of request bodies.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from otakit.mockserver.domain.errors import Forbidden

OPEN_SOURCE, PROFESSIONAL, ENTERPRISE = "os", "professional", "enterprise"
PLANS = (OPEN_SOURCE, PROFESSIONAL, ENTERPRISE)
"""Each has what those before it have."""

MARK = "x-otakit-plan"

_RANK = {plan: rank for rank, plan in enumerate(PLANS)}

Field = tuple[tuple[str, ...], str]
"""A property's place in a body (`*`: each element of a list) and the plan that it needs."""


def covers(plan: str, needed: str) -> bool:
    """Say whether a tenant with one plan has what needs another."""
    return _RANK[plan] >= _RANK[needed]


class Needs:
    """What one operation asks of a tenant's plan, compiled from its spec."""

    __slots__ = ("_fields", "_operation", "_title")

    def __init__(self, title: str, operation: str, fields: Iterable[Field]) -> None:
        """Need the plan `operation` for all, and those of `fields` for what a body may hold."""
        self._title = title
        self._operation = operation
        self._fields = tuple(fields)

    def check_operation(self, plan: str) -> None:
        """Raise Forbidden where the operation needs more than this plan."""
        if not covers(plan, self._operation):
            raise _refusal(self._title, self._operation, plan)

    def check_body(self, plan: str, body: Any) -> None:
        """Raise Forbidden where a checked body asks for something that needs more than this plan.

        What is empty or false asks for nothing, as with the real server's control maps.
        """
        for path, needed in self._fields:
            if not covers(plan, needed) and any(_values(body, path)):
                raise _refusal(".".join(path), needed, plan)


def needs_of(operation: dict[str, Any], *, managed: bool) -> Needs | None:
    """Compile what an operation of a spec needs; None where every plan has it.

    Only those who manage devices are refused (`managed`). A device cannot know the plan of the
    tenant it belongs to: one that offers a skill which needs another plan is not taken up on it.
    """
    content = operation.get("requestBody", {}).get("content", {})
    fields = {f for media in content.values() for f in _fields(media["schema"], ())}
    whole = operation.get(MARK, OPEN_SOURCE)
    named = [whole, *(needed for _, needed in fields)]
    if unknown := [plan for plan in named if plan not in _RANK]:
        message = f"{MARK} of '{operation['operationId']}' is {unknown[0]!r}, not one of {PLANS}"
        raise ValueError(message)
    if not managed or not any(_RANK[plan] for plan in named):
        return None
    return Needs(operation["summary"], whole, sorted(fields))


def _fields(schema: dict[str, Any], path: tuple[str, ...]) -> Iterator[Field]:
    """Go through the marked properties below a schema without references."""
    for part in ("allOf", "anyOf", "oneOf"):
        for other in schema.get(part, ()):
            yield from _fields(other, path)
    if "items" in schema:
        yield from _fields(schema["items"], (*path, "*"))
    for name, described in schema.get("properties", {}).items():
        if MARK in described:
            yield (*path, name), described[MARK]
        yield from _fields(described, (*path, name))


def _values(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Go through what stands at a place in a body."""
    if not path:
        yield value
    elif path[0] == "*" and isinstance(value, list):
        for element in value:
            yield from _values(element, path[1:])
    elif isinstance(value, dict) and path[0] in value:
        yield from _values(value[path[0]], path[1:])


def _refusal(what: str, needed: str, plan: str) -> Forbidden:
    message = f"forbidden: '{what}' needs the plan '{needed}', and this tenant's plan is '{plan}'"
    return Forbidden(message)
