"""A universe's fleet of JFrog Connect, from outside: what its web interface would make."""

from typing import Any

from msgspec import Struct

from otakit.mockserver.client.wire import Wire, below


class ConnectAccess(Struct, frozen=True):
    """What a client of the fleet needs: its key, which stands in paths, and its token."""

    project_key: str
    token: str


class Connect:
    """The fleet: its devices, apps, groups and update flows, as JSON.

    `fixtures/connect_fleet.json` is an example of one.
    """

    def __init__(self, wire: Wire, path: str) -> None:
        """Steer the fleet at this path."""
        self._wire = wire
        self._path = path

    @property
    def access(self) -> ConnectAccess:
        """Key and token of the fleet."""
        return self._wire.ask(ConnectAccess, "GET", self._path)

    @property
    def project_key(self) -> str:
        """The key, for `/api/v2/{project_key}/deployments`."""
        return self.access.project_key

    @property
    def token(self) -> str:
        """The token that opens it."""
        return self.access.token

    def fleet(self) -> dict[str, Any]:
        """Return the fleet."""
        return self._wire.ask(dict[str, Any], "GET", f"{self._path}/fleet")

    def replace(self, fleet: dict[str, Any]) -> None:
        """Put another fleet in place of this one; its deployments go with it."""
        self._wire.tell("PUT", f"{self._path}/fleet", fleet)

    def add_device(self, name: str, **more: Any) -> dict[str, Any]:
        """Add a device, with `state`, `tags`, `groups` or `apps`; return it with its uuid."""
        body = {"name": name, **more}
        return self._wire.ask(dict[str, Any], "POST", f"{self._path}/devices", body)

    def change_device(self, uuid: str, **change: Any) -> dict[str, Any]:
        """Change what is named of a device; return all of it."""
        path = f"{self._path}/devices/{below(uuid)}"
        return self._wire.ask(dict[str, Any], "PATCH", path, change)

    def add_flow(self, name: str, steps: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        """Add an update flow, with `parameters` or `cve_severity`; return it with its uuid."""
        body = {"name": name, "steps": steps, **more}
        return self._wire.ask(dict[str, Any], "POST", f"{self._path}/flows", body)
