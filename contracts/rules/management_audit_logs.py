"""Management APIs / Audit Logs service: who did what to whom, and how it is found again."""

from datetime import datetime
from typing import Any

from otakit.contracts.backend import ARTIFACTS, Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_contains,
    expect_equal,
    expect_status,
    field_of,
    json_of,
)
from otakit.contracts.ledger import SERIAL
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_configuration import configuration_path

SECTION = "Management APIs / Audit Logs service"
GET = f"{SECTION} / Get Audit Logs"
ENTRY = f"{SECTION} / Schemas / AuditLog"
LOGS = "v1/auditlogs/logs"

_LEEWAY = 300
"""Seconds that clocks may differ."""


@rule(
    "MEN-MGT-AUD-001",
    "A new deployment leaves an entry: 'create', with the names of deployment and artifact",
    document=f"{SECTION} / Schemas / Deployment",
    operations=["listAuditLogs", "createDeployment"],
)
def creation_of_a_deployment_is_logged(backend: Backend) -> None:
    """Deploy, and look."""
    artifact = backend.lent_artifact()
    deployment = backend.deploy(artifact, [backend.lent_device()])
    about = {"name": deployment.name, "artifact_name": artifact.name}
    _expect_entry(backend, "create", "deployment", deployment.id, about)


@rule(
    "MEN-MGT-AUD-002",
    "Aborting a deployment leaves an entry: 'abort'",
    document=ENTRY,
    operations=["listAuditLogs", "setDeploymentStatus"],
)
def abort_is_logged(backend: Backend) -> None:
    """Deploy, abort, and look."""
    deployment = backend.deploy(backend.lent_artifact(), [backend.lent_device()])
    with backend.building("an aborted deployment"):
        body = {"status": "aborted"}
        expect_status(backend.management.put(f"{deployment.path}/status", json=body), 204)
    _expect_entry(backend, "abort", "deployment", deployment.id, {"name": deployment.name})


@rule(
    "MEN-MGT-AUD-003",
    "Rejecting a device leaves an entry: 'reject', with the identity of the device",
    document=f"{SECTION} / Schemas / Device",
    operations=["listAuditLogs", "setAuthSetStatus"],
)
def rejection_is_logged(backend: Backend) -> None:
    """Reject a device, and look."""
    device = backend.pending_device()
    with backend.building("a rejected device"):
        expect_status(device.set_status("rejected"), 204)
    entry = _expect_entry(backend, "reject", "device", device.id, {"id": device.id})
    identity = str(entry["object"].get("device", {}).get("identity_data"))
    expect(
        SERIAL in identity and device.serial in identity,
        "the identity of the rejected device in its entry",
        expected=f"one with {device.identity}",
        actual=identity,
    )


@rule(
    "MEN-MGT-AUD-004",
    "Decommissioning a device leaves an entry: 'decommission'",
    document=ENTRY,
    operations=["listAuditLogs", "decommissionDevice"],
    severity="critical",
)
def decommissioning_is_logged(backend: Backend) -> None:
    """Decommission a device, and look."""
    device = backend.accepted_device()
    with backend.building("a decommissioned device"):
        expect_status(device.decommission(), 204)
    _expect_entry(backend, "decommission", "device", device.id, {"id": device.id})


@rule(
    "MEN-MGT-AUD-005",
    "Letting a device in leaves an entry",
    document=ENTRY,
    operations=["listAuditLogs", "setAuthSetStatus"],
    severity="critical",
)
def acceptance_is_logged(backend: Backend) -> None:
    """Accept a pending device, and look whether there is an entry more than before."""
    device = backend.pending_device()
    before = len(_entries(backend, object_id=device.id))
    device.accept()
    _expect_more(backend, before, device.id, "the entries about a device after it was accepted")


@rule(
    "MEN-MGT-AUD-006",
    "Preauthorizing a device leaves an entry: 'create'",
    document=ENTRY,
    operations=["listAuditLogs", "preauthorizeDevice"],
)
def preauthorization_is_logged(backend: Backend) -> None:
    """Preauthorize a device, and look."""
    device = backend.new_device()
    with backend.building("a preauthorized device"):
        expect_status(device.preauthorize(), 201)
    _expect_entry(backend, "create", "device", device.id, {"id": device.id})


@rule(
    "MEN-MGT-AUD-007",
    "Setting a device's configuration leaves an entry, also a second time",
    document=ENTRY,
    operations=["listAuditLogs", "setDeviceConfiguration"],
)
def configuration_is_logged(backend: Backend) -> None:
    """Configure a device twice, and look each time."""
    device = backend.accepted_device()
    for value in ("debug", "info"):
        before = len(_entries(backend, object_id=device.id))
        with backend.building("a configuration"):
            answer = backend.management.put(configuration_path(device), json={"log": value})
            expect_status(answer, 204)
        _expect_more(backend, before, device.id, "the entries about a device that was configured")


@rule(
    "MEN-MGT-AUD-008",
    "Uploading, editing and deleting an artifact leave an entry each: 'create', 'update', 'delete'",
    document=ENTRY,
    operations=["listAuditLogs", "uploadArtifact", "updateArtifact", "deleteArtifact"],
)
def acts_on_artifacts_are_logged(backend: Backend) -> None:
    """Upload, edit and delete an artifact, and look."""
    artifact = backend.artifact()
    path = f"{ARTIFACTS}/{artifact.id}"
    with backend.building("an artifact that has come and gone"):
        expect_status(backend.management.put(path, json={"description": "edited"}), 204)
        expect_status(backend.management.delete(path), 204)

    def look() -> None:
        found = sorted(str(e.get("action")) for e in _entries(backend, object_id=artifact.id))
        expect_equal(None, found, ["create", "delete", "update"], "what was done to an artifact")

    backend.eventually(look)


@rule(
    "MEN-MGT-AUD-009",
    "What was refused leaves no entry of a deployment",
    document=ENTRY,
    operations=["listAuditLogs", "createDeployment"],
    severity="minor",
)
def refusals_are_not_logged(backend: Backend) -> None:
    """Deploy what there is not, and look for the deployment's name."""
    name = backend.name("deployment")
    answer = backend.deployment_request(backend.name("nothing"), [backend.lent_device()], name=name)
    with backend.building("a refused deployment"):
        expect_status(answer, 422, 400)
    found = _entries(backend, object_deployment_name=name)
    expect_equal(None, found, [], "the entries about a deployment that was refused")


@rule(
    "MEN-MGT-AUD-010",
    "The actor of an entry is the user, with id and e-mail address",
    document=f"{SECTION} / Schemas / Actor",
    operations=["listAuditLogs"],
    severity="critical",
)
def actor_is_the_user(backend: Backend) -> None:
    """Do something, and look who did it: always the same one, and not somebody else."""
    actor = own_entry(backend)["actor"]
    expect_equal(None, actor.get("type"), "user", "the type of the actor")
    expect(actor.get("id"), "the id of the actor", expected="an id", actual=actor)
    if backend.target.email:
        email = str(actor.get("email")).lower()
        expect_equal(None, email, backend.target.email.lower(), "the actor's e-mail address")


@rule(
    "MEN-MGT-AUD-011",
    "'time' of an entry is when it was done",
    document=ENTRY,
    operations=["listAuditLogs", "createDeployment"],
)
def time_is_when_it_was_done(backend: Backend) -> None:
    """Deploy, and compare the entry with the deployment's time of creation."""
    deployment = backend.deploy(backend.lent_artifact(), [backend.lent_device()])
    with backend.building("a look at the deployment"):
        shown = expect_status(backend.management.get(deployment.path), 200)
        created = datetime.fromisoformat(str(field_of(shown, "created"))[:19])
    entry = _expect_entry(backend, "create", "deployment", deployment.id, {})
    logged = datetime.fromisoformat(str(entry.get("time"))[:19])
    expect(
        abs((logged - created).total_seconds()) <= _LEEWAY,
        "the time of an entry about a new deployment",
        expected=f"about {created}",
        actual=str(logged),
    )


def entries_in(answer: Exchange) -> list[dict[str, Any]]:
    """Return the entries of a page."""
    return [dict(entry) for entry in json_of(answer)]


def own_entry(backend: Backend) -> dict[str, Any]:
    """Return the entry about a new deployment; raises NotReached."""
    deployment = backend.deploy(backend.lent_artifact(), [backend.lent_device()])
    with backend.building("an entry in the audit log"):
        return _expect_entry(backend, "create", "deployment", deployment.id, {})


def ask(backend: Backend, **query: Any) -> Exchange:
    """List entries; fails unless it is answered 200."""
    return expect_status(backend.management.get(LOGS, params=query), 200)


def _entries(backend: Backend, **query: str) -> list[dict[str, Any]]:
    return entries_in(ask(backend, per_page=500, **query))


def _expect_entry(
    backend: Backend, action: str, kind: str, object_id: str, about: dict[str, str]
) -> dict[str, Any]:
    """Return the entry of an act; fail unless there is one, and it says what it is about."""

    def look() -> dict[str, Any]:
        answer = ask(backend, object_id=object_id, per_page=500)
        found = [(e.get("action"), e.get("object", {}).get("type")) for e in entries_in(answer)]
        expect_contains(answer, found, (action, kind), f"actions on, and type of, {object_id}")
        entry = next(e for e in entries_in(answer) if e.get("action") == action)
        told = entry["object"].get(kind, {})
        shown = {name: told.get(name) for name in about}
        expect_equal(answer, shown, about, f"what the entry '{action}' says of the {kind}")
        return entry

    return backend.eventually(look)


def _expect_more(backend: Backend, before: int, object_id: str, title: str) -> None:
    def look() -> None:
        answer = ask(backend, object_id=object_id, per_page=500)
        found = len(entries_in(answer))
        expect(
            found > before, title, expected=f"more than {before}", actual=str(found), answer=answer
        )

    backend.eventually(look)
