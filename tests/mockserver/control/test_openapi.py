"""Every operation of the control API answers as its document says, and refuses as it says.

What `control` asks is checked against the document, here and in all tests beside this one.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ota_stories.recorder import METHODS, Place
from otakit.mockserver.api import load_functions
from otakit.mockserver.control import load_functions as load_control_functions
from otakit.mockserver.operations import FUNCTIONS
from otakit.specs.catalogue import DEFAULT_EDITION, NAMES, control, resolved, served

DOCUMENT = resolved(control())
OPERATIONS = {
    found["operationId"]: (method, path, found)
    for path, item in DOCUMENT["paths"].items()
    for method, found in item.items()
    if method in METHODS
}
"""Method, path and description of each operation."""

FOREIGN = {"Origin": "https://evil.example.com"}
JSON = {"Content-Type": "application/json"}

FIRST = {
    "changeConnectDevice": "addConnectDevice",
    "getFault": "createFault",
    "changeFault": "createFault",
    "deleteFault": "createFault",
    "restoreSnapshot": "takeSnapshot",
}
"""What has to be done before an operation finds what it is about."""


def example(found: dict[str, Any]) -> dict[str, Any]:
    """Return what makes an httpx request out of the example of an operation's body."""
    content = found.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return {}
    media = content["application/json"]
    named = media.get("examples", {})
    shown = next(iter(named.values()))["value"] if named else media.get("example")
    return {"json": media["schema"].get("example", {}) if shown is None else shown}


def url(path: str, universe: str = "default", **names: str) -> str:
    """Put names into a path; what is not named is called by the document's example."""
    known = {"universe_id": universe, "device_uuid": "d-4cfe-4e51", "number": "1"}
    known |= {"fault_id": "nothing", **names}
    return re.sub(r"\{(\w+)\}", lambda name: known[name[1]], path).lstrip("/")


def refusals(status: str) -> list[Any]:
    """Return the operations that a document says refuse with a status, as test cases."""
    return [
        pytest.param(method, path, found, id=name)
        for name, (method, path, found) in OPERATIONS.items()
        if status in found["responses"]
    ]


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_does_what_its_document_says(
    control: httpx.Client,
    new_universe: Callable[..., dict[str, Any]],
    user_of: Callable[[dict[str, Any]], httpx.Client],
    recorder: Any,
    name: str,
) -> None:
    """Asked for with its example, it succeeds, and the answer has the form that is documented."""
    universe = new_universe()
    user_of(universe).get("/api/management/v2/devauth/devices").raise_for_status()
    before: Any = {}
    for each in [FIRST[name], name] if name in FIRST else [name]:
        method, path, found = OPERATIONS[each]
        body = {"json": before} if each == "restoreSnapshot" else example(found)
        asked = url(path, universe["id"], fault_id=before.get("id", ""))
        with control.stream(method, asked, **body) as answer:
            assert answer.is_success, answer.text
            if each != name:
                before = answer.json()
    place = Place(method.upper(), control.base_url.path.rstrip("/") + path)
    assert {200, 201, 204} & recorder.reached[place]


@pytest.mark.parametrize(("method", "path", "found"), refusals("400"))
def test_broken_body_is_refused(
    control: httpx.Client, method: str, path: str, found: dict[str, Any]
) -> None:
    """What is no JSON, what is no object, what has a word too much."""
    if "requestBody" in found:
        for content in (b"{", b"[]", b"1", json.dumps({"no such": 1}).encode()):
            answer = control.request(method, url(path), content=content, headers=JSON)
            assert answer.status_code == 400, content


@pytest.mark.parametrize(("method", "path", "found"), refusals("415"))
def test_other_type_is_refused(
    control: httpx.Client, method: str, path: str, found: dict[str, Any]
) -> None:
    """A body is JSON."""
    del found
    answer = control.request(method, url(path), content=b"{}", headers={"Content-Type": "text/csv"})
    assert answer.status_code == 415


@pytest.mark.parametrize(("method", "path", "found"), refusals("403"))
def test_foreign_page_is_refused(
    control: httpx.Client, method: str, path: str, found: dict[str, Any]
) -> None:
    """Whatever it asks for."""
    answer = control.request(method, url(path), headers=FOREIGN, **example(found))
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [case for case in refusals("404") if "{universe_id}" in str(case.values[1])],
)
def test_unknown_universe_is_refused(
    control: httpx.Client, method: str, path: str, found: dict[str, Any]
) -> None:
    """The message names it."""
    answer = control.request(method, url(path, "nowhere"), **example(found))
    assert (answer.status_code, "nowhere" in answer.json()["error"]) == (404, True)


def test_every_function_has_an_operation() -> None:
    """In some edition or dialect; that every operation has a function is checked at each start."""
    load_functions()
    load_control_functions()
    apis = {api for edition in NAMES for api in served(edition)} | {control()}
    apis |= {*served(DEFAULT_EDITION, "as-built")}
    described = {
        found["operationId"]
        for api in apis
        for item in resolved(api)["paths"].values()
        for found in item.values()
        if isinstance(found, dict)
    }
    assert FUNCTIONS.keys() == described
