"""Bugs in how devices are connected, and in what users do with them."""

from types import SimpleNamespace
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.answers import ACCEPTED, CREATED, Answer, empty, json_answer
from otakit.mockserver.api import remote_files
from otakit.mockserver.domain.connection import Connections
from otakit.mockserver.domain.errors import Conflict, NotFound, Unauthorized
from otakit.mockserver.operations import FUNCTIONS, Call
from otakit.mockserver.security import Security
from otakit.mockserver.sockets import routes
from otakit.mockserver.sockets.device_sockets import DeviceSocket
from otakit.mockserver.sockets.file_transfer import FileTransfer


@bug("MEN-DEV-CON-001", "MEN-DEV-CON-002")
def devices_connect_without_success() -> None:
    """A device's handshake is refused with a token that all other operations take."""

    @instead_of(routes, "credentials")
    def nothing(real: Any, scope: Any, **how: Any) -> Any:
        return b"" if scope["path"].startswith("/api/devices/") else real(scope, **how)


@bug("MEN-DEV-CON-002")
def cookies_of_devices_are_not_seen() -> None:
    """A device's token in a cookie counts for nothing."""

    @instead_of(routes, "credentials")
    def header(real: Any, scope: Any, **_: Any) -> Any:
        return real(scope, cookie=False)


@bug("MEN-DEV-CON-003", "MEN-MGT-CON-032")
def anybody_opens_a_websocket() -> None:
    """Websockets are opened without a token."""

    @instead_of(Security, "caller")
    def caller(real: Any, security: Security, shown: Any, side: Any) -> Any:
        try:
            return real(security, shown, side)
        except Unauthorized:
            world = security._universes.default.world
            known = world.devices._devices if side == "devices" else world.users._users
            somebody = next(iter(known), "nobody")
            return security._universes.default, SimpleNamespace(subject=somebody, jti="none")


@bug("MEN-DEV-CON-004")
def plain_requests_are_welcome() -> None:
    """A request that is no websocket handshake is answered 200."""
    without_checks("connectDevice")

    @answering("connectDevice")
    def connect(_: Any, call: Call) -> Answer:
        return json_answer({"device_id": call.caller})


@bug("MEN-DEV-CON-005")
def devices_stay_connected() -> None:
    """A device that has gone is shown as connected."""

    @instead_of(Connections, "disconnect")
    def disconnect(*_: Any) -> None:
        """Notice nothing."""


@bug("MEN-DEV-CON-005", "MEN-MGT-CON-001")
def all_devices_are_connected() -> None:
    """A device is shown as connected whether it is or not."""

    @instead_of(Connections, "_set")
    def status(real: Any, connections: Connections, device_id: str, _status: str) -> None:
        real(connections, device_id, "connected")

    @instead_of(Connections, "begin")
    def begin(real: Any, connections: Connections, device_id: str) -> None:
        real(connections, device_id)
        connections._records[device_id].status = "connected"


@bug("MEN-MGT-CON-002")
def unknown_devices_are_disconnected() -> None:
    """A device that there is not is shown as disconnected."""

    @answering("getConnection")
    def state(real: Any, call: Call) -> Answer:
        try:
            answer: Answer = real(call)
        except NotFound:
            return json_answer({"device_id": call.params["id"], "status": "disconnected"})
        return answer


@bug("MEN-MGT-CON-010", "MEN-MGT-CON-011")
def commands_are_lost() -> None:
    """Commands are accepted, and do not get to the device."""

    @instead_of(DeviceSocket, "send")
    async def send(real: Any, socket: DeviceSocket, said: Any) -> None:
        if said.hdr.typ not in {"check-update", "send-inventory"}:
            await real(socket, said)


@bug("MEN-MGT-CON-012", "MEN-MGT-CON-013")
def commands_are_accepted_for_nobody() -> None:
    """Commands for a device that is not connected are accepted."""
    for operation in ("triggerUpdateCheck", "triggerInventory"):
        _later(operation, json_answer(None, ACCEPTED))


@bug("MEN-MGT-CON-020")
def downloads_end_early() -> None:
    """Of a file on a device the first piece is downloaded."""

    @instead_of(FileTransfer, "fetch")
    async def fetch(real: Any, transfer: FileTransfer, path: str) -> Any:
        async for piece in real(transfer, path):
            yield piece
            return


@bug("MEN-MGT-CON-021")
def downloads_from_nobody_are_empty() -> None:
    """A file of a device that is not connected is empty."""
    _later("downloadFile", Answer(200, b"", remote_files.OCTETS))


@bug("MEN-MGT-CON-022")
def downloads_without_a_path_crash_the_server() -> None:
    """A download without a path is answered 500."""
    without_checks("downloadFile")


@bug("MEN-MGT-CON-023")
def modes_of_files_are_lost() -> None:
    """A file is put onto a device with whatever mode the device chooses."""

    @instead_of(FileTransfer, "put")
    async def put(real: Any, transfer: FileTransfer, about: dict[str, Any], chunks: Any) -> None:
        await real(transfer, {"path": about["path"]}, chunks)


@bug("MEN-MGT-CON-024")
def uploads_to_nobody_succeed() -> None:
    """A file for a device that is not connected is taken, and goes nowhere."""
    _later("uploadFile", empty(CREATED))


@bug("MEN-MGT-CON-025")
def files_without_a_path_are_put_somewhere() -> None:
    """A file without a path is put into the folder for temporary ones."""

    @instead_of(remote_files, "_about")
    def about(real: Any, form: dict[str, list[str]]) -> Any:
        return real({"path": ["/tmp/upload"], **form})  # noqa: S108 - the device's


@bug("MEN-MGT-CON-030")
def terminals_are_deaf() -> None:
    """What a user types does not get to the device."""

    @instead_of(DeviceSocket, "send")
    async def send(real: Any, socket: DeviceSocket, said: Any) -> None:
        if said.hdr.proto != 1:
            await real(socket, said)


@bug("MEN-MGT-CON-031")
def terminals_on_nobody_conflict() -> None:
    """A websocket to a device that is not connected is answered 409."""

    @instead_of(routes, "connected_device")
    def connected(real: Any, *args: Any) -> Any:
        try:
            return real(*args)
        except NotFound as error:
            raise Conflict(error.message) from None


def _later(operation: str, instead: Answer) -> None:
    """Answer an operation in this way where its device is not connected."""
    real: Any = FUNCTIONS[operation]

    async def answer(call: Call) -> Answer:
        if call.universe.sockets.get(call.params["id"]) is None:
            return instead
        answered: Answer = await real(call)
        return answered

    FUNCTIONS[operation] = answer
