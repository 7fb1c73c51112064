"""What users do in a scenario's past: by the operations' own functions, audit entries and all."""

from collections.abc import Mapping
from typing import Any

from starlette.types import Message

from otakit.mockserver.answers import Answer
from otakit.mockserver.audit_trail import about_artifact, about_user, actor, added
from otakit.mockserver.domain.artifacts import Artifact, Content
from otakit.mockserver.domain.audit import CREATE
from otakit.mockserver.domain.user import User
from otakit.mockserver.domain.world import World
from otakit.mockserver.operations import FUNCTIONS, Call
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.universe import Universe

_PATH = "/"
"""Of all their requests: what comes of it, the last part of a Location, is the same."""


class UsersActs:
    """The users of one universe at work; each act is the first user's unless it says whose."""

    def __init__(self, universe: Universe, server: ServerState) -> None:
        """Act in this universe."""
        self._universe = universe
        self._server = server

    @property
    def world(self) -> World:
        """What they work on."""
        return self._universe.world

    def user(self, email: str | None = None) -> User:
        """Return a user by address, or the first one."""
        users = self.world.users.all(lambda u: email is None or u.email == email.lower())
        return next(users)

    def create_user(self, email: str, password: str) -> None:
        """Add a user."""
        made = self.world.users.register(email, password)
        self.world.audit.write(actor(self.user()), CREATE, about_user(made))

    def upload(self, content: Content, description: str) -> Artifact:
        """Add an artifact, whose file is kept elsewhere."""
        artifact = self.world.add_artifact(content, description)
        change = added("artifact", [artifact.name])
        self.world.audit.write(actor(self.user()), CREATE, about_artifact(artifact), change)
        return artifact

    def set_status(self, device_id: str, status: str) -> None:
        """Accept or reject a device by its newest authentication set."""
        *_, auth_set = self.world.devices.device(device_id).auth_sets
        self._call("setAuthSetStatus", {"id": device_id, "aid": auth_set}, {"status": status})

    def forget_keys(self, device_id: str) -> None:
        """Leave a device without any authentication set."""
        for auth_set in list(self.world.devices.device(device_id).auth_sets):
            self._call("deleteAuthSet", {"id": device_id, "aid": auth_set})

    def preauthorize(self, identity: Mapping[str, Any], pubkey: str) -> str:
        """Announce a device; return its id."""
        body = {"identity_data": dict(identity), "pubkey": pubkey}
        return self._created(self._call("preauthorizeDevice", {}, body))

    def decommission(self, device_id: str) -> None:
        """Remove a device."""
        self._call("decommissionDevice", {"id": device_id})

    def group(self, name: str, device_ids: list[str]) -> None:
        """Put devices into a group."""
        self._call("addDevicesToGroup", {"name": name}, device_ids)

    def tag(self, device_id: str, tags: Mapping[str, str]) -> None:
        """Give a device these tags and no others."""
        body = [{"name": name, "value": value} for name, value in tags.items()]
        self._call("replaceTags", {"id": device_id}, body)

    def save_filter(self, name: str, terms: list[dict[str, Any]]) -> str:
        """Save a filter; return its id."""
        return self._created(self._call("createFilter", {}, {"name": name, "terms": terms}))

    def deploy(self, operation: str, plan: dict[str, Any], by: str | None, group: str = "") -> str:
        """Make a deployment by one of the operations that do; return its id."""
        return self._created(self._call(operation, {"name": group}, plan, by))

    def abort(self, deployment_id: str) -> None:
        """Abort a deployment."""
        self._call("setDeploymentStatus", {"deployment_id": deployment_id}, {"status": "aborted"})

    def configure(self, device_id: str, values: Mapping[str, str], by: str | None) -> None:
        """Say what a device is to be set to."""
        self._call("setDeviceConfiguration", {"deviceId": device_id}, dict(values), by)

    def deploy_configuration(self, device_id: str, by: str | None) -> None:
        """Send a device what it is to be set to."""
        self._call("deployDeviceConfiguration", {"deviceId": device_id}, {}, by)

    def _call(
        self, operation: str, params: dict[str, Any], body: Any = None, by: str | None = None
    ) -> Answer:
        call = Call(
            universe=self._universe,
            caller=self.user(by).id,
            jti="",
            params=params,
            body=body,
            raw=b"",
            scope={"type": "http", "path": _PATH, "headers": []},
            receive=_nothing,
            server=self._server,
        )
        answer = FUNCTIONS[operation](call)
        if not isinstance(answer, Answer):
            message = f"operation '{operation}' waits for something"
            raise TypeError(message)
        return answer

    @staticmethod
    def _created(answer: Answer) -> str:
        location = dict(answer.headers)[b"location"].decode()
        return location.rpartition("/")[2]


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
