"""Tokens that are not quite right are answered 401."""

import base64
import json
from typing import Any

import httpx
import jwt
import pytest

from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.tokens import TokenRecord
from otakit.mockserver.tokens import Side, TokenSigner

OPERATIONS: dict[Side, str] = {
    "management": "/api/management/v2/devauth/devices",
    "devices": "/api/devices/v1/deployments/device/deployments/next?artifact_name=a&device_type=t",
}
SECRET = Ids(0, "secrets").secret()
"""The server's: it is made of the seed."""


def claims_of(token: str) -> dict[str, Any]:
    """Read a token."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def token_of(site: Any, side: Side) -> str:
    """Return a good token of a side."""
    token: str = site.user_token if side == "management" else site.device_token
    return token


def ask(site: Any, side: Side, token: str) -> httpx.Response:
    """Send a request of a side with a token."""
    return httpx.get(site.url + OPERATIONS[side], headers={"Authorization": f"Bearer {token}"})


def forged(site: Any, side: Side, *, tenant: str = "default", secret: bytes = SECRET) -> str:
    """Sign the claims of a good token again."""
    claims = claims_of(token_of(site, side))
    record = TokenRecord(
        jti=claims["jti"], subject=claims["sub"], issued=claims["iat"], expires=claims["exp"]
    )
    return TokenSigner(tenant, secret).sign(record, side, "enterprise")


@pytest.mark.parametrize("side", OPERATIONS)
def test_a_token_of_the_other_side_is_refused(ota_site: Any, ota_refusal: Any, side: Side) -> None:
    """A device is no user, and a user no device."""
    other: Side = "devices" if side == "management" else "management"
    message = ota_refusal(ask(ota_site, side, token_of(ota_site, other)), 401)
    assert message == f"invalid jwt: a token of the {other} side, not of the {side} side"


@pytest.mark.parametrize("side", OPERATIONS)
def test_the_forger_of_these_tests_can_make_a_good_token(ota_site: Any, side: Side) -> None:
    """So that the refusals below are for what they say."""
    assert ask(ota_site, side, forged(ota_site, side)).is_success


@pytest.mark.parametrize("side", OPERATIONS)
def test_a_token_of_another_tenant_is_refused(ota_site: Any, ota_refusal: Any, side: Side) -> None:
    """Also with a good signature."""
    message = ota_refusal(ask(ota_site, side, forged(ota_site, side, tenant="other")), 401)
    assert message == "invalid jwt: not a token of this server"


@pytest.mark.parametrize("side", OPERATIONS)
def test_a_token_signed_by_another_key_is_refused(
    ota_site: Any, ota_refusal: Any, side: Side
) -> None:
    """That of another server with the same tenants."""
    token = forged(ota_site, side, secret=Ids(1, "secrets").secret())
    assert "Signature verification failed" in ota_refusal(ask(ota_site, side, token), 401)


@pytest.mark.parametrize("side", OPERATIONS)
def test_a_token_without_a_signature_is_refused(
    ota_site: Any, ota_refusal: Any, side: Side
) -> None:
    """The algorithm `none` is none, however it is written."""
    payload = token_of(ota_site, side).split(".")[1]
    for name in ("none", "None", "NONE"):
        head = base64.urlsafe_b64encode(json.dumps({"alg": name, "typ": "JWT"}).encode())
        token = f"{head.rstrip(b'=').decode()}.{payload}."
        assert ota_refusal(ask(ota_site, side, token), 401).startswith("invalid jwt: ")


@pytest.mark.parametrize("side", OPERATIONS)
def test_a_token_with_other_claims_is_refused(ota_site: Any, ota_refusal: Any, side: Side) -> None:
    """The signature covers them."""
    head, _, signature = token_of(ota_site, side).split(".")
    claims = {**claims_of(token_of(ota_site, side)), "exp": 2**40}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    token = f"{head}.{payload}.{signature}"
    assert "Signature verification failed" in ota_refusal(ask(ota_site, side, token), 401)


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    ota_site: Any, ota_refusal: Any
) -> None:
    """The algorithm is the server's choice, not the token's."""
    public = TokenSigner("default", SECRET)._public.public_bytes_raw()
    token = jwt.encode(claims_of(ota_site.user_token), public, algorithm="HS256")
    assert ota_refusal(ask(ota_site, "management", token), 401).startswith("invalid jwt: ")


@pytest.mark.parametrize("header", ["", "Bearer", "Basic eDp5", "Bearer x.y.z", "é"])
def test_what_is_no_token_is_refused(ota_site: Any, ota_refusal: Any, header: str) -> None:
    """The message says so."""
    headers = {b"Authorization": header.encode("latin-1")}
    answer = httpx.get(ota_site.url + OPERATIONS["management"], headers=headers)
    assert ota_refusal(answer, 401) != ""
    assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_a_revoked_device_token_is_refused(ota_site: Any, ota_refusal: Any) -> None:
    """From the moment on that it is revoked."""
    assert ask(ota_site, "devices", ota_site.device_token).is_success
    jti = claims_of(ota_site.device_token)["jti"]
    url = f"{ota_site.url}/api/management/v2/devauth/tokens/{jti}"
    assert httpx.delete(url, headers=ota_site.user).status_code == 204
    message = ota_refusal(ask(ota_site, "devices", ota_site.device_token), 401)
    assert message == "unauthorized: the token has expired or was revoked"


def test_a_token_that_was_logged_out_is_refused(ota_site: Any, ota_refusal: Any) -> None:
    """A logout ends its own session, not the user's other ones."""
    url = f"{ota_site.url}/api/management/v1/useradm/auth"
    token = httpx.post(f"{url}/login", auth=("admin@example.com", "otakit-password")).text
    httpx.post(f"{url}/logout", headers={"Authorization": f"Bearer {token}"}).raise_for_status()
    message = ota_refusal(ask(ota_site, "management", token), 401)
    assert message == "unauthorized: the token has expired or was revoked"
