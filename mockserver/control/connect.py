"""The control API's fleet of JFrog Connect: what its web interface would make.

`connect_wire.py` has the bodies, `fixtures/connect_fleet.json` is an example of a fleet.
"""

from otakit.mockserver.answers import CREATED, Answer, empty, json_answer
from otakit.mockserver.control.connect_wire import (
    DeviceBody,
    DeviceChange,
    FleetBody,
    FlowBody,
    decode,
)
from otakit.mockserver.operations import Call, operation


@operation("getConnectAccess")
def get_connect_access(call: Call) -> Answer:
    """Show what a client of the fleet needs."""
    access = call.universe.connect
    return json_answer({"project_key": access.project_key, "token": access.token})


@operation("getConnectFleet")
def get_connect_fleet(call: Call) -> Answer:
    """Show the fleet."""
    return json_answer(call.world.connect_fleet.shown())


@operation("replaceConnectFleet")
def replace_connect_fleet(call: Call) -> Answer:
    """Put another fleet in place of this one; its deployments go with it."""
    call.world.connect_fleet.replace(decode(call.raw, FleetBody).plan())
    return empty()


@operation("addConnectDevice")
def add_connect_device(call: Call) -> Answer:
    """Add a device."""
    device = call.world.connect_fleet.add_device(decode(call.raw, DeviceBody).plan())
    return json_answer(device.shown(), CREATED)


@operation("changeConnectDevice")
def change_connect_device(call: Call) -> Answer:
    """Change a device: its state, tags, groups, apps."""
    change = decode(call.raw, DeviceChange)
    fleet = call.world.connect_fleet
    return json_answer(fleet.change_device(call.params["device_uuid"], **change.given()).shown())


@operation("addConnectFlow")
def add_connect_flow(call: Call) -> Answer:
    """Add an update flow."""
    flow = call.world.connect_fleet.add_flow(decode(call.raw, FlowBody).plan())
    return json_answer(flow.shown(), CREATED)
