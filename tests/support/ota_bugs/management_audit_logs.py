"""Bugs in the audit trail and its export."""

from dataclasses import replace
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver import audit_trail
from otakit.mockserver.answers import Answer
from otakit.mockserver.api import audit_logs
from otakit.mockserver.domain.audit import DEPLOYMENT, Actor, AuditLog, Entry, Object, Search
from otakit.mockserver.domain.errors import DomainError
from otakit.mockserver.domain.index import Page
from otakit.mockserver.operations import Call

KEPT = ("actor_id", "actor_type", "actor_email", "object_id", "object_type")


@bug("MEN-MGT-AUD-001", "MEN-MGT-AUD-006")
def creations_are_not_logged() -> None:
    """What is made leaves no entry in the audit log."""
    _forgetting("create")


@bug("MEN-MGT-AUD-001")
def deployments_are_logged_without_a_name() -> None:
    """An entry about a deployment has the artifact's name in place of its own."""
    _written(
        lambda thing: (
            replace(thing, about={**thing.about, "name": "update"})
            if thing.type == DEPLOYMENT
            else thing
        )
    )


@bug("MEN-MGT-AUD-002")
def aborts_are_not_logged() -> None:
    """Who aborts a deployment is not written down."""
    _forgetting("abort")


@bug("MEN-MGT-AUD-003")
def rejections_are_not_logged() -> None:
    """Who rejects a device is not written down."""
    _forgetting("reject")


@bug("MEN-MGT-AUD-003")
def devices_are_logged_without_identity() -> None:
    """An entry about a device does not say which one it was."""

    @instead_of(audit_trail, "_json")
    def text(real: Any, value: Any) -> Any:
        return "{}" if isinstance(value, dict) else real(value)


@bug("MEN-MGT-AUD-004")
def decommissioning_is_not_logged() -> None:
    """Who decommissions a device is not written down."""
    _forgetting("decommission")


@bug("MEN-MGT-AUD-005", "MEN-MGT-AUD-007", "MEN-MGT-AUD-008")
def updates_are_not_logged() -> None:
    """What is only changed leaves no entry in the audit log."""
    _forgetting("update")


@bug("MEN-MGT-AUD-008")
def deletions_of_artifacts_are_not_logged() -> None:
    """Who deletes an artifact is not written down."""
    _forgetting("delete")


@bug("MEN-MGT-AUD-009")
def refused_deployments_are_logged() -> None:
    """A deployment is written down before it is looked at."""

    @answering("createDeployment")
    def create(real: Any, call: Call) -> Answer:
        try:
            answer: Answer = real(call)
        except DomainError:
            about = {"name": call.body["name"], "artifact_name": call.body["artifact_name"]}
            call.audit("create", Object(id="", type=DEPLOYMENT, about=about))
            raise
        return answer


@bug("MEN-MGT-AUD-010")
def actors_are_nameless() -> None:
    """An entry does not say whose e-mail address it was."""

    @instead_of(AuditLog, "write")
    def write(real: Any, log: AuditLog, who: Actor, *args: Any) -> None:
        real(log, replace(who, email="somebody@example.com"), *args)


@bug("MEN-MGT-AUD-011")
def times_are_of_another_zone() -> None:
    """The time of an entry is local time, and said to be UTC."""

    @instead_of(audit_logs, "rfc3339")
    def moment(real: Any, seconds: float) -> Any:
        return real(seconds + 2 * 3600)


@bug("MEN-MGT-AUD-020", "MEN-MGT-AUD-021", "MEN-MGT-AUD-022", "MEN-MGT-AUD-045")
def actors_are_not_looked_at() -> None:
    """The audit log ignores the filters for actors."""
    _ignoring("actor_id", "actor_type", "actor_email")


@bug("MEN-MGT-AUD-023")
def objects_are_not_looked_at() -> None:
    """The audit log ignores the filter for the id of an object."""
    _ignoring("object_id")


@bug("MEN-MGT-AUD-024", "MEN-MGT-AUD-025", "MEN-MGT-AUD-045")
def types_are_not_looked_at() -> None:
    """The audit log ignores the filters for types and names of objects."""
    _ignoring("object_type", "object_deployment_name")


@bug("MEN-MGT-AUD-026", "MEN-MGT-AUD-027")
def times_are_not_looked_at() -> None:
    """The audit log ignores the filters for time."""
    _ignoring("created_after", "created_before")


@bug("MEN-MGT-AUD-026")
def created_after_is_exclusive() -> None:
    """What was done in the very second that is asked for is not listed."""

    @instead_of(Search, "finds")
    def finds(real: Any, search: Search, entry: Entry) -> bool:
        after = search.created_after
        return bool(real(search, entry)) and (after is None or int(entry.time) > after)


@bug("MEN-MGT-AUD-030", "MEN-MGT-AUD-044")
def the_oldest_entries_come_first() -> None:
    """The audit log begins with its oldest entries, whatever is asked for."""

    @instead_of(AuditLog, "_numbers")
    def numbers(real: Any, log: AuditLog, **_: Any) -> Any:
        return real(log, newest_first=False)


@bug("MEN-MGT-AUD-031")
def pages_of_the_log_are_one_too_long() -> None:
    """A page of the audit log has an entry more than was asked for."""
    _on_page(lambda page: Page(page.number, page.size + 1))


@bug("MEN-MGT-AUD-032")
def totals_of_the_log_are_of_all() -> None:
    """X-Total-Count of the audit log counts all entries, also those that do not match."""

    @instead_of(AuditLog, "page")
    def page(real: Any, log: AuditLog, *args: Any, **how: Any) -> Any:
        return real(log, *args, **how)[0], len(log)


@bug("MEN-MGT-AUD-033")
def the_log_has_no_links() -> None:
    """The pages of the audit log do not say how to get on."""

    @instead_of(audit_logs, "counted")
    def counted(real: Any, *args: Any) -> Any:
        return [pair for pair in real(*args) if pair[0] != b"link"]


@bug("MEN-MGT-AUD-040")
def exports_mix_up_actors_and_objects() -> None:
    """In the export, the columns of the actor and of the object are swapped."""

    @instead_of(audit_logs, "_cell")
    def cell(real: Any, shaped: Any, column: tuple[str, ...]) -> Any:
        other = {"actor": "object", "object": "actor"}.get(column[0], column[0])
        return real(shaped, (other, *column[1:]))


@bug("MEN-MGT-AUD-041")
def exports_have_no_limit() -> None:
    """The export has all entries, whatever the limit."""

    @instead_of(AuditLog, "find")
    def find(real: Any, log: AuditLog, *args: Any, **how: Any) -> Any:
        return real(log, *args, **{**how, "limit": None})


@bug("MEN-MGT-AUD-042")
def separators_are_dots() -> None:
    """The names of nested fields are always separated by dots."""

    @instead_of(audit_logs, "_csv")
    def rows(real: Any, entries: Any, columns: Any, _separator: str) -> Any:
        return real(entries, columns, ".")


@bug("MEN-MGT-AUD-043")
def no_column_is_ignored() -> None:
    """The export has all columns, also those that are to be left out."""

    @instead_of(audit_logs, "_columns")
    def columns(real: Any, _ignore: str, separator: str) -> Any:
        return real("", separator)


@bug("MEN-MGT-AUD-045")
def exports_are_of_one_object() -> None:
    """The export knows the filter for the id of an object only."""

    @answering("exportAuditLogs")
    def export(real: Any, call: Call) -> Answer:
        dropped = {"created_after", "created_before", *KEPT} - {"object_id"}
        for name in dropped:
            call.params.pop(name, None)
        answer: Answer = real(call)
        return answer


def _forgetting(action: str) -> None:
    @instead_of(AuditLog, "write")
    def write(real: Any, log: AuditLog, who: Actor, what: str, *args: Any) -> None:
        if what != action:
            real(log, who, what, *args)


def _written(change: Any) -> None:
    @instead_of(AuditLog, "write")
    def write(real: Any, log: AuditLog, who: Actor, what: str, thing: Object, *args: Any) -> None:
        real(log, who, what, change(thing), *args)


def _ignoring(*fields: str) -> None:
    @instead_of(Search, "finds")
    def finds(real: Any, search: Search, entry: Entry) -> Any:
        return real(replace(search, **dict.fromkeys(fields)), entry)


def _on_page(change: Any) -> None:
    @instead_of(AuditLog, "page")
    def page(real: Any, log: AuditLog, page: Page, *args: Any, **how: Any) -> Any:
        return real(log, change(page), *args, **how)
