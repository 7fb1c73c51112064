"""Device APIs / Device authentication (devices/authentication-v1)."""

from typing import Any

from otakit.mockserver.answers import OK, Answer
from otakit.mockserver.bodies import Undecodable, decode_json
from otakit.mockserver.domain.errors import Invalid, Unauthorized
from otakit.mockserver.operations import ORIGINS, Call, Origin, operation
from otakit.mockserver.signatures import normalise, verify
from otakit.mockserver.tokens import Claims
from otakit.mockserver.universe import Universe


@operation("authenticateDevice")
def authenticate_device(call: Call) -> Answer:
    """Let a device in, or write it down and refuse it for now.

    A wrong signature leaves no trace, nor does the token of a tenant that there is not.
    """
    pem = call.body["pubkey"]
    pubkey = normalise(pem)
    identity_data = _identity_data(call.body["id_data"])
    verify(pem, call.params["X-MEN-Signature"], call.raw)
    universe = call.server.universes.of_tenant(call.body.get("tenant_token", ""))
    call.found(universe)
    try:
        record = universe.world.authenticate_device(identity_data, pubkey)
    except Unauthorized:
        device = universe.world.devices.with_identity(identity_data)
        call.found(universe, device.id if device else "")
        raise
    call.found(universe, record.subject)
    universe.sockets.recheck(universe.world, record.subject)
    token = universe.sign(record, "devices")
    claims = Claims(universe.id, "devices", record.subject, record.jti)
    call.server.security.issued(token, claims)
    return Answer(OK, token.encode(), b"application/jwt")


def _universe(call: Call) -> Universe:
    """Find the universe that a device wants to be let in to, before its signature is checked."""
    universes = call.server.universes
    try:
        return universes.of_tenant(call.body.get("tenant_token", ""))
    except Unauthorized:
        return universes.default


def _device(call: Call, universe: Universe) -> str:
    try:
        device = universe.world.devices.with_identity(_identity_data(call.body["id_data"]))
    except Invalid:
        return ""
    return device.id if device else ""


ORIGINS["authenticateDevice"] = Origin(_universe, _device)


def _identity_data(text: str) -> dict[str, Any]:
    try:
        identity_data = decode_json(text.encode())
    except Undecodable as error:
        message = f"invalid auth request: id_data is not JSON: {error.reason}"
        raise Invalid(message) from None
    if not isinstance(identity_data, dict) or not identity_data:
        message = "invalid auth request: id_data must be a JSON object with the device's identity"
        raise Invalid(message)
    return identity_data
