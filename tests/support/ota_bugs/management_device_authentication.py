"""Bugs in what users decide about devices."""

from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.answers import Answer, created, empty, json_answer
from otakit.mockserver.domain.admission import Admission
from otakit.mockserver.domain.device import ACCEPTED, PENDING, PREAUTHORIZED, REJECTED
from otakit.mockserver.domain.errors import NotFound, Unprocessable
from otakit.mockserver.domain.tokens import Tokens
from otakit.mockserver.operations import Call

KNOWN = {"pending", "accepted", "rejected"}


@bug("MEN-MGT-AUT-001")
def location_is_of_the_list() -> None:
    """Preauthorizing answers the URL of the list of devices."""

    @answering("preauthorizeDevice")
    def preauthorize(real: Any, call: Call) -> Answer:
        answer: Answer = real(call)
        return created(call.path()) if answer.status == 201 else answer


@bug("MEN-MGT-AUT-002", "MEN-MGT-AUT-003")
def preauthorized_devices_are_pending() -> None:
    """A preauthorized device waits for the user like any other."""

    @instead_of(Admission, "preauthorize")
    def preauthorize(real: Any, *args: Any) -> Any:
        device = real(*args)
        for auth_set in device.auth_sets.values():
            auth_set.status = PENDING
        args[0]._devices.derive_status(device)
        return device


@bug("MEN-MGT-AUT-004")
def preauthorization_is_of_an_identity() -> None:
    """A preauthorized identity is let in with whatever key."""
    _let_any_key_in(PREAUTHORIZED)


@bug("MEN-MGT-AUT-005")
def conflicts_show_no_device() -> None:
    """Who preauthorizes a known device is told that it exists, and not which one it is."""

    @answering("preauthorizeDevice")
    def preauthorize(real: Any, call: Call) -> Answer:
        answer: Answer = real(call)
        return json_answer({"error": "device exists"}, 409) if answer.status == 409 else answer


@bug("MEN-MGT-AUT-006", "MEN-MGT-AUT-007")
def incomplete_preauthorizations_crash_the_server() -> None:
    """Preauthorizing without identity or key is answered 500."""
    without_checks("preauthorizeDevice")


@bug("MEN-MGT-AUT-009", "MEN-MGT-AUT-010", "MEN-DEV-AUT-003")
def decisions_have_no_effect() -> None:
    """Setting a status is answered 204, and nothing happens."""

    @instead_of(Admission, "set_status")
    def set_status(*_: Any) -> None:
        pass


@bug("MEN-MGT-AUT-010")
def rejections_are_final() -> None:
    """A rejected device cannot be accepted any more."""

    @instead_of(Admission, "set_status")
    def set_status(real: Any, admission: Admission, device: str, auth_set: str, new: str) -> None:
        if admission._devices.auth_set(device, auth_set).status == REJECTED and new == ACCEPTED:
            message = "rejected for good"
            raise Unprocessable(message)
        real(admission, device, auth_set, new)


@bug("MEN-MGT-AUT-011", "MEN-MGT-AUT-020", "MEN-MGT-AUT-024", "MEN-MGT-AUT-070")
def tokens_outlive_decisions() -> None:
    """A token is good until it expires, whatever becomes of its device."""
    seen: dict[str, Any] = {}

    @instead_of(Tokens, "revoke_all")
    def revoke_all(*_: Any) -> None:
        pass

    @instead_of(Tokens, "revoke")
    def revoke(_: Any, tokens: Tokens, jti: str) -> Any:
        return tokens._records.get(jti)

    @instead_of(Admission, "authenticate")
    def authenticate(real: Any, admission: Admission, *args: Any) -> Any:
        record = real(admission, *args)
        seen[record.jti] = admission._devices.device(record.subject)
        return record

    @instead_of(Admission, "bearer")
    def bearer(real: Any, admission: Admission, jti: str) -> Any:
        return real(admission, jti) or seen.get(jti)


@bug("MEN-MGT-AUT-012")
def acceptance_is_of_an_identity() -> None:
    """Whoever sends the identity of an accepted device is let in, with whatever key."""
    _let_any_key_in(ACCEPTED)


@bug("MEN-MGT-AUT-013", "MEN-MGT-AUT-014")
def unknown_statuses_are_swallowed() -> None:
    """Setting a status that there is not is answered 204."""
    without_checks("setAuthSetStatus")

    @answering("setAuthSetStatus")
    def set_status(real: Any, call: Call) -> Answer:
        return real(call) if call.body.get("status") in KNOWN else empty()


@bug("MEN-MGT-AUT-015", "MEN-MGT-AUT-018", "MEN-MGT-AUT-022", "MEN-MGT-AUT-026")
def unknown_devices_are_taken_for_done() -> None:
    """What is asked of devices and sets that there are not is answered as if it were done."""
    for operation in ("setAuthSetStatus", "deleteAuthSet", "decommissionDevice"):

        @answering(operation)
        def answer(real: Any, call: Call) -> Any:
            try:
                return real(call)
            except NotFound:
                return empty()

    @answering("getAuthSetStatus")
    def status(real: Any, call: Call) -> Any:
        try:
            return real(call)
        except NotFound:
            return json_answer({"status": "pending"})


@bug("MEN-MGT-AUT-016", options=("--device-limit", "0"))
def limit_is_not_kept() -> None:
    """Any number of devices can be accepted, whatever the limit."""

    @instead_of(Admission, "_check_limit")
    def check_limit(*_: Any) -> None:
        pass


@bug("MEN-MGT-AUT-009", "MEN-MGT-AUT-017")
def status_is_that_of_the_beginning() -> None:
    """The status of an authentication set is read as it was when the set was made."""

    @answering("getAuthSetStatus")
    def status(real: Any, call: Call) -> Answer:
        real(call)
        return json_answer({"status": "pending"})


@bug("MEN-MGT-AUT-019", "MEN-MGT-AUT-020", "MEN-MGT-AUT-021")
def removed_sets_stay() -> None:
    """Removing an authentication set is answered 204, and the set stays."""

    @answering("deleteAuthSet")
    def delete(_: Any, call: Call) -> Answer:
        call.world.devices.auth_set(call.params["id"], call.params["aid"])
        return empty()


@bug("MEN-MGT-AUT-021")
def preauthorized_devices_stay_without_sets() -> None:
    """A preauthorized device whose only authentication set is removed stays."""

    @instead_of(Admission, "delete_auth_set")
    def delete(real: Any, admission: Admission, device: str, auth_set: str) -> Any:
        admission._devices.auth_set(device, auth_set).status = PENDING
        return real(admission, device, auth_set)


@bug("MEN-MGT-AUT-023", "MEN-MGT-AUT-024", "MEN-MGT-AUT-025")
def decommissioned_devices_stay() -> None:
    """Decommissioning is answered 204, and nothing happens."""

    @answering("decommissionDevice")
    def decommission(_: Any, call: Call) -> Answer:
        call.world.devices.device(call.params["id"])
        return empty()


def _let_any_key_in(status: str) -> None:
    """Let devices in whose identity has a set of a status, with any key."""

    @instead_of(Admission, "authenticate")
    def authenticate(real: Any, admission: Admission, identity: dict[str, Any], key: str) -> Any:
        device = admission._devices.with_identity(identity)
        sets = device.auth_sets.values() if device else ()
        known = next((a.pubkey for a in sets if a.status == status), key)
        return real(admission, identity, known)
