"""GET …/sessions/{id}/playback: what a shell printed is shown again."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

Connect = Callable[..., Any]


@pytest.fixture
def play(open_socket: Connect, management: httpx.Client) -> Connect:
    """Return a function that opens the playback of a session."""

    def opened(sid: str, query: str = "") -> Any:
        path = f"/api/management/v1/deviceconnect/sessions/{sid}/playback{query}"
        return open_socket(path, {"Authorization": management.headers["authorization"]})

    return opened


@pytest.fixture
def recorded(device: Any, online: Any, connect_user: Connect) -> str:
    """Return a session in which a shell has printed two lines, and something else was said."""
    user = connect_user(device)
    user.say(1, "new")
    sid = str(online.expect(1, "new")["sid"])
    online.say(1, "new", sid=sid, body=b"Shell started", status=1)
    online.say(1, "shell", sid=sid, body=b"one\r\n", status=1)
    online.say(3, "forward", sid=sid, body=b"of a port")
    online.say(1, "shell", sid=sid, body=b"two\r\n", status=1)
    for _ in range(4):
        user.hear()
    return sid


@pytest.mark.parametrize("query", ["", "?sleep_ms=0", "?sleep_ms=1000"])
def test_what_was_printed_comes_again(recorded: str, play: Connect, query: str) -> None:
    """The shell's output alone, in its order, and then the end."""
    shown = play(recorded, query)
    for line in (b"one\r\n", b"two\r\n"):
        heard = shown.expect(1, "shell")
        assert (heard["sid"], heard["body"]) == (recorded, line)
    assert shown.end() == (1000, "")


@pytest.mark.parametrize(
    ("query", "status"), [("?sleep_ms=x", 400), ("?sleep_ms=1001", 400), ("", 404)]
)
def test_refusals(recorded: str, play: Connect, query: str, status: int) -> None:
    """A pause that is none, and a session of which nothing is known."""
    with pytest.raises(InvalidStatus) as refused:
        play("none" if status == 404 else recorded, query)
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body or b"")["error"]


def test_plain_requests(recorded: str, management: httpx.Client, refused: Connect) -> None:
    """They are told that a websocket is wanted, or that there is no such session."""
    base = "v1/deviceconnect/sessions"
    assert "handshake" in refused(management.get(f"{base}/{recorded}/playback"), 400)
    assert "'none'" in refused(management.get(f"{base}/none/playback"), 404)


def test_reset_forgets(recorded: str, server: Any, play: Connect) -> None:
    """Recordings go with their world."""
    server.reset()
    with pytest.raises(InvalidStatus, match="404"):
        play(recorded)
