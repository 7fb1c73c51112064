"""POST /otakit/v1/universes/default/reset: begin anew, still logged in."""

import httpx


def reset(management: httpx.Client, universe: str = "default") -> httpx.Response:
    """Reset a universe."""
    url = management.base_url.copy_with(path=f"/otakit/v1/universes/{universe}/reset")
    return httpx.post(url)


def test_all_but_the_login_is_gone(management: httpx.Client) -> None:
    """A device and an access token are dropped; the session goes on."""
    device = {"identity_data": {"sn": "1"}, "pubkey": PUBLIC_KEY}
    assert management.post("v2/devauth/devices", json=device).status_code == 201
    assert management.post("v1/useradm/settings/tokens", json={"name": "ci"}).status_code == 200
    assert reset(management).status_code == 204
    assert management.get("v2/devauth/devices").json() == []
    assert management.get("v1/useradm/settings/tokens").json() == []


def test_unknown_universe_is_not_found(management: httpx.Client) -> None:
    """The name is in the answer."""
    answer = reset(management, "nowhere")
    assert answer.status_code == 404
    assert "nowhere" in answer.json()["error"]


PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""
