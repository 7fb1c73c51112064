"""Bugs in how deployments are created."""

from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver import bodies
from otakit.mockserver.answers import created
from otakit.mockserver.api import deployments
from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.deployments import Deployments
from otakit.mockserver.domain.errors import Invalid, Unprocessable
from otakit.mockserver.domain.offers import Offers
from otakit.mockserver.domain.progress import FAILURE, NOARTIFACT


@bug("MEN-MGT-DEP-001", "MEN-MGT-DEP-030", "MEN-MGT-DP2-001")
def locations_lead_nowhere() -> None:
    """The URL of a new deployment lacks a part of the path."""
    vars(deployments)["BASE"] = "/api/management/v1/deployments"
    for name in ("createDeployment", "createGroupDeployment", "createDynamicDeployment"):

        @answering(name)
        def create(real: Any, call: Any) -> Any:
            place = dict(real(call).headers)[b"location"].decode()
            return created(f"/api/management/v1/{place.rpartition('/')[2]}")


@bug("MEN-MGT-DEP-002", "MEN-MGT-DEP-003")
def deployments_are_not_checked() -> None:
    """A deployment that lacks something is answered 500."""
    without_checks("createDeployment")


@bug("MEN-MGT-DEP-004")
def empty_bodies_are_accepted() -> None:
    """A deployment without a body is answered as if it were created."""

    @instead_of(bodies.JsonBody, "decode")
    def decode(real: Any, body: bodies.JsonBody, raw: bytes) -> Any:
        return real(body, raw) if raw else {}

    @answering("createDeployment")
    def create(real: Any, call: Any) -> Any:
        return real(call) if call.raw else created(f"{deployments.BASE}/")


@bug("MEN-MGT-DEP-005", "MEN-MGT-DEP-033", "MEN-MGT-DP2-004")
def missing_artifacts_are_bad_requests() -> None:
    """A deployment without artifact is answered 400."""

    @instead_of(Deployments, "create")
    def create(real: Any, *args: Any) -> Any:
        try:
            return real(*args)
        except Unprocessable as error:
            raise Invalid(error.message) from error


@bug("MEN-MGT-DEP-006", "MEN-MGT-DEP-034", "MEN-MGT-DP2-005")
def refused_deployments_are_created() -> None:
    """A deployment without artifact is answered 422 when it stands in the list already."""

    @instead_of(Deployments, "create")
    def create(real: Any, kept: Deployments, plan: Any, scope: Any, artifacts: Any) -> Any:
        if not artifacts:
            kept._start("00000000-0000-4000-8000-00000000dead", plan, scope)
        return real(kept, plan, scope, artifacts)


@bug("MEN-MGT-DEP-007", "MEN-MGT-DEP-008")
def device_types_are_not_compared() -> None:
    """A device gets the first artifact of the release, whatever its type."""

    @instead_of(Artifact, "fits")
    def fits(*_: Any, **__: Any) -> bool:
        return True


@bug("MEN-MGT-DEP-008", "MEN-MGT-DEP-037", "MEN-MGT-DP2-009")
def incompatible_devices_fail() -> None:
    """A device for which there is no artifact counts as failed."""

    @instead_of(Deployments, "move")
    def move(real: Any, kept: Deployments, deployment: Any, part: Any, status: str) -> None:
        real(kept, deployment, part, FAILURE if status == NOARTIFACT else status)


@bug("MEN-MGT-DEP-009")
def incompatible_devices_are_never_done() -> None:
    """A device for which there is no artifact keeps the deployment open."""

    @instead_of(Offers, "_assign")
    def assign(real: Any, offers: Offers, deployment: Any, part: Any) -> Any:
        artifact = real(offers, deployment, part)
        if artifact is None:
            deployment.statistics.join()
        return artifact
