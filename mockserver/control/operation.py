"""One operation of the control API, compiled: its station is like the others', without a tenant."""

from inspect import iscoroutinefunction
from typing import Any, cast

from starlette.types import Receive, Scope, Send

from otakit.mockserver.answers import Answer
from otakit.mockserver.bodies import JSON, JsonBody, check_type, read
from otakit.mockserver.control.guard import Guard
from otakit.mockserver.exchange import EXCHANGE
from otakit.mockserver.operations import FUNCTIONS, Call
from otakit.mockserver.parameters import Parameters
from otakit.mockserver.server_state import ServerState

UNIVERSE = "universe_id"
"""The path parameter that names the universe that is steered."""


class ControlOperation:
    """One operation of the control API: an ASGI application of its own."""

    def __init__(
        self, operation: dict[str, Any], shared: dict[str, Any], state: ServerState
    ) -> None:
        """Compile an operation; `shared` has the API's `security` and the path's `parameters`.

        A body with `x-otakit-streamed` is left to the function, which reads it piece by piece.
        """
        self._id: str = operation["operationId"]
        self._function = FUNCTIONS[self._id]
        self._is_async = iscoroutinefunction(self._function)
        self._state = state
        self._is_open = not operation.get("security", shared["security"])
        self._guard = Guard(state.settings.control_token, state.settings.cors_origins)
        self._parameters = Parameters([*shared["parameters"], *operation.get("parameters", [])])
        body = operation.get("requestBody", {})
        read_whole = JSON in body.get("content", {}) and not body.get("x-otakit-streamed")
        self._json = JsonBody(body) if read_whole else None
        self._limit = body.get("x-otakit-limit", state.settings.json_limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, top to bottom."""
        exchange = scope[EXCHANGE]
        exchange.is_recorded = False
        exchange.aims_at(self._id, "control")
        if not self._is_open:
            self._guard.check(scope)
        parameters = self._parameters.read(scope)
        universe = self._state.universes.default
        if UNIVERSE in parameters:
            universe = self._state.universes.universe(parameters[UNIVERSE])
            exchange.comes_from(universe.id, "")
        raw, body = b"", None
        if self._json is not None:
            raw = await read(scope, receive, self._limit)
            check_type(scope, (JSON,), raw)
            body = self._json.decode(raw)
        call = Call(universe, "", "", parameters, body, raw, scope, receive, self._state)
        answer = self._function(call)
        if self._is_async:
            answer = await cast("Any", answer)
        await cast("Answer", answer).send(send)
