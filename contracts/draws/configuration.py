"""Devices are configured, and report on it."""

from hypothesis import strategies as st

from otakit.contracts.acts import configuration
from otakit.contracts.draws.draw import (
    ADMISSION,
    MOST_DEPLOYMENTS,
    ROLLOUTS,
    draw,
    pick,
    picks,
    retries,
    values,
)
from otakit.contracts.machine import Machine


@draw(
    (ADMISSION, ROLLOUTS),
    needs=lambda machine: machine.known,
    number=picks,
    wanted=values,
    deploy=st.booleans(),
    more=retries,
)
def configure(
    machine: Machine, *, number: int, wanted: dict[str, str], deploy: bool, more: int
) -> None:
    """Set a device's configuration, and deploy it."""
    device = pick(machine.known, number)
    machine.take(configuration.Configure(device=device, values=wanted))
    if deploy and len(machine.begun) < MOST_DEPLOYMENTS:
        new = machine.next("deployment")
        machine.take(configuration.Deploy(device=device, deployment=new, retries=more))


@draw(
    (ADMISSION,),
    needs=lambda machine: machine.updaters,
    number=picks,
    told=values,
    read=st.booleans(),
)
def report_configuration(
    machine: Machine, *, number: int, told: dict[str, str], read: bool
) -> None:
    """Report a configuration, or read the wanted one."""
    device = pick(machine.updaters, number)
    reported = configuration.Report(device=device, values=told)
    machine.take(configuration.Own(device=device) if read else reported)
