"""Devices update, and are disturbed."""

from hypothesis import strategies as st

from otakit.contracts.acts import deployments, devices, updates
from otakit.contracts.acts.step import Step
from otakit.contracts.backend import DEVICE_TYPE
from otakit.contracts.draws.draw import (
    ADMISSION,
    INVENTORY,
    OTHER_TYPE,
    REPORTS,
    ROLLOUTS,
    draw,
    pick,
    picks,
    rarely,
)
from otakit.contracts.machine import Machine


@draw(
    (ADMISSION, INVENTORY, ROLLOUTS),
    weight=5,
    needs=lambda machine: machine.updaters and machine.begun,
    number=picks,
    kind=st.sampled_from([DEVICE_TYPE] * 6 + [OTHER_TYPE]),
    installed=st.sampled_from([None] * 6 + [0, 1]),
    way=st.sampled_from([updates.Poll, updates.Poll, updates.PollWithDepends, updates.PollV2]),
    statuses=st.lists(st.sampled_from(REPORTS), max_size=3),
    other=rarely,
    ending=st.sampled_from([None] * 4 + ["abort", "abort device", "reject", "log", "gone"]),
)
def visit(  # noqa: PLR0913 - what may come of it
    machine: Machine,
    *,
    number: int,
    kind: str,
    installed: int | None,
    way: type[updates.Poll],
    statuses: list[str],
    other: bool,
    ending: str | None,
) -> None:
    """Let a device ask for an update and report on what it is offered, or be disturbed."""
    device = pick(machine.updaters, number)
    if machine.busy_with(device) is not None and not other:
        kind, installed = machine.said.get(device, (kind, installed))
    machine.said[device] = kind, installed
    machine.take(way(device=device, type=kind, installed=installed))
    offered = machine.busy_with(device)
    if offered is not None:
        machine.take(
            *(updates.Report(device=device, deployment=offered, status=s) for s in statuses)
        )
        disturb(machine, device, offered, ending)


def disturb(machine: Machine, device: int, deployment: int, how: str | None) -> None:
    """Come in between, so that combinations of acts are tried that matter."""
    ways: dict[str | None, tuple[Step, ...]] = {
        "abort": (deployments.Abort(deployment=deployment),),
        "abort device": (deployments.AbortDevice(device=device),),
        "reject": (
            devices.Decide(device=device, status="rejected"),
            updates.Poll(device=device),
            devices.Decide(device=device, status="accepted"),
            devices.Ask(device=device),
        ),
        "log": (
            updates.SendLog(device=device, deployment=deployment, text="one"),
            updates.Report(device=device, deployment=deployment, status="failure"),
        ),
        "gone": (devices.Decommission(device=device),),
    }
    machine.take(*ways.get(how, ()))


@draw(
    (ROLLOUTS,),
    needs=lambda machine: machine.updaters and machine.begun,
    number=picks,
    which=picks,
    status=st.sampled_from(REPORTS),
    substate=st.sampled_from([None, None, "half"]),
)
def report(machine: Machine, *, number: int, which: int, status: str, substate: str | None) -> None:
    """Report on any deployment."""
    told = updates.Report(
        device=pick(machine.updaters, number),
        deployment=pick(machine.begun[::-1], which),
        status=status,
        substate=substate,
    )
    machine.take(told)


@draw(
    (ROLLOUTS,),
    needs=lambda machine: machine.updaters and machine.begun,
    number=picks,
    which=picks,
    text=st.sampled_from(["one", "two"]),
)
def send_log(machine: Machine, *, number: int, which: int, text: str) -> None:
    """Send a log."""
    device, deployment = pick(machine.updaters, number), pick(machine.begun, which)
    machine.take(updates.SendLog(device=device, deployment=deployment, text=text))
