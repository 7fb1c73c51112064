"""What target and oracle have in common: names, identities and a clock."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from otakit.contracts.ledger import SERIAL
from otakit.mockserver.domain.clock import Clock, Seconds, rfc3339
from otakit.specs.catalogue import DEFAULT_EDITION

HOUR: Seconds = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The ground that one sequence stands on.

    All names begin with `prefix`, which has the run's name in it, so that nobody else's things are
    met. The clock follows the target's roughly: whatever depends on it more finely is not compared.
    """

    prefix: str
    dialect: str = "documented"
    edition: str = DEFAULT_EDITION
    clock: Clock = field(default_factory=Clock)

    @property
    def older(self) -> bool:
        """Whether the documents are those of an older edition."""
        return self.edition != DEFAULT_EDITION

    def serial(self, device: int) -> str:
        """Name a device."""
        return f"{self.prefix}-device{device}"

    def identity(self, device: int) -> dict[str, Any]:
        """Return a device's identity."""
        serial = self.serial(device)
        digits = [f"{byte:02x}" for byte in sha256(serial.encode()).digest()[:5]]
        return {SERIAL: serial, "mac": ":".join(["02", *digits])}

    def release(self, number: int) -> str:
        """Name a release; several artifacts can have one name."""
        return f"{self.prefix}-v{number}"

    def deployment(self, number: int) -> str:
        """Name a deployment."""
        return f"{self.prefix}-rollout{number}"

    def group(self, letter: str) -> str:
        """Name a group."""
        return f"{self.prefix}-{letter}"

    def filter(self, number: int) -> str:
        """Name a saved filter."""
        return f"{self.prefix}-filter{number}"

    def site(self, letter: str) -> str:
        """Name a place that devices tell; filters look for it, so it is nobody else's either."""
        return f"{self.prefix}-site-{letter}"

    def in_hours(self, hours: float) -> tuple[Seconds, str]:
        """Return a moment to come, for the oracle and as it is sent."""
        moment = float(int(self.clock.now() + hours * HOUR))
        return moment, rfc3339(moment)
