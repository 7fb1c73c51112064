"""Management APIs / Audit Logs service (management/auditlogs-v1)."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any

from otakit.mockserver.answers import OK, Answer, StreamedAnswer, json_answer
from otakit.mockserver.domain.audit import Entry, Search
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import counted, page_of

ROWS = 200
"""How many rows of an export are made and sent at once."""

Column = tuple[str, ...]

COLUMNS: tuple[Column, ...] = (
    ("actor", "id"),
    ("actor", "type"),
    ("actor", "email"),
    ("actor", "identity_data"),
    ("time",),
    ("action",),
    ("object", "id"),
    ("object", "type"),
    ("object", "user", "email"),
    ("object", "deployment", "name"),
    ("object", "deployment", "artifact_name"),
    ("object", "device", "id"),
    ("object", "device", "identity_data"),
    ("change",),
)
"""The columns of an export: the members of an entry, each with those around it."""

_ATTACHMENT = (b"content-disposition", b'attachment; filename="audit-logs.csv"')
_CRITERIA = tuple(criterion.name for criterion in fields(Search))


@operation("listAuditLogs")
def list_audit_logs(call: Call) -> Answer:
    """List entries page by page, the newest first unless asked otherwise."""
    page = page_of(call)
    found, total = call.world.audit.page(
        page, _search(call), newest_first=call.params["sort"] == "desc"
    )
    shaped = [_entry_json(entry) for entry in found]
    return json_answer(shaped, headers=counted(call, page, total))


@operation("exportAuditLogs")
def export_audit_logs(call: Call) -> Answer:
    """Write entries as comma-separated values, in chunks."""
    separator = call.params.get("format_separator", ".")
    columns = _columns(call.params.get("ignore", ""), separator)
    found = call.world.audit.find(
        _search(call),
        newest_first=call.params["sort"] == "desc",
        limit=call.params.get("limit"),
    )
    chunks = _csv(found, columns, separator)
    return StreamedAnswer(OK, content_type=b"text/csv", headers=[_ATTACHMENT], chunks=chunks)


def _search(call: Call) -> Search:
    given = call.params
    return Search(**{name: given[name] for name in _CRITERIA if name in given})


def _entry_json(entry: Entry) -> dict[str, Any]:
    actor, thing = entry.actor, entry.object
    shaped = {
        "actor": {"id": actor.id, "type": actor.type, "email": actor.email},
        "time": rfc3339(entry.time),
        "action": entry.action,
        "object": {"id": thing.id, "type": thing.type, thing.type: thing.about},
    }
    return shaped if entry.change is None else {**shaped, "change": entry.change}


def _columns(ignore: str, separator: str) -> list[Column]:
    """Return the columns that are left, named in the header's way or with dots.

    Raises Invalid for a name that no column has, and where no column is left.
    """
    named = {join.join(column): column for column in COLUMNS for join in (separator, ".")}
    ignored = {name.strip() for name in ignore.split(",")} - {""}
    unknown = sorted(ignored - named.keys())
    if unknown:
        known = ", ".join(separator.join(column) for column in COLUMNS)
        message = f"ignore: no column '{unknown[0][:80]}'; there are {known}"
        raise Invalid(message)
    left = [column for column in COLUMNS if column not in {named[name] for name in ignored}]
    if not left:
        message = "ignore: no column would be left"
        raise Invalid(message)
    return left


def _csv(entries: Sequence[Entry], columns: list[Column], separator: str) -> Iterator[bytes]:
    """Write a header, then a row for each entry; cells are what the list shows, unaltered."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([separator.join(column) for column in columns])
    left = iter(entries)
    while some := list(islice(left, ROWS)):
        shaped = map(_entry_json, some)
        writer.writerows([_cell(entry, column) for column in columns] for entry in shaped)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _cell(shaped: Any, column: Column) -> str:
    for name in column:
        shaped = shaped.get(name, {})
    return shaped or ""
