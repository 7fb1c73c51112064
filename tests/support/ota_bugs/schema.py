"""Bugs that only odd values show, which nobody would write into a rule."""

from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.domain.errors import Conflict, NotFound, Unprocessable
from otakit.mockserver.domain.filters import SavedFilters
from otakit.mockserver.operations import Call


@bug("SCHEMA-listReleases")
def names_of_other_scripts_are_fatal() -> None:
    """A release that is looked for by anything but ASCII leads to an internal error."""

    @answering("listReleases")
    def releases(real: Any, call: Call) -> Any:
        for text in ("name", "description", "device_type"):
            str(call.params.get(text) or "").encode("ascii")
        return real(call)


@bug("SCHEMA-updateDeployment")
def changing_what_is_over_is_unprocessable() -> None:
    """A deployment that cannot be changed is refused with a status of another operation."""

    @answering("updateDeployment")
    def update(real: Any, call: Call) -> Any:
        try:
            return real(call)
        except (Conflict, NotFound) as error:
            raise Unprocessable(str(error)) from error


@bug("SCHEMA-listDeploymentDevices")
def far_pages_are_null() -> None:
    """A page far behind the last one is null, not an empty list."""

    @answering("listDeploymentDevices")
    def devices(real: Any, call: Call) -> Answer:
        answer: Answer = real(call)
        return json_answer(None) if int(call.params.get("page") or 1) > 1 else answer


@bug("SCHEMA-countDevices")
def empty_status_is_counted_in_words() -> None:
    """Where no device has a status, their number is a text."""

    @answering("countDevices")
    def count(real: Any, call: Call) -> Answer:
        answer: Answer = real(call)
        number = call.world.devices.count(call.params.get("status"))
        return answer if number else json_answer({"count": "none"})


@bug("SCHEMA-getFilter")
def deleted_filters_are_kept() -> None:
    """A filter that was deleted is in no list any more, but can still be read."""
    kept: dict[str, Any] = {}

    @instead_of(SavedFilters, "remove")
    def remove(real: Any, filters: SavedFilters, filter_id: str) -> None:
        kept[filter_id] = filters.filter(filter_id)
        real(filters, filter_id)

    @answering("getFilter")
    def get(real: Any, call: Call) -> Answer:
        gone = kept.get(call.params["id"])
        if gone is None:
            answer: Answer = real(call)
            return answer
        return json_answer({"id": gone.id, "name": gone.name, "terms": []})


@bug("SCHEMA-searchDevices")
def search_takes_anything() -> None:
    """A search for devices by what is no status finds none, where it should be refused."""
    without_checks("searchDevices")

    @answering("searchDevices")
    def search(real: Any, call: Call) -> Answer:
        try:
            answer: Answer = real(call)
        except Exception:  # noqa: BLE001 - that is the bug
            return json_answer([])
        return answer
