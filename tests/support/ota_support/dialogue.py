"""What is said to a simulated device's end of its websocket, and what it answers."""

from typing import Any

import msgspec

from ota_support.sockets import CLIENT, CONTROL, FILES, SHELL, int64
from otakit.fixtures.device import Device
from otakit.fixtures.device_socket import DeviceSocket

__all__ = ["CLIENT", "CONTROL", "FILES", "SHELL", "Dialogue", "int64"]


class Dialogue:
    """A server, at its device's moment `now`."""

    def __init__(self, device: Device, now: float = 1_700_000_000.0) -> None:
        """Talk with a device as if it had logged in."""
        self.device = device
        self.socket = DeviceSocket(device, "token")
        self.now = now

    def say(
        self, proto: int, typ: str, body: Any = None, *, sid: str = "s", **props: Any
    ) -> list[dict[str, Any]]:
        """Send a message; return the answers, flat. A body that is no bytes is packed."""
        header = {"proto": proto, "typ": typ, "sid": sid, "props": props}
        said: dict[str, Any] = {"hdr": {k: v for k, v in header.items() if v or k == "proto"}}
        if body is not None:
            said["body"] = body if isinstance(body, bytes) else msgspec.msgpack.encode(body)
        return self.send(msgspec.msgpack.encode(said))

    def send(self, frame: bytes) -> list[dict[str, Any]]:
        """Send a frame; return the answers, flat: proto, typ, sid, props, body."""
        answers = []
        for raw in self.socket.receive(frame, self.now):
            heard = msgspec.msgpack.decode(raw)
            answers.append({"sid": "", "props": {}, "body": b"", **heard.pop("hdr"), **heard})
            answers[-1]["raw"] = raw
        return answers

    def one(self, proto: int, typ: str, body: Any = None, **more: Any) -> dict[str, Any]:
        """Send a message that has one answer."""
        (answer,) = self.say(proto, typ, body, **more)
        return answer

    def type(self, keys: bytes, sid: str = "s") -> bytes:
        """Type in a terminal; return what is printed."""
        answers = self.say(SHELL, "shell", keys, sid=sid)
        return b"".join(a["body"] for a in answers if a["typ"] == "shell")

    def run(self, line: str, sid: str = "s") -> str:
        """Run a line in a terminal; return what it printed, without line and prompt."""
        printed = self.type(f"{line}\r".encode(), sid).decode()
        return (
            printed.partition("\r\n")[2].rpartition("root@")[0].replace("\r\n", "\n").rstrip("\n")
        )
