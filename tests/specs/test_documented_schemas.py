"""Every property of every schema in the documents is in our files: type, flag and values."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ota_support.reference import REFERENCE
from otakit.specs.catalogue import NAMES, apis, resolved

LISTED = json.loads(
    (Path(__file__).parent / "documented" / "schemas.json").read_text(encoding="utf-8")
)
FILES = {
    "000_bf49bb35664a95cc.txt": {
        ("management", "Deployments"): "mender_1/management/deployments-v1",
    },
    "001_b069a0344454e91d.txt": {
        ("management", "Deployments"): "mender_2/management/deployments-v1",
    },
    "002_3b979924a5b93008.txt": {
        ("management", "Deployments"): "mender_2/management/deployments-v2",
    },
    "003_04e9a76ae7f6d9d4.txt": REFERENCE,
    "004_60a430d5ef511228.txt": {("management", "Deployments"): "jfrog_connect/deployments-v2"},
}
"""The file of each API in each document, by its side and the document's name for it."""

SERVED = [
    listed
    for listed in LISTED
    if (listed["side"], listed["api"]) in FILES.get(listed["document"], ())
]
EXCEPTIONS = {
    "jfrog_connect/deployments-v2:DeviceDeploymentDetails.started_time": (
        "the document has the format date-time, its list leaves it out"
    ),
    "jfrog_connect/deployments-v2:DeviceDeploymentDetails.finished_time": "the same",
    "jfrog_connect/deployments-v2:DeviceDeploymentDetails.status=": (
        "the text of the document has three statuses more"
    ),
}
"""Where our files differ from the list, by the test's id, and why."""

ANSWER = 'answer of "{}"'
"""How the list calls a schema without a name, by the heading of its operation."""


def schemas_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return a file's schemas by name, and those of its good answers by heading."""
    named = document["components"].get("schemas", {})
    answers = {}
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "200" in operation["responses"]:
                heading = operation["x-otakit-source"].get("heading", "").rpartition(" / ")[2]
                media = operation["responses"]["200"].get("content", {})
                schema = media.get("application/json", {}).get("schema", {})
                answers[ANSWER.format(heading)] = schema
    return {**answers, **named}


SCHEMAS = {api.name: schemas_of(resolved(api)) for edition in NAMES for api in apis(edition)}


def file_of(listed: dict[str, Any]) -> str:
    """Name the API that a schema belongs to."""
    return FILES[listed["document"]][listed["side"], listed["api"]]


def case(listed: dict[str, Any], name: str, *values: object) -> pytest.ParameterSet:
    """Make one test case with a readable id, marked if it is an exception."""
    ident = f"{file_of(listed).removeprefix('mender/')}:{listed['schema']}{name}"
    marks = (
        [pytest.mark.xfail(strict=True, raises=AssertionError, reason=EXCEPTIONS[ident])]
        if ident in EXCEPTIONS
        else []
    )
    return pytest.param(file_of(listed), listed["schema"], *values, id=ident, marks=marks)


def property_cases() -> Iterator[pytest.ParameterSet]:
    """Yield one case for each property, with its path; the lists nest by angle quotes."""
    for listed in SERVED:
        for path, entry in entries(listed):
            yield case(listed, "." + ".".join(path), {**entry, "path": path})


def entries(listed: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Go through the properties of a schema with their paths."""
    path: tuple[str, ...] = ()
    for entry in listed["properties"]:
        depth = entry["name"].count("»")
        path = (*path[:depth], entry["name"].strip("»* "))
        yield path, entry


def enum_cases() -> Iterator[pytest.ParameterSet]:
    """Yield one case for each property that has a list of values."""
    for listed in SERVED:
        for name, values in listed["enums"].items():
            yield case(listed, f".{name}=", path_of(listed, name), values)


def path_of(listed: dict[str, Any], name: str) -> tuple[str, ...]:
    """Return the path of the one property of that name; the lists give enums by name only."""
    (path,) = [path for path, _ in entries(listed) if path[-1] == name]
    return path


PROPERTIES = list(property_cases())
ENUMS = list(enum_cases())


@pytest.mark.parametrize(
    ("api", "name"),
    [case(listed, "") for listed in SERVED],
)
def test_schema_is_there(api: str, name: str) -> None:
    """A schema keeps the name that the reference gives it."""
    assert name in SCHEMAS[api]


@pytest.mark.parametrize(("api", "name", "entry"), PROPERTIES)
def test_property_is_as_documented(
    api: str,
    name: str,
    entry: dict[str, Any],
    ota_flat: Callable[..., dict[str, Any]],
    ota_matches: Callable[..., bool],
) -> None:
    """A property stands where the table has it, with its type and its required flag."""
    path = entry["path"]
    parent = inside(find(SCHEMAS[api].get(name, {}), path[:-1], ota_flat), ota_flat)
    schema = find(SCHEMAS[api].get(name, {}), path, ota_flat)
    assert schema, "missing"
    assert ota_matches(entry["type"], schema, SCHEMAS[api]), entry["type"]
    if path[-1] not in {"additionalProperties", "anonymous"}:
        assert (path[-1] in parent.get("required", ())) == entry["required"]


@pytest.mark.parametrize(("api", "name", "path", "values"), ENUMS)
def test_enum_is_as_documented(
    api: str,
    name: str,
    path: tuple[str, ...],
    values: list[str],
    ota_flat: Callable[..., dict[str, Any]],
) -> None:
    """A property takes the listed values and no other."""
    schema = find(SCHEMAS[api].get(name, {}), path, ota_flat)
    assert set(schema.get("enum", ())) == set(values)


def test_exceptions_name_tests() -> None:
    """An exception for something that the list does not have is a mistake."""
    ids = {param.id for param in [*PROPERTIES, *ENUMS]}
    assert EXCEPTIONS.keys() <= ids


def find(
    schema: dict[str, Any], path: tuple[str, ...], ota_flat: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    """Go down to a property, through the items of arrays; empty if it is not there."""
    schema = ota_flat(schema)
    for name in path:
        if name == "anonymous":  # the schema has no name, and means itself
            continue
        holder = inside(schema, ota_flat)
        step = holder if name == "additionalProperties" else holder.get("properties", {})
        schema = ota_flat(step.get(name, {}))
    return schema


def inside(schema: dict[str, Any], ota_flat: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """Return the schema that has the properties: the items' one for an array."""
    return ota_flat(schema["items"]) if schema.get("type") == "array" else schema
