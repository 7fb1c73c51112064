"""Bugs in errors of all kinds, and in what browsers and strangers are told."""

from typing import Any

from ota_bugs.catalogue import bug, instead_of
from otakit.mockserver import problems
from otakit.mockserver.answers import empty, json_answer
from otakit.mockserver.bodies import JsonBody
from otakit.mockserver.cors import Cors
from otakit.mockserver.domain.errors import Invalid, Unprocessable
from otakit.mockserver.front import Front


@bug("MEN-API-ERR-001", "MEN-API-ERR-002", "MEN-API-ERR-003")
def error_object_has_no_request_id() -> None:
    """The error object has its text alone."""

    @instead_of(problems, "_shape")
    def _(_: Any, status: int, message: str, __: str, headers: Any = None) -> Any:
        return json_answer({"error": message}, status, headers or [])


@bug("MEN-API-ERR-001", "MEN-API-ERR-002", "MEN-API-ERR-003")
def error_object_names_another_request() -> None:
    """The error object has a request id of its own, which no header has."""

    @instead_of(problems, "_shape")
    def _(real: Any, status: int, message: str, request_id: str, headers: Any = None) -> Any:
        return real(status, message, request_id[::-1], headers)


@bug("MEN-API-ERR-003", "MEN-API-ERR-006")
def passed_request_id_is_lost() -> None:
    """Each request gets a new id, also one that brings its own."""

    @instead_of(Front, "_request_id")
    def _(real: Any, front: Front, _: Any) -> Any:
        return real(front, {})


@bug("MEN-API-ERR-004", "MEN-API-ERR-005")
def malformed_bodies_are_unprocessable() -> None:
    """A body that is no JSON is answered 422."""

    @instead_of(JsonBody, "decode")
    def _(real: Any, body: JsonBody, raw: bytes) -> Any:
        try:
            return real(body, raw)
        except Invalid as error:
            raise Unprocessable(error.message) from None


@bug("MEN-API-WEB-001")
def browsers_are_told_nothing() -> None:
    """CORS is not spoken: OPTIONS is a method like others."""

    @instead_of(Cors, "__call__")
    async def _(_: Any, cors: Cors, *request: Any) -> None:
        await cors.app(*request)


@bug("MEN-API-WEB-002")
def internal_apis_are_exposed() -> None:
    """Internal end-points are reached from outside."""

    @instead_of(Front, "__call__")
    async def _(real: Any, front: Front, scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path", "").startswith("/api/internal/"):
            await empty().send(send)
        else:
            await real(front, scope, receive, send)
