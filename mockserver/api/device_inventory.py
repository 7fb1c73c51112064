"""Device APIs / Device inventory (devices/inventory-v1)."""

from otakit.mockserver.answers import OK, Answer, empty
from otakit.mockserver.domain.inventory import INVENTORY
from otakit.mockserver.operations import Call, operation


@operation("assignInventory")
def assign_inventory(call: Call) -> Answer:
    """Add to a device's attributes, by name."""
    call.world.inventory.assign(call.caller, INVENTORY, call.body, replace=False)
    return empty(OK)


@operation("replaceInventory")
def replace_inventory(call: Call) -> Answer:
    """Put new attributes in place of all that the device sent before."""
    call.world.inventory.assign(call.caller, INVENTORY, call.body, replace=True)
    return empty(OK)
