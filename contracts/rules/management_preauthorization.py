"""Management APIs / Device authentication: users announce devices."""

from otakit.contracts.backend import Backend
from otakit.contracts.expectations import (
    expect_error,
    expect_field,
    expect_header,
    expect_status,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_device_authentication import (
    SECTION,
    preauthorized,
    seen,
    with_another_key,
)
from otakit.contracts.signing_device import DEVICES

PREAUTHORIZE = f"{SECTION} / Preauthorize"


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
    expect_field(seen(backend, preauthorized(backend)), "status", "preauthorized")


@rule(
    "MEN-MGT-AUT-003",
    "The first request of a preauthorized device lets it in without a user's act",
    document=PREAUTHORIZE,
    operations=["preauthorizeDevice", "authenticateDevice", "getDevice"],
    severity="critical",
)
def preauthorized_device_is_let_in(backend: Backend) -> None:
    """Preauthorize a device, and let it ask."""
    device = preauthorized(backend)
    expect_status(device.authenticate(), 200)
    expect_field(seen(backend, device), "status", "accepted")


@rule(
    "MEN-MGT-AUT-004",
    "A preauthorized identity with another key is not let in",
    document=PREAUTHORIZE,
    operations=["preauthorizeDevice", "authenticateDevice"],
    severity="critical",
)
def preauthorization_is_of_one_key(backend: Backend) -> None:
    """Preauthorize a device, and let another one ask with its identity."""
    expect_error(with_another_key(preauthorized(backend)), 401)


@rule(
    "MEN-MGT-AUT-005",
    "Preauthorizing a device that exists is answered 409 with that device",
    document=PREAUTHORIZE,
    operations=["preauthorizeDevice"],
)
def known_device_is_a_conflict(backend: Backend) -> None:
    """Preauthorize a device twice."""
    device = preauthorized(backend)
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
