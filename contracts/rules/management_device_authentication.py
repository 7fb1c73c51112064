"""Management APIs / Device authentication: users decide who is let in."""

from collections.abc import Iterable

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_error,
    expect_field,
    expect_header,
    expect_status,
    field_of,
)
from otakit.contracts.outcomes import NotApplicable
from otakit.contracts.rule import rule
from otakit.contracts.signing_device import DEVICES, SigningDevice
from otakit.fixtures.keys import generate_key

SECTION = "Management APIs / Device authentication"
SET_STATUS = f"{SECTION} / Set Authentication Status"
GET_STATUS = f"{SECTION} / Get Authentication Status"
NOBODY = "00000000-0000-4000-8000-000000000000"
"""An id that no device, set or token has."""


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
    expect_error(with_another_key(backend.accepted_device()), 401)


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
    expect_field(seen(backend, device), "status", "pending")


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


def preauthorized(backend: Backend) -> SigningDevice:
    """Return a new device that a user has announced."""
    device = backend.new_device()
    with backend.building("a preauthorized device"):
        expect_header(expect_status(device.preauthorize(), 201), "Location")
    return device


def with_another_key(device: SigningDevice) -> Exchange:
    """Ask with the device's identity and another key, which signs."""
    key = generate_key("ed25519")
    return device.authenticate(device.auth_request(pubkey=key.public_pem), key=key)


def seen(backend: Backend, device: SigningDevice) -> Exchange:
    """Look at a device; raises NotReached."""
    with backend.building("a look at the device"):
        return expect_status(backend.management.get(device.path), 200)


def _status_path(device: SigningDevice) -> str:
    return f"{device.path}/auth/{in_path(device.auth_set_id)}/status"


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
