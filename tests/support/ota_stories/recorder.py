"""Writes down which statuses of which operations were reached, and checks each answer."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from openapi_schema_validator import OAS30ReadValidator, oas30_format_checker

from otakit.specs.catalogue import Api, resolved, served

SHORT = 60
"""Examples of fewer characters, such as a count, may be true by chance."""

METHODS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True, order=True)
class Place:
    """One operation of a server: its method and its path, base path and all."""

    method: str
    path: str


class Recorder:
    """Watches the exchanges of one server."""

    def __init__(
        self, edition: str, dialect: str = "documented", *, apis: Iterable[Api] | None = None
    ) -> None:
        """Know the operations of a server of this edition and dialect, or of these APIs."""
        self.reached: dict[Place, set[int]] = {}
        self._operations = dict(_operations(served(edition, dialect) if apis is None else apis))
        self._patterns = [(_pattern(place.path), place) for place in self._operations]

    def known(self) -> set[Place]:
        """Return all operations that the server has."""
        return set(self._operations)

    def documented(self, place: Place) -> dict[str, Any]:
        """Return what an operation's document says of it."""
        return self._operations[place]

    def see(self, answer: httpx.Response) -> None:
        """Take down one answer: an httpx event hook.

        Fails for a status or a body that the operation's document does not know.
        """
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if kind != "text/event-stream":  # which has no end
            answer.read()
        place = self.place(answer.request)
        if place is None:
            return
        responses = self._operations[place]["responses"]
        status = str(answer.status_code)
        assert status in responses, f"{place}: {status} is not documented"
        content = responses[status].get("content", {})
        if kind == "application/json":
            assert kind in content, f"{place}: {status} has no JSON body in the document"
            validator = OAS30ReadValidator(
                content[kind]["schema"], format_checker=oas30_format_checker
            )
            validator.validate(answer.json())
            self._check_not_canned(place, content[kind], answer)
        self.reached.setdefault(place, set()).add(answer.status_code)

    def _check_not_canned(
        self, place: Place, media: dict[str, Any], answer: httpx.Response
    ) -> None:
        """Fail for an answer that repeats the document's example: that is no state."""
        examples = [example["value"] for example in media.get("examples", {}).values()]
        examples += [media["example"]] if "example" in media else []
        telling = [e for e in examples if len(json.dumps(e)) > SHORT]
        assert answer.json() not in telling, f"{place}: an example of the document, not state"

    def place(self, request: httpx.Request) -> Place | None:
        """Return the operation that a request asks for, if it is one."""
        found = [
            place
            for pattern, place in self._patterns
            if place.method == request.method and pattern.fullmatch(request.url.path)
        ]
        return max(found, key=lambda place: -place.path.count("{"), default=None)


def _operations(apis: Iterable[Api]) -> Iterator[tuple[Place, dict[str, Any]]]:
    for api in apis:
        for path, item in resolved(api)["paths"].items():
            for method in METHODS:
                if method in item:
                    yield Place(method.upper(), api.base_path + path), item[method]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))
