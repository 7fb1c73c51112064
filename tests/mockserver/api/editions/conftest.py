"""Servers of the older editions; every answer of their own files is held against these."""

import io
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from openapi_schema_validator import OAS30Validator

from otakit.fixtures.artifact_writer import write_artifact
from otakit.specs.catalogue import apis, resolved

METHODS = ("get", "put", "post", "patch", "delete")
HEADERS = {"link", "location", "x-total-count"}
"""The headers that a document decides about, in an answer."""


class Documents:
    """What an older edition's own files say of answers."""

    def __init__(self, edition: str, ota_closed: Callable[[Any], Any]) -> None:
        """Read them."""
        self._closed = ota_closed
        self._operations = [
            (method.upper(), as_pattern(api.base_path + path), item[method])
            for api in apis(edition)
            if "x-otakit-edition" in resolved(api)["info"]
            for path, item in resolved(api)["paths"].items()
            for method in METHODS
            if method in item
        ]
        self._operations.sort(key=lambda operation: operation[1].count("[^/]+"))

    def check(self, answer: httpx.Response) -> None:
        """Hold an answer against its operation: status, headers, body, and nothing besides."""
        answer.read()
        method, path = answer.request.method, answer.request.url.path
        found = (o for m, p, o in self._operations if m == method and re.fullmatch(p, path))
        operation = next(found, None)
        if operation is None:
            return
        assert str(answer.status_code) in operation["responses"], answer.text
        described = operation["responses"][str(answer.status_code)]
        known = {name.lower() for name in described["headers"]}
        assert {*answer.headers} & HEADERS <= known
        content = described.get("content", {})
        kind = answer.headers.get("content-type")
        assert {*content} == ({kind} if kind else set())
        if kind == "application/json":
            schema = self._closed(content[kind]["schema"])
            errors = OAS30Validator(schema).iter_errors(answer.json())
            assert [error.message for error in errors] == []


def as_pattern(path: str) -> str:
    """Write a path's template as a regular expression."""
    return re.sub(r"\{\w+\}", "[^/]+", path)


@pytest.fixture(params=["mender-1", "mender-2"])
def edition(request: pytest.FixtureRequest) -> str:
    """Name an older edition: each test runs for all, unless it says for which."""
    return str(request.param)


@pytest.fixture
def management(
    management: httpx.Client, edition: str, ota_closed: Callable[[Any], Any]
) -> httpx.Client:
    """Return a client that holds each answer of the edition's own files against them."""
    management.event_hooks = {"response": [Documents(edition, ota_closed).check]}
    return management


@pytest.fixture
def upload(management: httpx.Client) -> Callable[..., httpx.Response]:
    """Return a function that uploads an artifact; its form can be changed, None leaves one out."""

    def act(name: str = "release-2", **changed: str | None) -> httpx.Response:
        out = io.BytesIO()
        write_artifact(
            out,
            name=name,
            device_types=["rpi"],
            payload_type="single-file",
            files=[("motd", b"welcome\n")],
            meta_data={"cores": 4},
        )
        form = {"size": str(len(out.getvalue())), "description": "a test", **changed}
        told = {part: text for part, text in form.items() if text is not None}
        file = {"artifact": ("a.mender", out.getvalue())}
        return management.post("v1/deployments/artifacts", data=told, files=file)

    return act


@pytest.fixture
def new_artifact(upload: Callable[..., httpx.Response]) -> Callable[..., str]:
    """Return a function that uploads an artifact and returns its id."""

    def make(name: str = "release-2") -> str:
        answer = upload(name)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"].rpartition("/")[2]

    return make
