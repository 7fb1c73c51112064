"""What a device is offered when it asks for an update."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

NEXT = "v1/deployments/device/deployments/next"
NEXT_V2 = "v2/deployments/device/deployments/next"
PROVIDES = {"artifact_name": "release-1", "device_type": "rpi"}
ASK: dict[str, Callable[[httpx.Client, dict[str, str]], httpx.Response]] = {
    "GET v1": lambda http, provides: http.get(NEXT, params=provides),
    "POST v1": lambda http, provides: http.post(NEXT, json=provides),
    "POST v2": lambda http, provides: http.post(NEXT_V2, json={"device_provides": provides}),
}
"""The three ways to ask."""

Ask = Callable[[httpx.Client, dict[str, str]], httpx.Response]
Refused = Callable[[httpx.Response, int], str]


@pytest.fixture(params=ASK)
def ask(request: pytest.FixtureRequest) -> Ask:
    """Return one of the ways to ask."""
    return ASK[request.param]


@pytest.fixture(autouse=True)
def artifact(new_artifact: Callable[..., str]) -> str:
    """Have something to deploy; return its id."""
    return new_artifact(types="rpi,bbb")


def test_offer_says_what_to_fetch_and_where(
    server: Any, device: Any, deploy: Callable[..., str], artifact: str, ask: Ask
) -> None:
    """Offer says what to fetch and where."""
    deployment = deploy(device)
    answer = ask(device.http, PROVIDES)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    offered = answer.json()
    source = offered["artifact"].pop("source")
    assert offered == {
        "id": deployment,
        "artifact": {
            "id": artifact,
            "artifact_name": "release-2",
            "device_types_compatible": ["rpi", "bbb"],
        },
    }
    assert source["uri"].startswith(f"{server.url}/")
    assert source["method"] == "GET"
    assert datetime.fromisoformat(source["expire"]) > datetime.now(UTC)
    file = device.http.get(source["uri"], headers={"Authorization": ""})
    assert (file.status_code, file.headers["content-type"]) == (
        200,
        "application/vnd.mender-artifact",
    )


def test_asking_again_is_the_same_offer(device: Any, deploy: Callable[..., str], ask: Ask) -> None:
    """Asking again is the same offer."""
    first = deploy(device)
    deploy(device)
    assert [ask(device.http, PROVIDES).json()["id"] for _ in range(2)] == [first, first]


def test_without_a_deployment_there_is_nothing(device: Any, ask: Ask) -> None:
    """Without a deployment there is nothing."""
    answer = ask(device.http, PROVIDES)
    assert (answer.status_code, answer.content) == (204, b"")


def test_deployments_are_for_their_devices(
    new_device: Callable[..., Any], deploy: Callable[..., str], ask: Ask
) -> None:
    """Deployments are for their devices."""
    deploy(new_device())
    assert ask(new_device().http, PROVIDES).status_code == 204


def test_telling_something_else_is_a_conflict(
    management: httpx.Client, device: Any, deploy: Callable[..., str], ask: Ask, refused: Refused
) -> None:
    """Telling something else is a conflict."""
    deployment = deploy(device)
    assert ask(device.http, PROVIDES).status_code == 200
    refused(ask(device.http, {**PROVIDES, "device_type": "bbb"}), 409)
    listed = management.get(f"v1/deployments/deployments/{deployment}/devices").json()
    assert listed[0]["status"] == "failure"
    assert ask(device.http, PROVIDES).status_code == 204


@pytest.mark.parametrize("missing", ["artifact_name", "device_type"])
def test_name_and_type_are_needed(device: Any, ask: Ask, refused: Refused, missing: str) -> None:
    """Name and type are needed."""
    left = {name: value for name, value in PROVIDES.items() if name != missing}
    assert missing in refused(ask(device.http, left), 400)


def test_odd_requests_are_refused(device: Any, refused: Refused) -> None:
    """Odd requests are refused."""
    refused(device.http.post(NEXT, json=[]), 400)
    refused(device.http.post(NEXT, json={**PROVIDES, "artifact_provides": "all"}), 400)
    refused(device.http.post(NEXT_V2, json=PROVIDES), 400)
    refused(device.http.post(NEXT_V2, json={"device_provides": {**PROVIDES, "more": 1}}), 400)


def test_link_is_on_the_host_that_the_device_named(device: Any, deploy: Callable[..., str]) -> None:
    """Link is on the host that the device named."""
    deploy(device)
    answer = device.http.get(NEXT, params=PROVIDES, headers={"Host": "ota.example.com:8443"})
    uri = answer.json()["artifact"]["source"]["uri"]
    assert uri.startswith("http://ota.example.com:8443/")


def test_configuration_link_has_to_be_genuine(server: Any, refused: Refused) -> None:
    """Configuration link has to be genuine."""
    path = f"{server.url}/api/devices/v1/deployments/download/configuration/one/rpi/two"
    link = {"x-men-expire": "2126-01-01T00:00:00Z", "x-men-signature": "none"}
    refused(httpx.get(path), 400)
    refused(httpx.get(path, params={**link, "x-men-expire": "tomorrow"}), 400)
    refused(httpx.get(path, params=link), 403)
    refused(httpx.get(path, params={**link, "x-men-expire": "2016-01-01T00:00:00Z"}), 403)
