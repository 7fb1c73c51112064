"""History: which deployments each device has had a part in.

Section 5.8 of the server facts; no document knows of it.
"""

from bisect import insort

from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.progress import DeviceDeployment

Part = tuple[Deployment, DeviceDeployment]


class History:
    """The parts of every device of one World, in the order of the deployments' creation."""

    _parts: dict[str, list[Part]]

    def __init__(self) -> None:
        """Begin with none."""
        self._parts = {}

    def add(self, deployment: Deployment, part: DeviceDeployment) -> None:
        """Take down that a device's part in a deployment has begun."""
        parts = self._parts.setdefault(part.device_id, [])
        insort(parts, (deployment, part), key=lambda entry: entry[0].number)

    def page(self, device_id: str, page: Page) -> tuple[list[Part], int]:
        """Return a page of a device's parts, the newest first, and how many there are."""
        parts = self._parts.get(device_id, [])
        stop = max(len(parts) - page.start, 0)
        return parts[max(len(parts) - page.stop, 0) : stop][::-1], len(parts)

    def clear(self, device_id: str, now: Seconds) -> list[Part]:
        """Mark all that is over for a device as deleted; return what was not so before."""
        mine = self._parts.get(device_id, ())
        struck = [entry for entry in mine if not entry[1].active and entry[1].deleted is None]
        for _, part in struck:
            part.deleted = now
        return struck
