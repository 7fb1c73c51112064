"""Bugs that only requests at the same time show."""

import asyncio
from typing import Any

from ota_bugs.catalogue import bug
from otakit.mockserver.domain.errors import DomainError
from otakit.mockserver.operations import FUNCTIONS

MOMENT = 0.02
"""Seconds between reading and writing: as a database takes them."""


@bug("CON-reports")
def reports_overwrite_one_another() -> None:
    """The statistics are read, changed and written back, without regard to other reports."""
    real: Any = FUNCTIONS["reportDeploymentStatus"]

    async def report(call: Any) -> Any:
        deployment = call.world.deployments.get(call.params["id"])
        if deployment is not None:
            read = deployment.statistics.counts()
            await asyncio.sleep(MOMENT)
            deployment.statistics._counts.update(read)
        return real(call)

    FUNCTIONS["reportDeploymentStatus"] = report


@bug("CON-filters")
def names_are_looked_up_too_early() -> None:
    """Whether a filter's name is taken is looked up some time before it is saved."""
    real: Any = FUNCTIONS["createFilter"]

    async def create(call: Any) -> Any:
        saved = call.world.filters
        taken = any(f.name == call.body["name"] for f in saved.all())
        await asyncio.sleep(MOMENT)
        if taken:
            return real(call)
        others, saved._filters = saved._filters, {}
        try:
            return real(call)
        finally:
            saved._filters = {**others, **saved._filters}

    FUNCTIONS["createFilter"] = create


@bug("CON-report-abort")
def abort_is_written_over() -> None:
    """A report that was begun before its deployment was aborted is taken down after it."""
    real: Any = FUNCTIONS["reportDeploymentStatus"]

    async def report(call: Any) -> Any:
        deployment = call.world.deployments.get(call.params["id"])
        part = deployment.devices.get(call.caller) if deployment else None
        was_active = part is not None and part.active
        await asyncio.sleep(MOMENT)
        try:
            return real(call)
        except DomainError:
            if not was_active or part is None or deployment is None:
                raise
        call.world.deployments.move(deployment, part, call.body["status"])
        deployment.aborted = False
        return real(call)

    FUNCTIONS["reportDeploymentStatus"] = report
