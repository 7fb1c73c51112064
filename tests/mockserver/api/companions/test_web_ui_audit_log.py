"""The web UI's audit log page works.

What it asks and breaks without was found by taking it away: facts on the web UI, section 4.6.
"""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ota_support.sockets import obliging, open_socket

LOGS = "v1/auditlogs/logs"
SINCE: dict[str, str | int] = {
    "page": 1,
    "per_page": 20,
    "created_after": 1451606400,
    "sort": "desc",
}
SHOWN = {"user": "email", "deployment": "name", "device": "identity_data"}
"""What the page takes out of an object, by its type."""


def entries(management: httpx.Client, **params: Any) -> list[dict[str, Any]]:
    """Ask as the page does; an entry without one of these parts ends in an error there."""
    answer = management.get(LOGS, params={**SINCE, **params})
    assert answer.status_code == 200
    assert int(answer.headers["x-total-count"]) >= len(answer.json())
    found: list[dict[str, Any]] = answer.json()
    for entry in found:
        assert entry["action"]
        assert entry["time"].endswith("Z")
        assert entry["actor"].keys() == {"id", "type", "email"}
        thing = entry["object"]
        assert thing["id"]
        assert thing[thing["type"]][SHOWN[thing["type"]]]
    return found


@pytest.fixture
def history(  # noqa: PLR0913, PLR0917 - fixtures
    server: Any,
    management: httpx.Client,
    device: Any,
    ada: Any,
    new_artifact: Callable[..., str],
    deploy: Callable[..., str],
) -> dict[str, str]:
    """Return ids of what has been changed in every way that the page knows."""
    artifact = new_artifact()
    deployment = deploy(device)
    management.patch("v1/inventory/groups/lab/devices", json=[device.id])
    management.put(
        "v2/deployments/deployments/releases/release-2/tags", json=["stable"]
    ).raise_for_status()
    ada.http.post("v1/useradm/settings/tokens", json={"name": "ci"})
    path = f"/api/management/v1/deviceconnect/devices/{device.id}/connect"
    headers = {"Cookie": f"JWT={server.login()}"}  # as browsers open it
    with (
        obliging(server.url, device.http.headers["authorization"]),
        open_socket(server.url, path, headers) as user,
    ):
        user.say(1, "new")
    return {"artifact": artifact, "deployment": deployment, "device": device.id, "user": ada.id}


def test_every_entry_can_be_shown(management: httpx.Client, history: dict[str, str]) -> None:
    """With who, what and when; there are entries on each of the things."""
    known = {entry["object"]["id"] for entry in entries(management)}
    assert known >= set(history.values())


def test_filters_of_the_page(management: httpx.Client, history: dict[str, str]) -> None:
    """By user, by type and by what it is called."""
    own = entries(management, actor_id=history["user"])
    assert own
    assert {entry["actor"]["email"] for entry in own} == {"ada@example.com"}
    for kind in ("user", "deployment", "device"):
        found = entries(management, object_type=kind)
        assert {entry["object"]["type"] for entry in found} == {kind}
    (named,) = entries(management, object_deployment_name="update")
    assert named["object"]["id"] == history["deployment"]
    assert entries(management, object_id=history["user"], object_type="user")
    assert entries(management, created_before=1451606400) == []
    newest = entries(management)
    assert entries(management, sort="asc") == newest[::-1]
    pages = [entries(management, page=page, per_page=3) for page in (1, 2)]
    assert [*pages[0], *pages[1]] == newest[:6]


def test_details_of_a_terminal(management: httpx.Client, history: dict[str, str]) -> None:
    """The page looks for its beginning and end among all that its user did to that device."""
    me = management.get("v1/useradm/users/me").json()["id"]
    found = entries(management, per_page=500, actor_id=me, object_id=history["device"])
    told = [e["change"] for e in found if "remote session" in e.get("change", "")]
    assert {text[0] for text in told} >= {"+"}
    assert len({text[2:] for text in told}) == 1


def test_export_is_followed_as_a_link(
    server: Any, management: httpx.Client, history: dict[str, str]
) -> None:
    """Without a header: the token is in a cookie for some seconds."""
    assert history
    token = management.headers["authorization"].removeprefix("Bearer ")
    answer = httpx.get(
        f"{server.url}/api/management/{LOGS}/export",
        params={"limit": 20000, **SINCE},
        headers={"Cookie": f"JWT={token}"},
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv")
    total = int(management.get(LOGS, params={"per_page": 1}).headers["x-total-count"])
    assert len(answer.text.splitlines()) > total
