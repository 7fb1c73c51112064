"""Management APIs / Device authentication: devices are shown, and counted."""

from collections.abc import Callable

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_equal,
    expect_error,
    expect_field,
    expect_status,
    field_of,
)
from otakit.contracts.failures import Failure
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_device_authentication import NOBODY, SECTION
from otakit.contracts.rules.management_device_lists import of_status
from otakit.contracts.signing_device import DEVICES

GET = f"{SECTION} / Get Device"
COUNT = f"{SECTION} / Count Devices"
_TRIES = 3
"""How often a number is looked at that others may change at the same time."""


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
    _expect_one_more(backend, {}, lambda: of_status(backend, "preauthorized"))


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
