"""The mock for tests: a server of its own process, and a fresh universe for each test.

```python
from otakit.mockserver.testing import universe

with universe(scenario="small-fleet") as mender:
    devices = mender.management.get("v2/devauth/devices").json()
```

The pytest plugin's fixtures are made of these; `docs/how-to/` has both. Nothing heavy is imported
before it is used.
"""

from otakit.mockserver.testing.case import OtaTestCase
from otakit.mockserver.testing.device import Device
from otakit.mockserver.testing.fleet import BrokenPromise, FleetOutcome
from otakit.mockserver.testing.mender import Connect, Mender
from otakit.mockserver.testing.process import StartFailed
from otakit.mockserver.testing.report import report_of
from otakit.mockserver.testing.servers import RunningServer, Servers, running_server, universe

__all__ = [
    "BrokenPromise",
    "Connect",
    "Device",
    "FleetOutcome",
    "Mender",
    "OtaTestCase",
    "RunningServer",
    "Servers",
    "StartFailed",
    "report_of",
    "running_server",
    "universe",
]
