"""A front end on another origin works with the mock, by the rules of a real browser."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Error, Page

from ota_support.server import EMAIL, NO_TLS, PASSWORD
from otakit.fixtures.keys import generate_key

pytestmark = pytest.mark.xdist_group("cors")  # which start Chromium once

WORK = """
async ({server, email, password, keys}) => {
  const manage = await login(server, email, password);
  const devices = [];
  for (const [number, pubkey] of keys.entries()) {
    const mac = `02:00:00:00:00:0${number}`;
    const body = {identity_data: {mac}, pubkey};
    devices.push(await manage("POST", "v2/devauth/devices", body));
  }
  const listed = await manage("GET", "v2/devauth/devices?per_page=1");
  const id = JSON.parse(listed.text)[0].id;
  const grouped = await manage("PUT", `v1/inventory/devices/${id}/group`, {group: "till"});
  const groups = await manage("GET", "v1/inventory/groups");
  const found = await manage("GET", "v1/inventory/devices?per_page=1");
  const missing = await manage("GET", "v1/deployments/deployments/no-such-id");
  return {devices, listed, grouped, groups, found, missing};
}
"""


def test_page_of_another_origin_reads_and_writes(
    server: Any, ota_page: Page, ota_console: Any, ota_site: Callable[[str], str]
) -> None:
    """It logs in with credentials, sees the headers that lists need, and an error's own text."""
    ota_console.expect("status of 400")  # Chromium says so of each error that a page asked for
    ota_page.goto(f"{ota_site('localhost')}/shop.html")
    seen = ota_page.evaluate(WORK, told_to_a_page(server))

    assert [made["status"] for made in seen["devices"]] == [201, 201]
    location = seen["devices"][0]["headers"]["Location"]
    assert location
    assert 'rel="next"' in seen["listed"]["headers"]["Link"]
    assert seen["grouped"]["status"] == 204
    assert json.loads(seen["groups"]["text"]) == ["till"]
    assert seen["found"]["headers"]["X-Total-Count"] == "2"
    error = json.loads(seen["missing"]["text"])
    assert error["request_id"] == seen["missing"]["headers"]["X-MEN-RequestID"]
    with server.management() as management:
        devices = management.get("v2/devauth/devices").json()
    assert location.rpartition("/")[2] in {device["id"] for device in devices}


STEER = """
async (server) => {
  const seen = {};
  const asked = {
    read: [`${server}/otakit/v1/universes`],
    write: [`${server}/otakit/v1/universes`, {method: "POST"}],
    blind: [`${server}/otakit/v1/universes/default/reset`, {method: "POST", mode: "no-cors"}],
    health: [`${server}/otakit/v1/health`],
  };
  for (const [name, [url, options]] of Object.entries(asked)) {
    try {
      const answer = await fetch(url, options);
      seen[name] = answer.type === "opaque" ? "opaque" : answer.status;
    } catch (error) {
      seen[name] = error.name;
    }
  }
  return seen;
}
"""
"""Tries what steers the server, and says for each attempt what the page got to see."""

BLOCKED = {"read": "TypeError", "write": "TypeError", "health": "TypeError", "blind": "opaque"}


def test_page_that_is_not_allowed_gets_nothing(
    server: Any,
    untouched: Callable[[], bool],
    ota_page: Page,
    ota_console: Any,
    ota_site: Callable[[str], str],
) -> None:
    """It reads no answer, and what it sends without asking to read does nothing."""
    ota_console.expect("blocked by CORS policy|net::ERR_FAILED|status of 403")
    ota_page.goto(f"{ota_site('evil.example')}/shop.html")
    with pytest.raises(Error, match="Failed to fetch"):
        ota_page.evaluate(WORK, told_to_a_page(server))
    assert ota_page.evaluate(STEER, server.url) == BLOCKED
    assert untouched()


def test_page_whose_name_was_made_to_lead_here_steers_nothing(
    server: Any, untouched: Callable[[], bool], ota_page: Page, ota_console: Any
) -> None:
    """For the browser it is the server's own page: only its name tells (DNS rebinding)."""
    ota_console.expect("status of 40[34]")
    own = server.url.replace("127.0.0.1", "evil.example")
    ota_page.goto(f"{own}/no/such/page")
    seen = ota_page.evaluate(STEER, own)
    assert seen == {"read": 403, "write": 403, "blind": 403, "health": 200}
    assert untouched()


def test_page_of_a_named_origin_is_let_in(
    start_server: Callable[..., Any],
    ota_page: Page,
    ota_console: Any,
    ota_site: Callable[[str], str],
) -> None:
    """`--cors-origin` is all it takes, for the control API as well."""
    ota_console.expect("status of 400")
    shop = ota_site("shop.example")
    server = start_server("--cors-origin", shop)
    ota_page.goto(f"{shop}/shop.html")
    seen = ota_page.evaluate(WORK, told_to_a_page(server))
    assert json.loads(seen["groups"]["text"]) == ["till"]
    seen = ota_page.evaluate(STEER, server.url)
    assert seen == {"read": 200, "write": 201, "blind": "opaque", "health": 200}


def test_control_token_is_sent_by_a_page_that_knows_it(
    start_server: Callable[..., Any],
    ota_page: Page,
    ota_console: Any,
    ota_site: Callable[[str], str],
) -> None:
    """The header passes the preflight; without it the page reads why not."""
    ota_console.expect("status of 401")
    token = "a-token-of-the-test"
    server = start_server("--control-token", token)
    ota_page.goto(f"{ota_site('localhost')}/shop.html")
    url = f"{server.url}/otakit/v1/universes"
    with_token = {"headers": {"Authorization": f"Bearer {token}"}}
    ask = "([url, options]) => call(url, options)"
    assert ota_page.evaluate(ask, [url, with_token])["status"] == 200
    refused = ota_page.evaluate(ask, [url, {}])
    assert refused["status"] == 401
    assert "control API" in json.loads(refused["text"])["error"]


def test_swagger_ui_over_tls(tls_server: Any, ota_browser: Browser, ota_console: Any) -> None:
    """A page of the server's own loads all it needs over https."""
    context = ota_browser.new_context(ignore_https_errors=True)  # curl and others check them
    context.on("page", ota_console.listen)
    page = context.new_page()
    page.goto(f"{tls_server.url}/api/management/v1/deployments/ui/")
    page.locator(".opblock").first.wait_for()
    context.close()


def told_to_a_page(server: Any) -> dict[str, Any]:
    """Return what a page has to know to work: where, who, and two devices' public keys."""
    keys = [generate_key("ed25519", seed=number).public_pem for number in (1, 2)]
    return {"server": server.url, "email": EMAIL, "password": PASSWORD, "keys": keys}


@pytest.fixture
def untouched(server: Any) -> Callable[[], bool]:
    """Return a function that says whether what the server knows now is there: a reset drops it."""
    with server.management() as management:
        announced = {
            "identity_data": {"mac": "1"},
            "pubkey": generate_key("ed25519", seed=1).public_pem,
        }
        management.post("v2/devauth/devices", json=announced).raise_for_status()
    universes = f"{server.url}/otakit/v1/universes"
    before = httpx.get(universes, verify=NO_TLS).json()

    def tell() -> bool:
        with server.management() as management:
            devices = management.get("v2/devauth/devices").json()
        return len(devices) == 1 and httpx.get(universes, verify=NO_TLS).json() == before

    return tell
