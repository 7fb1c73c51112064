"""Device APIs / Device authentication: who is let in, with which token."""

import base64
import json
from email.utils import parsedate_to_datetime
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_contains,
    expect_equal,
    expect_error,
    expect_status,
)
from otakit.contracts.outcomes import NotApplicable
from otakit.contracts.rule import rule
from otakit.contracts.signing_device import SigningDevice

DOCUMENT = "Device APIs / Device authentication / Authenticate Device"
WEEK = 7 * 24 * 3600
_LEEWAY = 300
"""Seconds that clocks may differ, and requests take."""


@rule(
    "MEN-DEV-AUT-001",
    "The very first authentication request of a device that is not preauthorized is answered 401",
    document=DOCUMENT,
    operations=["authenticateDevice"],
    severity="critical",
)
def first_request_is_refused(backend: Backend) -> None:
    """Let an unknown device ask."""
    expect_error(backend.new_device().authenticate(), 401)


@rule(
    "MEN-DEV-AUT-002",
    "The first request of a device records its identity data and key for the user to inspect",
    document=DOCUMENT,
    operations=["authenticateDevice", "listDevices"],
)
def first_request_is_recorded(backend: Backend) -> None:
    """Let an unknown device ask, and look for it among the pending ones."""
    device = backend.new_device()
    answer = device.authenticate()
    listed = device.listed("pending")
    expect(
        listed,
        "the device is listed as pending",
        expected=f"a pending device with the identity {device.identity}",
        actual="none",
        answer=answer,
    )
    shown = listed or {}
    expect_equal(answer, shown.get("identity_data"), device.identity, "the recorded identity data")
    keys = [_lines(a.get("pubkey", "")) for a in shown.get("auth_sets") or []]
    expect_equal(answer, keys, [_lines(device.key.public_pem)], "the recorded keys")


@rule(
    "MEN-DEV-AUT-003",
    "A request after the user has accepted the device is answered with a token",
    document=DOCUMENT,
    operations=["authenticateDevice", "setAuthSetStatus"],
    severity="critical",
)
def accepted_device_gets_a_token(backend: Backend) -> None:
    """Accept a pending device, and let it ask again."""
    device = _with_status(backend, "accepted")
    expect_status(device.authenticate(), 200)


@rule(
    "MEN-DEV-AUT-004",
    "A request after the user has rejected the device is answered 401",
    document=DOCUMENT,
    operations=["authenticateDevice", "setAuthSetStatus"],
    severity="critical",
)
def rejected_device_stays_out(backend: Backend) -> None:
    """Reject a pending device, and let it ask again."""
    device = _with_status(backend, "rejected")
    expect_error(device.authenticate(), 401)


@rule(
    "MEN-DEV-AUT-005",
    "An accepted device's token is a JWT that names its id, its device and its end",
    document=DOCUMENT,
    operations=["authenticateDevice"],
)
def token_is_a_jwt(backend: Backend) -> None:
    """Take a token apart: the claims of the documents' example, and a signature."""
    answer = _authenticated(backend)
    header, claims = _parts(answer)
    expect_contains(answer, header, "alg", "what the header of the token says")
    for name, kind in (("jti", str), ("sub", str), ("exp", int)):
        expect(
            isinstance(claims.get(name), kind),
            f"the token's claim '{name}'",
            expected=f"a value of type {kind.__name__}",
            actual=claims,
            answer=answer,
        )


@rule(
    "MEN-DEV-AUT-006",
    "A device's token lasts one week",
    document="Introduction / Personal Access Tokens",
    operations=["authenticateDevice"],
)
def token_lasts_a_week(backend: Backend) -> None:
    """Compare the token's end with its issue, or with the answer's date."""
    answer = _authenticated(backend)
    _, claims = _parts(answer)
    issued = claims.get("iat")
    if not isinstance(issued, int):
        if "date" not in answer.headers:
            message = "neither the token nor the answer says when it was issued"
            raise NotApplicable(message)
        issued = int(parsedate_to_datetime(answer.headers["date"]).timestamp())
    lasts = int(claims.get("exp", 0)) - issued
    expect(
        abs(lasts - WEEK) <= _LEEWAY,
        "how long the token is valid",
        expected=f"{WEEK} seconds",
        actual=f"{lasts} seconds",
        answer=answer,
    )


@rule(
    "MEN-DEV-AUT-007",
    "The token of an accepted device opens the device APIs",
    document="Introduction / Authentication",
    operations=["authenticateDevice", "checkUpdate"],
    severity="critical",
)
def token_opens_the_device_apis(backend: Backend) -> None:
    """Ask for an update with a token."""
    device = backend.lent_device()
    expect_status(device.poll(), 200, 204)


@rule(
    "MEN-DEV-AUT-008",
    "An accepted device renews its token by a new authentication request",
    document=DOCUMENT,
    operations=["authenticateDevice", "checkUpdate"],
)
def token_is_renewed(backend: Backend) -> None:
    """Ask twice, and use the second token."""
    device = backend.accepted_device()
    expect_status(device.authenticate(), 200)
    expect_status(device.poll(), 200, 204, because="a renewed token opens the device APIs")


@rule(
    "MEN-DEV-AUT-009",
    "An identity is one device, however often it asks",
    document=DOCUMENT,
    operations=["authenticateDevice", "listDevices"],
)
def identity_is_one_device(backend: Backend) -> None:
    """Let a device ask three times, and look for it in the list of devices."""
    device = backend.new_device()
    for _ in range(3):
        device.authenticate()
    found = device.all_listed("pending")
    expect_equal(None, len(found), 1, "how many pending devices have the identity")
    sets = found[0].get("auth_sets") or []
    expect_equal(None, len(sets), 1, "how many authentication sets it has")


def _with_status(backend: Backend, status: str) -> SigningDevice:
    device = backend.pending_device()
    with backend.building(f"an {status} device"):
        expect_status(device.set_status(status), 204)
    return device


def _authenticated(backend: Backend) -> Exchange:
    """Return the answer that gave a new accepted device its token."""
    device = backend.new_device()
    with backend.building("a preauthorized device"):
        expect_status(device.preauthorize(), 201)
    answer = device.authenticate()
    with backend.building("a token"):
        return expect_status(answer, 200)


def _parts(answer: Exchange) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take a JWT apart into header and claims; fail where it is none."""
    pieces = answer.text.strip().split(".")
    header, claims = ([_json(piece) for piece in pieces] + [None, None])[:2]
    expect(
        len(pieces) == 3 and pieces[2] and header and claims,  # noqa: PLR2004
        "the answer is a signed JSON web token",
        expected="header, claims and signature, in base64url with dots between them",
        actual=answer.answer(),
        answer=answer,
    )
    return header or {}, claims or {}


def _json(piece: str) -> dict[str, Any] | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _lines(pem: str) -> str:
    """Return a key in PEM without its line ends, which may differ."""
    return "".join(pem.split())
