"""Management APIs / Audit Logs service: filters, order and pages of the log."""

from datetime import datetime
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_status,
)
from otakit.contracts.pages import expect_links, expect_pages, expect_total
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_audit_logs import LOGS, SECTION, ask, entries_in, own_entry
from otakit.contracts.rules.management_configuration import configuration_path

GET = f"{SECTION} / Get Audit Logs"
OPERATIONS = ["listAuditLogs"]
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
    second = second_of(entry)
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
    second = second_of(entry)
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
    mine = History(backend)
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
    mine = History(backend)
    expect_pages(mine.ask, mine.changes, mine.in_order)


@rule(
    "MEN-MGT-AUD-032",
    "X-Total-Count of the log is the number of entries that match",
    document=GET,
    operations=OPERATIONS,
)
def log_counts_entries(backend: Backend) -> None:
    """List one of three entries, and read how many there are."""
    expect_total(History(backend).ask(page=1, per_page=1), 3)


@rule(
    "MEN-MGT-AUD-033",
    "The header Link of the log leads to the first, the next and the previous page",
    document=GET,
    operations=OPERATIONS,
)
def log_links_its_pages(backend: Backend) -> None:
    """List three entries one by one, and follow the links of the middle page."""
    mine = History(backend)
    expect_links(backend.management, mine.ask, mine.changes)


class History:
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


def second_of(entry: dict[str, Any]) -> int:
    """Return the second in which an entry was made."""
    return int(datetime.fromisoformat(str(entry["time"])).timestamp())
