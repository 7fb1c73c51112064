"""The real server's words, operation by operation, where they are known.

Sections 1.6 and 3 to 9 of the server facts.
"""

from collections.abc import Mapping
from typing import Any

from otakit.mockserver.domain.errors import (
    AtLimit,
    BadEntry,
    BadId,
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    Mismatch,
    NotFound,
    PreconditionFailed,
    Unprocessable,
    Untrusted,
)
from otakit.mockserver.domain.progress import STATUSES
from otakit.mockserver.schemas import Flaw
from otakit.mockserver.signatures import BadKey
from otakit.mockserver.tokens import Side
from otakit.mockserver.wording import Wording, Words

_NOT_POSITIVE = "value must be a non-zero positive integer"
_EVERYWHERE: dict[str, Words] = {
    "page.type": 'invalid page query: "{value}"',
    "page.minimum": f"invalid page query: {_NOT_POSITIVE}",
    "per_page.type": 'invalid per_page query: "{value}"',
    "per_page.minimum": f"invalid per_page query: {_NOT_POSITIVE}",
    "per_page.maximum": 'parameter "per_page" above limit (max: 500)',
}
_ANY_ERROR: dict[type[DomainError], str] = {
    BadId: "ID is not a valid UUID",
    PreconditionFailed: "ETag does not match",
}


def _lists_of_targets(asked: Any) -> str:
    """Say what is wrong with the devices of a new deployment: both ways given, or neither."""
    both = isinstance(asked, dict) and asked.get("devices") and asked.get("all_devices")
    told = (
        "list of devices provided togheter with all_devices flag"  # codespell:ignore togheter
        if both
        else "provide list of devices or set all_devices flag"
    )
    return f"Validating request body: Invalid deployments definition: {told}"


def _device_status(value: Any) -> str:
    return (
        "status: must be a valid value."
        if value in STATUSES
        else f"invalid status for device '{value}'"
    )


def _abort_status(value: Any) -> str:
    known = value is None or value in STATUSES
    return "Unexpected deployment status" if known else f"invalid status for device '{value}'"


def _either_type(name: str) -> str:
    return (
        f"api: malformed request body: invalid JSON type for '{name}': must be string or []string"
    )


_GO_TYPES = {dict: "map[string]interface {}", list: "[]interface {}", bool: "bool"}


def _entry(flaw: Flaw) -> str:
    """Say what is wrong with a configuration's value; its key may be anything."""
    if flaw.keyword == "maxLength":
        return f"invalid request body: value: the length must be no more than {flaw.limit}."
    kind = "<nil>" if flaw.value is None else _GO_TYPES.get(type(flaw.value), "float64")
    return f"invalid request body: value: invalid type: {kind}."


_UNCONFIGURED = "device does not exist"
_CONFIGURING = Wording(
    decoding="malformed request body: ",
    values=_entry,
    errors={BadEntry: "invalid request body: {reason}.", NotFound: _UNCONFIGURED},
)
_DEPLOYING = Wording(
    decoding="Validating request body: ",
    checking="Validating request body: ",
    names={
        ".oneOf": _lists_of_targets,
        ".not": "Validating request body: The deployment for group constructor should have neither"
        " list of devices nor all_devices flag set",
        "artifact_name.maxLength": "Validating request body: artifact_name: the length must be"
        " between 1 and 4096.",
    },
    errors={Unprocessable: "No artifact for the deployment"},
)
_ATTRIBUTES = Wording(
    decoding="failed to decode request body: ",
    names={
        "value": "value: supported types are string, float64, and arrays thereof.",
        "name.maxLength": "name: the length must be between 1 and 1024.",
        ".maxItems": "the number of attributes in the scope is above the limit",
    },
    flat=True,
    errors={Invalid: "the number of attributes in the scope is above the limit"},
)
_ASKING = Wording(
    decoding="invalid schema: ",
    names={
        f"{name}.maxLength": f"{name}: the length must be between 1 and 4096."
        for name in ("artifact_name", "device_type")
    },
    errors={Conflict: "Device provided conflicting request data"},
)
_GROUP_NAME = "group name can only contain: upper/lowercase alphanum, -(dash), _(underscore)"
_UNCONNECTED = Wording(errors={NotFound: "device not connected"})
_RESOURCE = Wording(errors={NotFound: "Resource not found"})
_DEVICE = Wording(errors={NotFound: "Device not found"})
_SILENT = Wording(errors={NotFound: ""})

_WORDINGS: dict[str, Wording] = {
    # Device authentication
    "authenticateDevice": Wording(
        decoding="failed to decode auth request: ",
        names={
            "id_data.required": "invalid auth request: id_data must be provided",
            "id_data.minLength": "invalid auth request: id_data must be provided",
            "pubkey.required": "invalid auth request: pubkey must be provided",
            "pubkey.minLength": "invalid auth request: pubkey must be provided",
            "X-MEN-Signature": "missing request signature header",
        },
        errors={
            BadKey: "invalid auth request: cannot decode public key",
            AtLimit: "unauthorized",
        },
    ),
    "preauthorizeDevice": Wording(
        decoding="failed to decode preauth request: ",
        checking="failed to decode preauth request: ",
        errors={BadKey: "failed to decode preauth request: cannot decode public key"},
    ),
    "listDevices": Wording(
        names={
            "status": "filter status must be one of: accepted, pending, rejected, preauthorized or"
            " noauth"
        }
    ),
    "searchDevices": Wording(
        decoding="api: malformed request body: ",
        names={"status": _either_type("status"), "id": _either_type("id")},
    ),
    "countDevices": Wording(
        names={
            "status": "status must be one of: pending, accepted, rejected, preauthorized, noauth"
        }
    ),
    "getDevice": Wording(errors={NotFound: "device not found"}),
    "decommissionDevice": _SILENT,
    "deleteAuthSet": _SILENT,
    "revokeToken": _SILENT,
    "setAuthSetStatus": Wording(
        decoding="failed to decode status data: ",
        names={"status": "incorrect device status"},
        errors={
            NotFound: "authorization set not found",
            Mismatch: "dev auth: dev ID and auth ID mismatch",
            Invalid: "dev auth: bad request",
            Unprocessable: "maximum number of accepted devices reached",
        },
    ),
    "getAuthSetStatus": Wording(errors={NotFound: "authorization set not found"}),
    # Deployments, devices' side
    "checkUpdate": _ASKING,
    "checkUpdateDepends": _ASKING,
    "reportDeploymentStatus": Wording(
        names={"status.enum": _device_status},
        errors={NotFound: "Resource not found", Conflict: "Deployment aborted"},
    ),
    "reportDeploymentLog": Wording(
        names={
            "messages.required": "no messages: invalid deployment log",
            "messages.minItems": "no messages: invalid deployment log",
        },
        flat=True,
        errors={NotFound: "Deployment not found"},
    ),
    # Deployments, management side
    "createDeployment": _DEPLOYING,
    "createGroupDeployment": _DEPLOYING,
    "listDeployments": Wording(
        names={
            "status": "unknown status {value}",
            "type": "unknown deployment type {value}",
            "sort": 'invalid form value: must be one of "asc" or "desc"',
            "created_before": "timestamp parsing failed for created_before parameter: invalid"
            " timestamp: {value}",
            "created_after": "timestamp parsing failed created_after parameter: invalid timestamp:"
            " {value}",
        }
    ),
    "getDeployment": _RESOURCE,
    "getDeploymentStatistics": _RESOURCE,
    "listDeploymentDeviceIds": _RESOURCE,
    "getDeploymentLog": _RESOURCE,
    "countDevicesOfDeployments": Wording(
        names={
            "deployment_ids.maxItems": "the length must be between 1 and 100",
            "deployment_ids.pattern": "{last}: must be a valid UUID.",
        },
        errors={NotFound: "Deployment not found"},
    ),
    "setDeploymentStatus": Wording(
        names={"status": _abort_status},
        errors={Unprocessable: "Deployment already finished"},
    ),
    "listAllDeploymentDevices": Wording(errors={NotFound: "Deployment not found"}),
    "listDeploymentDevices": Wording(
        names={"status": "status: must be a valid value"},
        errors={NotFound: "Deployment not found"},
    ),
    "listDeviceDeployments": Wording(
        names={"per_page.maximum": f"invalid per_page query: {_NOT_POSITIVE}"}
    ),
    # Artifacts
    "getArtifact": _RESOURCE,
    "getArtifactLink": _RESOURCE,
    "updateArtifact": Wording(
        decoding="Validating request body: ",
        checking="Validating request body: ",
        errors={
            NotFound: "Resource not found",
            Unprocessable: "Image has already been used in deployment",
        },
    ),
    "deleteArtifact": Wording(
        errors={NotFound: "Resource not found", Conflict: "Artifact is used in active deployment"}
    ),
    "generateArtifact": Wording(errors={Unprocessable: "Artifact not unique"}),
    "deleteReleases": Wording(names={"name": "at least one release name has to be provided"}),
    "setReleaseTags": Wording(decoding="invalid request body: ", checking="invalid request body: "),
    # Device configuration
    "getDeviceConfiguration": Wording(errors={NotFound: _UNCONFIGURED}),
    "setDeviceConfiguration": _CONFIGURING,
    "getOwnConfiguration": Wording(errors={NotFound: _UNCONFIGURED}),
    "reportConfiguration": _CONFIGURING,
    "deployDeviceConfiguration": Wording(
        decoding="malformed request body: ",
        names={
            "retries.minimum": "malformed request body: json: cannot unmarshal number {value} into"
            " Go struct field retries"
        },
        errors={
            NotFound: _UNCONFIGURED,
            Forbidden: "forbidden: update control map is available only for Enterprise customers",
        },
    ),
    # Device connect
    "getConnection": Wording(errors={NotFound: "device not found"}),
    "connectUser": Wording(errors={NotFound: "failed to connect to device: device disconnected"}),
    "triggerUpdateCheck": _UNCONNECTED,
    "triggerInventory": _UNCONNECTED,
    # Inventory
    "assignInventory": _ATTRIBUTES,
    "replaceInventory": _ATTRIBUTES,
    "assignTags": _ATTRIBUTES,
    "replaceTags": _ATTRIBUTES,
    "listInventories": Wording(
        names={"has_group": 'invalid has_group query: "{value}"', "sort": "invalid sort order"}
    ),
    "getInventory": _DEVICE,
    "getDeviceGroup": _DEVICE,
    "removeDeviceFromGroup": _DEVICE,
    "putDeviceInGroup": Wording(
        decoding="failed to decode device group data: ",
        names={"group.pattern": f"group: {_GROUP_NAME}."},
        errors={NotFound: "Device not found"},
    ),
    "listGroupDevices": Wording(errors={NotFound: "group not found"}),
    "addDevicesToGroup": Wording(
        decoding="invalid payload schema: ",
        names={".minItems": "no device IDs present in payload", "name": _GROUP_NAME},
    ),
    "searchInventories": Wording(
        decoding="failed to decode request body: ",
        names={
            "per_page.maximum": "per_page: must be no greater than 500.",
            "scope.enum": "scope: must be one of system, identity, inventory, monitor, tags.",
        },
        flat=True,
    ),
}


def wording_of(operation_id: str, side: Side | None) -> Wording:
    """Return an operation's words; devices are told nothing about a token that is no good."""
    known = _WORDINGS.get(operation_id, Wording())
    errors: Mapping[type[DomainError], str] = {**_ANY_ERROR, **known.errors}
    if side == "devices":
        errors = {**errors, Untrusted: ""}
    return Wording(
        decoding=known.decoding,
        checking=known.checking,
        names={**_EVERYWHERE, **known.names},
        flat=known.flat,
        values=known.values,
        errors=errors,
    )
