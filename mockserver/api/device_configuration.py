"""Device APIs / Device configure (devices/configuration-v1)."""

from otakit.mockserver.answers import Answer, empty, json_answer
from otakit.mockserver.operations import Call, operation


@operation("getOwnConfiguration")
def get_own_configuration(call: Call) -> Answer:
    """Show a device what users have set for it."""
    return json_answer(call.world.configurations.of(call.caller).configured)


@operation("reportConfiguration")
def report_configuration(call: Call) -> Answer:
    """Put what a device says in place of what it said before; without a body that is nothing."""
    call.world.configurations.report(call.caller, call.body or {})
    return empty()
