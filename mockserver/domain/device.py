"""One device: an identity, and the authentication sets it was seen or announced with.

Reference, Management APIs / Device authentication / Device and AuthSet.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from otakit.mockserver.domain.clock import Seconds

ACCEPTED = "accepted"
PREAUTHORIZED = "preauthorized"
PENDING = "pending"
REJECTED = "rejected"
NOAUTH = "noauth"
STATUSES = (ACCEPTED, PREAUTHORIZED, PENDING, REJECTED, NOAUTH)
"""A device's status is the first of these that one of its authentication sets has."""


@dataclass(slots=True, kw_only=True)
class AuthSet:
    """One identity with one public key, and whether that pair is let in."""

    id: str
    device_id: str
    identity_data: dict[str, Any]
    pubkey: str
    status: str
    created: Seconds


@dataclass(slots=True, kw_only=True)
class Device:
    """One device: an identity and the authentication sets it was seen or announced with."""

    id: str
    number: int
    identity: str
    identity_data: dict[str, Any]
    created: Seconds
    updated: Seconds
    status: str = NOAUTH
    auth_sets: dict[str, AuthSet] = field(default_factory=dict)
    checked_in: Seconds | None = None


_write = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def identity_key(identity_data: dict[str, Any]) -> str:
    """Return what makes two identities the same: their pairs, whatever the order or spacing."""
    return _write(identity_data)
