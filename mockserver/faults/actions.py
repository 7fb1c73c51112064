"""What faults do to requests and answers; `bodies.py` has what they do to bodies."""

import math
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Message, Scope, Send

from otakit.mockserver.documented import Documented
from otakit.mockserver.domain.errors import Forbidden
from otakit.mockserver.exchange import EXCHANGE, Exchange
from otakit.mockserver.faults.bodies import Corrupted, MalformedJson, Throttled, Truncated
from otakit.mockserver.faults.faults import Strike
from otakit.mockserver.faults.plan import (
    Corrupt,
    Do,
    Empty,
    ExpiredLink,
    Latency,
    RateLimit,
    Reset,
    Status,
    Throttle,
    Truncate,
)
from otakit.mockserver.links import EXPIRE
from otakit.mockserver.problems import Refused, problem
from otakit.mockserver.universe import Universe
from otakit.mockserver.wire import HungUp, in_a_task, pause

TOO_MANY_REQUESTS = 429


async def meet(
    universe: Universe, documented: Documented, scope: Scope, body: Any, send: Send
) -> Send:
    """Let a request meet its universe's faults; return what its answer is to be sent with.

    Raises what is answered in its place (Refused, Forbidden), and HungUp for no answer.
    """
    await in_a_task()
    exchange: Exchange = scope[EXCHANGE]
    for strike in universe.faults.strike(exchange, body, universe.world.clock.now()):
        send = await _meet(strike, documented, scope, send)
    exchange.sender = send  # for errors, which the front sends
    return send


async def meet_handshake(universe: Universe, documented: Documented, scope: Scope) -> None:
    """Let a websocket's handshake meet its universe's faults; those about answers spare it.

    Raises as `meet` does.
    """
    exchange: Exchange = scope[EXCHANGE]
    for strike in universe.faults.strike(exchange, None, universe.world.clock.now()):
        if await _meet(strike, documented, scope, _unsent) is not _unsent:
            strike.spare()


async def _unsent(_: Message) -> None:
    """Stand for the sender of an answer that a handshake does not have."""


async def _meet(strike: Strike, documented: Documented, scope: Scope, send: Send) -> Send:
    do = strike.fault.plan.do
    match do:
        case Latency(moment="before"):
            await pause(scope, strike.seconds)
            return send
        case Latency():
            return _later(send, scope, strike.seconds)
        case ExpiredLink():
            query = dict(parse_qsl(strike.exchange.query.decode("latin-1")))
            message = f"URL expired at {query.get(EXPIRE, '')}"
            raise Forbidden(message)
        case Status() | RateLimit():
            return _refused(strike, _refusal(strike, documented), send)
        case Reset() | Empty():
            how = HungUp(reset=isinstance(do, Reset))
            if do.moment == "before":
                raise how
            return _in_place(send, _raising(how))
    return _harmed(strike, do, scope, send)


def _harmed(strike: Strike, do: Do, scope: Scope, send: Send) -> Send:
    """Return a sender that does something to the answer's body."""
    match do:
        case Truncate():
            return Truncated(strike, send, do.at)
        case Corrupt():
            return Corrupted(strike, send, do.at)
        case Throttle():
            return Throttled(strike, send, do.bytes_per_second, scope)
    return MalformedJson(strike, send)


def _refused(strike: Strike, refused: Refused, send: Send) -> Send:
    """Refuse a request, before anything has happened, or in place of the answer."""
    do = strike.fault.plan.do
    if not isinstance(do, Status) or do.moment == "before":
        raise refused
    return _in_place(send, problem(refused, strike.exchange.request_id.decode("latin-1")).send)


def _refusal(strike: Strike, documented: Documented) -> Refused:
    """Word an error as the operation's document does."""
    operation, do = strike.exchange.operation, strike.fault.plan.do
    if not isinstance(do, Status):
        wait = math.ceil(strike.seconds)
        words = documented.words(operation, TOO_MANY_REQUESTS)
        return Refused(TOO_MANY_REQUESTS, words, [(b"retry-after", b"%d" % wait)])
    headers = [(b"retry-after", b"%d" % do.retry_after)] if isinstance(do.retry_after, int) else []
    words = do.message if isinstance(do.message, str) else documented.words(operation, do.status)
    return Refused(do.status, words, headers)


def _later(send: Send, scope: Scope, seconds: float) -> Send:
    """Return a sender that waits before it begins."""

    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            await pause(scope, seconds)
        await send(message)

    return sender


def _in_place(send: Send, other: Callable[[Send], Awaitable[None]]) -> Send:
    """Return a sender that drops the answer and has another one sent, once."""

    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            await other(send)

    return sender


def _raising(how: HungUp) -> Callable[[Send], Awaitable[None]]:
    async def end(_: Send) -> None:
        raise how

    return end
