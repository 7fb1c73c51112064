"""Users look around."""

from hypothesis import strategies as st

from otakit.contracts.acts import artifacts, deployment_looks, devices, filters, inventory
from otakit.contracts.draws.draw import INVENTORY, ROLLOUTS, draw, few, pick, picks, releases, sites
from otakit.contracts.machine import Machine


@draw(
    (ROLLOUTS,),
    needs=lambda machine: machine.begun,
    number=picks,
    status=st.sampled_from(["", "pending", "inprogress", "finished", "scheduled"]),
    sort=st.sampled_from(["", "asc", "desc"]),
    page=st.sampled_from([(1, 20), (1, 1), (1, 2), (2, 1), (2, 2)]),
    of_devices=st.sampled_from(["", "active", "finished", "pending", "failure", "aborted"]),
)
def look(  # noqa: PLR0913 - what may be asked for
    machine: Machine, *, number: int, status: str, sort: str, page: tuple[int, int], of_devices: str
) -> None:
    """List deployments, and the devices of one."""
    deployment = pick(machine.begun, number)
    machine.take(
        deployment_looks.Listed(status=status, sort=sort, page=page[0], per_page=page[1]),
        deployment_looks.DevicesPage(deployment=deployment, status=of_devices),
        deployment_looks.Targets(deployment=deployment),
        deployment_looks.StatisticsList(deployments=tuple(machine.begun)),
    )


@draw(
    (INVENTORY,),
    needs=lambda machine: machine.known,
    numbers=few,
    status=st.sampled_from(["", "accepted", "pending", "rejected"]),
    release=releases,
    site=sites,
)
def search(machine: Machine, *, numbers: set[int], status: str, release: int, site: str) -> None:
    """List devices and artifacts."""
    machine.take(
        devices.Listed(devices=machine.several(numbers), status=status),
        artifacts.Listed(release=release),
        artifacts.Release(release=release),
        inventory.Search(site=site),
        filters.Listed(),
    )
