"""Bugs in how devices are let in."""

from typing import Any

from ota_bugs.catalogue import bug, instead_of
from otakit.mockserver.domain.admission import Admission
from otakit.mockserver.domain.device import ACCEPTED
from otakit.mockserver.domain.errors import Unauthorized


@bug("MEN-DEV-AUT-001")
def unknown_devices_are_let_in() -> None:
    """The first request of an unknown device is answered with a token."""

    @instead_of(Admission, "authenticate")
    def authenticate(
        real: Any, admission: Admission, identity_data: dict[str, Any], pubkey: str
    ) -> Any:
        devices = admission._devices
        known = devices.with_identity(identity_data)
        try:
            return real(admission, identity_data, pubkey)
        except Unauthorized:
            if known is not None:
                raise
        device = devices.with_identity(identity_data)
        assert device is not None
        admission.set_status(device.id, next(iter(device.auth_sets)), ACCEPTED)
        return real(admission, identity_data, pubkey)
