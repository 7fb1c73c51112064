"""Integrations: other clouds and webhooks that are to hear of devices, and what they would hear.

Nothing leaves this server: each event says so in its delivery statuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from otakit.mockserver.domain.clock import Clock, Seconds, rfc3339
from otakit.mockserver.domain.device import ACCEPTED, Device
from otakit.mockserver.domain.errors import Conflict, Invalid, NotFound
from otakit.mockserver.domain.ids import Ids, is_uuid
from otakit.mockserver.domain.index import Page

CREDENTIALS_OF = {"webhook": "http", "iot-core": "aws", "iot-hub": "sas"}
"""The type of credentials that each provider takes."""

MAX_EVENTS = 1000
UNDELIVERED = "not delivered: this is a mock, which calls no other server"


@dataclass(slots=True, kw_only=True)
class Integration:
    """One service that is to hear of devices."""

    id: str
    provider: str
    credentials: Mapping[str, Any]
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened to a device, and to which integrations it was due."""

    id: str
    type: str
    time: Seconds
    data: Mapping[str, Any]
    due: tuple[str, ...]


class Integrations:
    """The integrations of one World, one for each provider, and the newest thousand events."""

    _integrations: dict[str, Integration]
    _events: list[Event]
    _provisioned: set[str]

    def __init__(self, clock: Clock, ids: Ids) -> None:
        """Begin without any."""
        self._clock = clock
        self._ids = ids
        self._integrations = {}
        self._events = []
        self._provisioned = set()

    def create(
        self, provider: str, credentials: Mapping[str, Any], description: str = ""
    ) -> Integration:
        """Add an integration; raises Invalid for another provider's credentials, Conflict."""
        _check_fit(provider, credentials)
        if any(known.provider == provider for known in self._integrations.values()):
            message = f"integration already exists: there is one with provider '{provider}'"
            raise Conflict(message)
        integration = Integration(
            id=self._ids.uuid(), provider=provider, credentials=credentials, description=description
        )
        self._integrations[integration.id] = integration
        return integration

    def all(self) -> list[Integration]:
        """Return the integrations, oldest first."""
        return list(self._integrations.values())

    def integration(self, integration_id: str) -> Integration:
        """Return an integration; raises Invalid for what is no UUID, NotFound."""
        _check_id(integration_id)
        try:
            return self._integrations[integration_id]
        except KeyError:
            message = f"integration not found: '{integration_id}'"
            raise NotFound(message) from None

    def set_credentials(self, integration_id: str, credentials: Mapping[str, Any]) -> None:
        """Put other credentials in place of an integration's; raises as `create` and above."""
        integration = self.integration(integration_id)
        _check_fit(integration.provider, credentials)
        integration.credentials = credentials

    def remove(self, integration_id: str) -> None:
        """Forget an integration; what happened stays. Raises as `integration` does."""
        del self._integrations[self.integration(integration_id).id]

    # What happens

    def device_changed(self, device: Device) -> None:
        """Note that a device has another status, and when it is let in for the first time."""
        if device.status == ACCEPTED and device.id not in self._provisioned:
            self._provisioned.add(device.id)
            self._note("device-provisioned", _provisioned(device) if self._integrations else {})
        self._note("device-status-changed", {"id": device.id, "status": device.status})

    def device_removed(self, device: Device) -> None:
        """Note that a device is gone."""
        self._provisioned.discard(device.id)
        self._note("device-decommissioned", {"id": device.id})

    def events(self, page: Page, integration_id: str | None = None) -> tuple[list[Event], int]:
        """Return a page of the events, newest first, and their number: all, or those due to one.

        Raises Invalid for what is no UUID.
        """
        if integration_id is not None:
            _check_id(integration_id)
        newest = reversed(self._events)
        fitting = [e for e in newest if integration_id is None or integration_id in e.due]
        return page.of(fitting), len(fitting)

    def _note(self, kind: str, data: Mapping[str, Any]) -> None:
        if self._integrations:
            event = Event(
                id=self._ids.uuid(),
                type=kind,
                time=self._clock.now(),
                data=data,
                due=tuple(self._integrations),
            )
            self._events.append(event)
            del self._events[:-MAX_EVENTS]


def _check_id(integration_id: str) -> None:
    if not is_uuid(integration_id):
        message = f"integration ID must be a valid UUID, not '{integration_id:.80}'"
        raise Invalid(message)


def _check_fit(provider: str, credentials: Mapping[str, Any]) -> None:
    wanted, kind = CREDENTIALS_OF[provider], credentials["type"]
    if kind != wanted:
        message = (
            f"provider: '{provider}' incompatible with credential type '{kind}':"
            f" '{wanted}' is expected"
        )
        raise Invalid(message)


def _provisioned(device: Device) -> dict[str, Any]:
    auth_sets = [
        {
            "id": auth_set.id,
            "device_id": device.id,
            "identity_data": auth_set.identity_data,
            "pubkey": auth_set.pubkey,
            "status": auth_set.status,
            "ts": rfc3339(auth_set.created),
        }
        for auth_set in device.auth_sets.values()
        if auth_set.status == ACCEPTED
    ]
    return {
        "id": device.id,
        "status": device.status,
        "auth_sets": auth_sets,
        "created_ts": rfc3339(device.created),
    }
