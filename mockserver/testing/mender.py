"""What a test has of a server: a universe of its own, as a Mender server and as JFrog Connect."""

import ssl
from contextlib import ExitStack
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otakit.mockserver.client import (
    Clock,
    Faults,
    Fleet,
    Journal,
    LoadedScenario,
    Universe,
)
from otakit.mockserver.client import Connect as ConnectFleet

if TYPE_CHECKING:
    import httpx

    from otakit.fixtures.keys import Algorithm
    from otakit.mockserver.testing.device import Device

__all__ = ["Access", "Connect", "Mender"]

_LOGIN = "api/management/v1/useradm/auth/login"

Access = tuple[str, str]
"""A user's password and a management token."""

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP: httpx loads all authorities for each client else, slower than a short test."""


class Mender:
    """A Mender server of one's own.

    `url` is the base of all its APIs; `email` and `password` are its user's, `token` is a
    management token of theirs, and devices name `tenant_token`. `clock`, `faults` and `journal`
    steer it and tell what was asked; `universe` has all the rest of the control API. `management`
    is a client that is logged in, with paths below `/api/management/`.
    """

    def __init__(self, universe: Universe, access: Access, trust: ssl.SSLContext = _NO_TLS) -> None:
        """Use a universe, and be its user; `trust` is what https proves itself with."""
        self.universe = universe
        self.url: str = universe.url
        self.email: str = universe.email
        self.password, self.token = access
        self.tenant_token: str = universe.tenant_token
        self.clock: Clock = universe.clock
        self.faults: Faults = universe.faults
        self.journal: Journal = universe.journal
        self.simulated: Fleet = universe.fleet
        self.trust = trust
        self._open = ExitStack()
        self._numbers = count(1)

    def __repr__(self) -> str:
        """Name it."""
        return f"<{type(self).__name__} {self.universe.id} at {self.url}>"

    def close(self) -> None:
        """Close the clients that were made here."""
        self._open.close()

    @cached_property
    def management(self) -> "httpx.Client":
        """A client that is logged in; paths are relative to `/api/management/`."""
        return self.client("api/management/", self.token)

    def log_in(self) -> str:
        """Log in anew, for `management` too, and return the token: one is good for a week."""
        self.token = ""
        with self.client() as http:
            answer = http.post(_LOGIN, auth=(self.email, self.password))
        self.token = answer.raise_for_status().text
        self.management.headers["Authorization"] = f"Bearer {self.token}"
        return self.token

    def client(self, path: str = "", token: str = "") -> "httpx.Client":
        """Return a client for paths below `path`, with a token if one is given.

        It is closed with the universe.
        """
        import httpx  # noqa: PLC0415 - not all tests want it

        headers = {"Authorization": f"Bearer {token}"} if token else {}
        made = httpx.Client(
            base_url=f"{self.url}/{path}", headers=headers, verify=self.trust, trust_env=False
        )
        self._open.callback(made.close)
        return made

    def load_scenario(self, scenario: str | Path) -> LoadedScenario:
        """Put a scenario in place of what there is: one of otakit's by name, or a file.

        A file is a Path, or named with a slash or a suffix, as in `./tills.yaml`.
        """
        if isinstance(scenario, Path) or "/" in scenario or "." in scenario:
            text = Path(scenario).read_text(encoding="utf-8")
            return self.universe.load_scenario(definition=text)
        return self.universe.load_scenario(scenario)

    def device(self, *, accepted: bool = True, algorithm: "Algorithm" = "ed25519") -> "Device":
        """Return a new device with a key of its own, for tests of what devices ask.

        It has been let in and has a token, unless `accepted` is False: then it has not asked yet.
        """
        from otakit.mockserver.testing.device import new_device  # noqa: PLC0415 - heavy

        return new_device(self, self.next_number(), algorithm, accepted=accepted)

    def next_number(self) -> int:
        """Return a number that nothing here has been called by yet."""
        return next(self._numbers)

    @cached_property
    def connect(self) -> "Connect":
        """The same universe as JFrog Connect."""
        return Connect(self)


class Connect:
    """JFrog Connect of one's own: `project_key` stands in paths, `token` opens it.

    `fleet` is what its web interface would fill: devices, apps, groups and update flows. `http` is
    a client with the token; its paths are below `/api/v2/{project_key}/`.
    """

    def __init__(self, mender: Mender) -> None:
        """Use the universe that is a Mender server, too."""
        access = mender.universe.connect.access
        self.universe = mender.universe
        self.url: str = mender.url
        self.project_key: str = access.project_key
        self.token: str = access.token
        self.fleet: ConnectFleet = mender.universe.connect
        self.clock: Clock = mender.clock
        self.faults: Faults = mender.faults
        self.journal: Journal = mender.journal
        self._mender = mender

    def __repr__(self) -> str:
        """Name it."""
        return f"<{type(self).__name__} {self.universe.id} at {self.url}>"

    @cached_property
    def http(self) -> "httpx.Client":
        """A client with the token; paths are relative to `/api/v2/{project_key}/`."""
        return self._mender.client(f"api/v2/{self.project_key}/", self.token)

    def put_fleet(self, fleet: dict[str, Any]) -> dict[str, Any]:
        """Let the fleet be this; return it with the ids that its parts have got."""
        self.fleet.replace(fleet)
        return self.fleet.fleet()
