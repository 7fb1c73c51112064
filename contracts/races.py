"""Races: short sequences that people and devices do at the same time, and that the documents judge.

Each begins with steps one after the other; then come lanes, each beside the others.
"""

from dataclasses import dataclass

from otakit.contracts.acts import (
    artifacts,
    configuration,
    deployments,
    devices,
    filters,
    groups,
    inventory,
    tags,
    updates,
)
from otakit.contracts.acts.step import Step
from otakit.contracts.acts.tour import BOARD, BOX
from otakit.contracts.rule import Plan

Lane = tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Race:
    """One race: what comes before, and what is done at the same time."""

    name: str
    sentence: str
    before: tuple[Step, ...]
    lanes: tuple[Lane, ...]
    plan: Plan = "os"


def _accepted(*numbers: int) -> tuple[Step, ...]:
    return tuple(
        step
        for number in numbers
        for step in (devices.Preauthorize(device=number), devices.Ask(device=number))
    )


_ARTIFACT = artifacts.Upload(artifact=0, release=0, types=(BOARD,))
_PENDING = (devices.Ask(device=0),)


def _deployed(*numbers: int, retries: int = 0, phases: deployments.Phases = ()) -> tuple[Step, ...]:
    made = deployments.Create(
        deployment=0, release=0, devices=numbers, retries=retries, phases=phases
    )
    return (*_accepted(*numbers), _ARTIFACT, made)


RACES: tuple[Race, ...] = (
    Race(
        name="accept-reject",
        sentence="Of two users, one accepts a device and one rejects it: one of them is the last",
        before=_PENDING,
        lanes=(
            (devices.Decide(device=0, status="accepted"), devices.Ask(device=0)),
            (devices.Decide(device=0, status="rejected"),),
        ),
    ),
    Race(
        name="accept-two-keys",
        sentence="Two users accept one key of a device each: one key is accepted in the end",
        before=(devices.Ask(device=0), devices.Ask(device=0, key=1)),
        lanes=(
            (devices.Decide(device=0, key=0, status="accepted"),),
            (devices.Decide(device=0, key=1, status="accepted"),),
        ),
    ),
    Race(
        name="ask-decommission",
        sentence="A device asks while it is decommissioned: it is gone, or there anew",
        before=_accepted(0),
        lanes=((updates.Poll(device=0),), (devices.Decommission(device=0),)),
    ),
    Race(
        name="preauthorize-twice",
        sentence="Two users announce one device: one is told that it is there",
        before=(),
        lanes=((devices.Preauthorize(device=0),), (devices.Preauthorize(device=0),)),
    ),
    Race(
        name="report-abort",
        sentence="A device reports while its deployment is aborted: either comes first",
        before=(
            *_deployed(0),
            updates.Poll(device=0),
            updates.Report(device=0, deployment=0, status="installing"),
        ),
        lanes=(
            (updates.Report(device=0, deployment=0, status="success"),),
            (deployments.Abort(deployment=0),),
        ),
    ),
    Race(
        name="report-decommission",
        sentence="A device reports while it is decommissioned: either comes first",
        before=(*_deployed(0, 1), updates.Poll(device=0)),
        lanes=(
            (updates.Report(device=0, deployment=0, status="installing"),),
            (devices.Decommission(device=0),),
        ),
    ),
    Race(
        name="reports",
        sentence="Devices report at the same time: each is counted once",
        before=(*_deployed(0, 1, 2), *(updates.Poll(device=n) for n in range(3))),
        lanes=tuple(
            (
                updates.Report(device=n, deployment=0, status="installing"),
                updates.Report(device=n, deployment=0, status="success"),
            )
            for n in range(3)
        ),
    ),
    Race(
        name="retry-abort",
        sentence="A device fails and tries again while its deployment is aborted",
        before=(*_deployed(0, retries=1), updates.Poll(device=0)),
        lanes=(
            (updates.Report(device=0, deployment=0, status="failure"), updates.Poll(device=0)),
            (deployments.Abort(deployment=0),),
        ),
    ),
    Race(
        name="upload-twice",
        sentence="Two users upload the same artifact: one is told that it is there",
        before=(),
        lanes=(
            (artifacts.Upload(artifact=0, release=0, types=(BOARD,)),),
            (artifacts.Upload(artifact=1, release=0, types=(BOARD, BOX)),),
        ),
    ),
    Race(
        name="delete-deploy",
        sentence="An artifact is deleted while it is deployed: one of them is refused",
        before=(*_accepted(0), _ARTIFACT),
        lanes=(
            (artifacts.Delete(artifact=0),),
            (deployments.Create(deployment=0, release=0, devices=(0,)),),
        ),
    ),
    Race(
        name="deploy-poll",
        sentence="Two deployments are created while a device asks: it is offered the older one",
        before=(*_accepted(0), _ARTIFACT, artifacts.Upload(artifact=1, release=1, types=(BOARD,))),
        lanes=(
            (deployments.Create(deployment=0, release=0, devices=(0,)),),
            (deployments.Create(deployment=1, release=1, devices=(0,)),),
            (updates.Poll(device=0), updates.Poll(device=0)),
        ),
    ),
    Race(
        name="phase-share",
        sentence="Devices ask at the same time: a phase lets in its share and no more",
        before=_deployed(0, 1, 2, phases=((34, None), (None, 1))),
        lanes=tuple((updates.Poll(device=number),) for number in range(3)),
        plan="professional",
    ),
    Race(
        name="groups",
        sentence="Two users put a device into a group each: it is in one of them",
        before=_accepted(0),
        lanes=(
            (groups.Move(device=0, group="a"),),
            (groups.Move(device=0, group="b"),),
        ),
    ),
    Race(
        name="attributes",
        sentence="A device tells attributes while a user tags it: both are kept",
        before=_accepted(0),
        lanes=(
            (inventory.Tell(device=0, attributes={"a": "x"}),),
            (tags.Tag(device=0, attributes={"a": "y"}),),
            (tags.Tag(device=0, attributes={"b": "z"}),),
        ),
    ),
    Race(
        name="filters",
        sentence="Two users save a filter of the same name: one is told that it is there",
        before=(),
        lanes=(
            (filters.Save(filter=0, site="north", called=0),),
            (filters.Save(filter=1, site="south", called=0),),
        ),
    ),
    Race(
        name="configuration",
        sentence="A configuration is set while it is deployed and another one is reported",
        before=_accepted(0),
        lanes=(
            (configuration.Configure(device=0, values={"a": "x"}),),
            (configuration.Configure(device=0, values={"b": "y"}),),
            (configuration.Report(device=0, values={"a": "z"}),),
        ),
    ),
)
