"""Device connect (management/connect-v1): which devices are connected, and commands for them.

Commands leave no entry in the audit log: a device does by itself, again and again, what they ask
for, and nothing here is another one for it.
"""

import asyncio

from otakit.fixtures.socket_messages import CHECK_UPDATE, CLIENT, SEND_INVENTORY, message
from otakit.mockserver.answers import ACCEPTED, Answer, json_answer
from otakit.mockserver.api.device_connect import refuse_plain_request
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.problems import Refused
from otakit.mockserver.sockets.routes import connected_device
from otakit.mockserver.sockets.sessions import Closing

PATIENCE = 10.0
"""Seconds for a command to get onto its way to a device that may not read any more."""


@operation("getConnection")
def get_connection(call: Call) -> Answer:
    """Show a device's connection."""
    record = call.world.connections.record(call.params["id"])
    shaped = {
        "device_id": record.device_id,
        "status": record.status,
        "created_ts": rfc3339(record.created),
        "updated_ts": rfc3339(record.updated),
    }
    return json_answer(shaped)


@operation("connectUser")
def connect_user(call: Call) -> Answer:
    """Refuse a plain request; `socket_routes` has the handshakes."""
    connected_device(call.universe, call.params["id"])
    refuse_plain_request(call)


@operation("playbackSession")
def playback_session(call: Call) -> Answer:
    """Refuse a plain request, as above."""
    call.universe.recordings.of(call.params["id"])
    refuse_plain_request(call)


@operation("triggerUpdateCheck")
async def trigger_update_check(call: Call) -> Answer:
    """Make a device ask for an update."""
    return await _tell(call, CHECK_UPDATE)


@operation("triggerInventory")
async def trigger_inventory(call: Call) -> Answer:
    """Make a device send its inventory."""
    return await _tell(call, SEND_INVENTORY)


async def _tell(call: Call, command: str) -> Answer:
    device_id = call.params["id"]
    connected = call.universe.sockets.get(device_id)
    try:
        if connected is None:
            raise NotFound(_absent(device_id))
        async with asyncio.timeout(PATIENCE):
            await connected.send(message(CLIENT, command, user_id=call.caller))
    except Closing:
        raise NotFound(_absent(device_id)) from None
    except TimeoutError:
        refusal = f"device '{device_id}' is connected, but has read nothing for {PATIENCE:.0f} s"
        raise Refused(408, refusal) from None
    return json_answer(None, ACCEPTED)


def _absent(device_id: str) -> str:
    return f"device not connected: '{device_id}'"
