"""The control API's stream of events, as server-sent events (HTML, 9.2)."""

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Send

from otakit.mockserver.answers import OK, Answer, encode
from otakit.mockserver.control.clock import clock_json
from otakit.mockserver.events import CLOCK, Listener
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.universe import Universe

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it lives, so that proxies keep it open."""


@operation("streamEvents")
def stream_events(call: Call) -> Answer:
    """Follow what happens in a universe."""
    return EventStream(
        content_type=b"text/event-stream",
        headers=((b"cache-control", b"no-store"),),
        universe=call.universe,
        receive=call.receive,
    )


@dataclass(slots=True, kw_only=True)
class EventStream(Answer):
    """An answer that goes on until its reader or the universe goes."""

    status: int = OK
    universe: Universe
    receive: Receive

    async def send(self, send: Send) -> None:
        """Send it over ASGI."""
        headers = [(b"content-type", self.content_type), *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        with self.universe.events.listening() as listener:
            listener.put((CLOCK, clock_json(self.universe)))
            gone = asyncio.ensure_future(_gone(self.receive))
            try:
                await _pass_on(listener, send, gone)
            finally:
                gone.cancel()
        if not gone.done() or gone.cancelled():
            await send({"type": "http.response.body", "body": b""})


async def _pass_on(listener: Listener, send: Send, gone: "asyncio.Future[None]") -> None:
    while not gone.done():
        taking = asyncio.ensure_future(listener.take())
        first: set[asyncio.Future[Any]] = {taking, gone}
        await asyncio.wait(first, timeout=HEARTBEAT, return_when="FIRST_COMPLETED")
        text = b": still here\n\n"
        if not taking.done():
            taking.cancel()
        elif events := taking.result():
            text = b"".join(_text(*event) for event in events)
        else:
            return
        if not gone.done():
            await send({"type": "http.response.body", "body": text, "more_body": True})


async def _gone(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _text(kind: str, data: Any) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), encode(data))
