"""Older editions: what the current functions take and answer, in the words of an older document.

An older edition is a file of its own over the same domain. `projected` wraps the function of one of
its operations: what the file knows passes, the rest is left out or folded to what it knows. All of
it is compiled at start-up from the operation's schemas and the tables below; the current edition's
functions are not wrapped.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, cast

import msgspec

from otakit.mockserver.answers import Answer, Headers, encode
from otakit.mockserver.bodies import JSON, MULTIPART
from otakit.mockserver.domain.errors import DomainError
from otakit.mockserver.operations import Call, Function
from otakit.mockserver.problems import STATUS_OF

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
"""What an older document says instead of a status, as a value or a counter's name; step by step.

A pause counts as the step that it comes after: that is what the device reported last in words which
the older edition knows.
"""

REFUSALS = {409: 400, 422: 400, 400: 404}
"""What an older document answers instead of a status that it does not list; step by step.

422 and 409 are requests that it calls invalid; an id which is none (400) is one of no known thing.
"""

MISSING = {"device_type": ""}
"""What stands for a property which only an older document requires: nobody knows it yet."""

RELATIONS = (b"first", b"next", b"prev")
"""The relations of Link headers that the older documents support."""

Shape = Callable[[Any], Any]
_Sync = Callable[[Call], Answer]

_decode = msgspec.json.Decoder().decode


def projected(function: Function, operation: Mapping[str, Any]) -> Function:
    """Wrap the function that serves an operation, so that it speaks as the operation's file."""
    projection = _Projection(operation)
    if iscoroutinefunction(function):

        async def serve_async(call: Call) -> Answer:
            projection.translate(call)
            with projection.refusing():
                return projection.answer(await function(call))

        return serve_async
    plain = cast("_Sync", function)

    def serve(call: Call) -> Answer:
        projection.translate(call)
        with projection.refusing():
            return projection.answer(plain(call))

    return serve


def fold(value: str, known: Iterable[str]) -> str:
    """Return what stands for a word where only these are known; itself where nothing does."""
    word: str | None = value
    while word is not None and word not in known:
        word = FOLDS.get(word)
    return value if word is None else word


def unfold(value: str, known: Iterable[str]) -> frozenset[str]:
    """Return all the words for which a known one stands, with itself."""
    return frozenset({value, *(word for word in FOLDS if fold(word, known) == value)})


def shape_of(schema: Mapping[str, Any]) -> Shape:
    """Compile the function that gives a value the shape of a schema without references."""
    if "properties" in schema:
        return _shape_of_object(schema)
    if "items" in schema:
        item = shape_of(schema["items"])
        return _as_it_is if item is _as_it_is else partial(_shape_list, item)
    if "enum" in schema and set(FOLDS.values()) & set(schema["enum"]):
        return partial(_shape_word, frozenset(schema["enum"]))
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _shape_of_object(schema: Mapping[str, Any]) -> Shape:
    """Compile for an object: its properties, unknown counters added to those they fold to."""
    shapes = {name: shape_of(inner) for name, inner in schema["properties"].items()}
    counters = {n for n, inner in schema["properties"].items() if inner.get("type") == "integer"}
    sums = {w: into for w in FOLDS if w not in shapes and (into := fold(w, counters)) in counters}
    missing = {name: MISSING[name] for name in schema.get("required", ()) if name in MISSING}

    def shape(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        shaped = {name: shapes[name](inner) for name, inner in value.items() if name in shapes}
        for name, into in sums.items():
            if name in value:
                shaped[into] = shaped.get(into, 0) + value[name]
        return {**missing, **shaped} if missing else shaped

    return shape


def _shape_list(item: Shape, value: Any) -> Any:
    return [item(element) for element in value] if isinstance(value, list) else value


def _shape_word(known: frozenset[str], value: Any) -> Any:
    return fold(value, known) if isinstance(value, str) else value


class _Projection:
    """One operation of an older file."""

    def __init__(self, operation: Mapping[str, Any]) -> None:
        responses = operation["responses"]
        self._shapes = {int(status): _json_shape(found) for status, found in responses.items()}
        self._headers = {
            int(status): frozenset(name.lower().encode() for name in found.get("headers", ()))
            for status, found in responses.items()
        }
        self._refusals = _refusals({int(status) for status in responses})
        body = operation.get("requestBody", {})
        self._body = _json_shape(body)
        self._parts = _required_parts(body)
        self._words = {
            parameter["name"]: {
                word: words
                for word in parameter["schema"]["enum"]
                if len(words := unfold(word, parameter["schema"]["enum"])) > 1
            }
            for parameter in operation.get("parameters", ())
            if "enum" in parameter["schema"]
        }

    def translate(self, call: Call) -> None:
        """Put the current edition's words in place of a request's, and drop what is unknown."""
        call.body = self._body(call.body)
        call.required_parts = self._parts
        for name, words in self._words.items():
            given = call.params.get(name)
            if given in words:
                call.params[name] = words[given]

    def answer(self, answer: Answer) -> Answer:
        """Give an answer the documented shape and headers."""
        headers = _known_headers(answer.headers, self._headers.get(answer.status, frozenset()))
        shape = self._shapes.get(answer.status, _as_it_is)
        body = answer.body if shape is _as_it_is else encode(shape(_decode(answer.body)))
        return Answer(answer.status, body, answer.content_type, headers)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Refuse with a documented status what the function refuses with another."""
        try:
            yield
        except DomainError as error:
            kind = next(kind for kind in type(error).__mro__ if kind in STATUS_OF)
            if kind not in self._refusals:
                raise
            raise self._refusals[kind](error.message) from error


def _refusals(documented: set[int]) -> dict[type[DomainError], type[DomainError]]:
    """Map each kind of error whose status is not documented to one whose status is, if any."""
    kinds = {status: kind for kind, status in STATUS_OF.items()}
    found: dict[type[DomainError], type[DomainError]] = {}
    for kind, status in STATUS_OF.items():
        other: int | None = status
        while other is not None and other not in documented:
            other = REFUSALS.get(other)
        if other is not None and other != status:
            found[kind] = kinds[other]
    return found


def _json_shape(described: Mapping[str, Any]) -> Shape:
    """Compile the shape of a response's or a request's JSON, if it has any."""
    media = described.get("content", {}).get(JSON)
    return _as_it_is if media is None else shape_of(media["schema"])


def _required_parts(body: Mapping[str, Any]) -> tuple[str, ...]:
    media = (body.get("content", {}).get(kind) for kind in MULTIPART)
    found: Mapping[str, Any] = next((medium for medium in media if medium is not None), {})
    return tuple(found.get("schema", {}).get("required", ()))


def _known_headers(headers: Iterable[tuple[bytes, bytes]], known: frozenset[bytes]) -> Headers:
    return [
        (name, value)
        for name, value in headers
        if name in known and (name != b"link" or _relation(value) in RELATIONS)
    ]


def _relation(link: bytes) -> bytes:
    return link.rpartition(b'rel="')[2].rstrip(b'"')
