"""Bugs in deployments for a group of devices."""

from typing import Any

from ota_bugs.catalogue import bug, instead_of, without_checks
from otakit.mockserver.domain.world import World


@bug("MEN-MGT-DEP-031", "MEN-MGT-DEP-032")
def groups_are_mixed_up() -> None:
    """A deployment for a group goes to the devices of all other groups."""

    @instead_of(World, "deploy_to_group")
    def deploy(_: Any, world: World, plan: Any, group: str) -> Any:
        inventory = world.inventory
        others = [
            i for name in inventory.groups() if name != group for i in inventory.members(name)
        ]
        return world.deploy(plan, devices=others or [next(iter(inventory.members(group)))])


@bug("MEN-MGT-DEP-035", "MEN-MGT-DEP-036")
def group_deployments_are_not_checked() -> None:
    """A deployment for a group that lacks something is answered 500."""
    without_checks("createGroupDeployment")
