"""A fleet of simulated devices in a test's own universe, played to its end in virtual time."""

import asyncio
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from otakit.mockserver.testing.mender import Mender

if TYPE_CHECKING:
    from otakit.fixtures.fleet.plan import FleetPlan
    from otakit.fixtures.fleet.run import FleetRun

__all__ = ["BrokenPromise", "FleetOutcome", "Span", "run_fleet"]

Span = timedelta | float
"""A span of time; a number is seconds."""

T = TypeVar("T")


class BrokenPromise(AssertionError):
    """The server broke a promise of the documents while a fleet was at work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOutcome:
    """What a fleet has come to.

    `statistics` are the deployment's, without zeros; `outcomes` say what came of it on the devices
    themselves, by behaviour. `late` says that it was not done by its `duration`. `summary` is all
    that `otakit fleet --json` writes.
    """

    deployment_id: str
    artifact_name: str
    statistics: dict[str, int]
    outcomes: dict[str, dict[str, int]]
    late: bool
    summary: dict[str, Any] = field(repr=False)


def run_fleet(  # noqa: PLR0913 - what a fleet is
    mender: Mender,
    *,
    devices: int = 20,
    behaviour: str | Mapping[str, float] = "healthy",
    phases: int = 1,
    phase_interval: Span = timedelta(days=1),
    retries: int = 0,
    abort_at: float | None = None,
    poll: Span | None = None,
    duration: Span | None = None,
    seed: int = 0,
    control_token: str = "",
) -> FleetOutcome:
    """Bring devices to a universe, roll an artifact out to them, and return what came of it.

    `behaviour` is one by name, or several by weight, as in `"healthy=9,stuck=1"`. With more than
    one of `phases`, each lets in an equal share, a `phase_interval` after the one before. Devices
    that fail try `retries` times more. At `abort_at` percent of devices that are done the
    deployment is aborted. Devices poll each half an hour, or, in phases, eight times in an
    interval, unless `poll` says otherwise. The run ends with the deployment, or after `duration`.

    The universe's clock jumps meanwhile from one event to the next, and then goes on at the speed
    that it had; devices, artifacts and the deployment stay. Raises BrokenPromise; ValueError for
    what makes no fleet. It needs the extra `otakit[fleet]`.
    """
    from otakit.fixtures.behaviours import read_weights  # noqa: PLC0415 - heavy
    from otakit.fixtures.device_timing import Timing  # noqa: PLC0415 - heavy
    from otakit.fixtures.fleet.made_up import DEVICE_TYPES, made_up  # noqa: PLC0415 - heavy
    from otakit.fixtures.fleet.plan import (  # noqa: PLC0415 - heavy
        FleetPlan,
        Rollout,
        equal_phases,
    )

    if devices < 1:
        message = f"devices: a fleet has at least one, not {devices}"
        raise ValueError(message)
    run = f"{mender.next_number()}"
    every = _seconds(poll or (timedelta(minutes=30) if phases == 1 else phase_interval / 8))
    plan = FleetPlan(
        run=run,
        devices=devices,
        seed=seed,
        behaviours=read_weights(behaviour) if isinstance(behaviour, str) else dict(behaviour),
        timing=Timing(poll=every, inventory=max(every, 86_400.0), retry=min(every, 300.0)),
        ramp_up=every,
        rollout=Rollout(
            artifact_name=f"otakit-fleet-{run}",
            artifacts=tuple(made_up(run, kind, _SIZE) for kind in DEVICE_TYPES),
            phases=equal_phases(phases, _seconds(phase_interval)) if phases != 1 else (),
            retries=retries,
            abort_at=abort_at,
        ),
        duration=None if duration is None else _seconds(duration),
    )
    played = _finished(_play(mender, plan, control_token))
    mender.log_in()  # the token may have expired meanwhile
    return _outcome(played)


_SIZE = 4096
"""Bytes of the artifact's payload."""


async def _play(mender: Mender, plan: "FleetPlan", control_token: str) -> "FleetRun":
    from otakit.fixtures.behaviours import assign, behaviour  # noqa: PLC0415 - heavy
    from otakit.fixtures.fleet.operator import Login  # noqa: PLC0415 - heavy
    from otakit.fixtures.fleet.server import Fleets, Server  # noqa: PLC0415 - heavy

    server = Server(
        url=mender.url,
        login=Login(email=mender.email, password=mender.password),
        tenant_token=mender.tenant_token,
        tls=mender.trust if mender.url.startswith("https:") else None,
        control_token=control_token,
    )
    names = assign(plan.behaviours, plan.devices, plan.seed)
    kinds = {name: behaviour(name) for name in set(names)}
    dealt = [(name, kinds[name]) for name in names]
    async with Fleets(server).within(plan, dealt, mender.universe.id) as run:
        await run.run()
    return run


def _finished(work: Coroutine[Any, Any, T]) -> T:
    """Do asynchronous work to its end, also where a loop of the test's is running."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _outcome(run: "FleetRun") -> FleetOutcome:
    from otakit.fixtures.fleet.summary import summary  # noqa: PLC0415 - heavy

    if run.broken is not None:
        raise BrokenPromise(_broken(run))
    told = summary(run)
    deployment = told["deployment"] or {}
    counted = deployment.get("statistics", {})
    return FleetOutcome(
        deployment_id=deployment.get("id", ""),
        artifact_name=deployment.get("artifact_name", ""),
        statistics={k: n for k, n in counted.items() if n and k != "total_size"},
        outcomes=deployment.get("outcomes", {}),
        late=run.late,
        summary=told,
    )


def _broken(run: "FleetRun") -> str:
    """Say which promise was broken, and what was seen."""
    broken = run.broken
    assert broken is not None  # noqa: S101 - its caller has looked
    lines = [
        f"{broken.invariant.id}: {broken.invariant.sentence}",
        f"seen      {broken.seen}",
        f"source    {broken.invariant.source}",
    ]
    if broken.member is not None:
        lines += [f"device    {broken.member.number} ({broken.member.behaviour_name})"]
        lines += [f"          {line}" for line in broken.member.history.lines()]
    return "\n".join(lines)


def _seconds(span: Span) -> float:
    return span.total_seconds() if isinstance(span, timedelta) else float(span)
