"""Management APIs / Device connect: users reach connected devices."""

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_contains,
    expect_equal,
    expect_error,
    expect_field,
    expect_status,
)
from otakit.contracts.online_device import online
from otakit.contracts.rule import rule
from otakit.contracts.signing_device import SigningDevice
from otakit.contracts.sockets import SWITCHED, opened
from otakit.fixtures.socket_messages import SHELL, content, message

SECTION = "Management APIs / Device connect"
STATE = f"{SECTION} / Fetch the state of a device"
CHECK = f"{SECTION} / Trigger check-update"
INVENTORY = f"{SECTION} / Trigger send-inventory"
DOWNLOAD = f"{SECTION} / Download a file from the device"
UPLOAD = f"{SECTION} / Upload a file to the device"
CONNECT = f"{SECTION} / Establish permanent connection with device"
DEVICES = "v1/deviceconnect/devices"

NOBODY = "00000000-0000-4000-8000-000000000000"
"""An id that no device has."""

_PATIENCE = 5.0
"""Seconds for a message from one end to the other."""


@rule(
    "MEN-MGT-CON-001",
    "The state of a device that is not connected is 'disconnected', under the device's id",
    document=STATE,
    operations=["getConnection"],
)
def state_is_shown(backend: Backend) -> None:
    """Look at a device that has never connected."""
    device = backend.accepted_device()
    path = connection_path(device)
    shown = backend.eventually(lambda: expect_status(backend.management.get(path), 200))
    expect_field(shown, "device_id", device.id)
    expect_field(shown, "status", "disconnected")


@rule(
    "MEN-MGT-CON-002",
    "The state of a device that there is not is answered 404",
    document=STATE,
    operations=["getConnection"],
)
def unknown_device_has_no_state(backend: Backend) -> None:
    """Look at an id that no device has."""
    expect_error(backend.management.get(f"{DEVICES}/{NOBODY}"), 404)


@rule(
    "MEN-MGT-CON-010",
    "Check-update is accepted with 202 and reaches the connected device",
    document=CHECK,
    operations=["triggerUpdateCheck", "connectDevice"],
)
def check_update_reaches_the_device(backend: Backend) -> None:
    """Connect a device, and tell it to ask for an update."""
    _expect_told(backend, "check-update")


@rule(
    "MEN-MGT-CON-011",
    "Send-inventory is accepted with 202 and reaches the connected device",
    document=INVENTORY,
    operations=["triggerInventory", "connectDevice"],
)
def send_inventory_reaches_the_device(backend: Backend) -> None:
    """Connect a device, and tell it to send its inventory."""
    _expect_told(backend, "send-inventory")


@rule(
    "MEN-MGT-CON-012",
    "Check-update for a device that is not connected is an error: 404 or 409",
    document=CHECK,
    operations=["triggerUpdateCheck"],
)
def check_update_needs_a_connection(backend: Backend) -> None:
    """Tell a device that is not there."""
    path = f"{connection_path(backend.lent_device())}/check-update"
    expect_error(backend.management.post(path), 404, 409)


@rule(
    "MEN-MGT-CON-013",
    "Send-inventory for a device that is not connected is an error: 404 or 409",
    document=INVENTORY,
    operations=["triggerInventory"],
)
def send_inventory_needs_a_connection(backend: Backend) -> None:
    """Tell a device that is not there."""
    path = f"{connection_path(backend.lent_device())}/send-inventory"
    expect_error(backend.management.post(path), 404, 409)


@rule(
    "MEN-MGT-CON-020",
    "A file of a connected device is downloaded with its content, and its size in the headers",
    document=DOWNLOAD,
    operations=["downloadFile", "connectDevice"],
)
def file_is_downloaded(backend: Backend) -> None:
    """Connect a device with a file of several pieces, and fetch it."""
    device = backend.accepted_device()
    text = "".join(f"line {number}\n" for number in range(2000))
    with online(backend, device, {"/etc/lines": text}):
        answer = expect_status(_download(backend, device, "/etc/lines"), 200)
    expect(
        answer.content == text.encode(),
        "the file that was downloaded",
        expected=f"the {len(text)} bytes that the device has",
        actual=f"other ones, {len(answer.content)} bytes",
        answer=answer,
    )
    size = answer.headers.get("X-MEN-File-Size")
    expect_equal(answer, size, str(len(text)), "X-MEN-File-Size of the download")


@rule(
    "MEN-MGT-CON-021",
    "A download from a device that is not connected is an error: 404 or 409",
    document=DOWNLOAD,
    operations=["downloadFile"],
)
def download_needs_a_connection(backend: Backend) -> None:
    """Fetch a file of a device that is not there."""
    expect_error(_download(backend, backend.lent_device(), "/etc/hostname"), 404, 409)


@rule(
    "MEN-MGT-CON-022",
    "A download without the path of a file is answered 400",
    document=DOWNLOAD,
    operations=["downloadFile"],
)
def download_needs_a_path(backend: Backend) -> None:
    """Fetch nothing in particular."""
    path = f"{connection_path(backend.lent_device())}/download"
    expect_error(backend.management.get(path), 400)


@rule(
    "MEN-MGT-CON-023",
    "An uploaded file is on the connected device under its path, with the mode that was asked for",
    document=UPLOAD,
    operations=["uploadFile", "connectDevice"],
)
def file_is_uploaded(backend: Backend) -> None:
    """Connect a device, put a file onto it, and look at its disk."""
    device = backend.accepted_device()
    sent = b"greeting=hello\n" * 700
    with online(backend, device) as remote:
        answer = expect_status(_upload(backend, device, sent, path="/tmp/new", mode="640"), 201)  # noqa: S108 - the device's
    names = remote.disk.names("/tmp")  # noqa: S108 - the device's
    expect_contains(answer, names, "new", "the files in /tmp on the device")
    file = remote.disk.file("/tmp/new")  # noqa: S108 - the device's
    expect(
        file.content == sent,
        "the file on the device",
        expected=f"the {len(sent)} bytes that were sent",
        actual=f"other ones, {len(file.content)} bytes",
        answer=answer,
    )
    expect_equal(answer, f"{file.mode:o}", "640", "the mode of the file on the device")


@rule(
    "MEN-MGT-CON-024",
    "An upload to a device that is not connected is an error: 404 or 409",
    document=UPLOAD,
    operations=["uploadFile"],
)
def upload_needs_a_connection(backend: Backend) -> None:
    """Put a file onto a device that is not there."""
    answer = _upload(backend, backend.lent_device(), b"hello\n", path="/etc/new")
    expect_error(answer, 404, 409)


@rule(
    "MEN-MGT-CON-025",
    "An upload without the path of a file is answered 400",
    document=UPLOAD,
    operations=["uploadFile", "connectDevice"],
)
def upload_needs_a_path(backend: Backend) -> None:
    """Connect a device, and put a file nowhere."""
    device = backend.accepted_device()
    with online(backend, device):
        expect_error(_upload(backend, device, b"hello\n"), 400)


@rule(
    "MEN-MGT-CON-030",
    "A user's websocket leads to the connected device and back: a terminal opens",
    document=CONNECT,
    operations=["connectUser", "connectDevice"],
    severity="critical",
)
def terminal_opens(backend: Backend) -> None:
    """Connect a device and a user, and ask for a terminal."""
    device = backend.accepted_device()
    headers = {"Authorization": f"Bearer {backend.management.token}"}
    path = f"/api/management/{connection_path(device)}/connect"
    with online(backend, device), opened(backend, path, headers) as user:
        expect_status(user.answer, SWITCHED)
        user.send(message(SHELL, "new", terminal_width=80, terminal_height=24))
        shell = user.message(SHELL, "new", _PATIENCE)
        expect(
            shell is not None,
            "the device's answer to a new terminal",
            expected=f"a message within {_PATIENCE:g} seconds",
            actual="none",
            answer=user.answer,
        )
    said = content(shell).decode(errors="replace") if shell else ""
    expect_equal(user.answer, said, "Shell started", "what the device says of the terminal")


@rule(
    "MEN-MGT-CON-031",
    "A user's websocket to a device that is not connected is answered 404",
    document=CONNECT,
    operations=["connectUser"],
)
def terminal_needs_a_connection(backend: Backend) -> None:
    """Ask for a device that is not there."""
    headers = {"Authorization": f"Bearer {backend.management.token}"}
    path = f"/api/management/{connection_path(backend.lent_device())}/connect"
    with opened(backend, path, headers) as user:
        expect_status(user.answer, 404)


@rule(
    "MEN-MGT-CON-032",
    "A user's websocket needs a user's token: without one, or with a device's, it is refused",
    document=CONNECT,
    operations=["connectUser", "connectDevice"],
    severity="critical",
)
def strangers_get_no_terminal(backend: Backend) -> None:
    """Ask for a connected device with nothing, and as the device."""
    device = backend.accepted_device()
    path = f"/api/management/{connection_path(device)}/connect"
    with online(backend, device):
        for headers in ({}, {"Authorization": f"Bearer {device.token}"}):
            with opened(backend, path, headers) as user:
                expect_status(user.answer, 401, 403, 400)


def connection_path(device: SigningDevice) -> str:
    """Return where a device's connection is, below /api/management/."""
    return f"{DEVICES}/{in_path(device.id)}"


def _download(backend: Backend, device: SigningDevice, path: str) -> Exchange:
    return backend.management.get(f"{connection_path(device)}/download", params={"path": path})


def _upload(backend: Backend, device: SigningDevice, file: bytes, **data: str) -> Exchange:
    files = {"file": ("new", file, "application/octet-stream")}
    return backend.management.put(f"{connection_path(device)}/upload", data=data, files=files)


def _expect_told(backend: Backend, command: str) -> None:
    device = backend.accepted_device()
    with online(backend, device) as remote:
        path = f"{connection_path(device)}/{command}"
        answer = expect_status(backend.management.post(path), 202)
        title = f"the commands that the device was given after {command}"
        backend.eventually(lambda: expect_contains(answer, remote.wishes, command, title))
