"""Errors as the documents' error object: the one place that gives them HTTP statuses.

Reference, Introduction / Common HTTP response codes, and the Error schema of each service.
"""

import logging

from starlette.exceptions import HTTPException

from otakit.mockserver.answers import Answer, Headers, empty, json_answer
from otakit.mockserver.domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Unauthorized,
    Unprocessable,
)

_LOG = logging.getLogger("otakit.mockserver")

STATUS_OF: dict[type[DomainError], int] = {
    Invalid: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    PreconditionFailed: 412,
    Unprocessable: 422,
}
"""A subclass has the status of its nearest ancestor here."""

_CHALLENGE: Headers = [(b"www-authenticate", b'Bearer realm="ManagementJWT"')]


class Refused(Exception):
    """A request that breaks HTTP's rules or the server's limits, before any model sees it."""

    def __init__(self, status: int, message: str, headers: Headers | None = None) -> None:
        """Refuse with this status."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


def problem(error: Exception, request_id: str) -> Answer:
    """Shape any error as an answer; an unforeseen one is logged and says nothing of itself.

    One whose message is empty becomes an answer without a body.
    """
    if isinstance(error, DomainError):
        return _domain_problem(error, request_id)
    if isinstance(error, Refused):
        return _shape(error.status, error.message, request_id, error.headers)
    if isinstance(error, HTTPException):
        headers = [(k.lower().encode(), v.encode()) for k, v in (error.headers or {}).items()]
        return _shape(error.status_code, error.detail.lower(), request_id, headers)
    _LOG.error("request %s failed", request_id, exc_info=error)
    return _shape(500, "internal error", request_id)


def _domain_problem(error: DomainError, request_id: str) -> Answer:
    status = next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)
    headers = _CHALLENGE if status == 401 else []  # noqa: PLR2004 - Unauthorized
    if not error.message:
        return empty(status, headers)
    if error.details:
        body = {"error": error.message, **error.details, "request_id": request_id}
        return json_answer(body, status)
    return _shape(status, error.message, request_id, headers)


def _shape(status: int, message: str, request_id: str, headers: Headers | None = None) -> Answer:
    return json_answer({"error": message, "request_id": request_id}, status, headers or [])
