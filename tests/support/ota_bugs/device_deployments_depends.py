"""Bugs in what devices may tell of themselves when they ask for an update."""

from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.domain.artifacts import Artifact


@bug("MEN-DEV-DEP-022", "MEN-DEV-DEP-023", "MEN-DEV-DP2-007")
def dependencies_are_not_looked_at() -> None:
    """An artifact of the right device type fits, whatever else it depends on."""

    @instead_of(Artifact, "fits")
    def fits(real: Any, artifact: Artifact, provides: Any, *, match_depends: bool) -> Any:
        return real(artifact, provides, match_depends=match_depends and False)


@bug("MEN-DEV-DEP-022")
def free_keys_are_dropped() -> None:
    """Of a POST's body only name, type and artifact_provides are read."""

    @answering("checkUpdateDepends")
    def check(real: Any, call: Any) -> Any:
        known = ("artifact_name", "device_type", "artifact_provides")
        call.body = {name: value for name, value in call.body.items() if name in known}
        return real(call)


@bug("MEN-DEV-DEP-024")
def artifact_provides_are_dropped() -> None:
    """Of a POST's body artifact_provides is not read."""

    @answering("checkUpdateDepends")
    def check(real: Any, call: Any) -> Any:
        call.body.pop("artifact_provides", None)
        return real(call)


@bug("MEN-DEV-DEP-025", "MEN-DEV-DEP-026", "MEN-DEV-DEP-027")
def incomplete_posts_crash_the_server() -> None:
    """A POST for updates without a key, or without an object, is answered 500."""
    without_checks("checkUpdateDepends")


@bug("MEN-DEV-DEP-020", "MEN-DEV-DEP-022", "MEN-DEV-DEP-024")
def posts_are_not_found() -> None:
    """A device that asks with POST is told that there is nothing."""

    @answering("checkUpdateDepends")
    def check(real: Any, call: Any) -> Any:
        answer = real(call)
        answer.status, answer.body = 204, b""
        return answer
