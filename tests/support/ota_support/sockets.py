"""Devices and users who hold websockets, played by the tests."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

SHELL, FILES, FORWARD, CLIENT, CONTROL = 1, 2, 3, 4, 0xFFFF
TIMEOUT = 20


def int64(number: int) -> msgspec.Raw:
    """Encode an offset as mender-connect does, in eight bytes."""
    return msgspec.Raw(b"\xd3" + number.to_bytes(8, "big", signed=True))


class Socket:
    """One end of a websocket."""

    def __init__(self, connection: ClientConnection) -> None:
        """Take a connection that is open."""
        self.connection = connection

    def say(self, proto: int, typ: str, *, sid: str = "", body: Any = None, **props: Any) -> None:
        """Send a message."""
        header = {"proto": proto, "typ": typ, "sid": sid, "props": props}
        sent = {"hdr": {name: value for name, value in header.items() if value or name == "proto"}}
        if body is not None:
            sent["body"] = body
        self.connection.send(msgspec.msgpack.encode(sent))

    def hear(self) -> dict[str, Any]:
        """Wait for the next message and return it, flat: proto, typ, sid, props, body."""
        raw = self.connection.recv(timeout=TIMEOUT)
        assert isinstance(raw, bytes)
        heard = msgspec.msgpack.decode(raw)
        return {**heard.pop("hdr"), **heard, "raw": raw}

    def expect(self, proto: int, typ: str) -> dict[str, Any]:
        """Wait for the next message, which has to be of that kind."""
        heard = self.hear()
        assert (heard["proto"], heard["typ"]) == (proto, typ)
        return heard

    def end(self) -> tuple[int, str]:
        """Wait until the other side closes; return code and reason. Nothing else may come."""
        with pytest.raises(ConnectionClosed) as closed:
            self.connection.recv(timeout=TIMEOUT)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code, closed.value.rcvd.reason

    def close(self) -> None:
        """Leave politely."""
        self.connection.close()

    def vanish(self) -> None:
        """Leave without a word."""
        self.connection.socket.shutdown(2)

    def accept(self, *protocols: int) -> str:
        """Answer the handshake of a file transfer; return its session."""
        asked = self.expect(CONTROL, "open")
        assert msgspec.msgpack.decode(asked["body"]) == {"versions": [1]}
        body = msgspec.msgpack.encode({"version": 1, "protocols": protocols or (1, 2, 3, 4)})
        self.say(CONTROL, "accept", sid=asked["sid"], body=body)
        return str(asked["sid"])


@contextmanager
def open_socket(
    url: str, path: str, headers: dict[str, str], trust: ssl.SSLContext | None = None
) -> Iterator[Socket]:
    """Open a websocket on a path of a server, and close it; over TLS it needs `trust`."""
    address = url.replace("http", "ws", 1) + path
    with connect(
        address, additional_headers=headers, compression=None, max_size=16 << 20, ssl=trust
    ) as connection:
        yield Socket(connection)


class Obliging:
    """A connected device with a shell, that has every file, and takes every one.

    `heard` is what it was told: protocols and types. `over` is set when nothing more will come.
    """

    def __init__(self, connection: ClientConnection) -> None:
        """Answer on a connection until it is closed, by whichever side."""
        self.connection = connection
        self.heard: list[tuple[int, str]] = []
        self.over = threading.Event()

    def run(self) -> None:
        """Answer what comes."""
        with suppress(ConnectionClosed):
            for frame in self.connection:
                assert isinstance(frame, bytes)
                self._answer(msgspec.msgpack.decode(frame)["hdr"])
        self.over.set()

    def _answer(self, header: dict[str, Any]) -> None:
        self.heard.append((header["proto"], header["typ"]))
        sent = 0
        for typ, body in ANSWERS.get(header["typ"], []):
            at = header.get("props", {}).get("offset", sent)
            said: dict[str, Any] = {"hdr": {**header, "typ": typ, "props": {"offset": at}}}
            if body is not None:
                said["body"] = body if isinstance(body, bytes) else msgspec.msgpack.encode(body)
                sent += len(said["body"])
            self.connection.send(msgspec.msgpack.encode(said))


ANSWERS: dict[str, list[tuple[str, Any]]] = {
    "new": [("shell", b"$ ")],
    "open": [("accept", {"version": 1, "protocols": [1, 2, 3, 4]})],
    "stat": [("file_info", {"size": 5, "uid": 0, "gid": 0, "mode": 0o644})],
    "get_file": [("file_chunk", b"hello"), ("file_chunk", None)],
    "put_file": [("ack", None)],
    "file_chunk": [("ack", None)],
}
"""What an obliging device says to each type of message."""


@contextmanager
def obliging(
    url: str, authorization: str, trust: ssl.SSLContext | None = None
) -> Iterator[Obliging]:
    """Keep a device connected in a thread of its own."""
    headers = {"Authorization": authorization}
    with open_socket(url, "/api/devices/v1/deviceconnect/connect", headers, trust) as socket:
        device = Obliging(socket.connection)
        thread = threading.Thread(target=device.run)
        thread.start()
        try:
            yield device
        finally:
            socket.close()
            thread.join(timeout=TIMEOUT)
