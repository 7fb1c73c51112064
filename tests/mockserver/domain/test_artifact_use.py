"""Deployments hold on to their artifacts."""

from collections.abc import Callable

import pytest

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.errors import Conflict, NotFound, Unprocessable
from otakit.mockserver.domain.world import World

Store = Callable[..., Artifact]
Start = Callable[..., Deployment]


def test_artifact_in_use_cannot_be_deleted(world: World, store: Store, start: Start) -> None:
    """It can once the deployment is finished, which remembers it."""
    artifact, deployment = store(), start("a")
    with pytest.raises(Conflict):
        world.remove_artifact(artifact.id)
    world.aborts.abort(deployment.id)
    world.remove_artifact(artifact.id)
    assert deployment.artifacts == [artifact.id]
    with pytest.raises(NotFound):
        world.remove_artifact(artifact.id)


def test_used_artifact_keeps_its_description(world: World, store: Store, start: Start) -> None:
    """For ever: the deployment's history speaks of it."""
    artifact = store()
    world.describe_artifact(artifact.id, "new")
    deployment = start("a")
    world.aborts.abort(deployment.id)
    with pytest.raises(Unprocessable):
        world.describe_artifact(artifact.id, "newer")
    assert artifact.description == "new"


def test_later_artifact_joins_unfinished_deployments(
    world: World, store: Store, start: Start
) -> None:
    """Only those of its name."""
    first, other = store(), store("v2")
    done, running, another = start("a"), start("a"), start("a", artifact="v2")
    world.aborts.abort(done.id)
    late = store(types=("bone",))
    assert done.artifacts == [first.id]
    assert running.artifacts == [first.id, late.id]
    assert another.artifacts == [other.id]
