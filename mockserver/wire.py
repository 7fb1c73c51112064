"""The connection under a request: faults wait on it, and end it.

`listening.py` puts what it takes into a scope's extensions. In process there is no connection.
"""

import asyncio
from typing import Any, Protocol

from starlette.types import Scope

WIRE = "otakit.wire"
"""Where a scope's extensions have the connection, and what stands for the request on it."""


class HungUp(ConnectionResetError):
    """The client gets no answer, or not all of it; `reset` says how its connection ends."""

    def __init__(self, *, reset: bool = False) -> None:
        """End with a reset (RST), or as connections end (FIN)."""
        super().__init__("a fault ended the connection")
        self.reset = reset


class Connection(Protocol):
    """What listens on one connection; `ended` is set when the client has gone or the server goes.

    `leave` drops the connection and takes the request for answered.
    """

    ended: asyncio.Event

    def leave(self, request: Any, *, reset: bool) -> None:
        """End it, after what was sent, or with a reset at once."""


def hang_up(scope: Scope, how: HungUp) -> None:
    """End the connection of a request; without one, in process, raises it again."""
    wire: tuple[Connection, Any] | None = scope.get("extensions", {}).get(WIRE)
    if wire is None:
        raise how
    connection, request = wire
    connection.leave(request, reset=how.reset)


async def in_a_task() -> None:
    """Wait until a request is in a task of its own, which it has not from the beginning.

    Asyncio's timeouts, and all of anyio, need one: whatever uses them, or may, calls this first.
    """
    if asyncio.current_task() is None:
        await asyncio.sleep(0)


async def pause(scope: Scope, seconds: float) -> None:
    """Let so much of the wall's time pass; raises HungUp when the client or the server goes."""
    wire: tuple[Connection, Any] | None = scope.get("extensions", {}).get(WIRE)
    if wire is None:
        await asyncio.sleep(seconds)
        return
    try:
        async with asyncio.timeout(seconds):
            await wire[0].ended.wait()
    except TimeoutError:
        return
    raise HungUp
