"""Management APIs / Device authentication: users revoke tokens, and see the limit of devices."""

import base64
import json

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.expectations import (
    expect,
    expect_status,
    field_of,
)
from otakit.contracts.outcomes import NotReached
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_device_authentication import NOBODY, SECTION, expect_out
from otakit.contracts.signing_device import SigningDevice

REVOKE = f"{SECTION} / Revoke API Token"
LIMIT = f"{SECTION} / Get Device Limit"


@rule(
    "MEN-MGT-AUT-070",
    "A token that was revoked by its 'jti' claim is refused",
    document=REVOKE,
    operations=["revokeToken", "checkUpdate"],
    severity="critical",
)
def revoked_token_is_refused(backend: Backend) -> None:
    """Revoke the token of an accepted device, and let it go on."""
    device = backend.accepted_device()
    expect_status(backend.management.delete(_token_path(device)), 204)
    expect_out(backend, device, "a revoked token")


@rule(
    "MEN-MGT-AUT-071",
    "A device whose token was revoked gets a new one with a new authentication request",
    document=REVOKE,
    operations=["revokeToken", "authenticateDevice", "checkUpdate"],
)
def revoked_token_is_renewed(backend: Backend) -> None:
    """Revoke the token of an accepted device, and let it ask again."""
    device = backend.accepted_device()
    with backend.building("a revoked token"):
        expect_status(backend.management.delete(_token_path(device)), 204)
    expect_status(device.authenticate(), 200)
    expect_status(device.poll(), 200, 204, because="the new token opens the device APIs")


@rule(
    "MEN-MGT-AUT-072",
    "Revoking an unknown token is answered 404",
    document=REVOKE,
    operations=["revokeToken"],
)
def unknown_token_cannot_be_revoked(backend: Backend) -> None:
    """Revoke a token that nobody has."""
    expect_status(backend.management.delete(f"v2/devauth/tokens/{NOBODY}"), 404)


@rule(
    "MEN-MGT-AUT-080",
    "The limit of accepted devices can be read",
    document=LIMIT,
    operations=["getDeviceLimit"],
)
def limit_can_be_read(backend: Backend) -> None:
    """Read it."""
    answer = expect_status(backend.management.get("v2/devauth/limits/max_devices"), 200)
    limit = field_of(answer, "limit")
    expect(
        type(limit) is int,
        "the limit of accepted devices",
        expected="a whole number",
        actual=limit,
        answer=answer,
    )


def _token_path(device: SigningDevice) -> str:
    """Return where a device's token is revoked; raises NotReached if it does not name itself."""
    claims = device.token.split(".")[1:2]
    try:
        name = json.loads(base64.urlsafe_b64decode(f"{claims[0]}=="))["jti"]
    except (LookupError, ValueError, TypeError):
        message = "it needs a token with the claim 'jti'"
        raise NotReached(message) from None
    return f"v2/devauth/tokens/{in_path(str(name))}"
