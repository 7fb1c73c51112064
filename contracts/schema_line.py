"""The line on which cases that Schemathesis has drawn go to the target: bound, signed, recorded.

    case → ids and body of the run's own → request → fence → target → answer

The fence is a second look at what is going to be sent, whatever was done to the case: a request
that would change something of others is an error of ours, and is not sent.
"""

import re
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import httpx
import requests
import schemathesis
from hypothesis import reject

from otakit.contracts.caller import Caller
from otakit.contracts.exchange import Exchange
from otakit.contracts.operation import Operation
from otakit.contracts.schema_bodies import Bodies
from otakit.contracts.schema_bounds import KEEPING, changes, meanings
from otakit.contracts.schema_things import Things

if TYPE_CHECKING:
    from otakit.contracts.documents import Documents

Case = schemathesis.Case[Any]

SIGNATURE = "X-MEN-Signature"
_UNSENDABLE = re.compile("[\x00-\x1f\x7f]|^\\s|\\s$")
_OURS = {
    "x-schemathesis-testcaseid",
    "user-agent",
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "host",
}
_REFUSED = 401
_SIGNED = 0.7


class BeyondTheFence(AssertionError):
    """A request would have changed something that is not the run's own: it was not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A case that was sent, and its answer.

    `valid` says whether it was drawn to be a valid one, `led` whether its path is that which it was
    drawn with: by a link, perhaps.
    """

    response: schemathesis.Response
    exchange: Exchange
    valid: bool
    led: bool


class Line:
    """Sends cases for users and for the run's own device."""

    def __init__(self, things: Things, chance: Random) -> None:
        """Send for the owner of these things."""
        self._things = things
        self._chance = chance
        self._bodies = Bodies(things, chance)
        self._documents: Documents = things.backend.documents

    def send(self, case: Case) -> Sent:
        """Send a case; one that cannot be sent as it is, Hypothesis draws anew."""
        operation = self._documents.operations[case.operation.definition.raw["operationId"]]
        valid = case.meta is None or not case.meta.generation.mode.is_negative
        path_before = dict(case.path_parameters or {})
        self._bind(case, operation)
        led = path_before == (case.path_parameters or {})
        target = self._things.backend.target
        told = case.as_transport_kwargs(base_url=f"{target.base}{operation.api.base_path}")
        prepared = _prepared(told)
        headers = {name: _text(value) for name, value in prepared.headers.items()}
        if any(_UNSENDABLE.search(value) for value in headers.values()):
            reject()
        path = self._fenced(prepared, operation)
        exchange = self._sent(prepared, headers, operation)
        self._things.heard(exchange, path)
        if exchange.status == _REFUSED and operation.api.side == "devices":
            self._things.is_refused()
        return Sent(response=_response(prepared, exchange), exchange=exchange, valid=valid, led=led)

    def _bind(self, case: Case, operation: Operation) -> None:
        """Put things of the run's own into a case; what it is a case of is looked at anew."""
        stands_for = meanings(operation.path)
        bound: dict[str, Any] = dict(case.path_parameters or {})
        for name, drawn in bound.items():
            kind = stands_for.get(name)
            if kind is None or (self._things.is_own(str(drawn)) and operation.id not in KEEPING):
                continue
            if not changes(operation) and self._chance.random() < 0.2:  # noqa: PLR2004
                continue
            bound[name] = self._things.choose(kind, operation.id, str(drawn))
        if "aid" in bound and (own := self._things.auth_set_of(bound.get("id", ""))):
            bound["aid"] = own
        if bound != (case.path_parameters or {}):
            case.path_parameters = bound
        body = self._bodies.bound(case.body, operation)
        if body != case.body:
            case.body = body
        _ = case.meta  # valid or not, as it is now
        case.freeze_metadata()

    def _fenced(self, prepared: requests.PreparedRequest, operation: Operation) -> dict[str, str]:
        """Return the variable parts of a path by what they stand for; raises BeyondTheFence."""
        base = self._things.backend.target.base
        path = str(prepared.url).removeprefix(base).partition("?")[0]
        stands_for = meanings(operation.path)
        found = {}
        parts, templates = path.split("/"), operation.path.split("/")
        if changes(operation) and len(parts) != len(templates):
            reject()
        for template, part in zip(templates, parts, strict=False):
            if template.startswith("{"):
                kind = stands_for.get(template.strip("{}"), "")
                found[kind] = unquote(part)
        if changes(operation):
            project = self._things.backend.target.project_key
            for kind, name in found.items():
                if not (self._things.is_own(name) or (kind == "project" and name == project)):
                    message = f"{prepared.method} {path} is about '{name}', which is not ours"
                    raise BeyondTheFence(message)
        return found

    def _sent(
        self, prepared: requests.PreparedRequest, headers: dict[str, str], operation: Operation
    ) -> Exchange:
        body = prepared.body
        content = body.encode() if isinstance(body, str) else body
        sent = {name: value for name, value in headers.items() if name.lower() not in _OURS}
        if SIGNATURE in sent and isinstance(content, bytes) and self._chance.random() < _SIGNED:
            sent[SIGNATURE] = self._bodies.key.sign(content)
        caller = self._caller(operation)
        try:
            return caller.request(
                str(prepared.method), str(prepared.url), headers=sent, content=content
            )
        except httpx.InvalidURL:  # too long for httpx, for instance
            reject()

    def _caller(self, operation: Operation) -> Caller:
        backend = self._things.backend
        if operation.id == "authenticateDevice":
            return backend.anonymous
        if operation.api.side == "devices":
            return self._things.keeper.caller
        return backend.management


def _prepared(told: dict[str, Any]) -> requests.PreparedRequest:
    fields = ("method", "url", "headers", "files", "data", "params", "cookies", "json")
    try:
        return requests.Request(**{n: told[n] for n in fields if n in told}).prepare()
    except (requests.RequestException, UnicodeError, ValueError):
        reject()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _response(prepared: requests.PreparedRequest, exchange: Exchange) -> schemathesis.Response:
    headers: dict[str, list[str]] = {}
    for name, value in exchange.headers.multi_items():
        headers.setdefault(name.lower(), []).append(value)
    return schemathesis.Response(
        status_code=exchange.status,
        headers=headers,
        content=exchange.content,
        request=prepared,
        elapsed=exchange.seconds,
        verify=True,
        message=exchange.response.reason_phrase,
        encoding=exchange.response.encoding,
    )
