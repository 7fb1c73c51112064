"""The table that joins a spec's `operationId` with the function that serves it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from starlette.types import Receive, Scope

from otakit.mockserver.answers import Answer
from otakit.mockserver.audit_trail import actor
from otakit.mockserver.domain.audit import Object
from otakit.mockserver.domain.world import World
from otakit.mockserver.exchange import EXCHANGE, Exchange, header
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.universe import Universe
from otakit.mockserver.wire import in_a_task


@dataclass(slots=True)
class Call:
    """One request, checked and taken apart, as the operations' functions get it.

    `caller` is the id of the device or user, empty where the operation asks for no token; `jti`
    the id of its token. `params` has the parameters under the documents' names, converted, with
    their defaults; one that was not given and has no default is missing. `body` is the decoded
    JSON, `raw` its bytes. `required_parts` are the parts that an older edition's form has to have.
    """

    universe: Universe
    caller: str
    jti: str
    params: dict[str, Any]
    body: Any
    raw: bytes
    scope: Scope
    receive: Receive
    server: ServerState
    required_parts: tuple[str, ...] = ()

    @property
    def world(self) -> World:
        """The state that the request is about."""
        return self.universe.world

    @property
    def exchange(self) -> Exchange:
        """What the journal will have of the request."""
        exchange: Exchange = self.scope[EXCHANGE]
        return exchange

    def found(self, universe: Universe, caller: str = "") -> None:
        """Say whose request it is, where no token did."""
        self.universe, self.caller = universe, caller
        self.exchange.comes_from(universe.id, caller)

    def audit(self, action: str, thing: Object, change: str | None = None) -> None:
        """Write into the audit log what the caller has just done; once, and only if it was done.

        `change` says what differs (`audit_trail.difference`); an empty text means that nothing
        does, and leaves no entry.
        """
        if change != "":
            user = self.world.users.user(self.caller)
            self.world.audit.write(actor(user), action, thing, change)

    def header(self, name: bytes) -> str:
        """Return a request header (name in lower case), or an empty text."""
        return header(self.scope, name).decode("latin-1")

    def origin(self) -> str:
        """Return scheme and host as the client named them, for absolute links."""
        host = self.header(b"host") or "{}:{}".format(*self.scope["server"])
        return f"{self.scope['scheme']}://{host}"

    def path(self) -> str:
        """Return the request's path."""
        path: str = self.scope["path"]
        return path


Function = Callable[[Call], Answer] | Callable[[Call], Awaitable[Answer]]
F = TypeVar("F", bound=Function)

FUNCTIONS: dict[str, Function] = {}
"""All operations that the server has, by `operationId`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose request it is, where no token says so: found before anything is done or checked.

    What cannot be made out is the default universe, and no caller.
    """

    universe: Callable[[Call], Universe]
    caller: Callable[[Call, Universe], str]


ORIGINS: dict[str, Origin] = {}
"""How that is found out, for each operation without a token."""


def operation(operation_id: str) -> Callable[[F], F]:
    """Serve an operation with the decorated function."""

    def register(function: F) -> F:
        if operation_id in FUNCTIONS:
            message = f"operation '{operation_id}' has two functions"
            raise RuntimeError(message)
        waits = iscoroutinefunction(function)
        FUNCTIONS[operation_id] = _in_a_task(function) if waits else function
        return function

    return register


def _in_a_task(function: Any) -> Function:
    """Return an operation that may wait for whatever it likes."""

    @wraps(function)
    async def serve(call: Call) -> Answer:
        await in_a_task()
        answer: Answer = await function(call)
        return answer

    return serve
