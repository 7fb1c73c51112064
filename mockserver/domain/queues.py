"""Queues: which deployments each device has still to do, and which one it ended last.

Section 4.3 of the server facts.
"""

from bisect import insort
from collections.abc import Iterator

from otakit.mockserver.domain.deployment import Deployment


class Queues:
    """The deployments that wait for each device of one World, oldest first."""

    _waiting: dict[str, list[tuple[int, Deployment]]]
    _handled: dict[str, int]

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting = {}
        self._handled = {}

    def add(self, device_id: str, deployment: Deployment) -> None:
        """Let a deployment wait for a device."""
        queue = self._waiting.setdefault(device_id, [])
        if not queue or queue[-1][0] < deployment.number:  # as a new one always is
            queue.append((deployment.number, deployment))
        else:
            insort(queue, (deployment.number, deployment), key=lambda entry: entry[0])

    def discard(self, device_id: str, deployment: Deployment) -> None:
        """Let a deployment wait for a device no longer."""
        queue = self._waiting.get(device_id, [])
        self._waiting[device_id] = [entry for entry in queue if entry[1] is not deployment]

    def waiting(self, device_id: str) -> Iterator[Deployment]:
        """Go through a device's deployments that are not final for it, oldest first."""
        return (deployment for _, deployment in self._waiting.get(device_id, ()))

    def current_and_next(self, device_id: str) -> list[Deployment]:
        """Return what a device is busy with, and the one that it would begin after that."""
        waiting = list(self.waiting(device_id))
        current = next((d for d in waiting if device_id in d.devices), None)
        after = self.handled(device_id) if current is None else current.number
        fresh = (d for d in waiting if device_id not in d.devices and d.number > after)
        return [d for d in (current, next(fresh, None)) if d is not None]

    def handle(self, device_id: str, deployment: Deployment) -> None:
        """Note that a device itself has ended a deployment."""
        self._handled[device_id] = max(self.handled(device_id), deployment.number)

    def handled(self, device_id: str) -> int:
        """Return the number of the newest deployment that a device itself ended, or 0."""
        return self._handled.get(device_id, 0)

    def forget_handled(self, device_id: str) -> None:
        """Forget what a device has ended."""
        self._handled.pop(device_id, None)

    def forget(self, device_id: str) -> None:
        """Forget a device that has left."""
        self._waiting.pop(device_id, None)
        self._handled.pop(device_id, None)
