"""Management APIs / Audit Logs service: filters, order and pages of the log, and its export."""

import csv
import io
from datetime import datetime
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_contains,
    expect_equal,
    expect_status,
)
from otakit.contracts.pages import expect_links, expect_pages, expect_total
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_audit_logs import LOGS, SECTION, ask, entries_in, own_entry
from otakit.contracts.rules.management_configuration import configuration_path

GET = f"{SECTION} / Get Audit Logs"
EXPORT = f"{SECTION} / Export Audit Logs"
OPERATIONS = ["listAuditLogs"]
EXPORTS = ["exportAuditLogs"]

NOBODY = "00000000-0000-4000-8000-000000000000"
"""An id that nobody and nothing has."""


@rule(
    "MEN-MGT-AUD-020",
    "The log is filtered by the actor's id",
    document=GET,
    operations=OPERATIONS,
)
def actor_id_filters(backend: Backend) -> None:
    """Ask for what the user has done, and for what nobody has done."""
    entry = own_entry(backend)
    actor = entry["actor"]["id"]
    _expect_filter(backend, entry, {"actor_id": actor}, {"actor_id": NOBODY})


@rule(
    "MEN-MGT-AUD-021",
    "The log is filtered by the actor's type",
    document=GET,
    operations=OPERATIONS,
)
def actor_type_filters(backend: Backend) -> None:
    """Ask for what users have done, and for what devices have done."""
    entry = own_entry(backend)
    _expect_filter(backend, entry, {"actor_type": "user"}, {"actor_type": "device"})


@rule(
    "MEN-MGT-AUD-022",
    "The log is filtered by the actor's e-mail address",
    document=GET,
    operations=OPERATIONS,
)
def actor_email_filters(backend: Backend) -> None:
    """Ask for what the user has done, and for what nobody has done."""
    entry = own_entry(backend)
    email = str(entry["actor"].get("email", ""))
    other = {"actor_email": f"{backend.name('nobody')}@example.com"}
    _expect_filter(backend, entry, {"actor_email": email}, other)


@rule(
    "MEN-MGT-AUD-023",
    "The log is filtered by the object's id",
    document=GET,
    operations=OPERATIONS,
)
def object_id_filters(backend: Backend) -> None:
    """Ask for what was done to one deployment, and to nothing."""
    entry = own_entry(backend)
    wanted = {"object_id": entry["object"]["id"]}
    _expect_filter(backend, entry, wanted, {"object_id": NOBODY})


@rule(
    "MEN-MGT-AUD-024",
    "The log is filtered by the object's type",
    document=GET,
    operations=OPERATIONS,
)
def object_type_filters(backend: Backend) -> None:
    """Ask for what was done to deployments, and to devices."""
    entry = own_entry(backend)
    _expect_filter(backend, entry, {"object_type": "deployment"}, {"object_type": "device"})


@rule(
    "MEN-MGT-AUD-025",
    "The log is filtered by the deployment's name",
    document=GET,
    operations=OPERATIONS,
)
def deployment_name_filters(backend: Backend) -> None:
    """Ask for what was done to deployments of one name, and of none."""
    entry = own_entry(backend)
    name = entry["object"]["deployment"]["name"]
    other = {"object_deployment_name": backend.name("deployment")}
    _expect_filter(backend, entry, {"object_deployment_name": name}, other)


@rule(
    "MEN-MGT-AUD-026",
    "'created_after' lists what was done then or later",
    document=GET,
    operations=OPERATIONS,
)
def created_after_filters(backend: Backend) -> None:
    """Ask with the second of an entry, and with a later one."""
    entry = own_entry(backend)
    second = _second(entry)
    wanted, other = {"created_after": second}, {"created_after": second + 1}
    _expect_filter(backend, entry, wanted, other)


@rule(
    "MEN-MGT-AUD-027",
    "'created_before' lists what was done then or earlier",
    document=GET,
    operations=OPERATIONS,
)
def created_before_filters(backend: Backend) -> None:
    """Ask with the second after an entry, and with the one before it."""
    entry = own_entry(backend)
    second = _second(entry)
    wanted, other = {"created_before": second + 1}, {"created_before": second - 1}
    _expect_filter(backend, entry, wanted, other)


@rule(
    "MEN-MGT-AUD-030",
    "The newest entries come first, unless the oldest are asked for",
    document=GET,
    operations=OPERATIONS,
)
def log_is_sorted_by_time(backend: Backend) -> None:
    """List what was done to a device, in each direction."""
    mine = _History(backend)
    newest_first = mine.times(ask(backend, **mine.query))
    expect_equal(None, newest_first, sorted(newest_first, reverse=True), "the times, by default")
    descending = mine.changes(ask(backend, **mine.query, sort="desc"))
    ascending = mine.changes(ask(backend, **mine.query, sort="asc"))
    expect_equal(None, ascending, mine.in_order, "what was done, the oldest first")
    expect_equal(None, descending, mine.in_order[::-1], "what was done, the newest first")


@rule(
    "MEN-MGT-AUD-031",
    "A page of the log has no more entries than per_page says, and the next goes on from there",
    document=GET,
    operations=OPERATIONS,
)
def log_has_pages(backend: Backend) -> None:
    """List three entries two by two."""
    mine = _History(backend)
    expect_pages(mine.ask, mine.changes, mine.in_order)


@rule(
    "MEN-MGT-AUD-032",
    "X-Total-Count of the log is the number of entries that match",
    document=GET,
    operations=OPERATIONS,
)
def log_counts_entries(backend: Backend) -> None:
    """List one of three entries, and read how many there are."""
    expect_total(_History(backend).ask(page=1, per_page=1), 3)


@rule(
    "MEN-MGT-AUD-033",
    "The header Link of the log leads to the first, the next and the previous page",
    document=GET,
    operations=OPERATIONS,
)
def log_links_its_pages(backend: Backend) -> None:
    """List three entries one by one, and follow the links of the middle page."""
    mine = _History(backend)
    expect_links(backend.management, mine.ask, mine.changes)


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
    exported = _export(backend, **_History(backend).query, limit=2)
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
    mine = _History(backend)
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
    second = _second(entry)
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


class _History:
    """Three entries about a device of their own, which differ in their change."""

    def __init__(self, backend: Backend) -> None:
        """Configure a device three times; raises NotReached if three entries do not come."""
        self._backend = backend
        device = backend.pending_device()  # whose asking is no user's act
        with backend.building("three entries about a device"):
            for value in ("debug", "info", "error"):
                answer = backend.management.put(configuration_path(device), json={"log": value})
                expect_status(answer, 204)
        self.query = {"object_id": device.id}
        answer = backend.eventually(self._all)
        self.in_order = self.changes(answer)[::-1]

    @staticmethod
    def changes(answer: Exchange) -> list[str]:
        """Return what was changed, in the order of the entries."""
        return [str(entry.get("change")) for entry in entries_in(answer)]

    @staticmethod
    def times(answer: Exchange) -> list[str]:
        """Return when it was done, in the order of the entries."""
        return [str(entry.get("time")) for entry in entries_in(answer)]

    def ask(self, **query: Any) -> Exchange:
        """List them, and no others."""
        return self._backend.management.get(LOGS, params={**self.query, **query})

    def _all(self) -> Exchange:
        answer = ask(self._backend, **self.query)
        with self._backend.building("three entries about a device"):
            expect_equal(answer, len(entries_in(answer)), 3, "how many entries there are")
        return answer


def _expect_filter(
    backend: Backend, entry: dict[str, Any], wanted: dict[str, Any], other: dict[str, Any]
) -> None:
    """Fail unless an entry is found by what is true of it, and not by something else."""
    name = {"object_id": entry["object"]["id"]}
    for query, found in (({**name, **wanted}, True), ({**name, **other}, False)):
        answer = ask(backend, **query)
        expect(
            (entry in entries_in(answer)) is found,
            f"whether {answer.name} has the entry about {name['object_id']}",
            expected="that it has" if found else "that it has not",
            actual=answer.answer(),
            answer=answer,
        )


def _second(entry: dict[str, Any]) -> int:
    return int(datetime.fromisoformat(str(entry["time"])).timestamp())


def _export(backend: Backend, **query: Any) -> Exchange:
    return expect_status(backend.management.get(f"{LOGS}/export", params=query), 200)


def _header(exported: Exchange) -> list[str]:
    return next(csv.reader(io.StringIO(exported.text)), [])


def _rows(exported: Exchange) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported.text)))
