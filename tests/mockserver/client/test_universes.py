"""Universes by the client: made, found, steered, and gone in the end."""

import httpx
import pytest

from otakit.mockserver.client import ControlClient, ControlError, NewUniverse

ME = "/api/management/v1/useradm/users/me"
LOGIN = "/api/management/v1/useradm/auth/login"


def test_new_universe_has_what_its_clients_need(universe: NewUniverse) -> None:
    """A login, a token, and a tenant token that devices name."""
    headers = {"Authorization": f"Bearer {universe.token}"}
    shown = httpx.get(universe.url + ME, headers=headers).raise_for_status().json()
    assert shown["email"] == universe.email
    answer = httpx.post(universe.url + LOGIN, auth=(universe.email, universe.password))
    assert answer.status_code == 200
    assert universe.tenant_token
    assert universe.name == "mine"


def test_new_universe_is_gone_in_the_end(client: ControlClient) -> None:
    """Also where the block ends in an error, or has deleted it itself."""
    before = [universe.id for universe in client.universes()]
    with pytest.raises(ZeroDivisionError), client.new_universe():
        raise ZeroDivisionError
    with client.new_universe() as universe:
        assert universe.id in [known.id for known in client.universes()]
        universe.delete()
    assert [universe.id for universe in client.universes()] == before


def test_known_universe_is_found(client: ControlClient, universe: NewUniverse) -> None:
    """By its id; without one it is that of requests which name none."""
    found = client.universe(universe.id)
    assert (found.name, found.email) == ("mine", universe.email)
    assert found.tenant_token == universe.tenant_token
    assert client.universe().id == "default"
    assert client.universes()[0].id == "default"


def test_plan_is_read_and_set(client: ControlClient) -> None:
    """Reset brings the first one back."""
    with client.new_universe(plan="professional") as universe:
        assert universe.plan == "professional"
        universe.plan = "os"
        assert universe.plan == "os"
        universe.reset()
        assert universe.plan == "professional"


def test_fleet_of_jfrog_connect(universe: NewUniverse) -> None:
    """It is put together, changed and shown; key and token open it."""
    connect = universe.connect
    connect.replace({"devices": [{"name": "pump 1"}]})
    added = connect.add_device("pump 2", tags=["hall"])
    assert connect.change_device(added["uuid"], state="offline")["state"] == "offline"
    flow = connect.add_flow("restart", [{"name": "stop"}])
    fleet = connect.fleet()
    assert [device["name"] for device in fleet["devices"]] == ["pump 1", "pump 2"]
    assert [known["uuid"] for known in fleet["flows"]] == [flow["uuid"]]
    headers = {"Authorization": f"Bearer {connect.token}"}
    url = f"{universe.url}/api/v2/{connect.project_key}/deployments"
    assert httpx.get(url, headers=headers).status_code == 200


@pytest.mark.parametrize("universe_id", ["nowhere", "../default", "a/b", "ä ?#"])
def test_unknown_universe_is_an_error_that_names_it(
    client: ControlClient, universe_id: str
) -> None:
    """Whatever stands in the id."""
    with pytest.raises(ControlError) as refused:
        client.universe(universe_id)
    assert refused.value.status == 404
    assert refused.value.request_id in str(refused.value)
