"""What the audit log tells of users, integrations and releases; never a secret."""

from collections.abc import Callable
from typing import Any

import httpx

LOGS = "v1/auditlogs/logs"
USERS = "v1/useradm/users"
INTEGRATIONS = "v1/iot-manager/integrations"
RELEASES = "v2/deployments/deployments/releases"


def newest(management: httpx.Client, number: int = 1) -> list[dict[str, Any]]:
    """Return the newest entries."""
    entries: list[dict[str, Any]] = management.get(LOGS, params={"per_page": number}).json()
    return entries


def test_life_of_a_user(management: httpx.Client, ada: Any) -> None:
    """Created, changed by somebody else and by itself, deleted by itself."""
    management.put(f"{USERS}/{ada.id}", json={"email": "countess@example.com"})
    (changed,) = newest(management)
    assert changed["actor"]["email"] == "admin@example.com"
    assert changed["object"]["user"] == {"email": "countess@example.com"}
    lines = changed["change"].splitlines()
    assert lines[:2] == ['- email: "ada@example.com"', '+ email: "countess@example.com"']
    assert [line.partition(":")[0] for line in lines[2:]] == ["- token"]

    token = ada.log_in(email="countess@example.com").text
    ada.http.headers["Authorization"] = f"Bearer {token}"
    asked = {"password": "analytical engine", "current_password": ada.password}
    assert ada.http.put(f"{USERS}/me", json=asked).status_code == 204
    (changed,) = newest(management)
    assert changed["actor"]["id"] == changed["object"]["id"] == ada.id
    assert changed["change"] == '+ password: "<omitted>"'

    assert ada.http.delete(f"{USERS}/{ada.id}").status_code == 204
    (deleted,) = newest(management)
    assert deleted["action"] == "delete"
    assert deleted["actor"] == {"id": ada.id, "type": "user", "email": "countess@example.com"}
    assert deleted["object"]["id"] == ada.id


def test_unknown_user_is_deleted_without_a_trace(management: httpx.Client) -> None:
    """204 all the same, as with the real server."""
    before = newest(management)
    assert management.delete(f"{USERS}/nobody").status_code == 204
    assert newest(management) == before


def test_secrets_of_integrations_are_left_out(management: httpx.Client) -> None:
    """Also where nothing else has changed."""
    secret = {"type": "http", "http": {"url": "https://example.com", "secret": "00ff"}}
    asked = {"provider": "webhook", "credentials": secret}
    made = management.post(INTEGRATIONS, json=asked).headers["location"].rpartition("/")[2]
    path = f"{INTEGRATIONS}/{made}"
    other = {"type": "http", "http": {"url": "https://example.com", "secret": "aa11"}}
    assert management.put(f"{path}/credentials", json=other).status_code == 204
    moved = {"type": "http", "http": {"url": "https://example.org"}}
    assert management.put(f"{path}/credentials", json=moved).status_code == 204
    assert management.delete(path).status_code == 204
    told = newest(management, 4)
    assert [entry["action"] for entry in told] == ["delete", "update", "update", "create"]
    assert {entry["object"]["id"] for entry in told} == {made}
    about = {"identity_data": '{"integration":"webhook"}'}
    assert all(entry["object"]["device"] == about for entry in told)
    shown = '{"type":"http","http":{"url":"https://example.com","secret":"<omitted>"}}'
    assert told[2]["change"] == f"+ credentials: {shown}"
    shown_after = '{"type":"http","http":{"url":"https://example.org"}}'
    assert told[1]["change"] == f"- credentials: {shown}\n+ credentials: {shown_after}"
    assert not any(word in str(told) for word in ("00ff", "aa11"))


def test_releases(management: httpx.Client, new_artifact: Callable[..., str]) -> None:
    """One entry for each that is deleted, with its artifacts; what there is not leaves none."""
    artifacts = [new_artifact(name) for name in ("a", "b")]
    management.patch(f"{RELEASES}/a", json={"notes": "n"})
    assert newest(management)[0]["change"] == '- notes: ""\n+ notes: "n"'
    management.put(f"{RELEASES}/a/tags", json=["T"])
    assert newest(management)[0]["change"] == '- tags: []\n+ tags: ["t"]'
    gone = management.delete(RELEASES, params={"name": ["a", "none", "b", "a"]})
    assert gone.status_code == 204
    told = newest(management, 3)
    assert [(e["action"], e["object"]["id"]) for e in told[:2]] == [
        ("delete", "b"),
        ("delete", "a"),
    ]
    assert told[0]["change"] == f'- artifact: "{artifacts[1]}"'
    assert told[1]["object"]["deployment"] == {"name": "a", "artifact_name": "a"}
