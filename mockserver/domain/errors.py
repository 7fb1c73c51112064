"""What can go wrong in the model.

DomainError
├── Invalid            what was asked makes no sense, whatever the state
│   ├── BadId               an id that cannot be one
│   ├── BadEntry            a configuration's key or value that cannot be one; says why
│   └── Mismatch            an authentication set of another device
├── Unauthorized       the caller is not who it has to be
│   ├── AtLimit             as many devices as may be are let in already
│   └── Untrusted           a token that is not, or no longer, good
├── Forbidden          the caller may not do this
├── NotFound           the named thing does not exist (or no longer)
├── Conflict           in the way of something that exists
│   ├── DeviceExists        preauthorisation of a known identity; carries the device
│   ├── ArtifactExists      same name and depends as an existing artifact; carries the clash
│   └── ReleasesInUse       unfinished deployments use a release; carries their ids
├── PreconditionFailed an entity tag does not match
└── Unprocessable      well-formed, but impossible in the current state

HTTP statuses are given to them in one place only, `mockserver/problems.py`.
"""

from typing import Any


class DomainError(Exception):
    """An operation that the model refuses; the message is meant for the API's caller.

    `details` is what a program among the callers may want to know besides.
    """

    def __init__(self, message: str) -> None:
        """Refuse with a message that names the thing, the value and the way out."""
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = {}


class Invalid(DomainError):
    """What was asked makes no sense, whatever the state."""


class BadId(Invalid):
    """A text that cannot be the id of anything."""


class BadEntry(Invalid):
    """A key or a value that no configuration can have; `reason` says so without naming it."""

    def __init__(self, part: str, name: str, fault: str) -> None:
        """Refuse a `part` of an entry, the key or the value, for a fault; `name` says which."""
        super().__init__(f"{part} {name}: {fault}" if name else f"{part}: {fault}")
        self.reason = f"{part}: {fault}"


class Mismatch(Invalid):
    """An authentication set that belongs to another device."""

    def __init__(self, device_id: str, auth_set_id: str) -> None:
        """Refuse because these two do not belong together."""
        super().__init__(f"authentication set '{auth_set_id}' is not of device '{device_id}'")


class Unauthorized(DomainError):
    """The caller is not who it has to be."""


class AtLimit(Unauthorized):
    """No further device may be let in."""


class Untrusted(Unauthorized):
    """A token that is not of this server or side, has expired, or was revoked."""


class Forbidden(DomainError):
    """The caller may not do this."""


class NotFound(DomainError):
    """The named thing does not exist, or no longer."""


class Conflict(DomainError):
    """In the way of something that exists."""


class DeviceExists(Conflict):
    """The identity to preauthorise is known already; `device` is the one that has it."""

    def __init__(self, device: Any) -> None:
        """Refuse because of this device."""
        super().__init__("a device with this identity data exists already")
        self.device = device


class ArtifactExists(Conflict):
    """An artifact with the same name and depends exists; `clash` says which depends."""

    def __init__(self, clash: dict[str, str]) -> None:
        """Refuse because of these depends values."""
        super().__init__("an artifact with the same name and depends already exists")
        self.clash = clash
        self.details = {"metadata": {"conflict": clash}}


class ReleasesInUse(Conflict):
    """Releases that unfinished deployments use; `details` names these."""

    def __init__(self, deployment_ids: list[str]) -> None:
        """Refuse because of these deployments."""
        super().__init__("release(s) used in active deployment")
        self.details = {"active_deployments": deployment_ids}


class PreconditionFailed(DomainError):
    """An entity tag does not match."""


class Unprocessable(DomainError):
    """Well-formed, but impossible in the current state."""
