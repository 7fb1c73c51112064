"""GET /api/devices/v1/deviceconnect/connect: a device's one websocket, and what ends it."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

CONNECT = "/api/devices/v1/deviceconnect/connect"
STATES = "v1/deviceconnect/devices/"

Connect = Callable[..., Any]
Refused = Callable[[httpx.Response, int], str]


def denial(open_one: Callable[[], Any]) -> tuple[int, dict[str, str], str]:
    """Open a socket that is refused; return status, error object and request id."""
    with pytest.raises(InvalidStatus) as refusal:
        open_one()
    answer = refusal.value.response
    return answer.status_code, json.loads(answer.body or b""), answer.headers["x-men-requestid"]


def test_state_follows_the_socket(
    device: Any, management: httpx.Client, connect_device: Connect, until_status: Connect
) -> None:
    """A device that is let in is disconnected, connected, and disconnected again."""
    before = management.get(STATES + device.id).json()
    assert (before["device_id"], before["status"]) == (device.id, "disconnected")
    socket = connect_device(device)
    during = management.get(STATES + device.id).json()
    assert during["status"] == "connected"
    assert during["created_ts"] == before["created_ts"] <= during["updated_ts"]
    socket.close()
    until_status(device, "disconnected")


@pytest.mark.usefixtures("waiting")
def test_no_state_before_the_first_acceptance(
    set_path: Callable[[], str], management: httpx.Client, refused: Refused
) -> None:
    """A pending device is not found, an accepted one is."""
    (known,) = management.get("v2/devauth/devices").json()
    assert "device not found" in refused(management.get(STATES + known["id"]), 404)
    answer = management.put(f"{set_path()}/status", json={"status": "accepted"})
    assert answer.status_code == 204
    assert management.get(STATES + known["id"]).json()["status"] == "disconnected"


def test_handshake_names_subprotocol_and_request(device: Any) -> None:
    """The answer has the protocol that was offered and the id that was sent."""
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
        "Sec-WebSocket-Protocol": "other, protomsg/msgpack",
        "X-MEN-RequestID": "mine",
    }
    with device.http.stream("GET", "v1/deviceconnect/connect", headers=headers) as answer:
        assert answer.status_code == 101
    assert answer.headers["sec-websocket-protocol"] == "protomsg/msgpack"
    assert answer.headers["x-men-requestid"] == "mine"


def test_cookie_does_as_well(device: Any, open_socket: Connect, until_status: Connect) -> None:
    """The reference lets the token stand in a cookie called JWT."""
    token = device.http.headers["authorization"].removeprefix("Bearer ")
    open_socket(CONNECT, {"Cookie": f"theme=dark; JWT={token}"})
    until_status(device, "connected")


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer none"}, {"Cookie": "JWT=none"}, {"Cookie": "JWT="}],
)
def test_without_a_good_token_there_is_no_socket(
    open_socket: Connect, headers: dict[str, str]
) -> None:
    """The refusal is an HTTP answer with the error object."""
    named = {**headers, "X-MEN-RequestID": "mine"}
    status, error, request_id = denial(lambda: open_socket(CONNECT, named))
    assert (status, request_id) == (401, "mine")
    assert error["request_id"] == "mine"
    assert error["error"]


def test_a_user_is_no_device(open_socket: Connect, management: httpx.Client) -> None:
    """A management token opens no device's socket."""
    headers = {"Authorization": management.headers["authorization"]}
    status, error, _ = denial(lambda: open_socket(CONNECT, headers))
    assert status == 401
    assert "devices side" in error["error"]


def test_no_socket_elsewhere(open_socket: Connect, device: Any) -> None:
    """A handshake on another path is a 404 with an error object."""
    headers = {"Authorization": device.http.headers["authorization"]}
    status, error, _ = denial(lambda: open_socket("/api/devices/v1/deviceconnect/x", headers))
    assert (status, error["error"]) == (404, "not found")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Connection": "Upgrade", "Upgrade": "websocket"},
        {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"},
        {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "bm90IHNpeHRlZW4=",
        },
        {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "?"},
        {"Connection": "Upgrade", "Upgrade": "h2c"},
    ],
)
def test_what_is_no_handshake_is_told_so(
    device: Any, refused: Refused, headers: dict[str, str]
) -> None:
    """The answer is the documented 400."""
    refused(device.http.get("v1/deviceconnect/connect", headers=headers), 400)


def test_the_newer_connection_stays(
    device: Any, connect_device: Connect, management: httpx.Client, until_status: Connect
) -> None:
    """A second connection of a device takes the first one's place, and its state."""
    first = connect_device(device)
    second = connect_device(device)
    assert first.end() == (1000, "replaced by a newer connection")
    assert management.get(STATES + device.id).json()["status"] == "connected"
    assert management.post(f"{STATES}{device.id}/check-update").status_code == 202
    second.expect(4, "check-update")
    second.close()
    until_status(device, "disconnected")


def test_decommission_ends_it(device: Any, online: Any, management: httpx.Client) -> None:
    """A device that is gone has neither socket nor state."""
    assert management.delete(f"v2/devauth/devices/{device.id}").status_code == 204
    assert online.end() == (1008, "the device's token was revoked")
    assert management.get(STATES + device.id).status_code == 404


@pytest.mark.parametrize("act", ["reject", "dismiss", "delete", "revoke"])
def test_what_ends_the_token_ends_the_socket(
    device: Any, online: Any, management: httpx.Client, set_path: Callable[[], str], act: str
) -> None:
    """The state says so at once."""
    path = set_path()
    acts: dict[str, tuple[str, str, Any]] = {
        "reject": ("PUT", f"{path}/status", {"status": "rejected"}),
        "dismiss": ("PUT", f"{path}/status", {"status": "pending"}),
        "delete": ("DELETE", path, None),
        "revoke": ("DELETE", f"v2/devauth/tokens/{path.rpartition('/')[2]}", None),
    }
    method, target, body = acts[act]
    assert management.request(method, target, json=body).status_code == 204
    assert management.get(STATES + device.id).json()["status"] == "disconnected"
    assert online.end() == (1008, "the device's token was revoked")


def test_other_devices_keep_theirs(
    new_device: Callable[..., Any], connect_device: Connect, management: httpx.Client
) -> None:
    """Decommissioning one device does not touch the other."""
    one, other = new_device(), new_device()
    connect_device(one)
    socket = connect_device(other)
    management.delete(f"v2/devauth/devices/{one.id}")
    assert management.post(f"{STATES}{other.id}/check-update").status_code == 202
    socket.expect(4, "check-update")


def test_reset_ends_it(online: Any, server: Any) -> None:
    """Sockets do not outlive their world."""
    server.reset()
    assert online.end() == (1000, "the server begins anew")


def test_a_new_login_leaves_it(device: Any, online: Any, management: httpx.Client) -> None:
    """A device may log in again while it is connected."""
    assert device.authenticate().status_code == 200
    assert management.post(f"{STATES}{device.id}/check-update").status_code == 202
    online.expect(4, "check-update")


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("text", "a binary frame is expected"),
        (b"", "not a message"),
        (b"\xc1", "not a message"),
        (b"\x91" * 100_000, "not a message"),
        (b"\x81\xa3hdr\x81\xa5proto\x01", "`typ`"),
        (b"\x81\xa3hdr\x82\xa5proto\xa11\xa3typ\xa1a", "$.hdr.proto"),
        (b"\x81\xa3hdr\xdf\xff\xff\xff\xff", "not a message"),
    ],
)
def test_a_frame_that_is_no_message_ends_it(
    online: Any, device: Any, until_status: Connect, frame: str | bytes, reason: str
) -> None:
    """The close frame says what was wrong."""
    online.connection.send(frame)
    code, said = online.end()
    assert code == 1011
    assert reason in said
    until_status(device, "disconnected")


def test_a_message_over_8_mib_ends_it(device: Any, online: Any, until_status: Connect) -> None:
    """One of 8 MiB does not; the close frame may be lost while the rest is still being sent."""
    empty = msgspec.msgpack.encode({"hdr": {"proto": 1, "typ": "a"}, "body": bytes(70_000)})
    body = bytes((8 << 20) - len(empty) + 70_000)
    online.connection.send(msgspec.msgpack.encode({"hdr": {"proto": 1, "typ": "a"}, "body": body}))
    online.connection.ping().wait(20)
    until_status(device, "connected")
    with pytest.raises(ConnectionClosed) as closed:
        send_too_much(online)
    assert closed.value.rcvd is None or closed.value.rcvd.code == 1009
    until_status(device, "disconnected")


def send_too_much(socket: Any) -> None:
    """Send one byte over the limit, and wait for what comes of it."""
    socket.connection.send(bytes((8 << 20) + 1))
    socket.connection.recv(timeout=20)


def test_words_for_nobody_are_dropped(
    device: Any, online: Any, management: httpx.Client, until_status: Connect
) -> None:
    """Messages of unknown sessions, or of none, do no harm."""
    online.say(1, "shell", sid="unknown", body=b"x")
    online.say(1, "shell", body=b"x")
    assert management.post(f"{STATES}{device.id}/send-inventory").status_code == 202
    online.expect(4, "send-inventory")
    until_status(device, "connected")


def test_vanishing_is_noticed(device: Any, online: Any, until_status: Connect) -> None:
    """A connection that breaks is as good as closed."""
    online.vanish()
    until_status(device, "disconnected")
