"""Projection: any current answer becomes one of an older edition, and loses no device thereby."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator

from ota_support.depth import examples
from otakit.mockserver.domain.deployment import FINISHED, INPROGRESS, SCHEDULED
from otakit.mockserver.domain.progress import FINAL, PENDING, STATUSES
from otakit.mockserver.projection import FOLDS, fold, shape_of, unfold
from otakit.specs.catalogue import apis, resolved

steady = settings(derandomize=True, deadline=None, max_examples=examples(20))

Schema = dict[str, Any]

TEXTS = st.text(max_size=5)
TIMES = st.sampled_from(["2026-11-20T00:00:00Z", "2016-03-11T13:03:17.063Z"])


def operations(edition: str) -> Iterator[tuple[dict[str, Any], bool]]:
    """Go through the operations of an edition; with each, whether it is of the edition's own."""
    for api in apis(edition):
        document = resolved(api)
        for item in document["paths"].values():
            for method in ("get", "put", "post", "patch", "delete"):
                if method in item:
                    yield item[method], "x-otakit-edition" in document["info"]


def answer(operation: dict[str, Any]) -> Schema | None:
    """Return the schema of an operation's good answer in JSON, if it has one."""
    content = operation["responses"].get("200", {}).get("content", {})
    schema: Schema | None = content.get("application/json", {}).get("schema")
    return schema


CURRENT = {operation["operationId"]: answer(operation) for operation, _ in operations("mender")}
PAIRS = [
    pytest.param(CURRENT[operation["operationId"]], schema, id=f"{edition}:{schema_id}")
    for edition in ("mender-1", "mender-2")
    for operation, is_own in operations(edition)
    if is_own and (schema := answer(operation)) and (schema_id := operation["operationId"])
]


def values(schema: Schema) -> st.SearchStrategy[Any]:
    """Make values of a schema, as the server does: no properties but those that it has."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([values(alternative) for alternative in schema["anyOf"]])
    if schema.get("format") == "date-time":
        return TIMES
    return MAKERS[schema["type"]](schema)


def objects(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    """Make objects, all optional properties there or not; without a name for any, whatever."""
    if "properties" not in schema:
        return st.dictionaries(TEXTS, values(schema.get("additionalProperties", TEXT)), max_size=2)
    named = {name: values(inner) for name, inner in schema["properties"].items()}
    required = {name: named.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=named)


TEXT = {"type": "string"}
MAKERS: dict[str, Callable[[Schema], st.SearchStrategy[Any]]] = {
    "array": lambda schema: st.lists(values(schema["items"]), max_size=3),
    "boolean": lambda _: st.booleans(),
    "integer": lambda schema: st.integers(schema.get("minimum"), 10**6),
    "number": lambda _: st.floats(allow_nan=False, allow_infinity=False),
    "object": objects,
    "string": lambda _: TEXTS,
}


def test_there_are_answers_to_project() -> None:
    """The older documents have seven and nine operations that answer JSON."""
    counted = [str(pair.id).partition(":")[0] for pair in PAIRS]
    assert {name: counted.count(name) for name in counted} == {"mender-1": 7, "mender-2": 9}


@pytest.mark.parametrize(("current", "older"), PAIRS)
@steady
@given(data=st.data())
def test_current_answer_becomes_an_older_one(
    ota_closed: Callable[[Schema], Schema], current: Schema, older: Schema, data: st.DataObject
) -> None:
    """It obeys the older schema, has no property besides, and is not changed a second time."""
    shape = shape_of(older)
    projected = shape(data.draw(values(current)))
    errors = OAS30Validator(ota_closed(older)).iter_errors(projected)
    assert [error.message for error in errors] == []
    assert shape(projected) == projected


@pytest.mark.parametrize(("current", "older"), [p for p in PAIRS if "Statistics" in str(p.id)])
@steady
@given(data=st.data())
def test_counters_go_on_adding_up(current: Schema, older: Schema, data: st.DataObject) -> None:
    """No device is lost, and none counted twice."""
    counts = data.draw(values(current))
    assert sum(shape_of(older)(counts).values()) == sum(counts.values())


@pytest.mark.parametrize(("_", "older"), PAIRS)
@steady
@given(data=st.data())
def test_older_answer_stays_as_it_is(_: Schema, older: Schema, data: st.DataObject) -> None:
    """What the older edition could have answered itself passes unchanged."""
    known = data.draw(values(older))
    assert shape_of(older)(known) == known


def test_every_status_has_a_word_in_every_edition() -> None:
    """A status that comes later has to be folded too."""
    words = {"Device": {*STATUSES}, "Deployment": {SCHEDULED, PENDING, INPROGRESS, FINISHED}}
    for edition in ("mender-1", "mender-2"):
        name = f"{edition.replace('-', '_')}/management/deployments-v1"
        (api,) = (api for api in apis(edition) if api.name == name)
        schemas = resolved(api)["components"]["schemas"]
        for name, known in words.items():
            enum = schemas[name]["properties"]["status"]["enum"]
            assert {fold(word, enum) for word in known} <= {*enum}


def test_folded_statuses_are_as_final_as_before() -> None:
    """What is over stays over, and what goes on goes on."""
    first = ("inprogress", "pending", "success", "failure", "noartifact", "aborted")
    over = {fold(status, first) for status in FINAL}
    going = {fold(status, first) for status in STATUSES if status not in FINAL}
    assert over == {"success", "failure", "noartifact", "aborted"}
    assert going == {"inprogress", "pending"}


def test_words_unfold_to_all_that_fold_to_them() -> None:
    """A filter finds whatever is shown under its word."""
    known = ("inprogress", "finished", "pending")
    for word in known:
        assert {fold(other, known) for other in unfold(word, known)} == {word}
    assert unfold("pending", known) == {"pending", "scheduled"}
    assert unfold("finished", known) == {"finished"}


def test_unknown_words_and_shapes_pass() -> None:
    """What is neither known nor folded is nobody's to guess."""
    assert fold("unheard-of", ("pending",)) == "unheard-of"
    assert "unheard-of" not in FOLDS
    shape = shape_of(
        {"type": "object", "properties": {"a": {"type": "array", "items": {"enum": ["pending"]}}}}
    )
    assert shape({"a": None, "b": 1}) == {"a": None}
    assert shape([1]) == [1]
