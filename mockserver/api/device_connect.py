"""Device APIs / Device connect (devices/connect-v1): requests that are no websocket handshake.

Handshakes never come here: `socket_routes` has them.
"""

from typing import NoReturn

from otakit.mockserver.answers import Answer
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.operations import Call, operation


@operation("connectDevice")
def connect_device(call: Call) -> Answer:
    """Refuse a plain request."""
    refuse_plain_request(call)


def refuse_plain_request(call: Call) -> NoReturn:
    """Say what makes a request no websocket handshake (RFC 6455, 4.2.1)."""
    wanted = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "(16 random bytes in Base64)",
    }
    given = {name: call.header(name.lower().encode()) for name in wanted}
    told = "; ".join(f"{name}: {value[:80]}" for name, value in given.items() if value) or "none"
    needed = "; ".join(f"{name}: {value}" for name, value in wanted.items())
    message = f"not a websocket handshake: it has the headers [{told}], and needs [{needed}]"
    raise Invalid(message)
