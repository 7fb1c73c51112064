"""The tables of rules over all operations have all operations."""

import pytest

from otakit.contracts.rules import general, general_errors
from otakit.specs.catalogue import Api, apis, resolved

OS = "os"


def described(side: str) -> dict[str, tuple[bool, bool, str]]:
    """Return what there is to know of each operation: needs a token, takes JSON, its plan."""
    found: dict[str, tuple[bool, bool, str]] = {}
    for api in apis("mender"):
        if api.base_path.startswith(side):
            found |= dict(_operations(api))
    return found


def _operations(api: Api) -> list[tuple[str, tuple[bool, bool, str]]]:
    document = resolved(api)
    return [
        (
            operation["operationId"],
            (
                operation.get("security", document["security"]) not in ([], [{"basicAuth": []}]),
                "application/json" in operation.get("requestBody", {}).get("content", {}),
                operation.get("x-otakit-plan", OS),
            ),
        )
        for item in document["paths"].values()
        for method, operation in item.items()
        if method in {"get", "put", "post", "patch", "delete", "head"}
    ]


@pytest.mark.parametrize(
    ("side", "tokens", "bodies"),
    [
        (general.DEVICES, general.DEVICE_OPERATIONS, general_errors.DEVICE_BODIES),
        (general.MANAGEMENT, general.MANAGEMENT_OPERATIONS, general_errors.MANAGEMENT_BODIES),
    ],
)
def test_tables_have_all_operations(
    side: str, tokens: tuple[str, ...], bodies: tuple[str, ...]
) -> None:
    """One that is added to the documents is added to the rules."""
    known = described(side)
    closed = {name for name, (token, _, plan) in known.items() if token and plan == OS}
    takes_json = {name for name, (token, json, _) in known.items() if token and json}
    assert (set(tokens), set(bodies)) == (closed, takes_json)
    assert {name for name, (token, _, _) in known.items() if not token} <= set(general.OPEN)
