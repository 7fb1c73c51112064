"""What the lists of documented facts leave out of the older documents: parameters, headers."""

from collections.abc import Iterator
from typing import Any

import pytest

from otakit.specs.catalogue import apis, resolved

NUMBER = {"type": "integer"}
TEXT = {"type": "string"}
PAGES = {"page": {**NUMBER, "default": 1}, "per_page": {**NUMBER, "default": 20}}
STATUS = {**TEXT, "enum": ["inprogress", "finished", "pending"]}
QUERIES: dict[str, dict[str, dict[str, Any]]] = {
    "mender-1:listDeployments": {**PAGES, "search": TEXT, "status": STATUS},
    "mender-1:getArtifactLink": {
        "expire": {**NUMBER, "default": 60, "minimum": 1, "maximum": 10080}
    },
    "mender-2:listDeployments": {
        **PAGES,
        "search": TEXT,
        "status": STATUS,
        "created_before": NUMBER,
        "created_after": NUMBER,
    },
    "mender-2:listAllReleases": {"name": TEXT},
}
"""All query parameters of the older documents, as they describe them."""

HEADERS = {
    "listDeployments 200": {"Link"},
    "createDeployment 201": {"Location"},
    "uploadArtifact 201": {"Location"},
    "createDynamicDeployment 201": {"Location"},
}
"""All headers of answers in the older documents, in either edition."""


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Go through the operations of the older editions' own files: name and description."""
    for edition in ("mender-1", "mender-2"):
        for document in map(resolved, apis(edition)):
            if document["info"].get("x-otakit-edition") == edition:
                for item in document["paths"].values():
                    for operation in item.values():
                        yield f"{edition}:{operation['operationId']}", operation


OPERATIONS = [pytest.param(name, found, id=name) for name, found in operations()]


@pytest.mark.parametrize(("name", "found"), OPERATIONS)
def test_query_parameters_are_the_documented_ones(name: str, found: dict[str, Any]) -> None:
    """No other, of the documented types, and with what the documents say besides."""
    given = {p["name"]: p["schema"] for p in found.get("parameters", ()) if p["in"] == "query"}
    documented = QUERIES.get(name, {})
    assert given.keys() == documented.keys()
    for parameter, schema in documented.items():
        assert {key: given[parameter].get(key) for key in schema} == schema


@pytest.mark.parametrize(("name", "found"), OPERATIONS)
def test_headers_are_the_documented_ones(name: str, found: dict[str, Any]) -> None:
    """And the request's id, which the error object speaks of; refusals have their own."""
    for status, response in found["responses"].items():
        if status < "400":
            documented = HEADERS.get(f"{name.partition(':')[2]} {status}", set())
            assert {*response["headers"]} == {"X-MEN-RequestID", *documented}


def test_older_editions_have_all_other_current_apis() -> None:
    """What is added to the current edition comes into the older ones by itself."""
    current = {api.name for api in apis() if "management/deployments" not in api.name}
    for edition, count in (("mender-1", 1), ("mender-2", 2)):
        names = {api.name for api in apis(edition)}
        assert current <= names
        assert len(names - current) == count
        assert not any(name.startswith("mender/management/deployments") for name in names)
