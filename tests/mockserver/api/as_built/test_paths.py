"""Methods, redirects, pages: what the real server's routers do (facts 1.3, 1.6, 11.3)."""

from collections.abc import Callable
from typing import Any

import httpx

Pick = Callable[..., Any]


def test_options_name_the_methods(server: Any, either: Pick) -> None:
    """OPTIONS are answered to anybody, with a line for each method; unknown paths are 404."""
    base = f"{server.url}/api/management/v1/deployments"
    with httpx.Client() as client:
        answer = client.options(f"{base}/artifacts")
        assert answer.status_code == either(documented=405, as_built=200)
        if answer.is_success:
            assert {"GET", "POST"} <= set(answer.headers.get_list("allow"))
            assert answer.content == b""
        assert client.options(f"{base}/none").status_code == 404
        assert client.request("TRACE", f"{base}/artifacts").status_code == 405


def test_browsers_are_let_in(server: Any) -> None:
    """CORS is promised by the documents; it stays, though the real server does not know it."""
    headers = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "GET"}
    path = "/api/management/v1/deployments/artifacts"
    answer = httpx.options(f"{server.url}{path}", headers=headers)
    assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"


def test_a_slash_too_many(management: httpx.Client, either: Pick) -> None:
    """It is redirected for good, and other methods than GET so that they stay the same."""
    answer = management.get("v2/devauth/devices/")
    assert answer.status_code == either(documented=307, as_built=301)
    assert httpx.URL(answer.headers["location"]).path == "/api/management/v2/devauth/devices"
    posted = management.post("v2/devauth/devices/", json={})
    assert posted.status_code == 307


def test_pages_are_linked_by_their_paths(
    new_device: Callable[..., Any],
    management: httpx.Client,
    relations: Callable[[httpx.Response], dict[str, str]],
) -> None:
    """Links are paths; the last page is named where the total is known, in both dialects."""
    for _ in range(3):
        new_device()
    inventory = management.get("v1/inventory/devices", params={"per_page": 1, "page": 2})
    base = "/api/management/v1/inventory/devices?page={}&per_page=1"
    assert relations(inventory) == {
        "first": base.format(1),
        "prev": base.format(1),
        "next": base.format(3),
        "last": base.format(3),
    }
    devauth = management.get("v2/devauth/devices", params={"per_page": 1})
    assert relations(devauth).keys() == {"first", "next"}
    assert "x-total-count" not in devauth.headers


def test_documented_operations_stay(management: httpx.Client, device: Any) -> None:
    """What the real server has not got, but the documents have, is served beside the rest."""
    provides = {"device_provides": {"artifact_name": "a", "device_type": "b"}}
    path = "v2/deployments/device/deployments/next"
    assert device.http.post(path, json=provides).status_code == 204
    nobody = "00000000-0000-4000-8000-000000000000"
    patched = management.patch(f"v1/deployments/deployments/{nobody}", json={})
    assert patched.status_code == 404
    assert management.get("v2/inventory/filters").json() == []
    created = management.post(
        "v2/deployments/deployments",
        json={"name": "n", "artifact_name": "a", "filter_id": nobody},
    )
    assert (created.status_code, created.json()["error"]) == (
        400,
        f"filter_id: no filter '{nobody}'",
    )
