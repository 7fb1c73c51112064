"""What the audit log says of things: who acted, what was acted on, what differs.

An operation that changes something says so in one line, once it is done:
`call.audit(ACTION, about_...(...), change)`. The reference knows three types of objects only;
`about_...` chooses the nearest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from otakit.mockserver.answers import encode
from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.audit import (
    DEPLOYMENT,
    DEVICE,
    UPDATE,
    USER,
    Actor,
    AuditLog,
    Object,
)
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.filters import SavedFilter
from otakit.mockserver.domain.integrations import Integration
from otakit.mockserver.domain.user import User
from otakit.mockserver.domain.world import World


def actor(user: User) -> Actor:
    """Describe who acts."""
    return Actor(id=user.id, email=user.email)


def about_user(user: User) -> Object:
    """Describe a user."""
    return Object(id=user.id, type=USER, about={"email": user.email})


def about_device(world: World, device_id: str) -> Object:
    """Describe a device, before it is removed; one that only a deployment knows has no identity."""
    known = device_id in world.devices
    identity = world.devices.device(device_id).identity_data if known else {}
    return Object(
        id=device_id, type=DEVICE, about={"id": device_id, "identity_data": _json(identity)}
    )


def about_group(name: str) -> Object:
    """Describe the devices of a group."""
    return Object(id=name, type=DEVICE, about={"identity_data": _json({"group": name})})


def about_filter(saved: SavedFilter) -> Object:
    """Describe the devices that a saved filter finds."""
    return Object(id=saved.id, type=DEVICE, about={"identity_data": _json({"filter": saved.name})})


def about_deployment(deployment: Deployment) -> Object:
    """Describe a deployment."""
    plan = deployment.plan
    about = {"name": plan.name, "artifact_name": plan.artifact_name}
    return Object(id=deployment.id, type=DEPLOYMENT, about=about)


def about_artifact(artifact: Artifact) -> Object:
    """Describe an artifact: its name is all that a deployment of it would be called."""
    about = {"name": artifact.name, "artifact_name": artifact.name}
    return Object(id=artifact.id, type=DEPLOYMENT, about=about)


def about_release(name: str) -> Object:
    """Describe a release, in the way of its artifacts."""
    return Object(id=name, type=DEPLOYMENT, about={"name": name, "artifact_name": name})


def about_integration(integration: Integration) -> Object:
    """Describe the devices of which an integration hears: all, by the integration's provider."""
    identity = _json({"integration": integration.provider})
    return Object(id=integration.id, type=DEVICE, about={"identity_data": identity})


@dataclass(frozen=True, slots=True)
class Witness:
    """Writes down what a user does to a device over some time.

    Knows both as they were when that began: either may be gone when it ends.
    """

    log: AuditLog
    actor: Actor
    device: Object

    def tell(self, change: str) -> None:
        """Add an entry."""
        self.log.write(self.actor, UPDATE, self.device, change)


def witness(world: World, user_id: str, device_id: str) -> Witness:
    """Return a witness of what this user begins with this device; raises NotFound."""
    user = world.users.user(user_id)
    return Witness(world.audit, actor(user), about_device(world, device_id))


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Write what differs, a line for each value: `-` before what was, `+` before what is.

    Empty where nothing differs.
    """
    lines = []
    for name in sorted({*before, *after}):
        if name in before and name in after and before[name] == after[name]:
            continue
        lines += [f"- {name}: {_json(before[name])}"] if name in before else []
        lines += [f"+ {name}: {_json(after[name])}"] if name in after else []
    return "\n".join(lines)


def added(name: str, values: Iterable[Any]) -> str:
    """Write what has come, a line for each; empty where nothing has."""
    return "\n".join(f"+ {name}: {_json(value)}" for value in values)


def removed(name: str, values: Iterable[Any]) -> str:
    """Write what has gone, a line for each; empty where nothing has."""
    return "\n".join(f"- {name}: {_json(value)}" for value in values)


def _json(value: Any) -> str:
    return encode(value).decode()
