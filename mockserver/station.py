"""The one station that a request passes: token, plan, parameters, body, function, answer.

What `make_operation` compiled at start-up for an operation is called by the routing, by way of its
directory, or here for the id that connexion's routing puts into the scope. connexion's own
security, parameter and validation middlewares inspect signatures and copy the scope at each
request, take a chunked body for none, and read uploads whole; so they are left out, and this stands
in their place.
"""

from functools import partial
from inspect import iscoroutinefunction
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from otakit.mockserver.bodies import JSON, MULTIPART, JsonBody, check_type, read
from otakit.mockserver.control.operation import ControlOperation
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.domain.errors import DomainError
from otakit.mockserver.exchange import EXCHANGE
from otakit.mockserver.faults.actions import meet
from otakit.mockserver.framework import AbstractOperation, RoutedAPI, RoutedMiddleware
from otakit.mockserver.operations import FUNCTIONS, ORIGINS, Call
from otakit.mockserver.parameters import Parameters
from otakit.mockserver.plans import ENTERPRISE, needs_of
from otakit.mockserver.projection import projected
from otakit.mockserver.real_words import wording_of
from otakit.mockserver.security import credentials
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.tokens import Side
from otakit.mockserver.wording import Wording

CONTROL_SECURITY: list[dict[str, Any]] = [{"controlToken": []}]
"""What an API says whose operations are no tenant's."""

JWT_COOKIE = "jwtCookie"
"""The security scheme of operations that take the token from a cookie, too."""

_SIDES: dict[str, Side] = {
    "deviceToken": "devices",
    "managementToken": "management",
    "connectToken": "connect",
}


class CompiledOperation:
    """One operation of a spec, compiled: an ASGI application of its own."""

    def __init__(
        self, operation: dict[str, Any], shared: dict[str, Any], state: ServerState
    ) -> None:
        """Compile an operation.

        `shared` has the API's `security` and `side`, the path's `parameters`, and the operation's
        `method`.
        Where it says `older`, the API is an older edition's, and the function is made to fit it.
        """
        self._id = operation_id = operation["operationId"]
        function = FUNCTIONS[operation_id]
        self._function = projected(function, operation) if shared["older"] else function
        self._is_async = iscoroutinefunction(self._function)
        self._state = state
        self._security = state.security
        self._json_limit = state.settings.json_limit
        security = operation.get("security", shared["security"])
        self.side = _side(operation_id, security)
        self._origin = ORIGINS.get(operation_id)
        self._journal_side = shared["side"]
        self._cookie = _takes_cookie(security, self.side, shared["method"], state.dialect)
        self._needs = needs_of(operation, managed=self.side == "management")
        self._parameters = Parameters([*shared["parameters"], *operation.get("parameters", [])])
        content = operation.get("requestBody", {}).get("content", {})
        self._multipart = any(kind in content for kind in MULTIPART)
        self._json = JsonBody(operation["requestBody"]) if JSON in content else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, top to bottom."""
        exchange = scope[EXCHANGE]
        exchange.aims_at(self._id, self._journal_side)
        universe, caller, jti = self._state.universes.default, "", ""
        if self.side is not None:
            universe, claims = self._security.caller(
                credentials(scope, cookie=self._cookie), self.side
            )
            caller, jti = claims.subject, claims.jti
            exchange.comes_from(universe.id, caller)
        needs = self._needs if universe.plan != ENTERPRISE else None
        if needs is not None:
            needs.check_operation(universe.plan)
        parameters = self._parameters.read(scope)
        raw, body = b"", None
        if self._json is not None:
            raw = await read(scope, receive, self._json_limit)
            exchange.received(raw)
            check_type(scope, (JSON,), raw)
            body = self._json.decode(raw)
            if needs is not None:
                needs.check_body(universe.plan, body)
        elif self._multipart:
            check_type(scope, MULTIPART, None)
        call = Call(universe, caller, jti, parameters, body, raw, scope, receive, self._state)
        if self._origin is not None:
            universe = self._origin.universe(call)
        if universe.faults:
            if self._origin is not None:
                exchange.comes_from(universe.id, self._origin.caller(call, universe))
            send = await meet(universe, self._state.documented, scope, body, send)
        answer: Any = self._function(call)
        if self._is_async:
            answer = await answer
        await answer.send(send)


class Reworded:
    """A compiled operation whose errors are worded as the real server words them."""

    def __init__(self, operation: CompiledOperation, wording: Wording) -> None:
        """Put these words into the errors of this operation."""
        self._operation = operation
        self._wording = wording

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            await self._operation(scope, receive, send)
        except DomainError as error:
            self._wording.reword(error)
            raise


Compiled = CompiledOperation | Reworded | ControlOperation


class StationApi(RoutedAPI[Compiled]):  # type: ignore[misc]  # connexion is untyped
    """The compiled operations of one API."""

    def __init__(self, *args: Any, state: ServerState, **options: Any) -> None:
        """Compile all operations."""
        super().__init__(*args, **options)
        self._state = state
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> Compiled:
        """Compile one operation."""
        path = self.specification["paths"][operation.path]
        shared = {
            "security": self.specification["security"],
            "parameters": path.get("parameters", []),
            "method": operation.method.lower(),
            "side": _api_side(self.base_path),
            "older": "x-otakit-edition" in self.specification["info"],
        }
        described = path[shared["method"]]
        if shared["security"] == CONTROL_SECURITY:
            return ControlOperation(described, shared, self._state)
        compiled = CompiledOperation(described, shared, self._state)
        if self._state.dialect.own_words or compiled.side == "connect":
            return compiled
        return Reworded(compiled, wording_of(described["operationId"], compiled.side))


class Station(RoutedMiddleware[StationApi]):  # type: ignore[misc]  # connexion is untyped
    """Calls the compiled operation that the routing has found."""

    def __init__(self, app: ASGIApp, *, state: ServerState) -> None:
        """Stand before an application, which gets what no API claims."""
        super().__init__(app)
        self.api_cls = partial(StationApi, state=state)

    def operation(self, base_path: str, operation_id: str) -> Compiled:
        """Return a compiled operation of the API that was added last at a base path."""
        compiled: Compiled = self.apis[base_path][-1].operations[operation_id]
        return compiled


def _takes_cookie(
    security: list[dict[str, Any]], side: Side | None, method: str, dialect: Dialect
) -> bool:
    """Say whether a token may stand in a cookie: where the file says so, or the dialect."""
    if any(JWT_COOKIE in need for need in security):
        return side != "devices" or dialect.device_cookie
    return side == "management" and method == "get" and dialect.token_cookie


def _api_side(base_path: str) -> str:
    """Return whose API it is: some of its operations need no token, and are theirs all the same."""
    named = (side for side in ("devices", "management") if base_path.startswith(f"/api/{side}/"))
    return next(named, "connect")


def _side(operation_id: str, security: list[dict[str, Any]]) -> Side | None:
    """Return whose token an operation needs: None only where it says so, or takes a password."""
    names = {name for need in security for name in need}
    if not names or names == {"basicAuth"}:
        return None
    sides = [_SIDES[name] for name in names if name in _SIDES]
    if len(sides) != 1:
        message = f"operation '{operation_id}' needs {sorted(names)}: one known token is expected"
        raise RuntimeError(message)
    return sides[0]
