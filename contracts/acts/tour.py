"""The tour: one sequence with every kind of step in it, so that each is tried in every run."""

from otakit.contracts.acts import (
    artifacts,
    configuration,
    deployment_looks,
    deployments,
    devices,
    filters,
    groups,
    inventory,
    tags,
    updates,
)
from otakit.contracts.acts.step import Step

BOARD, BOX = "otakit-board", "otakit-box"

_ADMISSION: tuple[Step, ...] = (
    devices.Ask(device=0),
    devices.Decide(device=0, status="accepted"),
    devices.AuthSetStatus(device=0),
    devices.Ask(device=0),
    devices.Preauthorize(device=1),
    devices.Ask(device=1),
    devices.Preauthorize(device=2),
    devices.Ask(device=2),
)
_INVENTORY: tuple[Step, ...] = (
    inventory.Tell(device=0, attributes={"site": "north", "a": "x"}),
    inventory.Replace(device=1, attributes={"site": "north"}),
    tags.Tag(device=1, attributes={"a": "x"}),
    tags.Retag(device=1, attributes={"b": "y"}),
    groups.Move(device=0, group="a"),
    groups.Leave(device=0, group="a"),
    groups.Gather(devices=(0, 1), group="b"),
    groups.Scatter(devices=(1,), group="b"),
    groups.Move(device=1, group="a"),
    groups.Dissolve(group="a"),
    groups.Groups(),
    filters.Save(filter=0, site="north", called=0),
    filters.Save(filter=1, site="south", called=1),
    filters.Listed(),
    filters.Delete(filter=1),
    inventory.Search(site="north"),
)
_ARTIFACTS: tuple[Step, ...] = (
    artifacts.Upload(artifact=0, release=0, types=(BOARD,)),
    artifacts.Upload(artifact=1, release=0, types=(BOARD, BOX)),
    artifacts.Upload(artifact=2, release=1, types=(BOARD,)),
    artifacts.Describe(artifact=0, text="old"),
    artifacts.Release(release=0),
)
_UPDATES: tuple[Step, ...] = (
    deployments.Create(deployment=0, release=0, devices=(0, 1, 2), retries=1),
    deployments.CreateForGroup(deployment=1, release=0, group="b"),
    deployments.CreateDynamic(deployment=2, release=1, filter=0),
    updates.Poll(device=0),
    updates.Report(device=0, deployment=0, status="failure"),
    updates.PollWithDepends(device=0),
    updates.Report(device=0, deployment=0, status="success"),
    updates.SendLog(device=0, deployment=0, text="one"),
    updates.PollV2(device=1),
    updates.Report(device=1, deployment=0, status="installing"),
    deployment_looks.Listed(status="inprogress"),
    deployment_looks.DevicesPage(deployment=0, status="active"),
    deployment_looks.Targets(deployment=0),
    deployment_looks.StatisticsList(deployments=(0, 1)),
    devices.Listed(devices=(0, 1, 2), status="accepted"),
    deployments.AbortDevice(device=1),
    deployments.Abort(deployment=0),
)
_CONFIGURATION: tuple[Step, ...] = (
    configuration.Configure(device=0, values={"a": "x"}),
    configuration.Deploy(device=0, deployment=3),
    configuration.Report(device=0, values={"a": "x"}),
    configuration.Own(device=0),
    artifacts.Delete(artifact=0),
)
_END: tuple[Step, ...] = (
    devices.Revoke(device=0),
    updates.Poll(device=0),
    devices.Dismiss(device=0),
    devices.Decommission(device=1),
)
TOUR: tuple[Step, ...] = (
    *_ADMISSION,
    *_INVENTORY,
    *_ARTIFACTS,
    *_UPDATES,
    *_CONFIGURATION,
    *_END,
)
