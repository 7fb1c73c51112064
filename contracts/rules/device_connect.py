"""Device APIs / Device connect: a device connects, and users can reach it."""

from otakit.contracts.backend import Backend
from otakit.contracts.expectations import (
    expect,
    expect_error,
    expect_field,
    expect_header,
    expect_status,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_connect import connection_path
from otakit.contracts.sockets import DEVICE, SWITCHED, opened

CONNECT = "Device APIs / Device connect / Connect"


@rule(
    "MEN-DEV-CON-001",
    "A device's request becomes a websocket: 101, with its token in the header Authorization",
    document=CONNECT,
    operations=["connectDevice"],
)
def header_opens_the_websocket(backend: Backend) -> None:
    """Connect with the header; the client checks Sec-Websocket-Accept."""
    headers = {"Authorization": f"Bearer {backend.lent_device().token}"}
    with opened(backend, DEVICE, headers) as socket:
        expect_status(socket.answer, SWITCHED)
        expect_header(socket.answer, "Sec-Websocket-Accept")
        upgraded = expect_header(socket.answer, "Upgrade")
        expect(
            upgraded.lower() == "websocket",
            "the header Upgrade of the answer",
            expected="websocket",
            actual=upgraded,
            answer=socket.answer,
        )


@rule(
    "MEN-DEV-CON-002",
    "A device's request becomes a websocket: 101, with its token in a cookie called JWT",
    document=CONNECT,
    operations=["connectDevice"],
)
def cookie_opens_the_websocket(backend: Backend) -> None:
    """Connect with the cookie alone."""
    headers = {"Cookie": f"JWT={backend.lent_device().token}"}
    with opened(backend, DEVICE, headers) as socket:
        expect_status(socket.answer, SWITCHED)


@rule(
    "MEN-DEV-CON-003",
    "A device has to prove its identity: without a token, or with a user's, it is refused",
    document=CONNECT,
    operations=["connectDevice"],
    severity="critical",
)
def strangers_stay_out(backend: Backend) -> None:
    """Connect with nothing, and as a user."""
    for headers in ({}, {"Authorization": f"Bearer {backend.management.token}"}):
        with opened(backend, DEVICE, headers) as socket:
            expect_status(socket.answer, 401, 403, 400)


@rule(
    "MEN-DEV-CON-004",
    "A request that is no websocket handshake is answered 400",
    document=CONNECT,
    operations=["connectDevice"],
)
def plain_requests_are_refused(backend: Backend) -> None:
    """Ask with the token, and without the headers of a handshake."""
    device = backend.lent_device()
    expect_error(device.request("GET", "v1/deviceconnect/connect"), 400)


@rule(
    "MEN-DEV-CON-005",
    "Connecting makes the device available to the management API, until the connection ends",
    document=CONNECT,
    operations=["connectDevice", "getConnection"],
    severity="critical",
)
def connected_device_is_available(backend: Backend) -> None:
    """Connect, look, disconnect, and look again."""
    device = backend.accepted_device()
    path = connection_path(device)

    def expect_state(state: str) -> None:
        expect_field(expect_status(backend.management.get(path), 200), "status", state)

    headers = {"Authorization": f"Bearer {device.token}"}
    with opened(backend, DEVICE, headers) as socket:
        with backend.building("a connected device"):
            expect_status(socket.answer, SWITCHED)
        backend.eventually(lambda: expect_state("connected"))
    backend.eventually(lambda: expect_state("disconnected"))
