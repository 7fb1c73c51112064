"""Devices of the suite's own that match a saved filter, and deployments to it."""

from typing import Any

from otakit.contracts.backend import Backend, Deployment, id_in
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect_contains, expect_status, json_of
from otakit.contracts.ledger import DEPLOYMENT, FILTER
from otakit.contracts.rollout import Rollout
from otakit.contracts.signing_device import SigningDevice

MARK = "otakit_mark"
"""The attribute that filters look at; each has a value of its own."""


class MatchingDevices:
    """A saved filter, and devices that match it."""

    def __init__(self, backend: Backend, count: int = 1) -> None:
        """Make them; raises NotReached."""
        self.mark = backend.name("mark")
        self.name = backend.name("filter")
        self.term = {"scope": "inventory", "attribute": MARK, "type": "$eq", "value": self.mark}
        self._backend = backend
        with backend.building("a saved filter"):
            body = {"name": self.name, "terms": [self.term]}
            answer = backend.management.post("v2/inventory/filters", json=body)
            self.id = id_in(expect_status(answer, 201))
            backend.ledger.made(FILTER, self.id)
        self.devices = [backend.accepted_device() for _ in range(count)]
        for device in self.devices:
            self.join(device)

    def join(self, device: SigningDevice) -> None:
        """See that a device matches the filter; raises NotReached."""
        with self._backend.building("a device that matches a filter"):
            expect_status(device.send_inventory(**{MARK: self.mark}), 200)
            self._backend.eventually(lambda: self._expect_match(device))

    def _expect_match(self, device: SigningDevice) -> None:
        path = f"v2/inventory/filters/{in_path(self.id)}/search"
        answer = expect_status(self._backend.management.get(path), 200)
        found = [entry.get("id") for entry in json_of(answer)]
        expect_contains(answer, found, device.id, "the devices that match")

    def request(self, **more: Any) -> Exchange:
        """Ask for a deployment; a field that is None is left out."""
        backend = self._backend
        told = {
            "name": backend.name("deployment"),
            "artifact_name": backend.lent_artifact().name,
            "filter_id": self.id,
            **more,
        }
        body = {field: value for field, value in told.items() if value is not None}
        answer = backend.management.post("v2/deployments/deployments", json=body)
        if answer.status == 201:  # noqa: PLR2004
            backend.ledger.made(DEPLOYMENT, id_in(answer))
        return answer

    def deployed(self, **body: Any) -> Rollout:
        """Return a deployment to the filter; raises NotReached."""
        backend = self._backend
        name = backend.name("deployment")
        with backend.building("a dynamic deployment"):
            answer = expect_status(self.request(name=name, **body), 201)
        made = Deployment(id=id_in(answer), name=name)
        return Rollout(backend, made, backend.lent_artifact(), self.devices)
