"""The OpenAPI files that a target is held against: which operation a request is, and its answer."""

import re
from collections.abc import Callable, Hashable, Iterator
from functools import cached_property
from typing import Any, cast

import httpx
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.media_types.exceptions import MediaTypeNotFound
from openapi_core.templating.responses.exceptions import ResponseNotFound
from openapi_core.validation.response.exceptions import DataValidationError, MissingData

from otakit.contracts.operation import Operation, pattern_of
from otakit.specs.catalogue import Api, apis, resolved

_METHODS = {"get", "put", "post", "patch", "delete", "head", "options"}

SERVER_ERROR = 500
_LONG = 300
_NO_BODY = "the body is missing"
_COMMON = (401, 403, 429)
"""What the reference's introduction lists once for all operations: no body is promised for it."""


class Documents:
    """All APIs of an edition in a dialect."""

    def __init__(self, edition: str, dialect: str = "documented") -> None:
        """Load what ships with the package."""
        self.edition = edition
        self.dialect = dialect
        self.operations: dict[str, Operation] = {}
        self._files: dict[Api, dict[str, Any]] = {a: resolved(a) for a in apis(edition, dialect)}
        self._validators: dict[Api, OpenAPI] = {}
        for api, document in self._files.items():
            self.operations |= {o.id: o for o in _operations(api, document)}

    @cached_property
    def _by_length(self) -> list[Operation]:
        """Operations with a fixed last part before those where anything stands there."""
        return sorted(self.operations.values(), key=lambda o: (o.path.count("{"), -len(o.path)))

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation that a request is one for."""
        return next((o for o in self._by_length if o.fits(method, path)), None)

    def described(self, operation: Operation) -> dict[str, Any]:
        """Return what an operation's file says of it."""
        path = operation.path.removeprefix(operation.api.base_path)
        found: dict[str, Any] = self._files[operation.api]["paths"][path][operation.method.lower()]
        return found

    def violations(
        self,
        operation: Operation,
        request: httpx.Request,
        response: httpx.Response,
        *,
        whole: bool = True,
    ) -> tuple[str, ...]:
        """Say what of an answer the document does not allow, one line each.

        Fields that the document does not know are fine: it tells its readers to expect them.
        Of an answer that is not `whole` the body is not looked at.
        """
        if response.status_code >= SERVER_ERROR:
            return (f"{response.status_code}: the server failed",)
        validator = self.validator(operation.api)
        errors = validator.response_validator.iter_errors(_Request(request), _Response(response))
        if not whole:
            errors = (error for error in errors if not _is_of_content(error))
        lines = (line for error in errors for line in said_of(error, operation))
        if request.method == "HEAD" or response.status_code in _COMMON:  # HEAD: RFC 9110, 9.3.2
            lines = (line for line in lines if line != _NO_BODY)
        return tuple(f"{response.status_code}: {line}" for line in lines)

    def validator(self, api: Api) -> OpenAPI:
        """Return an API's document as openapi-core has it."""
        if api not in self._validators:
            document = cast("dict[Hashable, Any]", self._files[api])
            self._validators[api] = OpenAPI.from_dict(document, config=_CONFIG)
        return self._validators[api]


class _Request:
    """A request as openapi-core wants to see it; it is looked at for its path only."""

    def __init__(self, request: httpx.Request) -> None:
        self.host_url = f"{request.url.scheme}://{request.url.netloc.decode()}"
        self.path = request.url.raw_path.decode().partition("?")[0]
        self.method = request.method.lower()
        self.parameters = RequestParameters()
        self.body = request.content
        self.content_type = request.headers.get("content-type", "")


class _Response:
    """An answer as openapi-core wants to see it."""

    def __init__(self, response: httpx.Response) -> None:
        self.status_code = response.status_code
        self.headers = response.headers
        self.content_type = response.headers.get("content-type", "")
        self.data = response.content


def _text(content: bytes, **_: str) -> str:
    return content.decode()


def _raw(content: bytes, **_: str) -> bytes:
    return content


READERS: dict[str, Callable[..., Any]] = {
    "application/jwt": _text,
    "text/csv": _text,
    "text/plain": _text,
    "application/vnd.mender-artifact": _raw,
    "application/octet-stream": _raw,
}
"""How bodies are read that openapi-core does not know itself."""

_CONFIG = Config(spec_validator_cls=None, extra_media_type_deserializers=READERS)


def _operations(api: Api, document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                whole = f"{api.base_path}{path}"
                yield Operation(
                    api=api,
                    id=operation["operationId"],
                    method=method.upper(),
                    path=whole,
                    summary=operation["summary"],
                    plan=operation.get("x-otakit-plan", "os"),
                    heading=operation.get("x-otakit-source", {}).get("heading", ""),
                    statuses=tuple(sorted(operation["responses"])),
                    _pattern=pattern_of(whole),
                )


def said_of(error: Exception, operation: Operation) -> Iterator[str]:
    """Put what openapi-core found into words, one line each."""
    cause = _root(error)
    if isinstance(cause, ResponseNotFound):
        yield f"the status is not documented; these are: {', '.join(operation.statuses)}"
    elif isinstance(cause, MissingData):
        yield _NO_BODY
    elif isinstance(cause, MediaTypeNotFound):
        yield f"the media type is '{cause.mimetype}', not {' or '.join(cause.availableMimetypes)}"
    elif schema_errors := getattr(cause, "schema_errors", None):
        for found in schema_errors:
            yield _schema_line(found)
    else:
        yield re.sub(r"\s+", " ", str(cause))


def _is_of_content(error: Exception) -> bool:
    """Say whether an error is about what a body has in it, not about its media type."""
    return isinstance(error, DataValidationError) and not isinstance(
        _root(error), MediaTypeNotFound
    )


def _root(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _schema_line(error: Any) -> str:
    if error.context:  # of several forms, the one that fits best says most
        error = max(error.context, key=lambda e: len(e.absolute_path))
    place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
    return f"{place or 'the body'}: {error.message[:_LONG]}"
