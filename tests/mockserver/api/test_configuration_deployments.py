"""Deployments of configurations: started by users, offered to devices, listed among the others."""

import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from otakit.fixtures.artifact_reader import read_artifact

DEPLOYMENTS = "v1/deployments/deployments"
WANTED = {"timezone": "Europe/Oslo", "motd": "hei\n", "off": ""}
PAUSE = {"priority": 1, "states": {"ArtifactInstall_Enter": {"action": "pause"}}}

Refused = Callable[[httpx.Response, int], str]
Configure = Callable[..., str]


@pytest.fixture
def configure(management: httpx.Client) -> Configure:
    """Return a function that configures a device, deploys that, and returns the deployment's id."""

    def act(device: Any, values: dict[str, str] = WANTED, **plan: Any) -> str:
        path = f"v1/deviceconfig/configurations/device/{device.id}"
        assert management.put(path, json=values).status_code == 204
        answer = management.post(f"{path}/deploy", json=plan)
        assert answer.status_code == 200, answer.text
        assert answer.json().keys() == {"deployment_id"}
        return str(answer.json()["deployment_id"])

    return act


def test_deployment_is_shown_among_the_others(
    management: httpx.Client,
    device: Any,
    new_artifact: Callable[..., str],
    deploy: Callable[..., str],
    configure: Configure,
) -> None:
    """With its type, by which lists are filtered, and with what it sets."""
    new_artifact()
    software, made = deploy(device), configure(device, retries=3)
    shown = management.get(f"{DEPLOYMENTS}/{made}").json()
    assert shown["type"] == "configuration"
    assert shown["name"] == shown["artifact_name"] == f"configuration-{made}"
    assert json.loads(shown["configuration"]) == WANTED
    assert (shown["status"], shown["device_count"], shown["retries"]) == ("pending", 1, 3)
    assert shown["artifacts"] == []
    for kind, expected in (
        ({}, [made, software]),
        ({"type": "configuration"}, [made]),
        ({"type": "software"}, [software]),
    ):
        listed = management.get(DEPLOYMENTS, params=kind)
        assert [deployment["id"] for deployment in listed.json()] == expected
        assert listed.headers["x-total-count"] == str(len(expected))
    assert "configuration" not in management.get(f"{DEPLOYMENTS}/{software}").json()
    path = f"v1/deviceconfig/configurations/device/{device.id}"
    assert management.get(path).json()["deployment_id"] == made
    assert management.get(f"{DEPLOYMENTS}/{made}/device_list").json() == [device.id]


def test_device_is_offered_a_link_to_its_configuration(
    server: Any, device: Any, configure: Configure
) -> None:
    """The artifact that comes by it has what was set."""
    made = configure(device)
    answer = device.next("release-1", "rpi")
    assert answer.status_code == 200
    offered = answer.json()
    assert offered.keys() == {"id", "artifact"}
    artifact = offered["artifact"]
    link = artifact.pop("source")
    assert offered["id"] == made
    assert artifact == {
        "id": made + device.id,
        "artifact_name": f"configuration-{made}",
        "device_types_compatible": ["rpi"],
    }
    path = f"/api/devices/v1/deployments/download/configuration/{made}/rpi/{device.id}"
    uri = httpx.URL(link["uri"])
    assert f"{uri.scheme}://{uri.netloc.decode()}" == server.url
    assert uri.path == path
    assert list(uri.params) == ["tenant_id", "x-men-expire", "x-men-signature"]
    assert uri.params["x-men-expire"] == link["expire"]

    fetched = httpx.get(link["uri"])
    assert fetched.status_code == 200
    assert fetched.headers["content-type"] == "application/vnd.mender-artifact"
    assert fetched.headers["content-disposition"] == 'attachment; filename="artifact.mender"'
    assert fetched.headers["content-length"] == str(len(fetched.content))
    info = read_artifact(io.BytesIO(fetched.content))
    assert info.name == f"configuration-{made}"
    assert info.device_types == ("rpi",)
    (update,) = info.updates
    assert (update.payload_type, update.meta_data) == ("mender-configure", WANTED)


def test_deployment_goes_its_way(
    management: httpx.Client, device: Any, configure: Configure
) -> None:
    """Statuses, counters and the device list are as with software."""
    made = configure(device)
    device.next()
    for status, overall in (
        ("downloading", "inprogress"),
        ("installing", "inprogress"),
        ("success", "finished"),
    ):
        assert device.report(made, status).status_code == 204
        assert management.get(f"{DEPLOYMENTS}/{made}").json()["status"] == overall
        counts = management.get(f"{DEPLOYMENTS}/{made}/statistics").json()
        assert {name: count for name, count in counts.items() if count} == {status: 1}
    (listed,) = management.get(f"{DEPLOYMENTS}/{made}/devices/list").json()
    assert (listed["id"], listed["status"], listed["device_type"]) == (device.id, "success", "rpi")
    assert device.next().status_code == 204


def test_second_version_offers_it_too(device: Any, configure: Configure) -> None:
    """With the update control map, to devices that understand one."""
    made = configure(device, update_control_map=PAUSE)
    asked = {
        "device_provides": {"artifact_name": "release-1", "device_type": "rpi"},
        "update_control_map": True,
    }
    path = "v2/deployments/device/deployments"
    offered = device.http.post(f"{path}/next", json=asked).json()
    assert offered["id"] == made
    assert offered["update_control_map"] == {**PAUSE, "id": made}
    assert httpx.get(offered["artifact"]["source"]["uri"]).status_code == 200
    shown = device.http.get(f"{path}/{made}/update_control_map").json()
    assert shown["update_control_map"] == {**PAUSE, "id": made}


def test_post_offers_it_too(device: Any, configure: Configure) -> None:
    """Whatever else the device tells."""
    made = configure(device)
    told = {"artifact_name": "release-1", "device_type": "rpi", "colour": "red"}
    offered = device.http.post("v1/deployments/device/deployments/next", json=told).json()
    assert offered["id"] == made


def test_what_is_set_later_needs_another_deployment(
    management: httpx.Client, device: Any, configure: Configure
) -> None:
    """The first one brings what was set at its time."""
    configure(device, {"step": "1"})
    path = f"v1/deviceconfig/configurations/device/{device.id}"
    management.put(path, json={"step": "2"})
    uri = device.next().json()["artifact"]["source"]["uri"]
    (update,) = read_artifact(io.BytesIO(httpx.get(uri).content)).updates
    assert update.meta_data == {"step": "1"}


def test_link_outlives_the_deployment(
    management: httpx.Client, device: Any, configure: Configure
) -> None:
    """As often as one likes, the same bytes, also after abort and decommission."""
    made = configure(device)
    uri = device.next().json()["artifact"]["source"]["uri"]
    first = httpx.get(uri)
    management.put(f"{DEPLOYMENTS}/{made}/status", json={"status": "aborted"})
    management.delete(f"v2/devauth/devices/{device.id}")
    assert httpx.get(uri).content == first.content
    assert first.status_code == 200


def test_link_ends_with_its_world(server: Any, device: Any, configure: Configure) -> None:
    """The deployment is gone then."""
    configure(device)
    uri = device.next().json()["artifact"]["source"]["uri"]
    server.reset()
    assert httpx.get(uri).status_code == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"retries": -1}, "retries"),
        ({"retries": "1"}, "retries"),
        ({"retries": 1.5}, "retries"),
        ({"update_control_map": []}, "update_control_map"),
        ([], "is not of type"),
        (None, "is not of type"),
    ],
    ids=repr,
)
def test_odd_deployment_is_refused(
    management: httpx.Client, device: Any, refused: Refused, body: Any, said: str
) -> None:
    """And none is started; an empty object is none that is odd, but has to be there."""
    path = f"v1/deviceconfig/configurations/device/{device.id}/deploy"
    kind = {"Content-Type": "application/json"}
    answer = management.post(path, content=json.dumps(body), headers=kind)
    assert said in refused(answer, 400)
    refused(management.post(path), 400)
    assert management.get(DEPLOYMENTS).json() == []
    assert management.post(path, json={}).status_code == 200
