"""Device configuration: users set it, devices read it and report."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

MINE = "v1/deviceconfig/configuration"

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture
def path(device: Any) -> str:
    """Return the path of the device's configuration for users."""
    return f"v1/deviceconfig/configurations/device/{device.id}"


@pytest.fixture
def sides(
    management: httpx.Client, device: Any, path: str
) -> dict[str, Callable[..., httpx.Response]]:
    """Return who can put a configuration, user and device: they take what httpx takes."""
    kind = {"Content-Type": "application/json"}
    return {
        "user": lambda **body: management.put(path, headers=kind, **body),
        "device": lambda **body: device.http.put(MINE, headers=kind, **body),
    }


def test_accepted_device_has_an_empty_configuration(
    management: httpx.Client, device: Any, path: str
) -> None:
    """Nothing is set, nothing reported, nothing deployed."""
    shown = management.get(path)
    assert shown.status_code == 200
    assert shown.headers["content-type"] == "application/json"
    body = shown.json()
    assert body.pop("updated_ts").endswith("Z")
    assert body == {"id": device.id, "configured": {}, "reported": {}}
    assert device.http.get(MINE).json() == {}


def test_device_reads_what_users_set(management: httpx.Client, device: Any, path: str) -> None:
    """The whole map is replaced each time."""
    for values in ({"timezone": "UTC", "log": "info"}, {"timezone": "Europe/Ørsta"}, {}):
        answer = management.put(path, json=values)
        assert (answer.status_code, answer.content) == (204, b"")
        answer = device.http.get(MINE)
        assert (answer.status_code, answer.json()) == (200, values)
        shown = management.get(path).json()
        assert (shown["configured"], shown["reported"]) == (values, {})


def test_users_see_what_the_device_reports(
    management: httpx.Client, device: Any, path: str
) -> None:
    """The whole map is replaced each time; it is not what the device is to be set to."""
    management.put(path, json={"timezone": "UTC"})
    for values in ({"timezone": "CET", "log": "info"}, {"log": ""}):
        answer = device.http.put(MINE, json=values)
        assert (answer.status_code, answer.content) == (204, b"")
        shown = management.get(path).json()
        assert (shown["configured"], shown["reported"]) == ({"timezone": "UTC"}, values)
        assert shown["reported_ts"] >= shown["updated_ts"]
        assert device.http.get(MINE).json() == {"timezone": "UTC"}


@pytest.mark.parametrize("body", [{"json": {}}, {"content": b""}, {}], ids=repr)
def test_empty_report_removes_what_was_reported(
    management: httpx.Client, device: Any, path: str, body: dict[str, Any]
) -> None:
    """So says the reference, which does not require a body either."""
    device.http.put(MINE, json={"timezone": "UTC"})
    assert device.http.put(MINE, **body).status_code == 204
    shown = management.get(path).json()
    assert shown["reported"] == {}
    assert "reported_ts" in shown


def test_devices_have_configurations_of_their_own(
    management: httpx.Client, new_device: Callable[..., Any]
) -> None:
    """What one reports the other did not."""
    one, other = new_device(), new_device()
    one.http.put(MINE, json={"name": "one"})
    management.put(f"v1/deviceconfig/configurations/device/{other.id}", json={"name": "other"})
    assert (one.http.get(MINE).json(), other.http.get(MINE).json()) == ({}, {"name": "other"})


def test_user_configures_a_device_that_waits(
    management: httpx.Client, waiting: Any, set_path: Callable[[], str], refused: Refused
) -> None:
    """It has none before; once it is let in it finds what was set."""
    (known,) = management.get("v2/devauth/devices").json()
    path = f"v1/deviceconfig/configurations/device/{known['id']}"
    refused(management.get(path), 404)
    assert management.put(path, json={"timezone": "UTC"}).status_code == 204
    assert management.get(path).json()["configured"] == {"timezone": "UTC"}
    management.put(f"{set_path()}/status", json={"status": "accepted"})
    waiting.authenticate()
    assert waiting.http.get(MINE).json() == {"timezone": "UTC"}


def test_decommissioned_device_has_none(
    management: httpx.Client, device: Any, path: str, refused: Refused
) -> None:
    """And gets none any more."""
    management.delete(f"v2/devauth/devices/{device.id}")
    for answer in (
        management.get(path),
        management.put(path, json={}),
        management.post(f"{path}/deploy", json={}),
    ):
        assert device.id in refused(answer, 404)


def test_unknown_device_has_none(management: httpx.Client, refused: Refused) -> None:
    """Whatever is asked; what is no id at all is refused as such."""
    base = "v1/deviceconfig/configurations/device"
    for name, status in (("30b3e62c-9ec2-4312-a7fa-cff24cc7397a", 404), ("nobody", 400)):
        for answer in (
            management.get(f"{base}/{name}"),
            management.put(f"{base}/{name}", json={"k": "v"}),
            management.post(f"{base}/{name}/deploy", json={}),
        ):
            assert name in refused(answer, status)


@pytest.mark.parametrize("side", ["user", "device"])
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({str(number): "" for number in range(101)}, "100"),
        ({"": "v"}, "key: cannot be blank"),
        ({"k" * 4097: "v"}, "no more than 4096"),
        ({"timezone": "v" * 4097}, "timezone: "),
        ({"timezone": 1}, "timezone: 1 is not of type"),
        ({"timezone": None}, "timezone: null is not of type"),
        ({"timezone": ["UTC"]}, "timezone: "),
        ({"timezone": {"name": "UTC"}}, "timezone: "),
        ([], "is not of type"),
        ("timezone", "is not of type"),
        (None, "null is not of type"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_bad_configuration_is_refused(  # noqa: PLR0913, PLR0917 - fixtures
    management: httpx.Client,
    sides: dict[str, Callable[..., httpx.Response]],
    path: str,
    refused: Refused,
    side: str,
    values: Any,
    said: str,
) -> None:
    """And leaves what there was; the message says what is wrong."""
    before = management.get(path).json()
    assert said in refused(sides[side](content=json.dumps(values)), 400)
    assert management.get(path).json() == before


@pytest.mark.parametrize("side", ["user", "device"])
def test_largest_configuration_is_taken(
    management: httpx.Client,
    sides: dict[str, Callable[..., httpx.Response]],
    path: str,
    side: str,
) -> None:
    """A hundred keys; texts of 4096 characters."""
    values = {f"key {n}": "v" * 4096 for n in range(99)} | {"k" * 4096: "💡" * 4096}
    assert sides[side](json=values).status_code == 204
    kept = "configured" if side == "user" else "reported"
    assert management.get(path).json()[kept] == values


def test_user_has_to_send_a_configuration(
    management: httpx.Client, path: str, refused: Refused
) -> None:
    """No body is no empty map: nothing is cleared by mistake."""
    management.put(path, json={"timezone": "UTC"})
    refused(management.put(path), 400)
    assert management.get(path).json()["configured"] == {"timezone": "UTC"}
