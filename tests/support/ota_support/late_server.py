"""`otakit serve` as a slow backend: inventory hears a little later whether a device is let in.

So it is with the real server, whose services tell one another of devices when they find the time.
"""

import sys
import time
from typing import Any

from otakit.cli.main import main
from otakit.mockserver.api import load_functions
from otakit.mockserver.domain import profiles
from otakit.mockserver.domain.device import Device

LATE = 0.25
"""Seconds until a change can be seen."""


def be_late() -> None:
    """Show the status that a device had before, until some time has gone by."""
    real = vars(profiles)["_identity_attributes"]
    heard: dict[str, tuple[float, str, str]] = {}

    def identity_attributes(device: Device) -> Any:
        now, is_now = time.monotonic(), device.status
        since, shown, latest = heard.get(device.id, (now, "noauth", is_now))
        if is_now != latest:
            since = now
        if now - since >= LATE:
            shown = is_now
        heard[device.id] = since, shown, is_now
        device.status = shown
        try:
            return real(device)
        finally:
            device.status = is_now

    vars(profiles)["_identity_attributes"] = identity_attributes


if __name__ == "__main__":
    load_functions()
    be_late()
    main(["serve", *sys.argv[1:]])
