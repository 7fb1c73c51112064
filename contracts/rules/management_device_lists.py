"""Management APIs / Device authentication: users look at devices and count them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_contains,
    expect_equal,
    expect_error,
    expect_field,
    expect_status,
    field_of,
    json_of,
)
from otakit.contracts.failures import Failure
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_device_authentication import NOBODY, SECTION
from otakit.contracts.signing_device import DEVICES, SigningDevice
from otakit.fixtures.keys import generate_key

LIST = f"{SECTION} / List Devices"
SEARCH = f"{SECTION} / Search Devices"
GET = f"{SECTION} / Get Device"
COUNT = f"{SECTION} / Count Devices"

STATUSES = ("pending", "accepted", "rejected", "preauthorized", "noauth")

_TRIES = 3
"""How often a number is looked at that others may change at the same time."""


@rule(
    "MEN-MGT-AUT-030",
    "Without a status, devices of every status are listed",
    document=LIST,
    operations=["listDevices"],
)
def all_statuses_are_listed(backend: Backend) -> None:
    """Make a device of each status, and list them by id."""
    devices = [_of_status(backend, status) for status in STATUSES]
    listed = _ids(_listed(backend, id=[device.id for device in devices]))
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
        device = _of_status(backend, status)
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
    first, second, _ = ids = [device.id for device in _three(backend)]
    for chosen in ([first], [first, second], [NOBODY]):
        answer = _listed(backend, id=chosen)
        expected = sorted(i for i in ids if i in chosen)
        expect_equal(answer, sorted(_ids(answer)), expected, f"the devices listed for {chosen}")


@rule(
    "MEN-MGT-AUT-033",
    "Devices are listed by age",
    document=LIST,
    operations=["listDevices"],
    severity="minor",
)
def list_is_sorted_by_age(backend: Backend) -> None:
    """Make three devices one after the other; the documents do not say which age comes first."""
    ids = [device.id for device in _three(backend)]
    _expect_by_age(_listed(backend, id=ids), ids)


@rule(
    "MEN-MGT-AUT-034",
    "A page of the list has no more devices than per_page says, and the next goes on from there",
    document=LIST,
    operations=["listDevices"],
)
def list_has_pages(backend: Backend) -> None:
    """List three devices two by two."""
    ids = [device.id for device in _three(backend)]
    _expect_pages(
        ids, lambda page: _listed(backend, id=ids, per_page=2, page=page), "the list of devices"
    )


@rule(
    "MEN-MGT-AUT-035",
    "The header Link of the list leads to the first, the next and the previous page",
    document=LIST,
    operations=["listDevices"],
)
def list_links_its_pages(backend: Backend) -> None:
    """List three devices one by one, and follow the links of the pages."""
    ids = [device.id for device in _three(backend)]
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


@rule(
    "MEN-MGT-AUT-040",
    "A search takes one status or several",
    document=SEARCH,
    operations=["searchDevices"],
)
def search_takes_statuses(backend: Backend) -> None:
    """Search among three devices of different statuses."""
    made = {s: _of_status(backend, s).id for s in ("pending", "accepted", "preauthorized")}
    for wanted in ("pending", ["accepted", "preauthorized"]):
        answer = _found(backend, {"status": wanted, "id": list(made.values())})
        expected = [i for status, i in made.items() if status in wanted]
        expect_equal(answer, sorted(_ids(answer)), sorted(expected), f"what is found of {wanted}")


@rule(
    "MEN-MGT-AUT-041",
    "A search takes one id or several",
    document=SEARCH,
    operations=["searchDevices"],
)
def search_takes_ids(backend: Backend) -> None:
    """Search for one of three devices by its id alone, then for two."""
    first, second, _ = (device.id for device in _three(backend))
    for wanted in (first, [first, second]):
        answer = _found(backend, {"id": wanted})
        expected = [wanted] if isinstance(wanted, str) else wanted
        expect_equal(answer, sorted(_ids(answer)), sorted(expected), f"what is found for {wanted}")


@rule(
    "MEN-MGT-AUT-042",
    "A search lists a device's authentication sets by age",
    document=SEARCH,
    operations=["searchDevices"],
    severity="minor",
)
def searched_sets_are_sorted_by_age(backend: Backend) -> None:
    """Let a device ask with three keys, and look at the order of its authentication sets."""
    device = backend.pending_device()
    keys = [device.key, generate_key("ed25519"), generate_key("ed25519")]
    for key in keys[1:]:
        device.authenticate(device.auth_request(pubkey=key.public_pem), key=key)
    answer = _found(backend, {"id": device.id})
    shown = ["".join(a["pubkey"].split()) for a in field_of(answer, "0.auth_sets")]
    made = ["".join(key.public_pem.split()) for key in keys]
    expect(
        shown in (made, made[::-1]),
        "the order of the authentication sets",
        expected="the three keys in the order in which they came, or the reverse",
        actual=shown,
        answer=answer,
    )


@rule(
    "MEN-MGT-AUT-043",
    "A search has pages like the list",
    document=SEARCH,
    operations=["searchDevices"],
)
def search_has_pages(backend: Backend) -> None:
    """Search for three devices two by two."""
    ids = [device.id for device in _three(backend)]
    _expect_pages(
        ids,
        lambda page: _found(backend, {"id": ids}, per_page=2, page=page),
        "what a search finds",
    )


@rule(
    "MEN-MGT-AUT-044",
    "A search for a status that is neither text nor list is answered 400",
    document=SEARCH,
    operations=["searchDevices"],
)
def malformed_search_is_refused(backend: Backend) -> None:
    """Search for a number."""
    answer = backend.management.post(f"{DEVICES}/search", json={"status": 7})
    expect_error(answer, 400)


@rule(
    "MEN-MGT-AUT-050",
    "A device is shown with its id, its identity, and its authentication sets with their keys",
    document=GET,
    operations=["getDevice"],
)
def device_is_shown(backend: Backend) -> None:
    """Look at an accepted device."""
    device = backend.lent_device()
    answer = expect_status(backend.management.get(device.path), 200)
    expect_field(answer, "id", device.id)
    expect_field(answer, "identity_data", device.identity)
    expect_field(answer, "status", "accepted")
    expect_field(answer, "auth_sets.0.status", "accepted")
    expect_field(answer, "auth_sets.0.identity_data", device.identity)
    shown = "".join(str(field_of(answer, "auth_sets.0.pubkey")).split())
    expect_equal(answer, shown, "".join(device.key.public_pem.split()), "the key that is shown")


@rule(
    "MEN-MGT-AUT-051",
    "An authentication set names its device",
    document=f"{SECTION} / Schemas / AuthSet",
    operations=["getDevice"],
    severity="minor",
)
def authentication_set_names_its_device(backend: Backend) -> None:
    """Look at the authentication set of an accepted device."""
    device = backend.lent_device()
    answer = expect_status(backend.management.get(device.path), 200)
    expect_field(answer, "auth_sets.0.device_id", device.id)


@rule(
    "MEN-MGT-AUT-052",
    "An unknown device is answered 404",
    document=GET,
    operations=["getDevice"],
)
def unknown_device_is_not_found(backend: Backend) -> None:
    """Look at nobody."""
    expect_error(backend.management.get(f"{DEVICES}/{NOBODY}"), 404)


@rule(
    "MEN-MGT-AUT-060",
    "One more device makes the count one more",
    document=COUNT,
    operations=["countDevices"],
)
def count_counts_all(backend: Backend) -> None:
    """Count before and after a device was preauthorized."""
    _expect_one_more(backend, {}, lambda: _of_status(backend, "preauthorized"))


@rule(
    "MEN-MGT-AUT-061",
    "The count of one status is that of its devices alone",
    document=COUNT,
    operations=["countDevices"],
)
def count_counts_one_status(backend: Backend) -> None:
    """Accept a pending device, and see it counted as accepted and no more as pending."""
    device = backend.pending_device()

    def accept() -> None:
        with backend.building("an accepted device"):
            expect_status(device.set_status("rejected"), 204)
            expect_status(device.set_status("accepted"), 204)

    _expect_one_more(backend, {"status": "accepted"}, accept, lambda: device.set_status("rejected"))
    device = backend.accepted_device()
    _expect_one_more(
        backend,
        {"status": "rejected"},
        lambda: device.set_status("rejected"),
        lambda: device.set_status("accepted"),
    )


@rule(
    "MEN-MGT-AUT-062",
    "Counting a status that there is not is answered 400",
    document=COUNT,
    operations=["countDevices"],
)
def unknown_status_is_not_counted(backend: Backend) -> None:
    """Count the welcome."""
    expect_error(backend.management.get(f"{DEVICES}/count", params={"status": "welcome"}), 400)


def _of_status(backend: Backend, status: str) -> SigningDevice:
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


def _three(backend: Backend) -> list[SigningDevice]:
    """Return three devices; the first is the oldest."""
    return [_of_status(backend, "preauthorized") for _ in range(3)]


def _listed(backend: Backend, **query: Any) -> Exchange:
    return expect_status(backend.management.get(DEVICES, params=query), 200)


def _found(backend: Backend, body: dict[str, Any], **query: int) -> Exchange:
    answer = backend.management.post(f"{DEVICES}/search", params=query, json=body)
    return expect_status(answer, 200)


def _ids(answer: Exchange) -> list[str]:
    return [str(device.get("id")) for device in json_of(answer)]


def _expect_by_age(answer: Exchange, ids: Sequence[str]) -> None:
    found = _ids(answer)
    expect(
        found in (list(ids), list(ids[::-1])),
        "the order of the devices",
        expected=f"the order in which they came, {', '.join(ids)}, or the reverse",
        actual=", ".join(found),
        answer=answer,
    )


def _expect_pages(ids: Iterable[str], page: Callable[[int], Exchange], what: str) -> None:
    """Fail unless three devices come on two pages, two and one, and none on the third."""
    pages = [page(number) for number in (1, 2, 3)]
    sizes = [len(_ids(answer)) for answer in pages]
    expect_equal(pages[0], sizes, [2, 1, 0], f"how many devices are on the pages of {what}")
    found = [i for answer in pages for i in _ids(answer)]
    expect_equal(pages[1], sorted(found), sorted(ids), f"the devices on all pages of {what}")


def _expect_link(backend: Backend, page: Exchange, relation: str, other: Exchange) -> None:
    """Fail unless a page links another one by a relation."""
    links = page.response.links
    expect_contains(page, links, relation, f"the relations in Link of {page.name}")
    followed = backend.management.get(page.absolute(str(links[relation]["url"])))
    title = f"the devices that '{relation}' of {page.name} leads to"
    expect_equal(followed, _ids(expect_status(followed, 200)), _ids(other), title)


def _expect_one_more(
    backend: Backend,
    query: dict[str, str],
    act: Callable[[], object],
    undo: Callable[[], object] = lambda: None,
) -> None:
    """Fail unless an act makes a count one more; tried again, since others may act, too."""

    def count() -> tuple[Exchange, int]:
        answer = backend.management.get(f"{DEVICES}/count", params=query)
        return answer, int(field_of(expect_status(answer, 200), "count"))

    for tried in range(1, _TRIES + 1):
        _, before = count()
        act()
        answer, after = count()
        try:
            expect_equal(answer, after, before + 1, "the count after one more device")
        except Failure:
            if tried == _TRIES:
                raise
            undo()
        else:
            return
