"""One deployment of JFrog Connect: what was asked for, and the runs of its devices.

JFrog Connect, Deploy Update and Get Deployment by UUID.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.connect_flow import SEVERITIES, Script
from otakit.mockserver.domain.connect_run import Run
from otakit.mockserver.domain.errors import NotFound

TYPE = "Update"
"""What all deployments are: the document names no types, and this API makes no others."""


@dataclass(slots=True, kw_only=True)
class ConnectDeployment:
    """One deployment; its devices are those that fitted its filter when it was made."""

    uuid: str
    created: Seconds
    comment: str
    script: Script
    runs: Sequence[Run]
    _places: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Remember where each device's run is."""
        self._places = {run.device_uuid: place for place, run in enumerate(self.runs)}

    def run(self, device_uuid: str) -> Run:
        """Return a device's run; raises NotFound."""
        place = self._places.get(device_uuid)
        if place is None:
            message = f"no device '{device_uuid}' in deployment '{self.uuid}'"
            raise NotFound(message)
        return self.runs[place]

    def status_of(self, device_uuid: str, now: Seconds) -> str | None:
        """Tell how far a device is, or None for one that is not meant."""
        place = self._places.get(device_uuid)
        return None if place is None else self.runs[place].status(now)

    def cve_severity(self) -> dict[str, int]:
        """Count the known vulnerabilities of what it installs, as its flow says."""
        counts = self.script.flow.plan.cve_severity
        return {severity: counts.get(severity, 0) for severity in SEVERITIES}
