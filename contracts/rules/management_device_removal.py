"""Management APIs / Device authentication: users remove authentication sets and devices."""

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_field,
    expect_lacks,
    expect_status,
    field_of,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_device_authentication import (
    NOBODY,
    SECTION,
    expect_out,
    preauthorized,
    seen,
    with_another_key,
)
from otakit.contracts.signing_device import DEVICES, SigningDevice

DECOMMISSION = f"{SECTION} / Decommission device"
REJECT = f"{SECTION} / Reject authentication"


@rule(
    "MEN-MGT-AUT-019",
    "An authentication set that was removed is gone from its device",
    document=REJECT,
    operations=["deleteAuthSet", "getDevice"],
)
def removed_set_is_gone(backend: Backend) -> None:
    """Give a pending device a second key, and remove the set of the first."""
    device = backend.pending_device()
    first = device.auth_set_id
    with backend.building("a second authentication set"):
        expect_status(with_another_key(device), 401)
    expect_status(_remove_set(backend, device), 204)
    left = [a.get("id") for a in field_of(seen(backend, device), "auth_sets")]
    expect_lacks(None, left, first, "the authentication sets that are left")
    expect_equal(None, len(left), 1, "how many authentication sets are left")


@rule(
    "MEN-MGT-AUT-020",
    "Removing an accepted authentication set rejects the device",
    document=REJECT,
    operations=["deleteAuthSet", "checkUpdate", "getDevice"],
    severity="critical",
)
def removal_of_an_accepted_set_rejects(backend: Backend) -> None:
    """Remove the set of an accepted device, and let it go on with its token."""
    device = backend.accepted_device()
    expect_status(_remove_set(backend, device), 204)
    expect_out(backend, device, "the token of a device whose authentication set was removed")
    status = field_of(seen(backend, device), "status")
    expect(
        status != "accepted",
        "the device's status after its accepted set was removed",
        expected="any but 'accepted'",
        actual=status,
    )


@rule(
    "MEN-MGT-AUT-021",
    "Removing the only authentication set of a preauthorized device deletes the device, too",
    document=REJECT,
    operations=["deleteAuthSet", "getDevice"],
)
def preauthorized_device_goes_with_its_set(backend: Backend) -> None:
    """Preauthorize a device, and take it back."""
    device = preauthorized(backend)
    expect_status(_remove_set(backend, device), 204)
    expect_error(backend.management.get(device.path), 404)


@rule(
    "MEN-MGT-AUT-022",
    "Removing an unknown authentication set is answered 404",
    document=REJECT,
    operations=["deleteAuthSet"],
)
def unknown_set_cannot_be_removed(backend: Backend) -> None:
    """Remove a set that a device does not have."""
    path = f"{backend.lent_device().path}/auth/{NOBODY}"
    expect_status(backend.management.delete(path), 404)


@rule(
    "MEN-MGT-AUT-023",
    "A decommissioned device is gone, or says that it is being decommissioned",
    document=DECOMMISSION,
    operations=["decommissionDevice", "getDevice"],
)
def decommissioned_device_is_gone(backend: Backend) -> None:
    """Decommission a device, and look at it."""
    device = backend.pending_device()
    expect_status(device.decommission(), 204)
    answer = expect_status(backend.management.get(device.path), 404, 200)
    if answer.status == 200:  # noqa: PLR2004
        expect_field(answer, "decommissioning", value=True)


@rule(
    "MEN-MGT-AUT-024",
    "A decommissioned device can use the device APIs no more",
    document=DECOMMISSION,
    operations=["decommissionDevice", "checkUpdate"],
    severity="critical",
)
def decommissioned_device_is_out(backend: Backend) -> None:
    """Decommission an accepted device, and let it go on with its token."""
    device = backend.accepted_device()
    expect_status(device.decommission(), 204)
    expect_out(backend, device, "the token of a decommissioned device")


@rule(
    "MEN-MGT-AUT-025",
    "Decommissioning takes the authentication sets along: the device's next request is refused",
    document=DECOMMISSION,
    operations=["decommissionDevice", "authenticateDevice"],
    severity="critical",
)
def decommissioned_device_begins_anew(backend: Backend) -> None:
    """Decommission an accepted device, and let it ask again with the same key."""
    device = backend.accepted_device()
    expect_status(device.decommission(), 204)
    device.forget()
    expect_error(device.authenticate(), 401)


@rule(
    "MEN-MGT-AUT-026",
    "Decommissioning an unknown device is answered 404",
    document=DECOMMISSION,
    operations=["decommissionDevice"],
)
def unknown_device_cannot_be_decommissioned(backend: Backend) -> None:
    """Decommission nobody."""
    expect_status(backend.management.delete(f"{DEVICES}/{NOBODY}"), 404)


def _remove_set(backend: Backend, device: SigningDevice) -> Exchange:
    return backend.management.delete(f"{device.path}/auth/{in_path(device.auth_set_id)}")
