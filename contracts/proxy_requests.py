"""What of a request the document does not allow: a client's mistakes."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from openapi_core import V30RequestValidator
from openapi_core.datatypes import RequestParameters
from openapi_core.validation.request.exceptions import (
    MissingRequestBodyError,
    ParameterValidationError,
    RequestBodyValidationError,
)
from werkzeug.datastructures import Headers, ImmutableMultiDict

from otakit.contracts.documents import READERS, Documents, said_of
from otakit.contracts.operation import Operation
from otakit.contracts.proxy_headers import Headers as Pairs
from otakit.specs.catalogue import Api

_WORDS = {b"connection": "Upgrade", b"upgrade": "websocket"}
_AS_TEXT = re.compile(r"'(.*)' is not of type '(integer|number|boolean)'$")
_TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


class Asked:
    """A request as openapi-core wants to see it. `body` is None where it is not to be read."""

    def __init__(
        self, method: str, path: str, query: str, headers: Pairs, body: bytes | None
    ) -> None:
        """Take a request apart; `path` is the one of the documents, percent-encoded."""
        text = [(name.decode("latin-1"), _word(name, value)) for name, value in headers]
        self.host_url = "http://target"
        self.path = path
        self.method = method.lower()
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(query, keep_blank_values=True)),
            header=Headers(text),
        )
        self.content_type = dict(text).get("content-type", "")
        self.body = body

    @property
    def is_form(self) -> bool:
        """Whether the body is a form, whose fields are text whatever they stand for."""
        return self.content_type.lower().startswith(("multipart/", "application/x-www-form"))


def _word(name: bytes, value: bytes) -> str:
    """Return a header's value; what asks for a websocket may be in any case, beside other words."""
    text = value.decode("latin-1")
    known = _WORDS.get(name, "")
    return known if known.lower() in re.split(r"\s*,\s*", text.lower()) else text


class RequestRules:
    """Holds requests against the documents."""

    def __init__(self, documents: Documents) -> None:
        """Check by these."""
        self._documents = documents
        self._validators: dict[Api, V30RequestValidator] = {}

    def mistakes(self, operation: Operation, asked: Asked) -> tuple[str, ...]:
        """Say what of a request the document does not allow, one line each.

        Tokens are not looked at: a request without one is answered 401, as the documents say.
        """
        errors = self._validator(operation.api).iter_errors(asked)
        return tuple(line for error in errors for line in _lines(error, operation, asked))

    def _validator(self, api: Api) -> V30RequestValidator:
        if api not in self._validators:
            spec = self._documents.validator(api).spec
            self._validators[api] = _Open(spec, extra_media_type_deserializers=READERS)
        return self._validators[api]


class _Open(V30RequestValidator):
    """Asks for no token."""

    def _get_security(self, *_: Any) -> dict[str, str]:
        return {}


def _lines(error: Exception, operation: Operation, asked: Asked) -> Iterator[str]:
    if isinstance(error, MissingRequestBodyError):
        if asked.body is not None:
            yield "the body is missing"
    elif isinstance(error, RequestBodyValidationError):
        if asked.body is not None:
            lines = said_of(error, operation)
            yield from (line for line in lines if not (asked.is_form and _is_only_text(line)))
    elif isinstance(error, ParameterValidationError):
        place = f"{error.location} parameter '{error.name}'"
        for line in said_of(error, operation):
            missing = line.startswith("Missing required")
            yield f"{place}: {'missing' if missing else line.removeprefix('the body: ')}"
    else:
        yield from said_of(error, operation)


def _is_only_text(line: str) -> bool:
    """Say whether a complaint is only about a form's field being the text of a number or so."""
    found = _AS_TEXT.search(line)
    try:
        return found is not None and type(json.loads(found[1])) in _TYPES[found[2]]
    except ValueError:
        return False
