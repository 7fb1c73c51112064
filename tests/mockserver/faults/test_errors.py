"""Faults that answer with an error: statuses, rate limits, expired links."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ota_support.server import EMAIL, LOGIN, NO_TLS

REPORT = "reportDeploymentStatus"

Refused = Callable[[httpx.Response, int], str]


def test_third_report_of_one_device_is_refused(
    faults: Any, new_device: Any, deploy: Any, refused: Refused, management: httpx.Client
) -> None:
    """In the words of its document; before it has happened, so that nothing changes."""
    one, other = new_device(1), new_device(2)
    deployment = deploy(one, other)
    on = {"caller": one.id}
    fault = faults.make({"action": "status", "status": 409}, REPORT, on=on, when={"occurrence": 3})
    for device in (one, other):
        assert device.next().status_code == 200
        for status in ("downloading", "downloading", "installing", "rebooting"):
            answer = device.report(deployment, status)
            if device is one and status == "installing":
                assert refused(answer, 409) == "Deployment aborted"
                shown = management.get(f"v1/deployments/deployments/{deployment}/statistics").json()
                assert (shown["downloading"], shown["installing"]) == (1, 0)
            else:
                assert answer.status_code == 204
    assert faults.counts(fault) == (4, 1)


@pytest.mark.parametrize(
    ("do", "words", "wait"),
    [
        ({"status": 500}, "internal error", None),
        ({"status": 429, "retry_after": 7}, "too many requests", "7"),
        ({"status": 503, "message": "out for lunch"}, "out for lunch", None),
        ({"status": 599}, "status 599", None),
        ({"status": 418, "moment": "after"}, "i'm a teapot", None),
        ({"status": 502, "retry_after": 0, "moment": "after"}, "bad gateway", "0"),
    ],
)
def test_status_takes_the_answers_place(
    faults: Any, management: httpx.Client, do: dict[str, Any], words: str, wait: str | None
) -> None:
    """With the error object of all errors; the connection stays."""
    faults.make({"action": "status", **do}, "listDevices")
    answer = management.get("v2/devauth/devices")
    assert answer.status_code == do["status"]
    assert answer.json() == {"error": words, "request_id": answer.headers["x-men-requestid"]}
    assert answer.headers.get("retry-after") == wait
    assert answer.headers["content-length"] == str(len(answer.content))
    assert management.get("v2/devauth/devices/count").json() == {"count": 0}


def test_after_means_that_it_has_happened(
    faults: Any, management: httpx.Client, refused: Refused
) -> None:
    """An upload whose answer is lost is there; one that is refused before is not."""
    path = "v2/inventory/filters"
    terms = [{"scope": "identity", "attribute": "mac", "type": "$eq", "value": "1"}]
    for moment, made in (("before", 0), ("after", 1)):
        faults.make({"action": "status", "status": 500, "moment": moment}, "createFilter")
        refused(management.post(path, json={"name": moment, "terms": terms}), 500)
        assert len(management.get(path).json()) == made
        faults.clear()


def test_errors_are_lost_too(faults: Any, management: httpx.Client, refused: Refused) -> None:
    """What the operation refuses is answered otherwise as well."""
    faults.make({"action": "status", "status": 502, "moment": "after"}, "getDevice")
    refused(management.get("v2/devauth/devices/0c13a0e6-6b63-475d-8260-ee42a590e8ff"), 502)


def test_requests_that_are_not_let_in_meet_no_fault(
    faults: Any, server: Any, refused: Refused
) -> None:
    """Nor do those whose path, parameters or body are wrong."""
    fault = faults.make({"action": "status", "status": 500})
    base = f"{server.url}/api/management/v2/devauth"
    assert httpx.get(f"{base}/devices", verify=NO_TLS).status_code == 401
    assert httpx.get(f"{base}/nothing", verify=NO_TLS).status_code == 404
    assert faults.counts(fault) == (0, 0)
    login = f"{server.url}/api/management/v1/useradm/auth/login"
    refused(httpx.post(login, auth=LOGIN, verify=NO_TLS), 500)


def test_rate_limit_is_by_the_universes_clock(
    faults: Any, new_device: Any, control: httpx.Client, refused: Refused
) -> None:
    """Whoever waits for as long as Retry-After says is let through again; others are all along."""
    clock = "universes/default/clock"
    control.put(clock, json={"speed": 0}).raise_for_status()
    one, other = new_device(1), new_device(2)
    limit = {"action": "rate-limit", "requests": 2, "per": 30}
    faults.make(limit, "checkUpdate", "checkUpdateDepends")
    assert [one.next().status_code for _ in range(2)] == [204, 204]
    control.post(f"{clock}/advance", json={"seconds": 10.5})
    answer = one.next()
    assert refused(answer, 429) == "too many requests"
    assert answer.headers["retry-after"] == "20"
    assert other.next().status_code == 204
    control.post(f"{clock}/advance", json={"seconds": 19})
    assert one.next().headers["retry-after"] == "1"
    control.post(f"{clock}/advance", json={"seconds": 1})
    assert [one.next().status_code for _ in range(3)] == [204, 204, 429]


def test_logins_are_struck_in_the_universe_that_they_are_for(
    faults: Any, faults_of: Any, control: httpx.Client, server: Any, refused: Refused
) -> None:
    """By e-mail address, with the user as caller; whatever the password."""
    made = control.post("universes").json()
    url = f"{server.url}/api/management/v1/useradm/auth/login"
    mine = faults_of(made["id"])
    on = {"side": "management"}
    fault = mine.make({"action": "status", "status": 500}, "login", on=on, when={"times": 2})
    for password in (made["password"], "wrong"):
        refused(httpx.post(url, auth=(made["email"], password), verify=NO_TLS), 500)
    assert httpx.post(url, auth=LOGIN, verify=NO_TLS).status_code == 200
    answer = httpx.post(url, auth=(made["email"], made["password"]), verify=NO_TLS)
    assert answer.status_code == 200
    assert mine.counts(fault) == (3, 2)
    headers = {"Authorization": f"Bearer {answer.text}"}
    me = f"{server.url}/api/management/v1/useradm/users/me"
    user = httpx.get(me, headers=headers, verify=NO_TLS).json()
    own = mine.make({"action": "status", "status": 503}, "login", on={"caller": user["id"]})
    refused(httpx.post(url, auth=(made["email"].upper(), "x"), verify=NO_TLS), 503)
    assert mine.counts(own) == (1, 1)
    faults.make({"action": "status", "status": 500}, "login")
    assert httpx.post(url, auth=(EMAIL, "wrong"), verify=NO_TLS).status_code == 500
    assert httpx.post(url, verify=NO_TLS).status_code == 500


def test_authentication_is_struck_before_it_happens(
    faults: Any, server: Any, management: httpx.Client, new_device: Any
) -> None:
    """A device that is refused so leaves no trace; one that is known is the caller."""
    known = new_device(1)
    fault = faults.make(
        {"action": "status", "status": 429}, "authenticateDevice", on={"caller": known.id}
    )
    every = faults.make({"action": "status", "status": 500}, "authenticateDevice")
    assert known.authenticate().status_code == 429
    assert (faults.counts(fault), faults.counts(every)) == ((1, 1), (1, 0))
    unknown = type(known)(httpx.Client(base_url=f"{server.url}/api/devices/", verify=NO_TLS), 9)
    with unknown.http:
        assert unknown.authenticate().status_code == 500
        assert management.get("v2/devauth/devices/count").json() == {"count": 1}
        faults.clear()
        assert unknown.authenticate().status_code == 401
    assert management.get("v2/devauth/devices/count").json() == {"count": 2}


def test_links_expire_at_once(faults: Any, new_device: Any, deploy: Any, refused: Refused) -> None:
    """Those of one device, in the words of one that has really expired."""
    one, other = new_device(1), new_device(2)
    deploy(one, other)
    links = [device.next().json()["artifact"]["source"]["uri"] for device in (one, other)]
    faults.make({"action": "expired-link"}, on={"caller": one.id})
    answers = [httpx.get(link, verify=NO_TLS) for link in links]
    moment = httpx.URL(links[0]).params["x-men-expire"]
    assert refused(answers[0], 403) == f"URL expired at {moment}"
    assert answers[1].status_code == 200


def test_configuration_links_expire_at_once(
    faults: Any, new_device: Any, management: httpx.Client, refused: Refused
) -> None:
    """Their path names the device; a link that was changed is nobody's."""
    device = new_device(1)
    path = f"v1/deviceconfig/configurations/device/{device.id}"
    management.put(path, json={"a": "b"}).raise_for_status()
    management.post(f"{path}/deploy", json={}).raise_for_status()
    link = device.next().json()["artifact"]["source"]["uri"]
    fault = faults.make({"action": "expired-link"}, "fetchConfiguration", on={"caller": device.id})
    assert "URL expired" in refused(httpx.get(link, verify=NO_TLS), 403)
    changed = link.replace("tenant_id=default", "tenant_id=")
    assert "signature" in refused(httpx.get(changed, verify=NO_TLS), 403)
    assert faults.counts(fault) == (1, 1)
