"""Who may use a fleet of JFrog Connect: its own token, under its own key."""

from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from otakit.mockserver.domain.errors import NotFound, Unauthorized
from otakit.mockserver.security import Security
from otakit.mockserver.settings import Settings
from otakit.mockserver.storage import Storage
from otakit.mockserver.universes import Universes

Refused = Callable[[httpx.Response, int], str]


def access_of(server: Any, universe: str = "default") -> dict[str, str]:
    """Ask the control API for key and token."""
    answer = httpx.get(f"{server.url}/otakit/v1/universes/{universe}/connect")
    access: dict[str, str] = answer.raise_for_status().json()
    return access


def list_deployments(server: Any, key: str, token: str) -> httpx.Response:
    """Ask for the deployments of a fleet."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{server.url}/api/v2/{key}/deployments", headers=headers)


def test_token_says_whose_it_is(server: Any) -> None:
    """It names the fleet and the universe, and has no times."""
    access = access_of(server)
    assert access.keys() == {"project_key", "token"}
    claims = jwt.decode(access["token"], options={"verify_signature": False})
    assert claims.pop("jti")
    assert claims == {
        "sub": access["project_key"],
        "iss": "JFrog Connect",
        "connect.fleet": True,
        "mender.tenant": "default",
    }


def test_key_and_token_outlive_a_reset(server: Any) -> None:
    """The fleet does not."""
    before = access_of(server)
    control = f"{server.url}/otakit/v1/universes/default/connect"
    httpx.post(f"{control}/devices", json={"name": "one"}).raise_for_status()
    server.reset()
    assert access_of(server) == before
    assert list_deployments(server, before["project_key"], before["token"]).status_code == 200
    assert httpx.get(f"{control}/fleet").json()["devices"] == []


def test_key_and_token_belong_to_the_seed(ota_serve: Callable[..., str]) -> None:
    """The same seed gives the same ones."""
    path = "/otakit/v1/universes/default/connect"
    first, same, other = (httpx.get(ota_serve(seed=seed) + path).json() for seed in (5, 5, 6))
    assert first == same
    assert first["project_key"] != other["project_key"]
    assert first["token"] != other["token"]


def test_other_fleet_is_not_found(server: Any, refused: Refused) -> None:
    """Whether there is one with that key or not."""
    access = access_of(server)
    message = refused(list_deployments(server, "0123", access["token"]), 404)
    assert message == "no fleet '0123' for this token"


def test_fleet_of_another_universe_is_closed(tmp_path: Any) -> None:
    """A token opens its own universe's fleet only, and that of no other under any key."""
    universes = Universes(Settings(), Storage(tmp_path))
    other, _ = universes.create("other")
    mine = universes.default.connect
    universe, claims = Security(universes).caller(f"Bearer {mine.token}".encode(), "connect")
    assert universe is universes.default
    assert claims.subject == mine.project_key != other.connect.project_key
    with pytest.raises(NotFound):
        universe.connect.check(other.connect.project_key)
    with pytest.raises(Unauthorized):
        other.tokens.verify(mine.token)


def test_other_sides_tokens_are_refused(
    server: Any, management: httpx.Client, device: Any, refused: Refused
) -> None:
    """A user's and a device's token here, and this one there."""
    access = access_of(server)
    user = management.headers["authorization"].removeprefix("Bearer ")
    gadget = device.http.headers["authorization"].removeprefix("Bearer ")
    for token, side in ((user, "management"), (gadget, "devices")):
        message = refused(list_deployments(server, access["project_key"], token), 401)
        assert message == f"invalid jwt: a token of the {side} side, not of the connect side"
    headers = {"Authorization": f"Bearer {access['token']}"}
    for path in ("management/v2/devauth/devices", "devices/v1/inventory/device/attributes"):
        message = refused(
            httpx.request(
                "PATCH" if path.startswith("devices") else "GET",
                f"{server.url}/api/{path}",
                headers=headers,
            ),
            401,
        )
        assert message.startswith("invalid jwt: a token of the connect side")


def test_changed_token_is_refused(server: Any, refused: Refused) -> None:
    """The signature covers key and universe."""
    access = access_of(server)
    head, payload, signature = access["token"].split(".")
    claims = jwt.decode(access["token"], options={"verify_signature": False})
    forged = jwt.encode(claims, "0" * 32, algorithm="HS256")
    for token in (f"{head}.{payload}.{signature[::-1]}", forged, f"{head}.{payload}."):
        refused(list_deployments(server, access["project_key"], token), 401)


def test_edition_can_be_connect_alone(start_server: Callable[..., Any]) -> None:
    """Then there is no Mender API; beside Mender it always is."""
    server = start_server("--edition", "jfrog-connect")
    access = access_of(server)
    assert list_deployments(server, access["project_key"], access["token"]).status_code == 200
    login = f"{server.url}/api/management/v1/useradm/auth/login"
    assert httpx.post(login).status_code == 404
