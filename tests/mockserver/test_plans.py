"""What an operation needs is read off its spec: fields at any depth, and of any list."""

from typing import Any

import pytest

from otakit.mockserver.domain.errors import Forbidden
from otakit.mockserver.plans import needs_of

DEEP: dict[str, Any] = {
    "type": "object",
    "properties": {
        "plain": {"type": "string"},
        "steps": {
            "type": "array",
            "items": {"properties": {"when": {"x-otakit-plan": "professional"}}},
        },
    },
    "allOf": [{"properties": {"extra": {"x-otakit-plan": "enterprise"}}}],
}


def operation(schema: dict[str, Any], **more: str) -> dict[str, Any]:
    """Describe an operation with a body."""
    content = {"application/json": {"schema": schema}}
    described = {"operationId": "act", "summary": "Act", "requestBody": {"content": content}}
    return {**described, **more}


@pytest.mark.parametrize(
    ("body", "plan", "named"),
    [
        ({"plain": "x"}, "os", None),
        ({"steps": []}, "os", None),
        ({"steps": [{}, {"when": ""}]}, "os", None),
        ({"steps": [{}, {"when": "now"}]}, "os", "steps.*.when"),
        ({"steps": [{"when": "now"}]}, "professional", None),
        ({"extra": 1}, "professional", "extra"),
        ({"extra": 1}, "enterprise", None),
        (None, "os", None),
    ],
    ids=str,
)
def test_fields(body: Any, plan: str, named: str | None) -> None:
    """A field that asks for something needs its plan."""
    needs = needs_of(operation(DEEP), managed=True)
    assert needs is not None
    needs.check_operation(plan)
    if named is None:
        needs.check_body(plan, body)
        return
    with pytest.raises(Forbidden) as refusal:
        needs.check_body(plan, body)
    assert f"'{named}'" in refusal.value.message


def test_nothing_is_compiled_where_all_plans_will_do() -> None:
    """So the request path has nothing to look at; devices are never refused."""
    assert needs_of(operation({"properties": {"plain": {}}}), managed=True) is None
    assert needs_of(operation(DEEP, **{"x-otakit-plan": "os"}), managed=False) is None


def test_unknown_plan_in_a_spec_is_told_at_the_start() -> None:
    """Not at the first request."""
    with pytest.raises(ValueError, match="'gold', not one of"):
        needs_of(operation({}, **{"x-otakit-plan": "gold"}), managed=True)
