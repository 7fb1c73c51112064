"""Management APIs / Device authentication: users search for devices."""

from functools import partial
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_status,
    field_of,
)
from otakit.contracts.pages import expect_pages
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_device_authentication import SECTION
from otakit.contracts.rules.management_device_lists import ids_in, of_status, three
from otakit.contracts.signing_device import DEVICES
from otakit.fixtures.keys import generate_key

SEARCH = f"{SECTION} / Search Devices"


@rule(
    "MEN-MGT-AUT-040",
    "A search takes one status or several",
    document=SEARCH,
    operations=["searchDevices"],
)
def search_takes_statuses(backend: Backend) -> None:
    """Search among three devices of different statuses."""
    made = {s: of_status(backend, s).id for s in ("pending", "accepted", "preauthorized")}
    for wanted in ("pending", ["accepted", "preauthorized"]):
        answer = _found(backend, {"status": wanted, "id": list(made.values())})
        expected = [i for status, i in made.items() if status in wanted]
        expect_equal(answer, sorted(ids_in(answer)), sorted(expected), f"what is found of {wanted}")


@rule(
    "MEN-MGT-AUT-041",
    "A search takes one id or several",
    document=SEARCH,
    operations=["searchDevices"],
)
def search_takes_ids(backend: Backend) -> None:
    """Search for one of three devices by its id alone, then for two."""
    first, second, _ = (device.id for device in three(backend))
    for wanted in (first, [first, second]):
        answer = _found(backend, {"id": wanted})
        expected = [wanted] if isinstance(wanted, str) else wanted
        expect_equal(
            answer, sorted(ids_in(answer)), sorted(expected), f"what is found for {wanted}"
        )


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
    ids = [device.id for device in three(backend)]
    expect_pages(partial(_found, backend, {"id": ids}), ids_in, ids)


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


def _found(backend: Backend, body: dict[str, Any], **query: int) -> Exchange:
    answer = backend.management.post(f"{DEVICES}/search", params=query, json=body)
    return expect_status(answer, 200)
