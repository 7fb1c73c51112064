"""Each file is valid OpenAPI, its examples obey its schemas, and it keeps our own rules."""

import warnings
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from copy import copy
from typing import Any, cast

import pytest
from jsonschema_path import SchemaPath
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from openapi_spec_validator import OpenAPIV30SpecValidator

from otakit.specs.catalogue import DEFAULT_EDITION, NAMES, Api, control, resolved, served

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
BODY_STATUSES = {"400", "413", "415"}
TOKEN_STATUSES = {"401", "403"}
COMMON_STATUSES = {"429", "500"}
FORMATS = copy(oas30_format_checker)
FORMATS.checkers = {
    name: check
    for name, check in oas30_format_checker.checkers.items()
    if name != "binary"  # it wants bytes, which no example in YAML can be
}
CONTROL = control()
SERVED = {name: (*served(name), CONTROL) for name in NAMES}
SERVED["as-built"] = (*served(DEFAULT_EDITION, "as-built"), CONTROL)
APIS = {api.name: api for together in SERVED.values() for api in together}
DOCUMENTS = {name: resolved(api) for name, api in APIS.items()}
NOT_ERRORS = {
    ("mender/management/devauth-v2", "409"): "the device that is in the way",
    ("as_built/management/devauth-v2", "409"): "the same",
}
"""Answers of 400 and above that have another body than an error, and what it is."""


def operations() -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield each operation with its file's name and where it is."""
    for name, document in DOCUMENTS.items():
        for path, item in document["paths"].items():
            for method in METHODS:
                if found := item.get(method):
                    shared = [*item.get("parameters", ()), *found.get("parameters", ())]
                    yield name, found | {"parameters": shared}, f"{name}:{method.upper()} {path}"


def examples(value: object, where: str) -> Iterator[tuple[dict[str, Any], Any, str]]:
    """Yield each example below a value, with the schema that it has to obey and its place."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from examples(item, f"{where}/{index}")
    elif isinstance(value, dict):
        schema = value.get("schema", value)
        if "example" in value:
            yield schema, value["example"], f"{where}/example"
        for key, named in value.get("examples", {}).items():
            yield schema, named["value"], f"{where}/examples/{key}"
        for key, item in value.items():
            if key not in {"example", "examples"}:
                yield from examples(item, f"{where}/{key}")


OPERATIONS = [
    pytest.param(name, found, id=ident)
    for name, found, ident in operations()
    if name != CONTROL.name
]
STEERING = [
    pytest.param(found, id=ident) for name, found, ident in operations() if name == CONTROL.name
]
EXAMPLES = [
    pytest.param(schema, example, id=where)
    for name, document in DOCUMENTS.items()
    for schema, example, where in examples(document, name)
]


@pytest.mark.parametrize("api", APIS.values(), ids=lambda api: api.name)
def test_document_is_valid(api: Api) -> None:
    """The document obeys the meta-schema of OpenAPI 3.0, and its references lead somewhere."""
    assert resolved(api)["openapi"].startswith("3.0.")
    document = SchemaPath.from_dict(cast("dict[Hashable, Any]", resolved(api)))
    assert [str(error) for error in OpenAPIV30SpecValidator(document).iter_errors()] == []


@pytest.mark.parametrize(("schema", "example"), EXAMPLES)
def test_example_is_valid(schema: dict[str, Any], example: object) -> None:
    """An example obeys its schema, formats too."""
    validator = OAS30Validator(schema, format_checker=FORMATS)
    assert [error.message for error in validator.iter_errors(example)] == []


def test_formats_are_checked() -> None:
    """The format checker knows times; a missing package would make it blind."""
    validator = OAS30Validator({"format": "date-time"}, format_checker=FORMATS)
    assert not validator.is_valid("2016-03-11T13:03:17.063+0000")


@pytest.mark.parametrize("kind", SERVED)
def test_operation_ids_are_unique(kind: str) -> None:
    """An id names one operation of what is served together, so that code can be joined to it."""
    names = {api.name for api in SERVED[kind]}
    counted = Counter(found.get("operationId") for name, found, _ in operations() if name in names)
    assert None not in counted
    assert [ident for ident, count in counted.items() if count > 1] == []


@pytest.mark.parametrize(("name", "found"), OPERATIONS)
def test_operation_keeps_our_rules(name: str, found: dict[str, Any]) -> None:
    """An operation is described, says where it comes from, and has the common responses."""
    assert found.keys() >= {"summary", "description", "tags"}
    source = found["x-otakit-source"].keys()
    assert source in ({"document", "heading"}, {"facts", "section"})
    document = DOCUMENTS[name]
    schemes = document["components"].get("securitySchemes", {})
    needed = {key for item in found.get("security", document["security"]) for key in item}
    wanted = set(COMMON_STATUSES)
    if any(schemes[key].get("scheme") == "bearer" for key in needed):
        wanted |= TOKEN_STATUSES
    if "requestBody" in found:
        wanted |= BODY_STATUSES
    assert wanted - found["responses"].keys() == set()


@pytest.mark.parametrize(("name", "found"), OPERATIONS)
def test_answers_are_complete(
    name: str, found: dict[str, Any], ota_flat: Callable[..., dict[str, Any]]
) -> None:
    """Each answer carries the request's id, and each body has an example to show."""
    for status, response in found["responses"].items():
        assert "X-MEN-RequestID" in response["headers"], status
        content = response.get("content", {})
        assert all({"example", "examples"} & media.keys() for media in content.values()), status
        if status >= "400" and content and (name, status) not in NOT_ERRORS:
            error = ota_flat(content["application/json"]["schema"])
            assert error["properties"].keys() >= {"error", "request_id"}, status
    for media in found.get("requestBody", {"content": {}})["content"].values():
        assert {"example", "examples"} & media.keys()


@pytest.mark.parametrize("found", STEERING)
def test_control_operation_keeps_its_rules(found: dict[str, Any]) -> None:
    """Our own API has no document and no rate: it is described, and says how it refuses.

    Its schemas are shown with an example, at the operation or wherever they stand.
    """
    assert found.keys() >= {"summary", "tags"}
    wanted = {*TOKEN_STATUSES} if found.get("security") != [] else set()
    wanted |= BODY_STATUSES if "requestBody" in found else set()
    wanted |= {"404"} if any(p["in"] == "path" for p in found["parameters"]) else set()
    assert wanted - found["responses"].keys() == set()
    if any(p["in"] == "query" and "schema" in p for p in found["parameters"]):
        assert "400" in found["responses"]
    bodies = [found.get("requestBody", {}), *found["responses"].values()]
    for media in [media for body in bodies for media in body.get("content", {}).values()]:
        assert media["schema"]
        assert list(examples(media, "")), media
    for status, response in found["responses"].items():
        if status >= "400":
            error = response["content"]["application/json"]["schema"]
            assert error["properties"].keys() >= {"error", "request_id"}, status


@pytest.mark.parametrize(("name", "found"), OPERATIONS)
def test_links_lead_to_operations(name: str, found: dict[str, Any]) -> None:
    """A link names an operation of its own file, and parameters which that has."""
    targets = {other["operationId"]: other for file, other, _ in operations() if file == name}
    for response in found["responses"].values():
        for link in response.get("links", {}).values():
            target = targets[link["operationId"]]
            known = {parameter["name"] for parameter in target["parameters"]}
            assert {key.rpartition(".")[2] for key in link.get("parameters", {})} <= known


@pytest.mark.parametrize("api", APIS.values(), ids=lambda api: api.name)
def test_connexion_takes_it(api: Api) -> None:
    """The server does not let it look: that would take a second at each start."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from connexion.spec import Specification
    assert Specification.load(resolved(api)).version >= (3, 0, 0)
