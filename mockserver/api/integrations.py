"""Integrations with other clouds and webhooks (as_built/management/iot-manager-v1)."""

from collections.abc import Mapping
from typing import Any

from otakit.mockserver.answers import Answer, created, empty, json_answer
from otakit.mockserver.audit_trail import about_integration, difference
from otakit.mockserver.domain.audit import CREATE, DELETE, UPDATE
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.integrations import UNDELIVERED, Event, Integration
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import counted, page_of

_OMITTED = "<omitted>"
_SECRETS = {"secret", "secret_access_key"}
_KEY = "sharedaccesskey="


@operation("listIntegrations")
def list_integrations(call: Call) -> Answer:
    """List the integrations."""
    shown = page_of(call).of(call.world.integrations.all())
    return json_answer([_integration_json(integration) for integration in shown])


@operation("createIntegration")
def create_integration(call: Call) -> Answer:
    """Add an integration."""
    body = call.body
    integration = call.world.integrations.create(
        body["provider"], body["credentials"], body.get("description", "")
    )
    call.audit(CREATE, about_integration(integration))
    return created(f"{call.path().rstrip('/')}/{integration.id}")


@operation("getIntegration")
def get_integration(call: Call) -> Answer:
    """Show an integration, without its secrets."""
    return json_answer(_integration_json(call.world.integrations.integration(call.params["id"])))


@operation("deleteIntegration")
def delete_integration(call: Call) -> Answer:
    """Remove an integration."""
    integration = call.world.integrations.integration(call.params["id"])
    call.world.integrations.remove(integration.id)
    call.audit(DELETE, about_integration(integration))
    return empty()


@operation("setIntegrationCredentials")
def set_integration_credentials(call: Call) -> Answer:
    """Put other credentials in place of an integration's."""
    integration = call.world.integrations.integration(call.params["id"])
    before = integration.credentials
    call.world.integrations.set_credentials(integration.id, call.body)
    call.audit(UPDATE, about_integration(integration), _told(before, integration.credentials))
    return empty()


@operation("listIntegrationEvents")
def list_integration_events(call: Call) -> Answer:
    """List what happened to devices while there was an integration, newest first."""
    page = page_of(call)
    events, total = call.world.integrations.events(page, call.params.get("integration_id"))
    headers = counted(call, page, total)
    return json_answer([_event_json(event) for event in events], headers=headers)


def _integration_json(integration: Integration) -> dict[str, Any]:
    shaped = {
        "id": integration.id,
        "provider": integration.provider,
        "credentials": _without_secrets(integration.credentials),
    }
    if integration.description:
        shaped["description"] = integration.description
    return shaped


def _told(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Write what differs between credentials; of secrets, that they do."""
    if before == after:
        return ""
    shown = {"credentials": _without_secrets(after)}
    told = difference({"credentials": _without_secrets(before)}, shown)
    return told or difference({}, shown)


def _without_secrets(credentials: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, value in credentials.items():
        if isinstance(value, dict):
            shown[name] = _without_secrets(value)
        elif name == "connection_string":
            parts = (_part(part) for part in str(value).split(";"))
            shown[name] = ";".join(parts)
        else:
            shown[name] = _OMITTED if name in _SECRETS else value
    return shown


def _part(part: str) -> str:
    if not part.strip().lower().startswith(_KEY):
        return part
    return part.partition("=")[0] + "=" + _OMITTED


def _event_json(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "time": rfc3339(event.time),
        "data": event.data,
        "delivery_statuses": [
            {"integration_id": i, "success": False, "error": UNDELIVERED} for i in event.due
        ],
    }
