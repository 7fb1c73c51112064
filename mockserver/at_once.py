"""How a request begins: while its connection is read, without a task or a timer of its own.

A task costs two rounds of the event loop, a tenth of what a small request costs, and most requests
wait for nothing: they are answered before a task would have begun.
"""

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import copy_context
from types import coroutine
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Request = Coroutine[Any, Any, None]


class AtOnce(HttpToolsProtocol):
    """One connection. Its requests begin at once, and one timer does for all pauses between them.

    uvicorn makes a task of each request, and sets a timer anew after each. Clients mostly send the
    same headers again and again: requests share one list of them, as the journal keeps thousands.
    """

    _is_reading = False
    _next: Request | None = None  # begins once all is taken in that has arrived, also of its body
    _paused: float | None = None  # since when nothing is asked, by the loop's clock
    _last_headers: list[tuple[bytes, bytes]] | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """End with the connection."""
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()

    def data_received(self, data: bytes) -> None:
        """Take in what has arrived, and begin what is asked."""
        self._is_reading = True
        super().data_received(data)
        self._is_reading = False
        if self._next is not None:
            request, self._next = self._next, None
            task = begin(request, self.loop)
            if task is not None:
                task.add_done_callback(self.tasks.discard)
                self.tasks.add(task)

    def on_headers_complete(self) -> None:
        """Go on to a request's body."""
        if self.headers == self._last_headers:
            self.headers = self.scope["headers"] = self._last_headers
        else:
            self._last_headers = self.headers
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take in a part of a request's body; it is not copied unless another one waits."""
        cycle: Any = self.cycle
        if cycle is not None:
            if not cycle.body:
                cycle.body = b""  # to which bytes are added as they are
            elif isinstance(cycle.body, bytes):
                cycle.body = bytearray(cycle.body)
        super().on_body(body)

    def on_response_complete(self) -> None:
        """Go on to the next request, or wait for one.

        More requests of one packet are tasks: a thousand of them let others have their turn.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._paused = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._wait(self.timeout_keep_alive)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        if self._is_reading:
            self._next = cycle.run_asgi(app)
        else:
            super()._start_asgi_task(cycle, app)

    def _unset_keepalive_if_required(self) -> None:
        self._paused = None  # the timer finds that out by itself

    def _wait(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self._end_of_wait)

    def _end_of_wait(self) -> None:
        self.timeout_keep_alive_task = None
        if self._paused is None:
            return
        left = self._paused + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._wait(left)
        else:
            self.timeout_keep_alive_handler()


def begin(request: Request, loop: asyncio.AbstractEventLoop) -> "asyncio.Task[None] | None":
    """Run a request up to where it waits; return the task that it goes on in, None if it is over.

    Without a task, asyncio's timeouts and anyio do not work: what needs one asks for it
    (`wire.in_a_task`). Raises what the request raises before it waits.
    """
    context = copy_context()
    try:
        awaited = context.run(request.send, None)
    except StopIteration:
        return None
    return loop.create_task(_rest(request, awaited), context=context)


async def _rest(request: Request, awaited: Any) -> None:
    await _going_on(request, awaited)


@coroutine
def _going_on(request: Request, awaited: Any) -> Generator[Any, Any, None]:
    """Stand for the request in the task: pass on what it waits for, and what comes of that."""
    while awaited is not None:  # None: it only wanted to be in a task
        try:
            yield awaited
            break
        except BaseException as error:  # noqa: BLE001 - it is cancelled, or dropped
            try:
                awaited = request.throw(error)
            except StopIteration:
                return
    yield from request.__await__()
