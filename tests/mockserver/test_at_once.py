"""Requests begin while their connection is read, and go on in a task once they wait."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from otakit.mockserver.at_once import AtOnce, begin
from otakit.mockserver.wire import in_a_task

SPOKEN: contextvars.ContextVar[str] = contextvars.ContextVar("SPOKEN", default="nothing")

Task = asyncio.Task[None] | None
ASKED = b"GET /%d HTTP/1.1\r\nhost: mock\r\n\r\n"
KEPT = 5
"""Seconds that an idle connection is kept."""


async def began(request: Coroutine[Any, Any, None]) -> Task:
    """Begin a request as a connection does, outside of all tasks; return its own."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[list[Task | Exception]] = loop.create_future()

    def start() -> None:
        try:
            told.set_result([begin(request, loop)])
        except LookupError as error:
            told.set_result([error])

    loop.call_soon(start)
    (task,) = await told
    if isinstance(task, Exception):
        raise task
    return task


def served(request: Callable[[], Coroutine[Any, Any, None]]) -> bool:
    """Serve a request to its end, and say whether it took a task."""

    async def run() -> bool:
        task = await began(request())
        if task is not None:
            await task
        return task is not None

    return asyncio.run(run())


async def comes(answer: str | Exception) -> str:
    """Wait for something."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[str] = loop.create_future()
    if isinstance(answer, Exception):
        loop.call_soon(future.set_exception, answer)
    else:
        loop.call_soon(future.set_result, answer)
    return await future


def test_request_that_waits_for_nothing_takes_no_task() -> None:
    """It is over when it has begun."""
    seen = []

    async def request() -> None:
        seen.append(asyncio.current_task())

    assert not served(request)
    assert seen == [None]


def test_request_that_waits_goes_on_where_it_was() -> None:
    """What it waits for reaches it, a result and an error, once and again."""
    seen: list[str] = []

    async def request() -> None:
        for answer in ("first", LookupError("second"), "third"):
            try:
                seen.append(await comes(answer))
            except LookupError as error:
                seen.append(f"no {error}")

    assert served(request)
    assert seen == ["first", "no second", "third"]


def test_request_whose_wait_fails_first_goes_on_too() -> None:
    """The error reaches it where it waits; it may wait again, or end."""
    seen: list[str] = []

    async def request() -> None:
        try:
            await comes(LookupError("first"))
        except LookupError as error:
            seen.append(f"no {error}")
        seen.append(await comes("second"))

    async def short() -> None:
        with pytest.raises(LookupError):
            await comes(LookupError("only"))

    assert served(request)
    assert served(short)
    assert seen == ["no first", "second"]


def test_request_is_in_a_task_when_it_asks_to_be() -> None:
    """Then asyncio's timeouts work, which they do not before."""
    seen: list[Any] = []

    async def request() -> None:
        with pytest.raises(RuntimeError):
            await asyncio.timeout(20).__aenter__()
        for _ in range(2):
            await in_a_task()
            seen.append(asyncio.current_task())
            async with asyncio.timeout(20):
                await asyncio.sleep(0)

    assert served(request)
    assert seen[0] is seen[1] is not None


def test_request_keeps_its_context_and_leaks_none_of_it() -> None:
    """What it sets it finds again in its task, and nobody else does."""
    seen = []

    async def request() -> None:
        seen.append(SPOKEN.get())
        SPOKEN.set("word")
        await in_a_task()
        seen.append(SPOKEN.get())

    async def run() -> None:
        for _ in range(2):
            await cast("Awaitable[None]", await began(request()))

    asyncio.run(run())
    assert seen == ["nothing", "word"] * 2


@pytest.mark.parametrize("answers", [False, True], ids=["ends", "answers all the same"])
def test_cancelled_where_it_first_waits(*, answers: bool) -> None:
    """The server stops: the request is told so where it waits, and may still answer."""
    seen = []

    async def request() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if not answers:
                raise
            seen.append(await comes("answer"))

    async def run() -> bool:
        task = await began(request())
        assert task is not None
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(run()) is not answers
    assert seen == ["answer"] * answers


def test_error_before_it_waits_is_raised() -> None:
    """Nothing swallows it."""

    async def request() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        served(request)


class Line:
    """A connection's other end, and the loop that it hangs on; its time passes when it is told."""

    def __init__(self) -> None:
        """Begin with an open connection to an application that answers with the path."""
        self.now = 100.0
        self.timers: dict[object, tuple[float, Callable[[], None]]] = {}
        self.timers_set = 0
        self.tasks: list[Coroutine[Any, Any, None]] = []
        self.sent = b""
        self.closed = False
        self.headers: list[Any] = []
        config = uvicorn.Config(self.application, interface="asgi3", timeout_keep_alive=KEPT)
        self.protocol = AtOnce(config, ServerState(), {}, cast("asyncio.AbstractEventLoop", self))
        self.protocol.connection_made(cast("asyncio.Transport", self))

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer with the path, after reading the body."""
        self.headers.append(scope["headers"])
        while (await receive())["more_body"]:
            pass
        body = scope["path"].encode()
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def time(self) -> float:
        """Tell the time."""
        return self.now

    def create_task(self, task: Coroutine[Any, Any, None]) -> "Line":
        """Keep a task until it has its turn."""
        self.tasks.append(task)
        return self

    def add_done_callback(self, _: object) -> None:
        """Tell nobody that a task is over."""

    def turn(self) -> bool:
        """Let the first task have its turn; say whether there was one."""
        if not self.tasks:
            return False
        with pytest.raises(StopIteration):
            self.tasks.pop(0).send(None)
        return True

    def call_later(self, seconds: float, then: Callable[[], None]) -> "Timer":
        """Set a timer."""
        self.timers_set += 1
        timer = Timer(self)
        self.timers[timer] = self.now + seconds, then
        return timer

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        for timer, (due, then) in list(self.timers.items()):
            if due <= self.now:
                del self.timers[timer]
                then()

    def write(self, data: bytes) -> None:
        """Take what is sent."""
        self.sent += data

    def close(self) -> None:
        """End."""
        self.closed = True

    def is_closing(self) -> bool:
        """Say whether it has ended."""
        return self.closed

    def pause_reading(self) -> None:
        """Hold what comes next."""

    def resume_reading(self) -> None:
        """Take what comes next."""

    def get_extra_info(self, _: str) -> None:
        """Know nothing about the connection."""

    def answers(self) -> list[bytes]:
        """Return the answers that have come, and forget them."""
        answers = [part for part in self.sent.split(b"\r\n\r\n") if part.startswith(b"/")]
        self.sent = b""
        return [answer.partition(b"HTTP")[0] for answer in answers]


class Timer:
    """A timer that is set."""

    def __init__(self, line: Line) -> None:
        """Belong to a line."""
        self._line = line

    def cancel(self) -> None:
        """Ring no more."""
        self._line.timers.pop(self, None)


def test_requests_of_one_packet_are_answered_in_turn() -> None:
    """HTTP/1.1 pipelining (RFC 9112, 9.3.2); between them other connections have their turn."""
    line = Line()
    line.protocol.data_received(ASKED % 1 + ASKED % 2 + ASKED % 3)
    answers = [line.answers()]
    while line.turn():
        answers.append(line.answers())
    assert answers == [[b"/1"], [b"/2"], [b"/3"]]


def test_same_headers_are_kept_once() -> None:
    """The next ones are the same list; others, later, are not."""
    line = Line()
    line.protocol.data_received(ASKED % 1 + ASKED % 2)
    assert line.turn()
    other = (ASKED % 3).replace(b"mock", b"other")
    line.protocol.data_received(other)
    line.protocol.data_received(ASKED % 4)
    first, second, third, fourth = line.headers
    assert first is second
    assert first == fourth == [(b"host", b"mock")]
    assert third == [(b"host", b"other")]


def test_idle_connection_is_closed_after_its_time() -> None:
    """Each request begins it anew, with one timer for all."""
    line = Line()
    for number in range(20):
        line.protocol.data_received(ASKED % number)
        line.passes(0.9 * KEPT)
    assert line.answers() == [b"/%d" % number for number in range(20)]
    assert not line.closed
    assert line.timers_set <= 20  # one at a time, for 18 times its time
    line.passes(0.1 * KEPT)
    assert line.closed


def test_busy_connection_is_not_closed() -> None:
    """A request that is not all here, or not answered, has no timer to fear."""
    line = Line()
    line.protocol.data_received(ASKED % 1)
    line.protocol.data_received((ASKED % 2)[:-2])
    line.passes(3 * KEPT)
    line.passes(3 * KEPT)
    line.protocol.data_received((ASKED % 2)[-2:])
    assert line.answers() == [b"/1", b"/2"]
    assert not line.closed
    line.passes(KEPT)
    assert line.closed


def test_connection_that_ends_leaves_no_timer() -> None:
    """Else it would be kept in memory until that rings."""
    line = Line()
    line.protocol.data_received(ASKED % 1)
    line.protocol.connection_lost(ConnectionResetError())
    assert not line.timers
