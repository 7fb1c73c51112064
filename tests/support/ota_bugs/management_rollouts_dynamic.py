"""Bugs in how a deployment to a filter goes on, and ends."""

from typing import Any

from ota_bugs.catalogue import bug, instead_of
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.offers import Offers


def _ending(when: Any) -> None:
    """Let dynamic deployments be done when their statistics say so in another way."""
    is_done = vars(Deployment)["is_done"].fget
    changed = property(lambda d: when(d) if d.scope.dynamic else is_done(d))
    setattr(Deployment, "is_done", changed)  # noqa: B010 - mypy knows it as read only


@bug("MEN-MGT-DP2-014")
def max_devices_are_ignored() -> None:
    """A dynamic deployment never ends by itself."""
    _ending(lambda _: False)


@bug("MEN-MGT-DP2-014")
def failed_devices_do_not_complete() -> None:
    """Only devices that succeed count for the end of a dynamic deployment."""
    _ending(lambda d: d.statistics.counts()["success"] > d.plan.max_devices > 0)


@bug("MEN-MGT-DP2-015")
def first_device_ends_a_dynamic_deployment() -> None:
    """A dynamic deployment ends when all devices that match now have completed it."""
    _ending(lambda d: d.statistics.final >= d.statistics.targets > 0)


@bug("MEN-MGT-DP2-016", "MEN-MGT-DP2-017")
def later_devices_do_not_join() -> None:
    """A dynamic deployment goes to the devices that match when it is made, and no others."""

    @instead_of(Offers, "_join_dynamic")
    def join(*_: Any) -> None:
        return None
