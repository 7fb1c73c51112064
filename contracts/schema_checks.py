"""What an answer to a drawn request is held to: checks of Schemathesis, where the documents speak.

What they leave open is no finding: `checks_for` leaves out what they do not promise.
"""

import re
from typing import Any

from schemathesis import checks as known

from otakit.contracts.exchange import Exchange
from otakit.contracts.failures import Failure
from otakit.contracts.operation import Operation
from otakit.contracts.schema_line import Case, Sent

NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "use_after_free",
    "ensure_resource_availability",
)
"""All checks there are, by Schemathesis's names.

Not among them: `positive_data_acceptance`, since the documents refuse more than a schema can say;
`ignored_auth`, which cited rules try with tokens of all sorts; `unsupported_method` and
`missing_required_header`, of which the documents say nothing.
"""

EXPECTED = {
    "not_a_server_error": "no error of the server, whatever it is asked",
    "status_code_conformance": "a documented status",
    "content_type_conformance": "a documented media type",
    "response_headers_conformance": "the documented headers",
    "response_schema_conformance": "a body of the documented form",
    "negative_data_rejection": "that what the document does not allow is refused",
    "use_after_free": "that what was deleted is not there any more",
    "ensure_resource_availability": "that what was made is there",
}
"""What each check wants of an answer."""

_OF_BODIES = {
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
}
_COMMON = {401, 403, 429}
"""What the reference's introduction lists once for all operations: no body is promised for it."""

_TEXTS = ("multipart/form-data", "application/x-www-form-urlencoded")
_ANYTHING_GOES = {
    "listInventories": "a query's filters have any name, and whatever type is sent arrives as text",
    "fetchConfiguration": "it is asked by a signed link, whose form is the server's own affair",
}
"""Operations that accept what a schema of theirs would not, and why."""

_STAYS = {
    "Devices": "what is known of a deleted device comes again when it tells it",
    "Tags": "tags of a device that nobody knows make it known",
    "Groups": "a group is there as long as somebody asks for it",
}
"""Tags of operations of inventory after whose DELETE something stays, and why."""

_BAD = {"400", "422"}
_REFUSED, _SERVER = 400, 500
_MOST = 400


def checks_for(case: Case, operation: Operation, sent: Sent) -> list[Any]:
    """Return the checks that an answer has to stand."""
    exchange = sent.exchange
    without: set[str] = set()
    if exchange.request.method == "HEAD" or (exchange.status in _COMMON and not exchange.content):
        without |= _OF_BODIES
    if exchange.headers.get("content-type", "").startswith("application/jwt"):
        without.add("response_schema_conformance")  # it is text, which Schemathesis takes for JSON
    is_form = str(case.media_type or "") in _TEXTS
    open_to_all = is_form or operation.id in _ANYTHING_GOES
    refused = _REFUSED <= exchange.status < _SERVER  # 413 too, which Schemathesis does not know
    if sent.valid or open_to_all or refused or _BAD.isdisjoint(operation.statuses):
        without.add("negative_data_rejection")
    if _STAYS.keys() & set(case.operation.definition.raw.get("tags", ())):
        without.add("use_after_free")
    if not sent.led:
        without.add("ensure_resource_availability")
    return [getattr(known, name) for name in NAMES if name not in without]


def judged(case: Case, sent: Sent, operation: Operation, recorder: Any = None) -> Failure | None:
    """Return what is wrong with an answer, or None."""
    exchange = sent.exchange
    if exchange.operation_id != operation.id:  # a name in the path has made it another one
        return None
    try:
        checks = checks_for(case, operation, sent)
        case.validate_response(sent.response, checks=checks, recorder=recorder)
    except BaseExceptionGroup as group:
        found = min(group.exceptions, key=_rank)
        return _failure(found, exchange)
    if exchange.violations:
        return _violation(exchange)
    return None


def _rank(found: BaseException) -> int:
    return next((n for n, name in enumerate(NAMES) if name in getattr(found, "checks", ())), 99)


def _failure(found: BaseException, exchange: Exchange) -> Failure:
    rank = _rank(found)
    if exchange.violations and rank < NAMES.index("negative_data_rejection"):
        return _violation(exchange, getattr(found, "title", ""))
    message = re.sub(r"\s+", " ", str(getattr(found, "message", found)))[:_MOST]
    return Failure(
        title=str(getattr(found, "title", found)),
        expected=EXPECTED[NAMES[rank]] if rank < len(NAMES) else "what the document says",
        actual=f"{exchange.status}: {message}",
        exchange=exchange,
    )


def _violation(exchange: Exchange, title: str = "") -> Failure:
    failed = exchange.status >= _SERVER
    return Failure(
        title=title or "An answer is not of the documented form",
        expected=EXPECTED["not_a_server_error"]
        if failed
        else "an answer of a documented status and form",
        actual="; ".join(exchange.violations[:5]),
        exchange=exchange,
    )
