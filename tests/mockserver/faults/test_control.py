"""Faults by the control API: made, listed, changed, removed; bad ones refused."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

PATH = "universes/default/faults"
RESET = {"action": "reset"}
NOON = "2026-01-01T12:00:00Z"
REPORT = "reportDeploymentStatus"

Refused = Callable[[httpx.Response, int], str]


def test_fault_is_shown_as_it_was_made(control: httpx.Client) -> None:
    """With what it has by default, and its counters."""
    plan = {
        "name": "late",
        "on": {"operations": [REPORT], "caller": "d", "body": {"status": "success"}},
        "when": {"occurrence": {"from": 2}, "from": "2026-01-01T00:00:00Z", "times": 3},
        "do": {"action": "status", "status": 409},
    }
    made = control.post(PATH, json=plan).json()
    assert made == {
        **plan,
        "id": made["id"],
        "enabled": True,
        "when": {**plan["when"], "each": "caller"},  # type: ignore[dict-item]
        "do": {**plan["do"], "moment": "before"},  # type: ignore[dict-item]
        "seen": 0,
        "hits": 0,
    }
    assert control.get(PATH).json() == [made]
    assert control.get(f"{PATH}/{made['id']}").json() == made


def test_fault_is_switched_off_and_removed(
    control: httpx.Client, management: httpx.Client, refused: Refused
) -> None:
    """What is not there is not found."""
    fault = control.post(PATH, json={"do": RESET}).json()
    path = f"{PATH}/{fault['id']}"
    changed = control.patch(path, json={"enabled": False, "name": "off"}).json()
    assert changed == {**fault, "enabled": False, "name": "off"}
    assert management.get("v2/devauth/devices").status_code == 200
    assert control.patch(path, json={"enabled": True}).json()["name"] == "off"
    with pytest.raises(httpx.ReadError):
        management.get("v2/devauth/devices")
    assert control.get(path).json()["hits"] == 1
    assert control.delete(path).status_code == 204
    for method in ("GET", "DELETE"):
        assert fault["id"] in refused(control.request(method, path), 404)
    assert fault["id"] in refused(control.patch(path, json={"enabled": True}), 404)


def test_all_are_removed_at_once(control: httpx.Client) -> None:
    """And by a reset."""
    for method, path in (("DELETE", PATH), ("POST", "universes/default/reset")):
        for _ in range(2):
            control.post(PATH, json={"do": RESET}).raise_for_status()
        assert len(control.get(PATH).json()) == 2
        assert control.request(method, path).status_code == 204
        assert control.get(PATH).json() == []


def test_number_is_bounded(control: httpx.Client, refused: Refused) -> None:
    """The message says what to do."""
    for _ in range(100):
        assert control.post(PATH, json={"do": RESET, "enabled": False}).status_code == 201
    assert "delete one" in refused(control.post(PATH, json={"do": RESET}), 422)


@pytest.mark.parametrize(
    ("plan", "named"),
    [
        ({}, ["do"]),
        ({"do": {}}, ["action"]),
        ({"do": {"action": "explode"}}, ["do/action", "explode"]),
        ({"do": RESET, "of": {}}, ["of"]),
        ({"do": RESET, "name": 1}, ["name"]),
        ({"do": RESET, "on": {"operation": "x"}}, ["operation"]),
        ({"do": RESET, "on": {"operations": []}}, ["on/operations"]),
        (
            {"do": RESET, "on": {"operations": ["reportDeploymentStatsu"]}},
            ["on.operations", "'reportDeploymentStatsu'", f"did you mean '{REPORT}'"],
        ),
        ({"do": RESET, "on": {"operations": ["zzz"]}}, ["'zzz'", "operationId"]),
        ({"do": RESET, "on": {"operations": ["createUniverse"]}}, ["'createUniverse'"]),
        ({"do": RESET, "on": {"side": "users"}}, ["on/side", "users"]),
        ({"do": RESET, "on": {"method": "get"}}, ["on/method"]),
        ({"do": RESET, "on": {"body": []}}, ["on/body"]),
        ({"do": RESET, "when": {"occurrence": 0}}, ["when/occurrence"]),
        ({"do": RESET, "when": {"occurrence": {"from": 5, "to": 3}}}, ["`to` is 3", "occurrence"]),
        ({"do": RESET, "when": {"probability": 1.5}}, ["when/probability", "1.5"]),
        ({"do": RESET, "when": {"from": "noon"}}, ["when/from", "noon"]),
        (
            {
                "do": RESET,
                "when": {"from": NOON, "until": NOON},
            },
            ["`until`", "not after `from`"],
        ),
        ({"do": {"action": "status"}}, ["`status`", "do"]),
        ({"do": {"action": "status", "status": 200}}, ["do/status", "200"]),
        ({"do": {"action": "reset", "at": 3}}, ["`at`", "do"]),
        ({"do": {"action": "latency"}}, ["`seconds`", "none"]),
        ({"do": {"action": "latency", "seconds": 301}}, ["do/seconds", "301"]),
        ({"do": {"action": "latency", "seconds": 1, "mean": 1}}, ["`mean`", "`seconds`"]),
        (
            {"do": {"action": "latency", "distribution": "normal", "mean": 1}},
            ["'normal'", "`mean` and `deviation`"],
        ),
        (
            {"do": {"action": "latency", "distribution": "uniform", "low": 2, "high": 1}},
            ["`high` is 1", "`low`"],
        ),
        ({"do": {"action": "rate-limit", "requests": 1}}, ["`per`"]),
        ({"do": {"action": "rate-limit", "requests": 1, "per": 0}}, ["do/per"]),
        ({"do": {"action": "truncate", "at": 100}}, ["at", "100"]),
        (
            {"do": {"action": "truncate", "at": 1}, "on": {"operations": [REPORT]}},
            ["truncate", REPORT, "without a body"],
        ),
        (
            {"do": {"action": "malformed-json"}, "on": {"operations": ["login"]}},
            ["malformed-json", "login", "JSON"],
        ),
        (
            {"do": {"action": "expired-link"}, "on": {"operations": ["login"]}},
            ["expired-link", "login", "downloadArtifact"],
        ),
    ],
)
def test_bad_plans_are_refused(
    control: httpx.Client, refused: Refused, plan: dict[str, Any], named: list[str]
) -> None:
    """The message names key and value; nothing is made."""
    message = refused(control.post(PATH, json=plan), 400)
    assert [name for name in named if name not in message] == []
    assert control.get(PATH).json() == []


@pytest.mark.parametrize("change", [{}, {"seen": 1}, {"enabled": 1}, {"name": None}, []], ids=str)
def test_bad_changes_are_refused(control: httpx.Client, refused: Refused, change: Any) -> None:
    """The fault stays as it is."""
    fault = control.post(PATH, json={"do": RESET}).json()
    assert refused(control.patch(f"{PATH}/{fault['id']}", json=change), 400)
    assert control.get(PATH).json() == [fault]


def test_unknown_universe_is_not_found(control: httpx.Client, refused: Refused) -> None:
    """It is named."""
    answer = control.post("universes/nowhere/faults", json={"do": RESET})
    assert "nowhere" in refused(answer, 404)


@pytest.mark.parametrize("edition", ["mender-1"])
def test_operations_are_those_that_are_served(control: httpx.Client) -> None:
    """An older edition does not have all of the current one."""
    for operation, status in (("createGroupDeployment", 400), ("createDeployment", 201)):
        answer = control.post(PATH, json={"do": RESET, "on": {"operations": [operation]}})
        assert answer.status_code == status
