"""Bounds: what the schema phase may ask of a target that others use, too.

Requests are drawn at random there. So whatever changes something is asked only with ids of the
run's own, or with such as nothing can have; an operation that would reach further is left out. Both
are tables: an operation that changes something and stands in neither is left out as well.
"""

import re
from collections.abc import Mapping

from otakit.contracts.operation import Operation

_HANDSHAKE = "it opens a websocket, which cited rules try"
_GUESSES = "whoever tries wrong passwords at random may be locked out"
_EVERYBODY = "it would change settings that others share"
_PEOPLE = "it would make, change or delete users"

LEFT_OUT: dict[str, str] = {
    "connectDevice": _HANDSHAKE,
    "connectUser": _HANDSHAKE,
    "playbackSession": _HANDSHAKE,
    "login": _GUESSES,
    "logout": "it would end the session of the run itself",
    "createConnectDeployment": "a filter that is not understood would stand for all devices of the"
    " project",
    # Companions: only servers as built have them.
    "changeMyPassword": _GUESSES,
    "createUser": _PEOPLE,
    "deleteUser": _PEOPLE,
    "updateUser": _PEOPLE,
    "updateMyUser": _PEOPLE,
    "saveSettings": _EVERYBODY,
    "saveMySettings": _EVERYBODY,
    "createIntegration": _EVERYBODY,
    "deleteIntegration": _EVERYBODY,
    "setIntegrationCredentials": _EVERYBODY,
    "deleteReleases": "it names what it deletes in the query, and nothing might stand for all",
}
"""Operations that are never asked for, and why."""

READING: frozenset[str] = frozenset(
    {
        "searchDevices",
        "searchInventories",
        "listDeploymentStatistics",
        "countDevicesOfDeployments",
    }
)
"""Operations that change nothing, though their method may."""

ENDING: frozenset[str] = frozenset(
    {"decommissionDevice", "deleteAuthSet", "setAuthSetStatus", "revokeToken"}
)
"""Operations after which a device may have no way in: only spare ones are asked about."""

KEEPING: frozenset[str] = frozenset({"setDeviceConfiguration"})
"""Operations that may make what they change: asked about the run's own devices alone.

The real server keeps what is configured for a device that it does not know, and nothing removes it.
"""

CHANGING: frozenset[str] = frozenset(
    {
        *ENDING,
        *("checkUpdate", "checkUpdateDepends", "checkUpdateV2", "authenticateDevice"),
        *("reportDeploymentLog", "reportDeploymentStatus", "reportConfiguration"),
        *("assignInventory", "replaceInventory", "reportAlerts", "setMonitorConfiguration"),
        *("setDeviceConfiguration", "deployDeviceConfiguration", "preauthorizeDevice"),
        *("triggerUpdateCheck", "triggerInventory", "uploadFile"),
        *("uploadArtifact", "generateArtifact", "deleteArtifact", "updateArtifact"),
        *("createDeployment", "createGroupDeployment", "createDynamicDeployment"),
        *("setDeploymentStatus", "updateDeployment", "abortDeviceDeployments"),
        *("decommissionDeviceDeployments", "deleteDeviceHistory", "updateRelease"),
        *("setReleaseTags", "deleteInventory", "putDeviceInGroup", "removeDeviceFromGroup"),
        *("assignTags", "replaceTags", "deleteGroup", "removeDevicesFromGroup"),
        *("addDevicesToGroup", "createFilter", "deleteFilter"),
        *("createAccessToken", "deleteAccessToken"),
        *("abortConnectDeployment", "abortConnectDeploymentDevice"),
    }
)
"""Operations that change something, which has to be the run's own."""

NAMING: frozenset[str] = frozenset(
    {
        *("createDeployment", "createGroupDeployment", "createDynamicDeployment"),
        *("generateArtifact", "createFilter", "createAccessToken"),
    }
)
"""Operations whose `name` is that of something new."""

_SAFE = {"GET", "HEAD"}

_MEANINGS = (
    (re.compile(r"/auth/\{"), {"id": "device with a key", "aid": "authentication set"}),
    (re.compile(r"/settings/tokens/\{id\}"), {"id": "access token"}),
    (re.compile(r"/devauth/tokens/"), {"id": "device token"}),
    (re.compile(r"/artifacts/\{"), {"id": "artifact"}),
    (re.compile(r"/releases/\{"), {"name": "release"}),
    (re.compile(r"/filters/\{"), {"id": "filter"}),
    (re.compile(r"/deployments/devices/\{"), {"id": "device"}),
    (re.compile(r"/groups?/\{"), {"name": "group", "id": "device"}),
    (re.compile(r"/(devices|device)/\{(id|deviceId)\}"), {"id": "device", "deviceId": "device"}),
    (re.compile(r"/deployments/\{"), {"id": "deployment", "deployment_id": "deployment"}),
    (re.compile(r"/download/configuration/"), {"deployment_id": "deployment"}),
    (re.compile(r"\{device_id\}"), {"device_id": "device"}),
    (
        re.compile(r"/\{project_key\}/"),
        {
            "project_key": "project",
            "deployment_uuid": "deployment of JFrog Connect",
            "device_uuid": "device of JFrog Connect",
        },
    ),
)
"""What the variable parts of a path stand for, by a part of it; the first that fits counts."""


def why_left_out(operation: Operation) -> str:
    """Say why an operation is never asked for; empty if it is."""
    if operation.id in LEFT_OUT:
        return LEFT_OUT[operation.id]
    known = operation.method in _SAFE or operation.id in READING or operation.id in CHANGING
    return "" if known else "nobody has said what it changes, which may be somebody else's"


def changes(operation: Operation) -> bool:
    """Say whether an operation changes something."""
    return operation.id not in READING and (
        operation.method not in _SAFE or operation.id in CHANGING
    )


def meanings(path: str) -> Mapping[str, str]:
    """Return what each variable part of a path stands for."""
    found: dict[str, str] = {}
    for fits, meaning in reversed(_MEANINGS):
        if fits.search(path):
            found |= meaning
    return found
