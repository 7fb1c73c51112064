"""A client of the control API, for tests and scripts: it steers a running `otakit serve`.

```python
from otakit.mockserver.client import ControlClient

with ControlClient("http://127.0.0.1:8080") as client, client.new_universe() as universe:
    universe.clock.freeze()
    universe.clock.advance(hours=1)
    print(universe.url, universe.token, universe.clock.now)
```

It needs none of the server's packages, and loads httpx when the first client is made.
"""

from otakit.mockserver.client.clock import Clock, ClockState
from otakit.mockserver.client.connect import Connect, ConnectAccess
from otakit.mockserver.client.control_client import ControlClient, Scenario
from otakit.mockserver.client.errors import ControlError, Unreachable
from otakit.mockserver.client.events import Event, Events
from otakit.mockserver.client.faults import Fault, Faults, On, When
from otakit.mockserver.client.fleet import Fleet, FleetState
from otakit.mockserver.client.journal import (
    Entry,
    Exchange,
    Filter,
    Journal,
    Match,
    Nearest,
    Verdict,
)
from otakit.mockserver.client.universe import LoadedScenario, NewUniverse, Universe

__all__ = [
    "Clock",
    "ClockState",
    "Connect",
    "ConnectAccess",
    "ControlClient",
    "ControlError",
    "Entry",
    "Event",
    "Events",
    "Exchange",
    "Fault",
    "Faults",
    "Filter",
    "Fleet",
    "FleetState",
    "Journal",
    "LoadedScenario",
    "Match",
    "Nearest",
    "NewUniverse",
    "On",
    "Scenario",
    "Universe",
    "Unreachable",
    "Verdict",
    "When",
]
