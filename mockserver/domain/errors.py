"""What can go wrong in the model.

DomainError
├── Invalid            what was asked makes no sense, whatever the state
├── Unauthorized       the caller is not who it has to be
├── Forbidden          the caller may not do this
├── NotFound           the named thing does not exist (or no longer)
├── Conflict           in the way of something that exists
│   ├── DeviceExists        preauthorisation of a known identity; carries the device
│   └── ArtifactExists      same name and depends as an existing artifact; carries the clash
├── PreconditionFailed an entity tag does not match
└── Unprocessable      well-formed, but impossible in the current state

HTTP statuses are given to them in one place only, `mockserver/problems.py`.
"""

from typing import Any


class DomainError(Exception):
    """An operation that the model refuses; the message is meant for the API's caller."""

    def __init__(self, message: str) -> None:
        """Refuse with a message that names the thing, the value and the way out."""
        super().__init__(message)
        self.message = message


class Invalid(DomainError):
    """What was asked makes no sense, whatever the state."""


class Unauthorized(DomainError):
    """The caller is not who it has to be."""


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


class PreconditionFailed(DomainError):
    """An entity tag does not match."""


class Unprocessable(DomainError):
    """Well-formed, but impossible in the current state."""
