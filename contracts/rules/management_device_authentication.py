"""Management APIs / Device authentication: users let devices in, and put them out again."""

from collections.abc import Iterable

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_field,
    expect_header,
    expect_lacks,
    expect_status,
    field_of,
)
from otakit.contracts.outcomes import NotApplicable
from otakit.contracts.rule import rule
from otakit.contracts.signing_device import DEVICES, SigningDevice
from otakit.fixtures.keys import generate_key

SECTION = "Management APIs / Device authentication"
PREAUTHORIZE = f"{SECTION} / Preauthorize"
DECOMMISSION = f"{SECTION} / Decommission device"
REJECT = f"{SECTION} / Reject authentication"
SET_STATUS = f"{SECTION} / Set Authentication Status"
GET_STATUS = f"{SECTION} / Get Authentication Status"

NOBODY = "00000000-0000-4000-8000-000000000000"
"""An id that no device, set or token has."""


@rule(
    "MEN-MGT-AUT-001",
    "Preauthorizing answers the URL of the new device in the header Location",
    document=PREAUTHORIZE,
    operations=["preauthorizeDevice", "getDevice"],
)
def location_is_the_new_device(backend: Backend) -> None:
    """Preauthorize a device, and follow the header."""
    device = backend.new_device()
    answer = expect_status(device.preauthorize(), 201)
    place = answer.absolute(expect_header(answer, "Location"))
    shown = expect_status(backend.management.get(place), 200)
    expect_field(shown, "identity_data", device.identity)


@rule(
    "MEN-MGT-AUT-002",
    "A device that was preauthorized is marked 'preauthorized'",
    document=PREAUTHORIZE,
    operations=["preauthorizeDevice", "getDevice"],
)
def preauthorized_device_is_marked(backend: Backend) -> None:
    """Preauthorize a device, and look at it."""
    expect_field(_seen(backend, _preauthorized(backend)), "status", "preauthorized")


@rule(
    "MEN-MGT-AUT-003",
    "The first request of a preauthorized device lets it in without a user's act",
    document=PREAUTHORIZE,
    operations=["preauthorizeDevice", "authenticateDevice", "getDevice"],
    severity="critical",
)
def preauthorized_device_is_let_in(backend: Backend) -> None:
    """Preauthorize a device, and let it ask."""
    device = _preauthorized(backend)
    expect_status(device.authenticate(), 200)
    expect_field(_seen(backend, device), "status", "accepted")


@rule(
    "MEN-MGT-AUT-004",
    "A preauthorized identity with another key is not let in",
    document=PREAUTHORIZE,
    operations=["preauthorizeDevice", "authenticateDevice"],
    severity="critical",
)
def preauthorization_is_of_one_key(backend: Backend) -> None:
    """Preauthorize a device, and let another one ask with its identity."""
    expect_error(_with_another_key(_preauthorized(backend)), 401)


@rule(
    "MEN-MGT-AUT-005",
    "Preauthorizing a device that exists is answered 409 with that device",
    document=PREAUTHORIZE,
    operations=["preauthorizeDevice"],
)
def known_device_is_a_conflict(backend: Backend) -> None:
    """Preauthorize a device twice."""
    device = _preauthorized(backend)
    answer = expect_status(device.preauthorize(), 409)
    expect_field(answer, "id", device.id)


@rule(
    "MEN-MGT-AUT-006",
    "Preauthorizing without identity_data is answered 400",
    document=PREAUTHORIZE,
    operations=["preauthorizeDevice"],
)
def preauthorization_needs_an_identity(backend: Backend) -> None:
    """Leave the identity out."""
    body = {"pubkey": backend.new_device().key.public_pem}
    expect_error(backend.management.post(DEVICES, json=body), 400)


@rule(
    "MEN-MGT-AUT-007",
    "Preauthorizing without pubkey is answered 400",
    document=PREAUTHORIZE,
    operations=["preauthorizeDevice"],
)
def preauthorization_needs_a_key(backend: Backend) -> None:
    """Leave the key out."""
    device = backend.new_device()
    backend.ledger.asked(device.serial)
    body = {"identity_data": device.identity}
    expect_error(backend.management.post(DEVICES, json=body), 400)


@rule(
    "MEN-MGT-AUT-008",
    "Preauthorizing with a pubkey that is no key in PEM is answered 400",
    document=f"{SECTION} / Schemas / PreAuthSet",
    operations=["preauthorizeDevice"],
)
def preauthorized_key_is_pem(backend: Backend) -> None:
    """Send words in place of a key."""
    device = backend.new_device()
    backend.ledger.asked(device.serial)
    body = {"identity_data": device.identity, "pubkey": "no key"}
    expect_error(backend.management.post(DEVICES, json=body), 400)


@rule(
    "MEN-MGT-AUT-009",
    "Setting the status of a pending device to accepted or rejected is answered 204, and it has it",
    document=SET_STATUS,
    operations=["setAuthSetStatus", "getAuthSetStatus"],
)
def pending_device_is_decided_on(backend: Backend) -> None:
    """Accept one pending device, and reject another one."""
    _expect_changes(backend, ["accepted"])
    _expect_changes(backend, ["rejected"])


@rule(
    "MEN-MGT-AUT-010",
    "An accepted device can be rejected, and a rejected one accepted",
    document=SET_STATUS,
    operations=["setAuthSetStatus", "getAuthSetStatus"],
)
def decision_can_be_changed(backend: Backend) -> None:
    """Accept, reject and accept a device again."""
    _expect_changes(backend, ["accepted", "rejected", "accepted"])


@rule(
    "MEN-MGT-AUT-011",
    "A device that is rejected after it was accepted can use the device APIs no more",
    document=SET_STATUS,
    operations=["setAuthSetStatus", "checkUpdate", "authenticateDevice"],
    severity="critical",
)
def rejection_takes_the_token(backend: Backend) -> None:
    """Reject an accepted device, and let it go on with its token."""
    device = backend.accepted_device()
    with backend.building("a rejected device"):
        expect_status(device.set_status("rejected"), 204)
    expect_out(backend, device, "the token of a rejected device")


@rule(
    "MEN-MGT-AUT-012",
    "Accepting is about one authentication set: another key of the same identity stays out",
    document=SET_STATUS,
    operations=["setAuthSetStatus", "authenticateDevice"],
    severity="critical",
)
def acceptance_is_of_one_key(backend: Backend) -> None:
    """Let somebody ask with an accepted device's identity and a key of its own."""
    expect_error(_with_another_key(backend.accepted_device()), 401)


@rule(
    "MEN-MGT-AUT-013",
    "A status that there is not is answered 400",
    document=SET_STATUS,
    operations=["setAuthSetStatus"],
)
def unknown_status_is_refused(backend: Backend) -> None:
    """Set a status that no document has, and look whether anything has changed."""
    device = backend.pending_device()
    expect_error(device.set_status("welcome"), 400)
    expect_field(_seen(backend, device), "status", "pending")


@rule(
    "MEN-MGT-AUT-014",
    "Setting a status without saying which is answered 400",
    document=SET_STATUS,
    operations=["setAuthSetStatus"],
)
def missing_status_is_refused(backend: Backend) -> None:
    """Send an empty object."""
    path = _status_path(backend.lent_device())
    expect_error(backend.management.put(path, json={}), 400)


@rule(
    "MEN-MGT-AUT-015",
    "Setting the status of an unknown device is answered 404",
    document=SET_STATUS,
    operations=["setAuthSetStatus"],
)
def unknown_device_has_no_status_to_set(backend: Backend) -> None:
    """Accept nobody."""
    path = f"{DEVICES}/{NOBODY}/auth/{NOBODY}/status"
    expect_error(backend.management.put(path, json={"status": "accepted"}), 404)


@rule(
    "MEN-MGT-AUT-016",
    "Accepting a device beyond the limit of accepted devices is answered 422",
    document=SET_STATUS,
    operations=["setAuthSetStatus", "getDeviceLimit", "countDevices"],
)
def limit_is_kept(backend: Backend) -> None:
    """Accept a device where the limit is reached already; nobody fills a tenant for this."""
    with backend.building("the limit and the number of accepted devices"):
        limit = field_of(backend.management.get("v2/devauth/limits/max_devices"), "limit")
        counted = backend.management.get(f"{DEVICES}/count", params={"status": "accepted"})
        accepted = field_of(counted, "count")
    if limit < 0 or accepted < limit:
        message = f"the limit is {limit}, and {accepted} devices are accepted: it is not reached"
        raise NotApplicable(message)
    expect_error(backend.pending_device().set_status("accepted"), 422)


@rule(
    "MEN-MGT-AUT-017",
    "The status of an authentication set can be read",
    document=GET_STATUS,
    operations=["getAuthSetStatus"],
)
def status_can_be_read(backend: Backend) -> None:
    """Read that of an accepted device."""
    answer = backend.management.get(_status_path(backend.lent_device()))
    expect_field(expect_status(answer, 200), "status", "accepted")


@rule(
    "MEN-MGT-AUT-018",
    "The status of an unknown device is answered 404",
    document=GET_STATUS,
    operations=["getAuthSetStatus"],
)
def unknown_device_has_no_status(backend: Backend) -> None:
    """Read that of nobody."""
    path = f"{DEVICES}/{NOBODY}/auth/{NOBODY}/status"
    expect_error(backend.management.get(path), 404)


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
        expect_status(_with_another_key(device), 401)
    expect_status(_remove_set(backend, device), 204)
    left = [a.get("id") for a in field_of(_seen(backend, device), "auth_sets")]
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
    status = field_of(_seen(backend, device), "status")
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
    device = _preauthorized(backend)
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


def _preauthorized(backend: Backend) -> SigningDevice:
    device = backend.new_device()
    with backend.building("a preauthorized device"):
        expect_header(expect_status(device.preauthorize(), 201), "Location")
    return device


def _with_another_key(device: SigningDevice) -> Exchange:
    """Ask with the device's identity and another key, which signs."""
    key = generate_key("ed25519")
    return device.authenticate(device.auth_request(pubkey=key.public_pem), key=key)


def _seen(backend: Backend, device: SigningDevice) -> Exchange:
    with backend.building("a look at the device"):
        return expect_status(backend.management.get(device.path), 200)


def _status_path(device: SigningDevice) -> str:
    return f"{device.path}/auth/{in_path(device.auth_set_id)}/status"


def _remove_set(backend: Backend, device: SigningDevice) -> Exchange:
    return backend.management.delete(f"{device.path}/auth/{in_path(device.auth_set_id)}")


def _expect_changes(backend: Backend, statuses: Iterable[str]) -> None:
    """Set one status after the other, and read each."""
    device = backend.pending_device()
    path = _status_path(device)
    for status in statuses:
        expect_status(device.set_status(status), 204)
        expect_field(backend.management.get(path), "status", status)


def expect_out(backend: Backend, device: SigningDevice, whose: str) -> None:
    """Fail unless the device's token is refused, if perhaps a little later."""
    backend.eventually(lambda: expect_status(device.poll(), 401, because=f"{whose} is refused"))
