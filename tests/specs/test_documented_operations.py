"""Every operation of the documents is in our files: path, parameters, body, statuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ota_support.reference import REFERENCE
from otakit.specs.catalogue import NAMES, apis, resolved

LISTED = json.loads(
    (Path(__file__).parent / "documented" / "operations.json").read_text(encoding="utf-8")
)
FILES = {
    "000_bf49bb35664a95cc.txt": {
        ("management", "Deployments v1, first edition"): "mender_1/management/deployments-v1",
    },
    "001_b069a0344454e91d.txt": {
        ("management", "Deployments v1, second edition"): "mender_2/management/deployments-v1",
    },
    "002_3b979924a5b93008.txt": {
        ("management", "Deployments v2, first edition"): "mender_2/management/deployments-v2",
    },
    "003_04e9a76ae7f6d9d4.txt": REFERENCE,
    "004_60a430d5ef511228.txt": {
        ("management", "JFrog Connect Deployments API"): "jfrog_connect/deployments-v2",
    },
}
"""The file of each API in each document, by its side and the document's name for it."""

SERVED = [
    listed
    for listed in LISTED
    if (listed["side"], listed["api"]) in FILES.get(listed["document"], ())
]
EXCEPTIONS = {
    "devices/inventory-v1:PATCH /device/attributes body body": "its text says: a list of them",
    "devices/inventory-v1:PUT /device/attributes body body": "its text says: a list of them",
    "devices/deployments-v2:GET /device/deployments/{id}/update_control_map 200": (
        "the example wraps the map; the schema, which has no table, is also used without the wrap"
    ),
    "management/deployments-v1:POST /artifacts body body": "a part of the body is required",
    "mender_2/management/deployments-v1:POST /artifacts body body": "two parts of it are required",
    "management/devauth-v2:POST /devices 409": "the real server answers auth_sets: null",
}
"""Where our files differ from the list, by the test's id, and why."""

SPECS = {api.name: (api, resolved(api)) for edition in NAMES for api in apis(edition)}


def case(listed: dict[str, Any], detail: str, *values: object) -> pytest.ParameterSet:
    """Make one test case with a readable id, marked if it is an exception."""
    name = FILES[listed["document"]][listed["side"], listed["api"]]
    ident = f"{name.removeprefix('mender/')}:{listed['method']} {listed['path']}{detail}"
    marks = (
        [pytest.mark.xfail(strict=True, raises=AssertionError, reason=EXCEPTIONS[ident])]
        if ident in EXCEPTIONS
        else []
    )
    return pytest.param(name, listed, *values, id=ident, marks=marks)


OPERATIONS = [case(listed, "") for listed in SERVED]
PARAMETERS = [
    case(listed, f" {parameter['in']} {parameter['name']}", parameter)
    for listed in SERVED
    for parameter in listed["params"]
    if parameter["name"] != "Authorization"  # OpenAPI has security schemes instead
]
AUTHORIZED = [
    case(listed, " Authorization")
    for listed in SERVED
    if any(parameter["name"] == "Authorization" for parameter in listed["params"])
]
STATUSES = [
    case(listed, f" {status}", status, text.rsplit(maxsplit=1)[-1])
    for listed in SERVED
    for status, text in listed["responses"].items()
]


@pytest.mark.parametrize(("name", "listed"), OPERATIONS)
def test_operation_is_there(name: str, listed: dict[str, Any]) -> None:
    """An operation has the documented path below the documented base."""
    assert operation(name, listed)


@pytest.mark.parametrize(("name", "listed", "parameter"), PARAMETERS)
def test_parameter_is_as_documented(
    name: str, listed: dict[str, Any], parameter: dict[str, Any], ota_matches: Callable[..., bool]
) -> None:
    """A parameter, or a part of the body, has its type and its required flag."""
    in_body = parameter["in"] in {"body", "formdata"}
    wanted = "body" if is_whole_body(parameter, listed) else parameter["name"]
    find = find_in_body if in_body else find_parameter
    found = find(operation(name, listed), {**parameter, "name": wanted})
    assert found, "missing"
    schemas = SPECS[name][1]["components"].get("schemas", {})
    for schema, required in found:
        if "type" in parameter:  # the list has none of the older documents'
            assert ota_matches(parameter["type"], schema, schemas), parameter["type"]
        assert required == parameter["required"]


@pytest.mark.parametrize(("name", "listed"), AUTHORIZED)
def test_token_is_needed(name: str, listed: dict[str, Any]) -> None:
    """Where a document has the Authorization header for a parameter, a token is needed."""
    default = SPECS[name][1]["security"]
    (need,) = operation(name, listed).get("security", default)
    assert need == {"managementToken": []}


@pytest.mark.parametrize(("name", "listed", "status", "written"), STATUSES)
def test_status_is_as_documented(
    name: str, listed: dict[str, Any], status: str, written: str, ota_matches: Callable[..., bool]
) -> None:
    """A status is there, and its body is of the schema that the reference names."""
    responses = operation(name, listed)["responses"]
    assert status in responses
    schemas = SPECS[name][1]["components"].get("schemas", {})
    if written in schemas:
        schema = responses[status]["content"]["application/json"]["schema"]
        assert ota_matches(written, schema, schemas)


def test_exceptions_name_tests() -> None:
    """An exception for something that the list does not have is a mistake."""
    ids = {param.id for param in [*OPERATIONS, *PARAMETERS, *STATUSES]}
    assert EXCEPTIONS.keys() <= ids


def operation(name: str, listed: dict[str, Any]) -> dict[str, Any]:
    """Return our operation, with the parameters of its path; empty if it is not there."""
    api, document = SPECS[name]
    full = listed["base"] + listed["path"]
    path = document["paths"].get(full.removeprefix(api.base_path), {})
    found: dict[str, Any] = path.get(listed["method"].lower(), {})
    parameters = [*path.get("parameters", ()), *found.get("parameters", ())]
    return {**found, "parameters": parameters} if found else {}


def is_whole_body(parameter: dict[str, Any], listed: dict[str, Any]) -> bool:
    """Say whether a parameter is the body; one document calls it so, another gives it a name."""
    names = {other["name"] for other in listed["params"] if other["in"] == "body"}
    return parameter["in"] == "body" and (parameter["name"] == "body" or "body" not in names)


def find_parameter(
    found: dict[str, Any], parameter: dict[str, Any]
) -> list[tuple[dict[str, Any], bool]]:
    """Return the schema and the required flag of a parameter of that name and location."""
    return [
        (ours["schema"], ours.get("required", False))
        for ours in found["parameters"]
        if (ours["name"], ours["in"]) == (parameter["name"], parameter["in"])
    ]


def find_in_body(
    found: dict[str, Any], parameter: dict[str, Any]
) -> list[tuple[dict[str, Any], bool]]:
    """Return the same of the body, or of one property, in each media type of the body."""
    body = found.get("requestBody", {"content": {}})
    schemas = [media["schema"] for media in body["content"].values()]
    name = parameter["name"]
    if name == "body":
        return [(schema, body.get("required", False)) for schema in schemas]
    if name == "additionalProperties":
        return [(schema[name], False) for schema in schemas if name in schema]
    return [
        (schema["properties"][name], name in schema.get("required", ()))
        for schema in schemas
        if name in schema.get("properties", {})
    ]
