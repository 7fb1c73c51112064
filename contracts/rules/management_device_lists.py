"""Management APIs / Device authentication: users list devices."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_contains,
    expect_equal,
    expect_error,
    expect_status,
    json_of,
)
from otakit.contracts.pages import expect_pages
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_device_authentication import NOBODY, SECTION
from otakit.contracts.signing_device import DEVICES, SigningDevice

LIST = f"{SECTION} / List Devices"
STATUSES = ("pending", "accepted", "rejected", "preauthorized", "noauth")


@rule(
    "MEN-MGT-AUT-030",
    "Without a status, devices of every status are listed",
    document=LIST,
    operations=["listDevices"],
)
def all_statuses_are_listed(backend: Backend) -> None:
    """Make a device of each status, and list them by id."""
    devices = [of_status(backend, status) for status in STATUSES]
    listed = ids_in(_listed(backend, id=[device.id for device in devices]))
    expect_equal(None, sorted(listed), sorted(d.id for d in devices), "the devices that are listed")


@rule(
    "MEN-MGT-AUT-031",
    "With a status, devices of this status are listed and no others",
    document=LIST,
    operations=["listDevices"],
)
def status_filters_the_list(backend: Backend) -> None:
    """Make a device of each status, and list each status."""
    for status in STATUSES:
        device = of_status(backend, status)
        answer = _listed(backend, status=status, per_page=500)
        found = {str(entry.get("status")) for entry in json_of(answer)}
        expect_equal(answer, sorted(found), [status], f"the statuses in the list of '{status}'")
        expect(
            device.listed(status),
            f"the list of '{status}' has all of them",
            expected=f"the device {device.id} on one of its pages",
            actual="it is on none of them",
            answer=answer,
        )


@rule(
    "MEN-MGT-AUT-032",
    "With ids, one or several, exactly these devices are listed",
    document=LIST,
    operations=["listDevices"],
)
def ids_filter_the_list(backend: Backend) -> None:
    """Make three devices, and ask for one, two and none of them."""
    first, second, _ = ids = [device.id for device in three(backend)]
    for chosen in ([first], [first, second], [NOBODY]):
        answer = _listed(backend, id=chosen)
        expected = sorted(i for i in ids if i in chosen)
        expect_equal(answer, sorted(ids_in(answer)), expected, f"the devices listed for {chosen}")


@rule(
    "MEN-MGT-AUT-033",
    "Devices are listed by age",
    document=LIST,
    operations=["listDevices"],
    severity="minor",
)
def list_is_sorted_by_age(backend: Backend) -> None:
    """Make three devices one after the other; the documents do not say which age comes first."""
    ids = [device.id for device in three(backend)]
    _expect_by_age(_listed(backend, id=ids), ids)


@rule(
    "MEN-MGT-AUT-034",
    "A page of the list has no more devices than per_page says, and the next goes on from there",
    document=LIST,
    operations=["listDevices"],
)
def list_has_pages(backend: Backend) -> None:
    """List three devices two by two."""
    ids = [device.id for device in three(backend)]
    expect_pages(partial(_listed, backend, id=ids), ids_in, ids)


@rule(
    "MEN-MGT-AUT-035",
    "The header Link of the list leads to the first, the next and the previous page",
    document=LIST,
    operations=["listDevices"],
)
def list_links_its_pages(backend: Backend) -> None:
    """List three devices one by one, and follow the links of the pages."""
    ids = [device.id for device in three(backend)]
    pages = [_listed(backend, id=ids, per_page=1, page=number) for number in (1, 2, 3)]
    _expect_link(backend, pages[0], "next", pages[1])
    _expect_link(backend, pages[1], "next", pages[2])
    _expect_link(backend, pages[1], "prev", pages[0])
    _expect_link(backend, pages[2], "first", pages[0])


@rule(
    "MEN-MGT-AUT-036",
    "Listing with a status that there is not, or a page that is no number, is answered 400",
    document=LIST,
    operations=["listDevices"],
)
def malformed_filters_are_refused(backend: Backend) -> None:
    """List with each of them."""
    for query in ({"status": "welcome"}, {"page": "first"}):
        expect_error(backend.management.get(DEVICES, params=query), 400)


def of_status(backend: Backend, status: str) -> SigningDevice:
    """Return a new device of a status."""
    if status == "accepted":
        return backend.accepted_device()
    if status == "preauthorized":
        device = backend.new_device()
        with backend.building("a preauthorized device"):
            expect_status(device.preauthorize(), 201)
        return device
    device = backend.pending_device()
    with backend.building(f"a device of the status '{status}'"):
        if status == "rejected":
            expect_status(device.set_status("rejected"), 204)
        elif status == "noauth":
            path = f"{device.path}/auth/{device.auth_set_id}"
            expect_status(backend.management.delete(path), 204)
    return device


def three(backend: Backend) -> list[SigningDevice]:
    """Return three devices; the first is the oldest."""
    return [of_status(backend, "preauthorized") for _ in range(3)]


def _listed(backend: Backend, **query: Any) -> Exchange:
    return expect_status(backend.management.get(DEVICES, params=query), 200)


def ids_in(answer: Exchange) -> list[str]:
    """Return the ids of the devices of a list."""
    return [str(device.get("id")) for device in json_of(answer)]


def _expect_by_age(answer: Exchange, ids: Sequence[str]) -> None:
    found = ids_in(answer)
    expect(
        found in (list(ids), list(ids[::-1])),
        "the order of the devices",
        expected=f"the order in which they came, {', '.join(ids)}, or the reverse",
        actual=", ".join(found),
        answer=answer,
    )


def _expect_link(backend: Backend, page: Exchange, relation: str, other: Exchange) -> None:
    """Fail unless a page links another one by a relation."""
    links = page.response.links
    expect_contains(page, links, relation, f"the relations in Link of {page.name}")
    followed = backend.management.get(page.absolute(str(links[relation]["url"])))
    title = f"the devices that '{relation}' of {page.name} leads to"
    expect_equal(followed, ids_in(expect_status(followed, 200)), ids_in(other), title)
