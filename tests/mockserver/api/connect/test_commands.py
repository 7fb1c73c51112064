"""POST check-update and send-inventory: a connected device is told at once."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

COMMANDS = ("check-update", "send-inventory")


@pytest.mark.parametrize("command", COMMANDS)
def test_command_reaches_the_device(
    device: Any, online: Any, management: httpx.Client, command: str
) -> None:
    """It says who gave it, and belongs to no session."""
    answer = management.post(f"v1/deviceconnect/devices/{device.id}/{command}")
    assert (answer.status_code, answer.json()) == (202, None)
    user = management.get("v1/useradm/users/me").json()["id"]
    heard = online.expect(4, command)
    assert heard["props"] == {"user_id": user}
    assert "sid" not in heard
    assert "body" not in heard


@pytest.mark.parametrize("command", COMMANDS)
def test_nobody_to_tell(
    device: Any, management: httpx.Client, refused: Callable[..., str], command: str
) -> None:
    """A device that is not connected, and one that there is not."""
    for name in (device.id, "none"):
        answer = management.post(f"v1/deviceconnect/devices/{name}/{command}")
        assert refused(answer, 404) == f"device not connected: '{name}'"
