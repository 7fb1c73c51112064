"""Devices send logs of their deployments (server facts, 4.8)."""

from collections.abc import Callable
from typing import Any

import pytest

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.offers import Offer
from otakit.mockserver.domain.world import World


def test_log_is_kept_and_replaced(
    world: World,
    admit: Callable[..., str],
    store: Callable[..., Artifact],
    start: Callable[..., Deployment],
    poll: Callable[..., Offer | None],
) -> None:
    """In every status, also after the end."""
    store()
    device = admit("a")
    deployment = start(device)
    poll(device)
    with pytest.raises(NotFound):
        world.reports.read_log(deployment.id, device)
    for text in ("first", "second"):
        messages: list[dict[str, Any]] = [{"message": text}]
        world.reports.log(device, deployment.id, messages)
        assert world.reports.read_log(deployment.id, device) == messages
        if text == "first":
            world.aborts.abort(deployment.id)
