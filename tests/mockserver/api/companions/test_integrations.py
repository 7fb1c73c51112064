"""Integrations are kept without telling their secrets, and what they are due is written down."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

INTEGRATIONS = "v1/iot-manager/integrations"
EVENTS = "v1/iot-manager/events"
NOBODY = "1f2e4b34-5a7a-4b63-b2a5-4d0c9e1f6a11"

WEBHOOK = {"type": "http", "http": {"url": "https://example.com/hook", "secret": "00ff"}}
CORE = {
    "type": "aws",
    "aws": {
        "access_key_id": "AKIA0",
        "secret_access_key": "s3cret",
        "region": "eu-west-1",
        "device_policy_name": "devices",
    },
}
HUB = {
    "type": "sas",
    "connection_string": "HostName=h.example.com;SharedAccessKeyName=o;SharedAccessKey=c2VjcmV0",
}
CREDENTIALS: dict[str, Any] = {"webhook": WEBHOOK, "iot-core": CORE, "iot-hub": HUB}

Refused = Callable[[httpx.Response, int], str]


def create(management: httpx.Client, provider: str = "webhook", **more: Any) -> str:
    """Make an integration and return its id."""
    asked = {"provider": provider, "credentials": CREDENTIALS[provider], **more}
    answer = management.post(INTEGRATIONS, json=asked)
    assert answer.status_code == 201, answer.text
    location = answer.headers["location"]
    assert location.startswith("/api/management/v1/iot-manager/integrations/")
    return str(location.rpartition("/")[2])


def events(management: httpx.Client, **params: Any) -> list[dict[str, Any]]:
    """List what happened."""
    found: list[dict[str, Any]] = management.get(EVENTS, params=params).raise_for_status().json()
    return found


def test_there_is_none_at_first(management: httpx.Client) -> None:
    """Neither an integration nor an event."""
    assert management.get(INTEGRATIONS).json() == []
    answer = management.get(EVENTS, params={"page": 1, "per_page": 20})
    assert (answer.json(), answer.headers["x-total-count"]) == ([], "0")


@pytest.mark.parametrize("provider", CREDENTIALS)
def test_new_integration_is_listed_without_its_secret(
    management: httpx.Client, provider: str
) -> None:
    """All else is shown."""
    ident = create(management, provider, description="to the team")
    answer = management.get(INTEGRATIONS)
    (shown,) = answer.json()
    assert shown == management.get(f"{INTEGRATIONS}/{ident}").json()
    credentials = shown.pop("credentials")
    assert shown == {"id": ident, "provider": provider, "description": "to the team"}
    assert credentials.keys() == CREDENTIALS[provider].keys()
    assert "<omitted>" in answer.text
    assert not any(secret in answer.text for secret in ("00ff", "s3cret", "c2VjcmV0"))
    known = ("https://example.com/hook", "AKIA0", "HostName=h.example.com")
    assert sum(text in answer.text for text in known) == 1


def test_there_is_one_for_each_provider(management: httpx.Client, refused: Refused) -> None:
    """Until it is deleted."""
    ids = [create(management, provider) for provider in CREDENTIALS]
    again = {"provider": "webhook", "credentials": WEBHOOK}
    assert "already exists" in refused(management.post(INTEGRATIONS, json=again), 409)
    assert management.delete(f"{INTEGRATIONS}/{ids[0]}").status_code == 204
    shown = management.get(INTEGRATIONS).json()
    assert [i["provider"] for i in shown] == ["iot-core", "iot-hub"]
    create(management)


def test_pages(management: httpx.Client) -> None:
    """Of integrations, oldest first."""
    for provider in CREDENTIALS:
        create(management, provider)
    shown = management.get(INTEGRATIONS, params={"page": 2, "per_page": 2}).json()
    assert [i["provider"] for i in shown] == ["iot-hub"]


def test_credentials_are_replaced(management: httpx.Client, refused: Refused) -> None:
    """By some of the same type."""
    path = f"{INTEGRATIONS}/{create(management)}"
    other = {"type": "http", "http": {"url": "http://localhost:9/x"}}
    assert management.put(f"{path}/credentials", json=other).status_code == 204
    assert management.get(path).json()["credentials"] == other
    assert "incompatible" in refused(management.put(f"{path}/credentials", json=HUB), 400)
    assert management.get(path).json()["credentials"] == other


@pytest.mark.parametrize(
    "asked",
    [
        {},
        [],
        {"provider": "webhook"},
        {"provider": "pigeon", "credentials": WEBHOOK},
        {"provider": "webhook", "credentials": HUB},
        {"provider": "webhook", "credentials": {"type": "http"}},
        {"provider": "webhook", "credentials": {"type": "http", "http": {"url": ""}}},
        {"provider": "webhook", "credentials": {"type": "http", "http": {"url": "ftp://x"}}},
        {
            "provider": "webhook",
            "credentials": {"type": "http", "http": {"url": "http://x", "secret": "word"}},
        },
        {"provider": "iot-core", "credentials": {"type": "aws", "aws": {"region": "x"}}},
        {"provider": "webhook", "credentials": WEBHOOK, "description": "x" * 1025},
    ],
)
def test_odd_integrations_are_refused(
    management: httpx.Client, refused: Refused, asked: Any
) -> None:
    """Nothing is kept."""
    refused(management.post(INTEGRATIONS, json=asked), 400)
    assert management.get(INTEGRATIONS).json() == []


def test_unknown_integration_is_not_found(management: httpx.Client, refused: Refused) -> None:
    """And what is no UUID is a bad request."""
    for ident, status in ((NOBODY, 404), ("hook", 400)):
        path = f"{INTEGRATIONS}/{ident}"
        refused(management.get(path), status)
        refused(management.delete(path), status)
        refused(management.put(f"{path}/credentials", json=WEBHOOK), status)


def test_events_tell_what_became_of_a_device(management: httpx.Client, new_device: Any) -> None:
    """Newest first, and that nobody heard of it."""
    hook = create(management)
    device = new_device()
    management.delete(f"v2/devauth/devices/{device.id}")
    found = events(management)
    assert [(e["type"], e["data"].get("status")) for e in found] == [
        ("device-decommissioned", None),
        ("device-status-changed", "accepted"),
        ("device-provisioned", "accepted"),
        ("device-status-changed", "preauthorized"),
    ]
    assert {e["data"]["id"] for e in found} == {device.id}
    (auth_set,) = found[2]["data"]["auth_sets"]
    assert (auth_set["identity_data"], auth_set["status"]) == (device.identity, "accepted")
    for event in found:
        (delivery,) = event["delivery_statuses"]
        assert (delivery["integration_id"], delivery["success"]) == (hook, False)
        assert "mock" in delivery["error"]


def test_events_begin_with_an_integration(management: httpx.Client, new_device: Any) -> None:
    """What was before is nobody's concern."""
    device = new_device()
    create(management)
    assert events(management) == []
    management.delete(f"v2/devauth/devices/{device.id}")
    assert [e["type"] for e in events(management)] == ["device-decommissioned"]


def test_events_come_in_pages(management: httpx.Client, stranger: Any, refused: Refused) -> None:
    """And for one integration."""
    hook = create(management)
    for _ in range(3):
        stranger().authenticate()
    core = create(management, "iot-core")
    stranger().authenticate()
    pages = [
        management.get(EVENTS, params={"page": page, "per_page": 3}) for page in (1, 2, 10**30)
    ]
    assert [len(page.json()) for page in pages] == [3, 1, 0]
    assert {page.headers["x-total-count"] for page in pages} == {"4"}
    ids = [event["id"] for page in pages for event in page.json()]
    assert ids == [event["id"] for event in events(management)]
    assert events(management, integration_id=core) == events(management)[:1]
    assert len(events(management, integration_id=hook)) == 4
    assert events(management, integration_id=NOBODY) == []
    refused(management.get(EVENTS, params={"integration_id": "hook"}), 400)
    refused(management.get(EVENTS, params={"per_page": 501}), 400)
