"""An edition's words: what an older document makes of a step, and of the oracle's answer to it.

The oracle speaks as the current documents do. An older edition has a file of its own for some
operations, which knows fewer fields, words and status codes: what it does not know is not asked
for, and what it says instead is expected. That is read out of the file, and of the tables below.
"""

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from typing import Any

from otakit.contracts.acts.step import Step
from otakit.contracts.documents import Documents
from otakit.contracts.observations import operation_of
from otakit.contracts.operation import Operation
from otakit.contracts.oracle import NOTHING, Expected
from otakit.specs.catalogue import DEFAULT_EDITION

FOLDS = {
    "scheduled": "pending",
    "pause_before_installing": "downloading",
    "pause_before_rebooting": "installing",
    "pause_before_committing": "rebooting",
    "downloading": "inprogress",
    "installing": "inprogress",
    "rebooting": "inprogress",
    "already-installed": "success",
    "decommissioned": "aborted",
}
"""What an older document says instead of a status, as a value or a counter's name; step by step."""

REFUSALS = {409: 400, 422: 400, 400: 404}
"""What an older document answers instead of a status that it does not list; step by step."""

_ASKED = {"retries": 0, "phases": (), "sort": "", "max_devices": 0}
"""Fields of steps that an older document may not know, and what stands for their absence."""

_JSON = "application/json"


class EditionWords:
    """The words of the documents that a target is held to."""

    def __init__(self, documents: Documents) -> None:
        """Read nothing yet."""
        self._documents = documents
        self._operations: dict[type[Step], Operation | None] = {}

    def knows(self, kind: type[Step]) -> bool:
        """Say whether the documents have what a kind of step asks for."""
        return self._operation(kind) is not None

    def asked(self, step: Step) -> Step:
        """Return a step without what the documents do not let anybody ask for."""
        own = self._own(type(step))
        if own is None:
            return step
        known = {parameter["name"] for parameter in own.get("parameters", ())}
        known |= _schema(own.get("requestBody", {})).get("properties", {}).keys()
        mine = {f.name for f in fields(step)}
        unknown = {name: none for name, none in _ASKED.items() if name in mine - known}
        return replace(step, **unknown) if unknown else step

    def told(self, step: Step, expected: Expected) -> Expected:
        """Return the oracle's answer to a step as the documents have it."""
        own = self._own(type(step))
        if own is None:
            return expected
        status = expected.status
        while str(status) not in own["responses"] and status in REFUSALS:
            status = REFUSALS[status]
        body = expected.body
        if status == expected.status and isinstance(body, dict):
            response = own["responses"].get(str(status), {})
            body = _known(body, _schema(response))
            if "X-Total-Count" not in response.get("headers", {}) and "count" in body:
                body["count"] = NOTHING
        return Expected(status=status, body=body)

    def _operation(self, kind: type[Step]) -> Operation | None:
        if kind not in self._operations:
            self._operations[kind] = operation_of(kind, self._documents)
        return self._operations[kind]

    def _own(self, kind: type[Step]) -> dict[str, Any] | None:
        """Return what an older document says itself of a kind of step; None if nothing."""
        operation = self._operation(kind)
        if operation is None or operation.api.name.startswith((f"{DEFAULT_EDITION}/", "as_built/")):
            return None
        return self._documents.described(operation)


def fold(word: str, known: Collection[str]) -> str:
    """Return what stands for a word where only these are known; itself where nothing does."""
    folded: str | None = word
    while folded is not None and folded not in known:
        folded = FOLDS.get(folded)
    return word if folded is None else folded


def _schema(described: Mapping[str, Any]) -> dict[str, Any]:
    media = described.get("content", {}).get(_JSON, {})
    schema: dict[str, Any] = media.get("schema", {})
    return schema


def _known(body: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return of a body what a schema knows; elements of a list are told by their names."""
    if "items" in schema:
        inner = schema["items"]
        return {k: _known(v, inner) if isinstance(v, dict) else v for k, v in body.items()}
    properties = schema.get("properties", {})
    if not properties:
        return dict(body)
    known = {
        name: _word(value, properties[name]) for name, value in body.items() if name in properties
    }
    counters = {name for name, inner in properties.items() if inner.get("type") == "integer"}
    for name, value in body.items():
        if name not in properties and (into := fold(name, counters)) in counters:
            known[into] = known.get(into, 0) + value
    return known


def _word(value: Any, schema: dict[str, Any]) -> Any:
    if isinstance(value, dict) and value and "properties" in schema:
        return _known(value, schema)
    if isinstance(value, str) and "enum" in schema:
        return fold(value, schema["enum"])
    return value
