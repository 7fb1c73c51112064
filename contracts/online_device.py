"""A device of the suite's own that holds its websocket and does what users want over it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.expectations import expect_status
from otakit.contracts.signing_device import SigningDevice
from otakit.contracts.sockets import DEVICE, SWITCHED, Socket, opened
from otakit.fixtures.device_disk import Disk
from otakit.fixtures.device_socket import DeviceSocket
from otakit.fixtures.device_software import Software

_LOOK = 0.1
"""Seconds after which the device sees that it is to end."""


class OnlineDevice:
    """What a connected device has on its disk, and the commands that it was given."""

    def __init__(self, device: SigningDevice, files: Mapping[str, str]) -> None:
        """Have these texts by their paths."""
        self.software = Software(device.device_type, device.artifact_name)
        self.inventory: Mapping[str, Any] = {}
        self.disk = Disk(lambda: files, 0.0)
        self.wishes: list[str] = []
        self.ends = Event()
        self._socket = DeviceSocket(self, device.token)

    def wake(self, wish: str) -> None:
        """Take down a command."""
        self.wishes.append(wish)

    def serve(self, socket: Socket) -> None:
        """Answer what comes until it is over."""
        while not self.ends.is_set():
            frame = socket.frame(_LOOK)
            if frame is not None:
                for answer in self._socket.receive(frame, 0.0):
                    socket.send_frame(answer)


@contextmanager
def online(
    backend: Backend, device: SigningDevice, files: Mapping[str, str] | None = None
) -> Iterator[OnlineDevice]:
    """Keep a device connected, in a thread of its own; raises NotReached if it is refused."""
    remote = OnlineDevice(device, {"/etc/hostname": "otakit\n", **(files or {})})
    headers = {"Authorization": f"Bearer {device.token}"}
    with opened(backend, DEVICE, headers) as socket:
        with backend.building("a connected device"):
            expect_status(socket.answer, SWITCHED)
        thread = Thread(target=remote.serve, args=(socket,), daemon=True)
        thread.start()
        try:
            yield remote
        finally:
            remote.ends.set()
            thread.join()
