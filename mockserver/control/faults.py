"""The control API's faults: made, listed, switched off and on, removed."""

from otakit.mockserver.answers import CREATED, Answer, empty, json_answer
from otakit.mockserver.documented import Documented
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.events import FAULTS
from otakit.mockserver.faults.faults import LINKED, Fault
from otakit.mockserver.faults.plan import (
    Corrupt,
    ExpiredLink,
    FaultPlan,
    MalformedJson,
    Throttle,
    Truncate,
    read_plan,
)
from otakit.mockserver.operations import Call, operation

JSON = "application/json"


@operation("listFaults")
def list_faults(call: Call) -> Answer:
    """List the faults."""
    return json_answer([fault.shown() for fault in call.universe.faults])


@operation("createFault")
def create_fault(call: Call) -> Answer:
    """Make a fault."""
    plan = read_plan(call.raw)
    check_plan(plan, call.server.documented)
    return _changed(call, call.universe.faults.add(plan), CREATED)


@operation("deleteFaults")
def delete_faults(call: Call) -> Answer:
    """Remove all faults."""
    call.universe.faults.remove_all()
    call.universe.events.publish(FAULTS, {})
    return empty()


@operation("getFault")
def get_fault(call: Call) -> Answer:
    """Show a fault."""
    return json_answer(call.universe.faults.fault(call.params["fault_id"]).shown())


@operation("changeFault")
def change_fault(call: Call) -> Answer:
    """Call a fault otherwise, switch it off or on."""
    name, enabled = call.body.get("name"), call.body.get("enabled")
    faults = call.universe.faults
    return _changed(call, faults.change(call.params["fault_id"], name=name, enabled=enabled))


@operation("deleteFault")
def delete_fault(call: Call) -> Answer:
    """Remove a fault."""
    call.universe.faults.remove(call.params["fault_id"])
    call.universe.events.publish(FAULTS, {"id": call.params["fault_id"]})
    return empty()


def check_plan(plan: FaultPlan, documented: Documented) -> None:
    """Raise Invalid for operations that there are not, and those that the action cannot be on."""
    for operation_id in plan.on.operations or ():
        documented.check(operation_id, "on.operations")
        kinds = documented.contents(operation_id)
        if isinstance(plan.do, ExpiredLink) and operation_id not in LINKED:
            _refuse("expired-link", operation_id, f"takes no link; {', '.join(sorted(LINKED))} do")
        if isinstance(plan.do, MalformedJson) and JSON not in kinds:
            _refuse("malformed-json", operation_id, "does not answer with JSON")
        if isinstance(plan.do, (Truncate, Corrupt, Throttle)) and not kinds:
            action = type(plan.do).__struct_config__.tag
            _refuse(str(action), operation_id, "answers without a body")


def _refuse(action: str, operation_id: str, why: str) -> None:
    message = f"do.action: '{action}' can do nothing to '{operation_id}', which {why}"
    raise Invalid(message)


def _changed(call: Call, fault: Fault, status: int = 200) -> Answer:
    shown = fault.shown()
    call.universe.events.publish(FAULTS, shown)
    return json_answer(shown, status)
