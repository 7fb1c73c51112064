"""Comparison: where a target's answer is not the oracle's, beyond what the documents leave open."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from otakit.contracts.latitude import Freedom, Latitude, freedom_at
from otakit.contracts.oracle import NOTHING, Expected
from otakit.mockserver.domain.clock import from_rfc3339

Path = tuple[Any, ...]

MISSING: Final = "(missing)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One place where target and oracle differ."""

    where: str
    expected: str
    actual: str


def gap(expected: Expected, status: int, body: Any, latitude: Latitude) -> Gap | None:
    """Return the first place where an answer differs, or None.

    Both bodies have labels in place of ids.
    """
    if not latitude.allows(expected.status, status):
        shown = _shown(body) if status >= _ERROR else ""
        return Gap(
            where="status", expected=str(expected.status), actual=f"{status} {shown}".rstrip()
        )
    if expected.body == NOTHING or status != expected.status:
        return None
    return next(_gaps(expected.body, body, latitude, ()), None)


_ERROR = 400


def _gaps(expected: Any, actual: Any, latitude: Latitude, path: Path) -> Iterator[Gap]:
    freedom = freedom_at(latitude.fields, path)
    if freedom is Freedom.OPEN or expected == NOTHING:
        return
    if freedom is Freedom.MOMENT:
        if _is_moment(expected) != _is_moment(actual):
            yield _gap(path, "a date-time" if expected else None, actual)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for name, value in expected.items():
            yield from _gaps(value, actual.get(name), latitude, (*path, name))
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _list_gaps(expected, actual, latitude, path, freedom)
    elif expected != actual or isinstance(expected, bool) is not isinstance(actual, bool):
        yield _gap(path, expected, actual)


def _list_gaps(
    expected: list[Any], actual: list[Any], latitude: Latitude, path: Path, freedom: Freedom | None
) -> Iterator[Gap]:
    if len(expected) != len(actual):
        yield _gap(path, expected, actual)
        return
    if freedom is not Freedom.ANY_ORDER:
        for place, pair in enumerate(zip(expected, actual, strict=True)):
            yield from _gaps(*pair, latitude, (*path, place))
        return
    left = list(actual)
    for value in expected:
        fitting = (o for o in left if next(_gaps(value, o, latitude, (*path, "*")), None) is None)
        found = next(fitting, MISSING)
        if found == MISSING:
            yield _gap(path, expected, actual)
            return
        left.remove(found)


def _is_moment(value: Any) -> bool:
    try:
        return bool(value) and bool(from_rfc3339(str(value)))
    except ValueError:
        return False


def _gap(path: Path, expected: Any, actual: Any) -> Gap:
    return Gap(where=".".join(map(str, path)), expected=_shown(expected), actual=_shown(actual))


def _shown(value: Any) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False, default=str)
