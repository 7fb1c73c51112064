"""Servers that are none: they hang, answer something else, or end the connection."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Answer = Callable[[socket.socket, bytes], None]
"""What is done with a connection whose request's head was read."""

END = 60.0
"""Seconds after which a server that never answers ends the connection: so nobody waits for ever."""


@contextmanager
def odd_server(answer: Answer) -> Iterator[str]:
    """Serve each connection with a function, until the block ends; gives the URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while head := _head(connection):
                answer(connection, head)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.settimeout(END)
            held.append(connection)
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in held:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def hanging() -> Answer:
    """Never answer."""
    return lambda _, __: None


def closing() -> Answer:
    """End the connection without an answer."""
    return lambda connection, _: connection.shutdown(socket.SHUT_RDWR)


def dripping() -> Answer:
    """Begin an answer, and send the rest of it byte by byte."""

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        end = time.monotonic() + END
        while time.monotonic() < end:
            connection.sendall(b".")
            time.sleep(0.02)
        connection.shutdown(socket.SHUT_RDWR)

    return answer


def saying(body: bytes, *, status: int = 200, kind: str = "text/html", more: str = "") -> Answer:
    """Answer everything alike; `more` are header lines."""
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(f"{head}{more}\r\n".encode() + body)

    return answer


def _head(connection: socket.socket) -> bytes:
    """Read a request's head; a body that came along is read, too."""
    head = b""
    while b"\r\n\r\n" not in head:
        chunk = connection.recv(65_536)
        if not chunk:
            return b""
        head += chunk
    return head
