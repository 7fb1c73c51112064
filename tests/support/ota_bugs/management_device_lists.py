"""Bugs in how users see devices, count them, and see to their tokens."""

from typing import Any

import msgspec

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.answers import Answer, empty, json_answer
from otakit.mockserver.api import devauth
from otakit.mockserver.domain.device import REJECTED
from otakit.mockserver.domain.devices import Devices
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.index import Page
from otakit.mockserver.operations import Call


@bug("MEN-MGT-AUT-030")
def only_accepted_devices_are_listed() -> None:
    """A list without a status leaves out whoever is not accepted."""

    @instead_of(Devices, "page")
    def page(real: Any, devices: Devices, page: Page, *, statuses: Any, ids: Any) -> Any:
        return real(devices, page, statuses=statuses or ["accepted"], ids=ids)


@bug("MEN-MGT-AUT-031", "MEN-MGT-AUT-040")
def statuses_do_not_filter() -> None:
    """Whatever status is asked for, all devices are listed."""

    @instead_of(Devices, "page")
    def page(real: Any, devices: Devices, page: Page, *, statuses: Any, ids: Any) -> Any:
        del statuses
        return real(devices, page, ids=ids)


@bug("MEN-MGT-AUT-032", "MEN-MGT-AUT-041")
def only_the_first_id_counts() -> None:
    """Of several ids only the first one is listed."""

    @instead_of(Devices, "page")
    def page(real: Any, devices: Devices, page: Page, *, statuses: Any, ids: Any) -> Any:
        return real(devices, page, statuses=statuses, ids=list(ids)[:1])


@bug("MEN-MGT-AUT-033")
def list_is_not_sorted() -> None:
    """The first two devices of a page have changed places."""

    @instead_of(Devices, "page")
    def page(real: Any, *args: Any, **options: Any) -> Any:
        found, more = real(*args, **options)
        found[:2] = found[1::-1]
        return found, more


@bug("MEN-MGT-AUT-034", "MEN-MGT-AUT-043")
def pages_of_devices_overlap() -> None:
    """Each page but the first begins with the last device of the one before."""

    @instead_of(Devices, "page")
    def page(real: Any, devices: Devices, page: Page, **options: Any) -> Any:
        found, more = real(devices, page, **options)
        if page.number > 1:
            before, _ = real(devices, Page(page.number - 1, page.size), **options)
            found = (before[-1:] + found)[: page.size]
        return found, more


@bug("MEN-MGT-AUT-035")
def next_page_is_the_same_page() -> None:
    """The link to the next page leads to the page itself."""

    @instead_of(devauth, "uncounted")
    def uncounted(real: Any, call: Call, page: Page, *, more: bool) -> Any:
        number = b"page=%d&" % page.number
        after = b"page=%d&" % (page.number + 1)
        return [(n, v.replace(after, number)) for n, v in real(call, page, more=more)]


@bug("MEN-MGT-AUT-036", "MEN-MGT-AUT-062")
def unknown_statuses_are_any_status() -> None:
    """A status that there is not counts as none."""
    for operation in ("listDevices", "countDevices"):
        without_checks(operation)

        @answering(operation)
        def answer(real: Any, call: Call) -> Any:
            if call.params.get("status") == "welcome":
                del call.params["status"]
            return real(call)


@bug("MEN-MGT-AUT-042")
def searched_sets_are_not_sorted() -> None:
    """A search shows a device's second authentication set first."""

    @answering("searchDevices")
    def search(real: Any, call: Call) -> Answer:
        answer: Answer = real(call)
        devices = msgspec.json.decode(answer.body)
        for device in devices:
            sets = device["auth_sets"]
            sets[:2] = sets[1::-1]
        return json_answer(devices, headers=list(answer.headers))


@bug("MEN-MGT-AUT-044")
def odd_searches_crash_the_server() -> None:
    """A search for a number is answered 500."""
    without_checks("searchDevices")


@bug("MEN-MGT-AUT-050")
def keys_are_shown_in_part() -> None:
    """Of a device's key only the first line is shown."""

    @instead_of(devauth, "_auth_set_json")
    def auth_set(real: Any, *args: Any) -> Any:
        shown = real(*args)
        return {**shown, "pubkey": shown["pubkey"].partition("\n")[0]}


@bug("MEN-MGT-AUT-051")
def sets_name_no_device() -> None:
    """An authentication set does not say whose it is."""

    @instead_of(devauth, "_auth_set_json")
    def auth_set(real: Any, *args: Any) -> Any:
        shown = real(*args)
        del shown["device_id"]
        return shown


@bug("MEN-MGT-AUT-052", "FORM-getDevice")
def unknown_devices_are_null() -> None:
    """A device that there is not is answered 200 and null."""

    @answering("getDevice")
    def get(real: Any, call: Call) -> Any:
        try:
            return real(call)
        except NotFound:
            return json_answer(None)


@bug("MEN-MGT-AUT-060", "MEN-MGT-AUT-061")
def counts_are_old() -> None:
    """A number of devices is counted once and never again."""
    counts: dict[str | None, int] = {}

    @answering("countDevices")
    def count(_: Any, call: Call) -> Answer:
        status = call.params.get("status")
        number = counts.setdefault(status, call.world.devices.count(status))
        return json_answer({"count": number})


@bug("MEN-MGT-AUT-061")
def counts_are_of_all() -> None:
    """Whatever status is asked for, all devices are counted."""

    @answering("countDevices")
    def count(_: Any, call: Call) -> Answer:
        return json_answer({"count": call.world.devices.count()})


@bug("MEN-MGT-AUT-070")
def revoked_tokens_go_on() -> None:
    """Revoking a token is answered 204, and the token stays good."""

    @answering("revokeToken")
    def revoke(_: Any, __: Call) -> Answer:
        return empty()


@bug("MEN-MGT-AUT-071")
def revoking_rejects_the_device() -> None:
    """Revoking a token rejects its device as well."""

    @answering("revokeToken")
    def revoke(real: Any, call: Call) -> Any:
        answer = real(call)
        auth_set = call.world.devices.any_auth_set(call.params["id"])
        assert auth_set is not None
        call.world.admission.set_status(auth_set.device_id, auth_set.id, REJECTED)
        return answer


@bug("MEN-MGT-AUT-072")
def unknown_tokens_can_be_revoked() -> None:
    """Revoking a token that there is not is answered 204."""

    @answering("revokeToken")
    def revoke(real: Any, call: Call) -> Any:
        try:
            return real(call)
        except NotFound:
            return empty()


@bug("MEN-MGT-AUT-080", "FORM-getDeviceLimit")
def limit_is_a_text() -> None:
    """The limit of accepted devices is written as a text."""

    @answering("getDeviceLimit")
    def limit(_: Any, call: Call) -> Answer:
        return json_answer({"limit": str(call.world.admission.limit)})
