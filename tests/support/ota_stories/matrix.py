"""The matrix: each documented operation, its statuses, and which of them were reached."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ota_stories.recorder import Place

FAULTS = (429, 500)
"""What no client can provoke of a server that works: faults do."""

HEAD = """# Every documented operation, and the statuses that the mock reaches

Made by `tests/mockserver/test_every_documented_operation.py` while it runs: real requests bring
about real state in a running server, and every answer is checked against its OpenAPI document. A
status in **bold** was reached; one in (parentheses) was not, for the reason below its table. One
that is not listed for its operation comes of the reference's common rules, or where the document
is cut off. 429 and 500 are brought about by faults, also where they are common rules only and so
not shown here.
"""


def place_of(listed: Mapping[str, Any]) -> Place:
    """Return the place of a listed operation."""
    return Place(listed["method"], f"{listed['base']}{listed['path']}")


def statuses(listed: Mapping[str, Any], excused: Mapping[tuple[Place, int], str]) -> list[int]:
    """Return the documented statuses that have to be reached."""
    place = place_of(listed)
    return [status for status in map(int, listed["responses"]) if (place, status) not in excused]


def render(
    parts: Iterable[tuple[str, list[dict[str, Any]], Mapping[Place, set[int]]]],
    excused: Mapping[tuple[Place, int], str],
) -> str:
    """Render the page: a part has a title, listed operations, and the statuses reached."""
    lines = [HEAD]
    for title, listed, reached in parts:
        lines += [f"## {title}", "", "| operation | statuses |", "|---|---|"]
        lines += [_row(operation, reached) for operation in listed]
        lines += ["", *_reasons(listed, reached, excused)]
    return "\n".join(lines).rstrip() + "\n"


def _row(operation: Mapping[str, Any], reached: Mapping[Place, set[int]]) -> str:
    place = place_of(operation)
    mine = reached.get(place, set())
    documented = list(map(int, operation["responses"]))
    shown = [f"**{s}**" if s in mine else f"({s})" for s in documented]
    shown += [f"**{s}** not listed" for s in sorted(mine - {*documented, *FAULTS})]
    return f"| `{place.method} {place.path}` | {' '.join(shown)} |"


def _reasons(
    listed: list[dict[str, Any]],
    reached: Mapping[Place, set[int]],
    excused: Mapping[tuple[Place, int], str],
) -> Iterator[str]:
    missing = [
        (place_of(o), status)
        for o in listed
        for status in map(int, o["responses"])
        if status not in reached.get(place_of(o), set())
    ]
    for place, status in missing:
        if (place, status) in excused:
            yield f"- `{place.method} {place.path}` {status}: {excused[place, status]}"
    yield ""
