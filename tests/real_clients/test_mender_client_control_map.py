"""mender-client pauses where the update control map says so, and goes on when a user lets it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.real_clients.conftest import MenderClient, Operator

NAME = "release-1"


def control_map(action: str) -> dict[str, Any]:
    """Make a map for the moment before the installation."""
    return {"priority": 1, "states": {"ArtifactInstall_Enter": {"action": action}}}


def test_update_pauses_until_the_map_is_changed(
    operator: "Operator", mender_client: Callable[..., "MenderClient"]
) -> None:
    """It has downloaded by then, and not installed; it asks for the map again and again."""
    client = mender_client()
    operator.generate(NAME, b"paused\n", filename="motd", dest_dir=str(client.disk))
    client.start()
    device = operator.accept(client)
    deployment = operator.deploy(NAME, device, update_control_map=control_map("pause"))
    client.until(
        lambda: operator.statistics(deployment) == {"pause_before_installing": 1}, "it pauses"
    )
    assert not (client.disk / "motd").exists()
    assert not operator.finished(deployment)

    operator.change_control_map(deployment, control_map("continue"))
    client.until(lambda: operator.finished(deployment), "the deployment is finished")

    assert operator.statistics(deployment) == {"success": 1}
    assert (client.disk / "motd").read_bytes() == b"paused\n"


def test_update_fails_where_the_map_says_so(
    operator: "Operator", mender_client: Callable[..., "MenderClient"]
) -> None:
    """A user who sees what is paused may also stop it."""
    client = mender_client()
    operator.generate(NAME, b"failed\n", filename="motd", dest_dir=str(client.disk))
    client.start()
    device = operator.accept(client)
    deployment = operator.deploy(NAME, device, update_control_map=control_map("pause"))
    client.until(
        lambda: operator.statistics(deployment) == {"pause_before_installing": 1}, "it pauses"
    )

    operator.change_control_map(deployment, control_map("fail"))
    client.until(lambda: operator.finished(deployment), "the deployment is finished")

    assert operator.statistics(deployment) == {"failure": 1}
    assert not (client.disk / "motd").exists()
