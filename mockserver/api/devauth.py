"""Management APIs / Device authentication (management/devauth-v2)."""

from collections.abc import Iterable
from typing import Any

from otakit.mockserver.answers import Answer, created, empty, json_answer
from otakit.mockserver.audit_trail import about_device, difference, removed
from otakit.mockserver.domain.audit import CREATE, DECOMMISSION, DELETE, REJECT, UPDATE
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.device import REJECTED, AuthSet, Device
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.domain.errors import DeviceExists
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import page_of, uncounted
from otakit.mockserver.signatures import normalise


@operation("listDevices")
def list_devices(call: Call) -> Answer:
    """List devices by age."""
    return _page(call, _texts(call.params.get("status")), call.params.get("id", []))


@operation("searchDevices")
def search_devices(call: Call) -> Answer:
    """List devices by age, of several statuses or ids."""
    return _page(call, _texts(call.body.get("status")), _texts(call.body.get("id")))


@operation("preauthorizeDevice")
def preauthorize_device(call: Call) -> Answer:
    """Announce a device, or show the one that has its identity already."""
    pubkey = normalise(call.body["pubkey"])
    try:
        device = call.world.preauthorize_device(call.body["identity_data"], pubkey)
    except DeviceExists as exists:
        shown = device_json(exists.device, call.world.dialect)
        if not call.world.dialect.shows_known_device:
            shown["auth_sets"] = None
        return json_answer(shown, 409)
    call.audit(CREATE, about_device(call.world, device.id))
    base = call.path() if call.world.dialect.locations_are_paths else "devices"
    return created(f"{base}/{device.id}")


@operation("getDevice")
def get_device(call: Call) -> Answer:
    """Show one device."""
    device = call.world.devices.device(call.params["id"])
    return json_answer(device_json(device, call.world.dialect))


@operation("decommissionDevice")
def decommission_device(call: Call) -> Answer:
    """Remove a device and all that belongs to it."""
    thing = about_device(call.world, call.params["id"])
    call.world.decommission_device(call.params["id"])
    call.universe.sockets.recheck(call.world, call.params["id"])
    call.audit(DECOMMISSION, thing)
    return empty()


@operation("deleteAuthSet")
def delete_auth_set(call: Call) -> Answer:
    """Remove an authentication set."""
    auth_set_id = call.params["aid"]
    device_id = call.world.devices.auth_set(call.params["id"], auth_set_id).device_id
    thing = about_device(call.world, device_id)
    call.world.delete_auth_set(device_id, auth_set_id)
    call.universe.sockets.recheck(call.world, device_id)
    action = REJECT if device_id in call.world.devices else DELETE
    call.audit(action, thing, removed("authentication set", [auth_set_id]))
    return empty()


@operation("setAuthSetStatus")
def set_auth_set_status(call: Call) -> Answer:
    """Accept, reject or dismiss an authentication set."""
    device_id, auth_set_id, status = call.params["id"], call.params["aid"], call.body["status"]
    auth_set = call.world.devices.auth_set(device_id, auth_set_id)
    before = _statuses(call.world.devices.device(auth_set.device_id))
    call.world.admission.set_status(device_id, auth_set_id, status)
    call.universe.sockets.recheck(call.world, device_id)
    after = _statuses(call.world.devices.device(device_id))
    action = REJECT if status == REJECTED else UPDATE
    call.audit(action, about_device(call.world, device_id), difference(before, after))
    return empty()


@operation("getAuthSetStatus")
def get_auth_set_status(call: Call) -> Answer:
    """Show an authentication set's status."""
    auth_set = call.world.devices.auth_set(call.params["id"], call.params["aid"])
    return json_answer({"status": auth_set.status})


@operation("countDevices")
def count_devices(call: Call) -> Answer:
    """Count the devices, or those of one status."""
    return json_answer({"count": call.world.devices.count(call.params.get("status"))})


@operation("revokeToken")
def revoke_token(call: Call) -> Answer:
    """Revoke a device's token."""
    device_id = call.world.admission.revoke_token(call.params["id"])
    call.universe.sockets.recheck(call.world, device_id)
    call.audit(UPDATE, about_device(call.world, device_id), removed("token", [call.params["id"]]))
    return empty()


@operation("getDeviceLimit")
def get_device_limit(call: Call) -> Answer:
    """Show how many devices may be accepted; -1 means any number."""
    return json_answer({"limit": call.world.admission.limit})


def device_json(device: Device, dialect: Dialect) -> dict[str, Any]:
    """Shape a Device."""
    shaped = {
        "id": device.id,
        "identity_data": device.identity_data,
        "status": device.status,
        "created_ts": rfc3339(device.created),
        "updated_ts": rfc3339(device.updated),
        "auth_sets": [_auth_set_json(a, dialect) for a in device.auth_sets.values()],
        "decommissioning": False,  # it is over when the answer is sent
    }
    if device.checked_in is not None:
        shaped["check_in_time"] = rfc3339(device.checked_in)
    return shaped


def _statuses(device: Device) -> dict[str, str]:
    return {f"authentication set {a.id}": a.status for a in device.auth_sets.values()}


def _auth_set_json(auth_set: AuthSet, dialect: Dialect) -> dict[str, Any]:
    shaped = {
        "id": auth_set.id,
        "identity_data": auth_set.identity_data,
        "pubkey": auth_set.pubkey,
        "status": auth_set.status,
        "ts": rfc3339(auth_set.created),
    }
    if dialect.auth_sets_have_devices:
        shaped["device_id"] = auth_set.device_id
    return shaped


def _page(call: Call, statuses: Iterable[str], ids: Iterable[str]) -> Answer:
    page = page_of(call)
    devices, more = call.world.devices.page(page, statuses=statuses, ids=ids)
    shaped = [device_json(device, call.world.dialect) for device in devices]
    return json_answer(shaped, headers=uncounted(call, page, more=more))


def _texts(value: str | list[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else value
