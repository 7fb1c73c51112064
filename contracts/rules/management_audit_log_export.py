"""Management APIs / Audit Logs service: the log as a file."""

import csv
import io
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_contains,
    expect_equal,
    expect_status,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_audit_log_lists import NOBODY, History, second_of
from otakit.contracts.rules.management_audit_logs import LOGS, SECTION, own_entry

EXPORT = f"{SECTION} / Export Audit Logs"
EXPORTS = ["exportAuditLogs"]


@rule(
    "MEN-MGT-AUD-040",
    "The export has the log's entries as comma-separated values, below a header with their fields",
    document=EXPORT,
    operations=EXPORTS,
)
def log_is_exported(backend: Backend) -> None:
    """Export the entry about a deployment."""
    entry = own_entry(backend)
    exported = _export(backend, object_id=entry["object"]["id"])
    rows = _rows(exported)
    expect_equal(exported, len(rows), 1, "how many entries are exported")
    row = {name: rows[0].get(name) for name in ("actor.id", "action", "object.id", "object.type")}
    wanted = {
        "actor.id": entry["actor"]["id"],
        "action": entry["action"],
        "object.id": entry["object"]["id"],
        "object.type": "deployment",
    }
    expect_equal(exported, row, wanted, "what the row says of the entry")


@rule(
    "MEN-MGT-AUD-041",
    "The export ends after as many entries as 'limit' says",
    document=EXPORT,
    operations=EXPORTS,
)
def export_is_limited(backend: Backend) -> None:
    """Export two of three entries."""
    exported = _export(backend, **History(backend).query, limit=2)
    expect_equal(exported, len(_rows(exported)), 2, "how many entries are exported")


@rule(
    "MEN-MGT-AUD-042",
    "'format_separator' stands between the names of nested fields in the export's header",
    document=EXPORT,
    operations=EXPORTS,
)
def separator_is_chosen(backend: Backend) -> None:
    """Export an entry with underscores."""
    entry = own_entry(backend)
    exported = _export(backend, object_id=entry["object"]["id"], format_separator="_")
    header = _header(exported)
    expect_contains(exported, header, "actor_id", "the header of the export")
    expect_contains(exported, header, "object_deployment_name", "the header of the export")


@rule(
    "MEN-MGT-AUD-043",
    "Fields that 'ignore' names are not in the export",
    document=EXPORT,
    operations=EXPORTS,
)
def fields_are_ignored(backend: Backend) -> None:
    """Export an entry with and without the actor's id."""
    query = {"object_id": own_entry(backend)["object"]["id"]}
    whole = _header(_export(backend, **query))
    exported = _export(backend, **query, ignore="actor.id")
    wanted = [name for name in whole if name != "actor.id"]
    expect_equal(exported, _header(exported), wanted, "the header without 'actor.id'")


@rule(
    "MEN-MGT-AUD-044",
    "The export is sorted like the log: the newest first, unless the oldest are asked for",
    document=EXPORT,
    operations=EXPORTS,
)
def export_is_sorted(backend: Backend) -> None:
    """Export what was done to a device, in each direction."""
    mine = History(backend)
    for query, wanted in (({}, mine.in_order[::-1]), ({"sort": "asc"}, mine.in_order)):
        exported = _export(backend, **mine.query, **query)
        found = [str(row.get("change")) for row in _rows(exported)]
        expect_equal(exported, found, wanted, f"the order of {exported.name}")


@rule(
    "MEN-MGT-AUD-045",
    "The export is filtered like the log, by each of its filters",
    document=EXPORT,
    operations=EXPORTS,
)
def export_is_filtered(backend: Backend) -> None:
    """Export an entry by what is true of it, and not by what is true of others."""
    entry = own_entry(backend)
    mine = entry["object"]["id"]
    second = second_of(entry)
    for other in (
        {"actor_id": NOBODY},
        {"actor_type": "device"},
        {"actor_email": f"{backend.name('nobody')}@example.com"},
        {"object_type": "device"},
        {"object_deployment_name": backend.name("deployment")},
        {"created_after": second + 1},
        {"created_before": second - 1},
    ):
        exported = _export(backend, object_id=mine, **other)
        expect_equal(exported, len(_rows(exported)), 0, f"the rows of {exported.name}")


def _export(backend: Backend, **query: Any) -> Exchange:
    return expect_status(backend.management.get(f"{LOGS}/export", params=query), 200)


def _header(exported: Exchange) -> list[str]:
    return next(csv.reader(io.StringIO(exported.text)), [])


def _rows(exported: Exchange) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported.text)))
