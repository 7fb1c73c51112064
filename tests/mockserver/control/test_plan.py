"""What the documents keep for a higher plan is refused to the others, and only that."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jwt
import pytest

from otakit.specs.catalogue import apis, resolved

PLANS = ["os", "professional", "enterprise"]
DEPLOYMENTS = "v1/deployments/deployments"
PHASES = [{"batch_size": 50}, {"start_ts": "2126-01-01T00:00:00Z"}]
MAP = {"priority": 1, "states": {"ArtifactInstall_Enter": {"action": "pause"}}}
FIELDS = {("phases", "professional"): PHASES, ("update_control_map", "enterprise"): MAP}

Refused = Callable[[httpx.Response, int], str]
SetPlan = Callable[[str], None]


def bound_operations() -> Iterator[Any]:
    """Go through the operations that the specs bind to a plan."""
    for api in apis():
        for path, item in resolved(api)["paths"].items():
            for method, found in item.items():
                if isinstance(found, dict) and "x-otakit-plan" in found:
                    target = api.base_path + re.sub(r"\{.*?\}", "x", path)
                    name = found["operationId"]
                    yield pytest.param((method, target, found), id=name)


@pytest.fixture
def set_plan(server: Any, control: httpx.Client) -> SetPlan:
    """Return a function that gives `default` another plan; the next reset takes it back."""
    assert server

    def change(plan: str) -> None:
        answer = control.put("universes/default/plan", json={"plan": plan})
        assert (answer.status_code, answer.content) == (204, b"")
        assert control.get("universes/default/plan").json() == {"plan": plan}

    return change


@pytest.mark.parametrize("bound", list(bound_operations()))
def test_operation_needs_its_plan(
    management: httpx.Client, set_plan: SetPlan, refused: Refused, bound: Any
) -> None:
    """The refusal is documented, and names operation and plans."""
    method, path, found = bound
    needed = found["x-otakit-plan"]
    assert "403" in found["responses"]
    for plan in PLANS:
        set_plan(plan)
        answer = management.request(method, management.base_url.join(path))
        if PLANS.index(plan) >= PLANS.index(needed):
            assert answer.status_code != 403
        else:
            message = refused(answer, 403)
            assert all(f"'{named}'" in message for named in (found["summary"], needed, plan))


@pytest.mark.parametrize(("field", "needed"), FIELDS)
@pytest.mark.parametrize("path", [DEPLOYMENTS, f"{DEPLOYMENTS}/group/lab"])
def test_field_needs_its_plan(
    management: httpx.Client, set_plan: SetPlan, path: str, field: str, needed: str
) -> None:
    """What is empty asks for nothing; what is no good at all is told so first."""
    wish: dict[str, Any] = {"name": "d", "artifact_name": "none"}
    if path == DEPLOYMENTS:
        wish["devices"] = ["none"]
    values: list[dict[str, Any]] = [{}, {field: [] if field == "phases" else {}}, {field: "x"}]
    for plan in PLANS:
        set_plan(plan)
        answers = [management.post(path, json={**wish, **value}) for value in values]
        plain = answers[0].status_code
        assert plain in (400, 422)  # there is no artifact, or no such group
        assert [answer.status_code for answer in answers] == [plain, plain, 400]
        answer = management.post(path, json={**wish, field: FIELDS[field, needed]})
        message = answer.json()["error"]
        if PLANS.index(plan) >= PLANS.index(needed):
            assert answer.status_code == plain
        else:
            assert answer.status_code == 403
            assert all(f"'{named}'" in message for named in (field, needed, plan))


def test_map_cannot_be_changed_in_a_lower_plan(
    management: httpx.Client, set_plan: SetPlan, refused: Refused
) -> None:
    """Even of a deployment that there is not."""
    set_plan("professional")
    path = f"{DEPLOYMENTS}/0c13a0e6-6b63-475d-8260-ee42a590e8ff"
    wish = {"update_control_map": MAP}
    assert "'update_control_map'" in refused(management.patch(path, json=wish), 403)
    set_plan("enterprise")
    refused(management.patch(path, json=wish), 404)


def test_tokens_carry_the_plan(server: Any, set_plan: SetPlan) -> None:
    """The one at the time of the login; what counts is the one of the moment."""
    old = server.login()
    set_plan("professional")
    plans = [
        jwt.decode(token, options={"verify_signature": False, "verify_exp": False})["mender.plan"]
        for token in (old, server.login())
    ]
    assert plans == ["enterprise", "professional"]


def test_reset_brings_back_the_first_plan(control: httpx.Client, set_plan: SetPlan) -> None:
    """So that one test's plan is not the next one's."""
    set_plan("os")
    assert control.post("universes/default/reset").status_code == 204
    assert control.get("universes/default/plan").json() == {"plan": "enterprise"}


@pytest.mark.parametrize("body", [{}, {"plan": "gold"}, {"plan": None}, [], None], ids=str)
def test_odd_plans_are_refused(control: httpx.Client, refused: Refused, body: Any) -> None:
    """The plan stays."""
    assert refused(control.put("universes/default/plan", json=body), 400)
    assert control.get("universes/default/plan").json() == {"plan": "enterprise"}


def test_plan_of_an_unknown_universe(control: httpx.Client, refused: Refused) -> None:
    """Its name is in the answer."""
    assert "nowhere" in refused(control.get("universes/nowhere/plan"), 404)
    assert "nowhere" in refused(control.put("universes/nowhere/plan", json={"plan": "os"}), 404)


def test_server_is_started_with_a_plan(start_server: Callable[..., Any], refused: Refused) -> None:
    """All its universes have it, unless they are made with another."""
    server = start_server("--plan", "os")
    url = f"{server.url}/otakit/v1/universes"
    assert httpx.post(url).json()["plan"] == "os"
    assert httpx.post(url, json={"plan": "professional"}).json()["plan"] == "professional"
    with server.management() as user:
        assert "'os'" in refused(user.get("v2/inventory/filters"), 403)
