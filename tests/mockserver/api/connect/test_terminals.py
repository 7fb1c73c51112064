"""GET …/devices/{id}/connect: what passes between users and devices."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

Connect = Callable[..., Any]


@pytest.fixture
def user_id(management: httpx.Client) -> str:
    """Return the user's id."""
    return str(management.get("v1/useradm/users/me").json()["id"])


def test_messages_pass_both_ways(
    device: Any, online: Any, connect_user: Connect, user_id: str
) -> None:
    """To the device with the server's session id and the user's; back as they were said."""
    user = connect_user(device)
    user.say(1, "new", sid="my own", terminal_width=80, user_id="somebody else")
    new = online.expect(1, "new")
    assert new["props"] == {"terminal_width": 80, "user_id": user_id}
    assert new["sid"] not in {"", "my own"}
    online.say(1, "new", sid=new["sid"], body=b"Shell started", status=1)
    online.say(1, "shell", sid=new["sid"], body=b"$ ", status=1)
    assert user.expect(1, "new")["body"] == b"Shell started"
    shown = user.expect(1, "shell")
    assert (shown["sid"], shown["body"], shown["props"]) == (new["sid"], b"$ ", {"status": 1})
    user.say(1, "shell", body=b"ls\r")
    typed = online.expect(1, "shell")
    assert (typed["sid"], typed["body"]) == (new["sid"], b"ls\r")


def test_other_protocols_pass_too(device: Any, online: Any, connect_user: Connect) -> None:
    """A forwarded port's messages are no terminal's; what they hold is left alone."""
    user = connect_user(device)
    user.say(3, "new", body=b"\x80", connection_id="c1")
    assert online.expect(3, "new")["props"]["connection_id"] == "c1"
    user.say(2, "file_chunk", body="text", offset=msgspec.Raw(b"\xd3" + bytes(8)))
    chunk = online.expect(2, "file_chunk")
    assert b"\xa6offset\xd3" + bytes(8) in chunk["raw"]
    assert chunk["body"] == "text"


def test_sessions_are_apart(
    new_device: Callable[..., Any], connect_device: Connect, connect_user: Connect
) -> None:
    """Two users of one device and one of another: everybody hears what is said in his session."""
    one, two = new_device(), new_device()
    sockets = [connect_device(one), connect_device(two)]
    users = [(connect_user(one), sockets[0]), (connect_user(one), sockets[0])]
    users.append((connect_user(two), sockets[1]))
    sids = []
    for number, (user, socket) in enumerate(users):
        user.say(1, "shell", body=b"%d" % number)
        sids.append(socket.expect(1, "shell")["sid"])
    assert len(set(sids)) == 3
    sockets[0].say(1, "shell", sid=sids[2], body=b"of the other device")
    for number in (2, 1, 0):
        users[number][1].say(1, "shell", sid=sids[number], body=b"to %d" % number)
    for number, (user, _) in enumerate(users):
        assert user.expect(1, "shell")["body"] == b"to %d" % number


@pytest.mark.parametrize("leave", ["close", "vanish"])
def test_a_shell_is_stopped_when_its_user_leaves(
    device: Any, online: Any, connect_user: Connect, user_id: str, leave: str
) -> None:
    """The device is told, whether the user took leave or not."""
    user = connect_user(device)
    user.say(1, "new")
    sid = online.expect(1, "new")["sid"]
    getattr(user, leave)()
    stop = online.expect(1, "stop")
    assert (stop["sid"], stop["body"]) == (sid, b"user disconnected")
    assert stop["props"] == {"status": 2, "user_id": user_id}


@pytest.mark.parametrize("who", ["user", "device", "nobody began one"])
def test_no_shell_no_stop(
    device: Any, online: Any, connect_user: Connect, management: httpx.Client, who: str
) -> None:
    """Where no shell runs any more, the device hears nothing when the user leaves."""
    user = connect_user(device)
    user.say(1, "shell" if who == "nobody began one" else "new")
    sid = online.hear()["sid"]
    if who == "user":
        user.say(1, "stop")
        online.expect(1, "stop")
    elif who == "device":
        online.say(1, "stop", sid=sid)
        user.expect(1, "stop")
    user.close()
    management.post(f"v1/deviceconnect/devices/{device.id}/check-update")
    online.expect(4, "check-update")


def test_the_device_leaves(device: Any, online: Any, connect_user: Connect) -> None:
    """The user hears what it said before, then the end."""
    user = connect_user(device)
    user.say(1, "new")
    sid = online.expect(1, "new")["sid"]
    online.say(1, "shell", sid=sid, body=b"last words")
    online.close()
    assert user.expect(1, "shell")["body"] == b"last words"
    assert user.end() == (1000, "")


def test_the_device_vanishes(device: Any, online: Any, connect_user: Connect) -> None:
    """The user's close frame says that something went wrong."""
    user = connect_user(device)
    user.say(1, "new")
    online.expect(1, "new")
    online.vanish()
    assert user.end() == (1011, "internal error")


def test_the_device_connects_anew(
    device: Any, online: Any, connect_device: Connect, connect_user: Connect
) -> None:
    """Old sessions end with the old connection, new ones use the new one."""
    user = connect_user(device)
    again = connect_device(device)
    assert user.end() == (1000, "replaced by a newer connection")
    assert online.end()[0] == 1000
    connect_user(device).say(1, "new")
    again.expect(1, "new")


def test_decommission_ends_sessions(
    device: Any, online: Any, connect_user: Connect, management: httpx.Client
) -> None:
    """A user cannot stay on a device that is gone."""
    user = connect_user(device)
    management.delete(f"v2/devauth/devices/{device.id}")
    assert user.end()[0] == online.end()[0] == 1008


@pytest.mark.parametrize("frame", ["text", b"", b"\xc1", b"\x81\xa3hdr\x80"])
def test_a_frame_that_is_no_message_ends_the_session(
    device: Any, online: Any, connect_user: Connect, frame: str | bytes
) -> None:
    """The user's connection alone; the device's goes on, and its shell is stopped."""
    user = connect_user(device)
    user.say(1, "new")
    online.expect(1, "new")
    user.connection.send(frame)
    assert user.end()[0] == 1011
    online.expect(1, "stop")


def test_a_shell_may_not_print_for_ever(device: Any, online: Any, connect_user: Connect) -> None:
    """The limit is that of the real server: 8 MiB in a session."""
    user = connect_user(device)
    user.say(1, "new")
    sid = online.expect(1, "new")["sid"]
    half = bytes((4 << 20) - 16)
    for _ in range(2):
        online.say(1, "shell", sid=sid, body=half)
        assert len(user.connection.recv(timeout=20)) > len(half)
    online.say(1, "shell", sid=sid, body=bytes(100))
    assert user.end() == (1008, "session byte limit exhausted")
    online.expect(1, "stop")


def refusal(opened: Callable[[], Any]) -> tuple[int, str]:
    """Open a socket that is refused; return status and message."""
    with pytest.raises(InvalidStatus) as refused:
        opened()
    answer = refused.value.response
    shown = json.loads(answer.body or b"")
    assert shown["request_id"] == answer.headers["x-men-requestid"]
    return answer.status_code, shown["error"]


def test_there_has_to_be_a_connected_device(device: Any, connect_user: Connect) -> None:
    """A device that is offline, and one that there is not."""
    status, error = refusal(lambda: connect_user(device))
    assert status == 404
    assert error.startswith("failed to connect to device: device disconnected")
    device.id = "none"
    assert refusal(lambda: connect_user(device))[0] == 404


def test_a_user_has_to_be_logged_in(device: Any, online: Any, connect_user: Connect) -> None:
    """Neither nobody nor the device itself may open a terminal; a cookie lets users in."""
    token = device.http.headers["authorization"]
    for headers in ({}, {"Authorization": token}, {"Cookie": "JWT=none"}):
        assert refusal(partial(connect_user, device, headers))[0] == 401
    online.close()


@pytest.mark.parametrize("origin", ["http://localhost:3000", "own"])
def test_own_and_local_pages_may_come(
    server: Any, device: Any, online: Any, connect_user: Connect, origin: str
) -> None:
    """As in CORS."""
    origin = server.url if origin == "own" else origin
    connect_user(device, {"Cookie": f"JWT={server.login()}", "Origin": origin}).say(1, "new")
    online.expect(1, "new")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example"]
)
@pytest.mark.usefixtures("online")
def test_pages_of_other_sites_are_kept_out(
    server: Any, device: Any, connect_user: Connect, origin: str
) -> None:
    """They could use a logged-in user's cookie else."""
    headers = {"Cookie": f"JWT={server.login()}", "Origin": origin}
    assert refusal(lambda: connect_user(device, headers))[0] == 403


def test_a_user_who_does_not_read_does_not_hold_the_device_up(
    server: Any,
    device: Any,
    online: Any,
    connect_user: Connect,
    management: httpx.Client,
) -> None:
    """What waits for him is bounded; then his session is ended, and the device served again."""
    slow = connect_user(device)  # its library reads 16 messages ahead, and no more
    slow.say(1, "new")
    sid = online.expect(1, "new")["sid"]
    before = memory(server.process.pid)
    piece = bytes(64 << 10)
    for _ in range(1024):
        online.say(3, "forward", sid=sid, body=piece)
    assert memory(server.process.pid) - before < 16 << 20
    command = f"v1/deviceconnect/devices/{device.id}/check-update"
    assert management.post(command).status_code == 202
    online.expect(1, "stop")
    online.expect(4, "check-update")
    with pytest.raises(ConnectionClosed) as closed:
        read_all(slow)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


def read_all(socket: Any) -> None:
    """Read until the socket is closed."""
    while True:
        socket.connection.recv(timeout=20)


def memory(pid: int) -> int:
    """Return a process's memory in bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
