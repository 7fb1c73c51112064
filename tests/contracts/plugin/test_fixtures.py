"""The fixtures at work: devices, JFrog Connect, fleets, and answers held to the documents."""

from collections.abc import Callable

import pytest

from ota_bugs.catalogue import load
from ota_bugs.server import served_with

THEIRS = """
import asyncio
from datetime import timedelta
import aiohttp, httpx, requests
import pytest

POLL = "v1/deployments/device/deployments/next"

def test_device_is_let_in(ota_mender):
    device = ota_mender.device()
    known = {"artifact_name": "release-1", "device_type": "board"}
    assert device.http.get(POLL, params=known).status_code == 204
    listed = ota_mender.management.get("v2/devauth/devices").json()
    assert [(one["id"], one["status"]) for one in listed] == [(device.id, "accepted")]

def test_device_that_waits(ota_mender):
    device = ota_mender.device(accepted=False, algorithm="ecdsa-p256")
    assert device.authenticate().status_code == 401
    listed = ota_mender.management.get("v2/devauth/devices").json()
    assert [one["status"] for one in listed] == ["pending"]

def test_connect(ota_connect, ota_mender):
    ota_connect.put_fleet({"devices": [{"name": "till-1"}]})
    assert ota_connect.http.get("deployments").json()["deployments"] == []
    assert ota_connect.universe is ota_mender.universe

@pytest.mark.otakit(clock="x2")
def test_fleet(ota_fleet, ota_mender):
    run = ota_fleet(devices=6, behaviour="healthy=2,fails=1", retries=0)
    assert run.statistics == {"success": 4, "failure": 2}
    assert run.outcomes == {"healthy": {"success": 4}, "fails": {"failure": 2}}
    path = f"v1/deployments/deployments/{run.deployment_id}"
    assert ota_mender.management.get(path).json()["status"] == "finished"
    assert ota_mender.clock.speed == 2
    assert ota_fleet(devices=2).statistics == {"success": 2}

def test_fleet_within_a_loop(ota_fleet):
    async def within():
        return ota_fleet(devices=2, phases=2, phase_interval=timedelta(days=10))
    assert asyncio.run(within()).statistics == {"success": 2}

def test_wrong_fleet(ota_fleet):
    with pytest.raises(ValueError, match="devices: a fleet has at least one, not 0"):
        ota_fleet(devices=0)

def url(ota_mender):
    return f"{ota_mender.url}/api/management/v2/devauth/devices"

def test_requests(ota_mender, ota_assert_conforms):
    headers = {"Authorization": f"Bearer {ota_mender.token}"}
    ota_assert_conforms(requests.get(url(ota_mender), headers=headers))
    ota_assert_conforms(requests.get(url(ota_mender)))

def test_httpx(ota_mender, ota_connect, ota_assert_conforms):
    ota_assert_conforms(ota_mender.management.get("v2/devauth/devices"))
    ota_assert_conforms(ota_connect.http.get("deployments"))
    ota_assert_conforms(ota_mender.device().authenticate())

def test_aiohttp(ota_mender, ota_assert_conforms):
    async def ask():
        headers = {"Authorization": f"Bearer {ota_mender.token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(url(ota_mender)) as answer,
        ):
            with pytest.raises(ValueError, match="has not been read: await response.read"):
                ota_assert_conforms(answer)
            await answer.read()
            ota_assert_conforms(answer)
    asyncio.run(ask())

def test_unread(ota_mender, ota_assert_conforms):
    with ota_mender.management.stream("GET", "v2/devauth/devices") as answer:
        with pytest.raises(ValueError, match="has not been read: call response.read"):
            ota_assert_conforms(answer)

def test_of_no_document(ota_mender, ota_assert_conforms):
    with pytest.raises(ValueError, match="no document of 'mender' or 'jfrog-connect' has GET /"):
        ota_assert_conforms(httpx.get(ota_mender.url + "/otakit/v1/health"))
    with pytest.raises(TypeError, match="str is no answer of httpx, requests or aiohttp"):
        ota_assert_conforms("text")

def answered(content, path="/api/management/v2/devauth/devices", status=200):
    request = httpx.Request("GET", "https://ota.example.com" + path)
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    import gzip
    return httpx.Response(status, headers=headers, content=gzip.compress(content), request=request)

def test_every_violation_is_told(ota_assert_conforms):
    answer = answered(b'[{"id": 3, "status": "odd"}]', "/below/api/management/v2/devauth/devices")
    with pytest.raises(AssertionError) as caught:
        ota_assert_conforms(answer)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("GET /api/management/v2/devauth/devices (listDevices)")
    assert lines[1] == "  document  mender: Management APIs / Device authentication / List Devices"
    assert [line.partition(":")[2][:9] for line in lines[2:4]] == [" [0].id: ", " [0].stat"]
    assert "curl" in lines[-1]

@pytest.mark.otakit(edition="mender-1")
def test_edition(ota_assert_conforms):
    deployments = "/api/management/v1/deployments/deployments"
    paused = b'[{"id": "1", "name": "n", "artifact_name": "a", "created": "2026-01-01T00:00:00Z",'
    paused += b'"status": "scheduled"}]'
    with pytest.raises(AssertionError, match="mender-1: "):
        ota_assert_conforms(answered(b'[{"id": 1}]', deployments))
    with pytest.raises(AssertionError, match="mender: "):
        ota_assert_conforms(answered(b'[{"id": 1}]', deployments), edition="mender")
"""


def test_fixtures(run_at: Callable[..., pytest.RunResult]) -> None:
    """All of them, on one server."""
    result = run_at(THEIRS)
    result.assert_outcomes(passed=13)


def test_broken_promise_fails_the_test(run_pytest: Callable[..., pytest.RunResult]) -> None:
    """With what was promised, where, and what was seen."""
    bug = next(b for b in load().values() if "FLEET-STA-001" in b.caught_by)
    source = "def test_it(ota_fleet): ota_fleet(devices=4)"
    with served_with(bug) as url:
        result = run_pytest(source, "--otakit-url", url)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "FLEET-STA-001: A deployment's statistics always add up to its devices.",
            "seen      *",
            "source    *",
            "*otakit universe test_theirs.py::test_it*",
        ]
    )
