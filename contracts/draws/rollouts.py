"""Users upload, deploy and abort."""

from hypothesis import strategies as st

from otakit.contracts.acts import artifacts, deployments
from otakit.contracts.acts.step import Step
from otakit.contracts.draws.draw import (
    INVENTORY,
    MOST_DEPLOYMENTS,
    ROLLOUTS,
    TYPES_THEN,
    draw,
    few,
    phases,
    pick,
    picks,
    releases,
    retries,
)
from otakit.contracts.machine import Machine


@draw((ROLLOUTS,), weight=2, release=releases, types=st.sampled_from(TYPES_THEN))
def upload(machine: Machine, *, release: int, types: tuple[str, ...]) -> None:
    """Upload an artifact."""
    number = machine.next("artifact")
    machine.take(artifacts.Upload(artifact=number, release=release, types=types))


@draw(
    (ROLLOUTS,),
    needs=lambda machine: machine.oracle.numbers("artifact"),
    number=picks,
    text=st.sampled_from(["", "old", "new"]),
    delete=st.booleans(),
)
def edit(machine: Machine, *, number: int, text: str, delete: bool) -> None:
    """Edit or delete an artifact."""
    artifact = pick(machine.oracle.numbers("artifact"), number)
    if delete:
        machine.take(artifacts.Delete(artifact=artifact))
    else:
        machine.take(artifacts.Describe(artifact=artifact, text=text))


@draw(
    (ROLLOUTS, INVENTORY),
    needs=lambda machine: machine.known and len(machine.begun) < MOST_DEPLOYMENTS,
    numbers=few,
    release=releases,
    more=retries,
    planned=phases,
    group=st.sampled_from(["", "", "", "a", "b"]),
)
def deploy(  # noqa: PLR0913 - what may be asked for
    machine: Machine,
    *,
    numbers: set[int],
    release: int,
    more: int,
    planned: deployments.Phases,
    group: str,
) -> None:
    """Deploy to devices or to a group."""
    number = machine.next("deployment")
    if group:
        made: Step = deployments.CreateForGroup(
            deployment=number, release=release, retries=more, group=group
        )
    else:
        chosen = machine.several(numbers)
        made = deployments.Create(
            deployment=number,
            release=release,
            retries=more,
            phases=planned if machine.phased else (),
            devices=chosen,
        )
    machine.take(made)


@draw(
    (INVENTORY,),
    needs=lambda machine: machine.oracle.numbers("filter"),
    number=picks,
    release=st.sampled_from([0, 1]),
    more=retries,
    most=st.sampled_from([0, 1]),
)
def deploy_dynamically(
    machine: Machine, *, number: int, release: int, more: int, most: int
) -> None:
    """Deploy to whatever matches a filter."""
    if len(machine.begun) < MOST_DEPLOYMENTS:
        made = deployments.CreateDynamic(
            deployment=machine.next("deployment"),
            release=release,
            filter=pick(machine.oracle.numbers("filter"), number),
            retries=more,
            max_devices=most,
        )
        machine.take(made)


@draw(
    (ROLLOUTS,),
    needs=lambda machine: machine.begun and machine.known,
    number=picks,
    of_device=st.booleans(),
)
def abort(machine: Machine, *, number: int, of_device: bool) -> None:
    """Abort a deployment, or all that a device has to do."""
    if of_device:
        machine.take(deployments.AbortDevice(device=pick(machine.known, number)))
    else:
        machine.take(deployments.Abort(deployment=pick(machine.begun, number)))
