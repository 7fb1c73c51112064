"""Faults of one universe never touch another."""

from contextlib import suppress
from typing import Any

import httpx

from ota_support.device import Device
from ota_support.server import NO_TLS


def test_only_the_own_universe_is_struck(
    faults: Any, faults_of: Any, control: httpx.Client, management: httpx.Client, server: Any
) -> None:
    """Neither its requests nor its counters; nor does a fault that looks alike know the other."""
    made = control.post("universes").json()
    mine = faults_of(made["id"])
    fault = mine.make({"action": "status", "status": 500})
    other = faults.make({"action": "status", "status": 503}, when={"occurrence": 2})
    headers = {"Authorization": f"Bearer {made['token']}"}
    path = f"{server.url}/api/management/v2/devauth/devices"
    assert httpx.get(path, headers=headers, verify=NO_TLS).status_code == 500
    statuses = [management.get("v2/devauth/devices").status_code for _ in range(3)]
    assert statuses == [200, 503, 200]
    assert (mine.counts(fault), faults.counts(other)) == ((1, 1), (3, 1))
    missing = f"{faults.path}/{fault}"
    assert control.get(missing).status_code == control.delete(missing).status_code == 404
    faults.clear()
    assert mine.counts(fault) == (1, 1)


def test_devices_are_struck_in_the_universe_of_their_tenant_token(
    faults: Any, faults_of: Any, control: httpx.Client, server: Any
) -> None:
    """Before they have a token that says so."""
    made = control.post("universes").json()
    mine = faults_of(made["id"])
    fault = mine.make({"action": "status", "status": 500}, "authenticateDevice")
    other = faults.make({"action": "status", "status": 503}, "authenticateDevice")
    with httpx.Client(base_url=f"{server.url}/api/devices/", verify=NO_TLS) as http:
        device = Device(http, 1)
        assert device.authenticate(tenant_token=made["tenant_token"]).status_code == 500
        assert device.authenticate().status_code == 503
        faults.clear()
        assert device.authenticate(tenant_token="nobody's").status_code == 401
    assert (mine.counts(fault), made["id"] in mine.path) == ((1, 1), True)
    assert control.get(f"{faults.path}/{other}").status_code == 404


def test_each_hit_is_told(faults: Any, control: httpx.Client, management: httpx.Client) -> None:
    """The request's entry has the ids of the faults that struck it; so do makers and changers."""
    with control.stream("GET", "universes/default/events", timeout=20) as stream:
        lines = stream.iter_lines()
        slow = faults.make({"action": "latency", "seconds": 0})
        fault = faults.make({"action": "status", "status": 500}, "listDevices")
        assert management.get("v2/devauth/devices").status_code == 500
        assert management.get("v2/devauth/devices/count").status_code == 200
        faults.clear()
        told: list[tuple[str, str]] = []
        while len(told) < 5:
            line = next(lines)
            if line.startswith("event: ") and line != "event: clock":
                told.append((line.partition(": ")[2], next(lines)))
    kinds = [kind for kind, _ in told]
    assert kinds == ["faults", "faults", "request", "request", "faults"]
    assert (slow in told[0][1], fault in told[1][1]) == (True, True)
    assert f'"faults":["{slow}","{fault}"]' in told[2][1]
    assert f'"faults":["{slow}"]' in told[3][1]


def test_each_hit_stands_in_the_journal(
    faults: Any, control: httpx.Client, management: httpx.Client
) -> None:
    """Also of a request that got no answer, and has no status; what was spared has no fault."""
    made = [
        faults.make({"action": "reset"}, "listDevices", when={"times": 1}),
        faults.make({"action": "truncate", "at": 50}, "listDevices", when={"times": 1}),
        faults.make({"action": "corrupt", "at": 0}, on={"method": "POST"}),
    ]
    for _ in range(3):
        with suppress(httpx.TransportError):
            management.get("v2/devauth/devices")
    assert management.post("v1/useradm/auth/logout").status_code == 202
    entries = control.get("universes/default/journal?side=management").json()[:4]
    told = [(entry["operation"], entry["status"], entry["faults"]) for entry in entries]
    assert told == [
        ("logout", 202, []),
        ("listDevices", 200, []),
        ("listDevices", 200, [made[1]]),
        ("listDevices", 0, [made[0]]),
    ]
