"""Devices' live connections, where a real device would take too long to misbehave."""

import asyncio
from typing import Any

from otakit.fixtures.socket_messages import read
from otakit.mockserver.sockets.device_sockets import DeviceSocket
from otakit.mockserver.sockets.sessions import NORMAL


class Slow:
    """A websocket whose peer says nothing, and reads only when it is let."""

    def __init__(self) -> None:
        """Wait for both."""
        self.reads, self.leaves = asyncio.Event(), asyncio.Event()
        self.sent: list[bytes] = []
        self.waiting = 0

    async def send_bytes(self, data: bytes) -> None:
        """Take a message, once the peer reads."""
        self.waiting += 1
        try:
            await self.reads.wait()
        finally:
            self.waiting -= 1
        self.sent.append(data)

    async def receive(self) -> dict[str, Any]:
        """Say nothing until the peer leaves."""
        await self.leaves.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def close(self, code: int, reason: str) -> None:
        """Be closed."""
        assert (code, reason) == (NORMAL, "")


def connection(peer: Slow) -> DeviceSocket:
    """Return a device's connection with such a peer."""
    websocket: Any = peer
    return DeviceSocket(websocket, "device", "jti")


async def turns() -> None:
    """Let all others have their turn."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_prompts_do_not_pile_up() -> None:
    """While one waits for the device to read, no other one does; later there may be another."""

    async def story() -> list[bytes]:
        peer = Slow()
        socket = connection(peer)
        for _ in range(100):
            socket.prompt()
            await turns()
        assert peer.waiting == 1
        peer.reads.set()
        await turns()
        socket.prompt()
        await turns()
        return peer.sent

    sent = asyncio.run(story())
    assert [read(frame).kind for frame in sent] == [(4, "check-update")] * 2


def test_prompt_ends_with_its_connection() -> None:
    """Nothing is left behind that waits for a device which is gone."""

    async def story() -> None:
        peer = Slow()
        socket = connection(peer)
        serving = asyncio.create_task(socket.serve())
        socket.prompt()
        await turns()
        assert peer.waiting == 1
        peer.leaves.set()
        await serving
        await turns()
        assert (peer.waiting, peer.sent) == (0, [])
        socket.prompt()  # too late: nobody hears it, nobody minds
        await turns()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(story())
