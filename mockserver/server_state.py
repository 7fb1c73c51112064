"""What one running server holds: its settings, its universes, and who may call."""

from dataclasses import dataclass

from otakit.mockserver.documented import Documented
from otakit.mockserver.domain.dialect import DIALECTS, Dialect
from otakit.mockserver.security import Security
from otakit.mockserver.settings import Settings
from otakit.mockserver.simulation.simulations import Simulations
from otakit.mockserver.universes import Universes


@dataclass(slots=True)
class ServerState:
    """Shared by all operations of one server."""

    settings: Settings
    universes: Universes
    security: Security
    documented: Documented
    simulations: Simulations

    @property
    def dialect(self) -> Dialect:
        """The policies of all its worlds."""
        return DIALECTS[self.settings.dialect]
