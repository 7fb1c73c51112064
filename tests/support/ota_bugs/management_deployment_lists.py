"""Bugs in which deployments a filter finds."""

import json
from typing import Any

from ota_bugs.catalogue import answering, bug
from otakit.mockserver.answers import json_answer


def _without(*parameters: str) -> None:
    """Let the list of deployments ignore parameters."""

    @answering("listDeployments")
    def read(real: Any, call: Any) -> Any:
        for name in parameters:
            call.params.pop(name, None)
        return real(call)


def _changed(parameter: str, change: Any) -> None:
    """Let the list of deployments take another value for a parameter that is given."""

    @answering("listDeployments")
    def read(real: Any, call: Any) -> Any:
        if parameter in call.params:
            call.params[parameter] = change(call.params[parameter])
        return real(call)


def _listed(change: Any) -> None:
    """Let the list of deployments be answered with a change."""

    @answering("listDeployments")
    def read(real: Any, call: Any) -> Any:
        answer = real(call)
        answer.body = json_answer(change(json.loads(answer.body))).body
        return answer


@bug("MEN-MGT-DEP-100", "MEN-MGT-DEP-104", "MEN-MGT-DEP-117")
def finished_deployments_are_not_listed() -> None:
    """The list has active deployments only."""
    _listed(lambda shown: [entry for entry in shown if entry["status"] != "finished"])


@bug("MEN-MGT-DEP-101")
def listed_deployments_are_stale() -> None:
    """The list shows each deployment as it was when it was created."""

    def stale(entry: dict[str, Any]) -> dict[str, Any]:
        return {**{n: v for n, v in entry.items() if n != "finished"}, "status": "pending"}

    _listed(lambda shown: [stale(entry) for entry in shown])


@bug("MEN-MGT-DEP-102", "MEN-MGT-DEP-103", "MEN-MGT-DEP-104", "MEN-MGT-DEP-117")
def filter_of_status_is_ignored() -> None:
    """The list has deployments of all statuses, whatever is asked for."""
    _without("status")


@bug("MEN-MGT-DEP-102")
def pending_finds_those_in_progress() -> None:
    """The filters 'pending' and 'inprogress' find the same."""
    _changed("status", lambda status: "inprogress" if status == "pending" else status)


@bug("MEN-MGT-DEP-105")
def filter_of_type_is_ignored() -> None:
    """The list has deployments of all types, whatever is asked for."""
    _without("type")


@bug("MEN-MGT-DEP-106")
def search_is_ignored() -> None:
    """The list has deployments of all names, whatever is searched for."""
    _without("search")


@bug("MEN-MGT-DEP-106")
def search_finds_names_by_their_beginning() -> None:
    """A search looks at the first twelve characters only."""
    _changed("search", lambda text: text[:12])


@bug("MEN-MGT-DEP-107", "MEN-MGT-DEP-108")
def times_of_creation_are_ignored() -> None:
    """The list has deployments of all times, whatever is asked for."""
    _without("created_before", "created_after")


@bug("MEN-MGT-DEP-107")
def created_before_is_milliseconds() -> None:
    """A time in `created_before` is taken for milliseconds."""
    _changed("created_before", lambda time: time // 1000)


@bug("MEN-MGT-DEP-108")
def created_after_excludes_its_second() -> None:
    """`created_after` finds deployments of later seconds only."""
    _changed("created_after", lambda time: time + 1)


@bug("MEN-MGT-DEP-117")
def last_filter_wins() -> None:
    """A search takes the place of the other filters."""

    @answering("listDeployments")
    def read(real: Any, call: Any) -> Any:
        if "search" in call.params:
            call.params.pop("status", None)
        return real(call)


@bug("MEN-MGT-DEP-118")
def configurations_are_never_found() -> None:
    """The list has deployments of software only, whatever type is asked for."""
    _changed("type", lambda _: "software")
