"""Sessions: bounded, in order, and over for both sides at once."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.websockets import WebSocket

from otakit.fixtures.socket_messages import Message, message
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.settings import Settings
from otakit.mockserver.sockets.device_sockets import DeviceSocket
from otakit.mockserver.sockets.sessions import ROOM, Closing, Session
from otakit.mockserver.storage import Storage
from otakit.mockserver.universes import Universes


class Device:
    """A device's end that writes down what it is asked."""

    def __init__(self) -> None:
        """Begin without anything."""
        self.sent: list[Message] = []
        self.forgotten: list[Session] = []

    async def send(self, said: Message) -> None:
        """Send a message to the device."""
        self.sent.append(said)

    def forget(self, session: Session) -> None:
        """Forget a session."""
        self.forgotten.append(session)


@pytest.fixture
def device() -> Device:
    """Return a device's end."""
    return Device()


def test_messages_come_in_order(device: Device) -> None:
    """What was said before the end is still heard, then the end."""

    async def talk() -> list[str]:
        session = Session("s", device)
        for name in ("a", "b"):
            await session.put(message(1, name), 10)
        session.end(1000, "over")
        heard = [(await session.next()).hdr.typ for _ in range(2)]
        with pytest.raises(Closing, match="over"):
            await session.next()
        return heard

    assert asyncio.run(talk()) == ["a", "b"]


def test_there_is_room_for_so_much(device: Device) -> None:
    """Who says more waits until somebody has listened."""

    async def talk() -> None:
        session = Session("s", device)
        await session.put(message(1, "long"), ROOM)
        waiting = asyncio.create_task(session.put(message(1, "more"), 1))
        await asyncio.sleep(0)
        assert not waiting.done()
        assert (await session.next()).hdr.typ == "long"
        await waiting
        assert (await session.next()).hdr.typ == "more"

    asyncio.run(talk())


def test_leaving_lets_the_device_go_on(device: Device) -> None:
    """Who waits for room waits no longer, and nothing is kept."""

    async def talk() -> None:
        session = Session("s", device)
        await session.put(message(1, "long"), ROOM)
        waiting = asyncio.create_task(session.put(message(1, "more"), 1))
        await asyncio.sleep(0)
        session.leave()
        await waiting
        assert device.forgotten == [session]
        with pytest.raises(Closing):
            await session.next()

    asyncio.run(talk())


def test_messages_to_the_device_have_the_session_id(device: Device) -> None:
    """Whatever id they had before."""
    asyncio.run(Session("mine", device).send(message(1, "a", sid="other")))
    assert [said.hdr.sid for said in device.sent] == ["mine"]


def test_universes_share_no_sockets(tmp_path: Path) -> None:
    """What is connected in one is not in the other."""
    universes = Universes(Settings(), Storage(tmp_path))
    other, _ = universes.create("other")

    identity = {"sn": "1"}
    other.world.preauthorize_device(identity, "key")
    jti = other.world.authenticate_device(identity, "key").jti

    async def connect() -> None:
        websocket = WebSocket({"type": "websocket"}, silence, nothing)
        socket = DeviceSocket(websocket, "d", jti)
        serving = asyncio.create_task(other.sockets.serve(socket, other.world))
        await asyncio.sleep(0)
        assert other.sockets.get("d") is socket
        assert universes.default.sockets.get("d") is None
        universes.reset("default")
        assert other.sockets.get("d") is socket
        universes.reset(other.id)
        assert other.sockets.get("d") is None
        await serving

    asyncio.run(connect())


def test_a_device_that_is_gone_by_then_is_not_connected(tmp_path: Path) -> None:
    """Its token may be revoked while its handshake is being answered."""
    universe = Universes(Settings(), Storage(tmp_path)).default

    async def connect() -> None:
        websocket = WebSocket({"type": "websocket"}, silence, nothing)
        socket = DeviceSocket(websocket, "d", "of no token")
        await universe.sockets.serve(socket, universe.world)

    asyncio.run(connect())
    assert universe.sockets.get("d") is None
    with pytest.raises(NotFound):
        universe.world.connections.record("d")


async def silence() -> Any:
    """Receive nothing, ever."""
    await asyncio.Event().wait()


async def nothing(_: Any) -> None:
    """Send nothing."""
