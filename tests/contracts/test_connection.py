"""The way to a target: what is tried again, what is waited for, and what each mishap is called."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from ota_support.checks import target
from ota_support.odd_servers import Answer, closing, odd_server, saying
from otakit.contracts.connection import Connection
from otakit.contracts.errors import BadTarget, NoAnswer, TargetUnreachable
from otakit.contracts.target import Target

Opened = Callable[..., Connection]


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.now = 0.0
        self.naps: list[float] = []

    def read(self) -> float:
        """Return what it shows."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        self.naps.append(seconds)
        self.now += seconds


@pytest.fixture
def opened() -> Iterator[Callable[..., Connection]]:
    """Return what opens a connection that goes by a clock of its own; all are closed again."""
    with ExitStack() as stack:

        def open_one(url: str, time: Time, **more: object) -> Connection:
            made = Connection(target(url, **more), now=time.read, sleep=time.sleep)
            stack.callback(made.close)
            return made

        yield open_one


def get(connection: Connection) -> httpx.Response:
    """Send one request."""
    return connection.send(connection.build("GET", "/"))


def in_turn(*answers: Answer) -> Answer:
    """Answer one request after the other; the last answer stays."""
    left = list(answers)

    def answer(connection: socket.socket, head: bytes) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(connection, head)

    return answer


def test_connection_that_never_came_about_is_tried_again(opened: Opened) -> None:
    """Twice, with longer pauses; then the line says why."""
    time = Time()
    connection = opened("http://127.0.0.1:9", time)
    with pytest.raises(TargetUnreachable, match=r"nobody answers at http://127\.0\.0\.1:9: conn"):
        get(connection)
    assert time.now == pytest.approx(0.2 + 0.4)


def test_lost_answer_is_not_asked_for_again(opened: Opened) -> None:
    """The server may have done what was asked."""
    asked: list[bytes] = []

    def answer(connection: socket.socket, head: bytes) -> None:
        asked.append(head)
        closing()(connection, head)

    with odd_server(answer) as url, pytest.raises(NoAnswer, match="ended without an answer"):
        get(opened(url, Time()))
    assert len(asked) == 1


@pytest.mark.parametrize(("said", "waited"), [("7", 7), ("3600", 60), ("soon", 1), ("", 1)])
def test_busy_target_is_left_alone_for_as_long_as_it_says(
    said: str, waited: float, opened: Opened
) -> None:
    """429 is obeyed, up to a minute; without a number a second is enough."""
    header = f"Retry-After: {said}\r\n" if said else ""
    busy = saying(b"", status=429, more=header)
    time = Time()
    with odd_server(in_turn(busy, saying(b"done"))) as url:
        answer = get(opened(url, time))
    assert (answer.status_code, answer.text) == (200, "done")
    assert time.now == pytest.approx(waited)


def test_target_that_stays_busy_is_taken_at_its_word(opened: Opened) -> None:
    """After three times the rule gets to see the 429."""
    time = Time()
    with odd_server(saying(b"", status=429)) as url:
        assert get(opened(url, time)).status_code == 429
    assert time.now == pytest.approx(3)


def test_rate_is_kept(opened: Opened) -> None:
    """Ten requests a second at most: the second waits for its tenth."""
    time = Time()
    with odd_server(saying(b"")) as url:
        connection = opened(url, time, rate=10.0)
        for _ in range(4):
            get(connection)
    assert time.now == pytest.approx(0.3)


def test_who_wants_to_stop_is_heard_before_the_next_request(opened: Opened) -> None:
    """And while a busy target is waited for."""
    time = Time()
    with odd_server(saying(b"", status=429, more="Retry-After: 50\r\n")) as url:
        connection = opened(url, time)

        def nap(seconds: float) -> None:
            time.sleep(seconds)
            connection.stopping = time.now > 1

        connection._sleep = nap
        with pytest.raises(KeyboardInterrupt):
            get(connection)
        assert time.now < 2


def test_answer_without_end_is_no_answer(monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    """What is read of one has a bound."""
    monkeypatch.setattr("otakit.contracts.connection.MAX_BODY", 10)
    with odd_server(saying(b"x" * 11)) as url, pytest.raises(NoAnswer, match="more than 10 bytes"):
        get(opened(url, Time()))


def test_secrets_are_not_shown() -> None:
    """Who prints a target sees no password and no token."""
    shown = repr(Target(url="http://x", password="secret", token="secret", tenant_token="secret"))
    assert "secret" not in shown


def test_file_without_certificates_is_refused(tmp_path: Path) -> None:
    """It is named."""
    file = tmp_path / "empty.pem"
    file.write_text("nothing")
    with pytest.raises(BadTarget, match="has no certificate in PEM"):
        Connection(Target(url="https://x", authority=file))
