"""Bugs in the older editions' artifacts: most of the current edition's, and those of their own."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ota_bugs import (
    management_artifact_changes,
    management_artifact_links,
    management_artifact_lists,
    management_artifacts,
)
from ota_bugs.catalogue import BUGS, answering, bug, instead_of, without_checks
from otakit.contracts.rule import RULES
from otakit.contracts.rules import load
from otakit.mockserver import projection
from otakit.mockserver.answers import Answer
from otakit.mockserver.domain.deployments import Deployments
from otakit.mockserver.operations import Call

_MODULES = (
    management_artifacts,
    management_artifact_changes,
    management_artifact_links,
    management_artifact_lists,
)


def _once_more(edition: str) -> None:
    """Let the current bugs be bugs of an older edition, as far as it has rules that no other has.

    One bug for each rule is enough here: they are the same rules.
    """
    load()
    covered: set[str] = set()
    for known in list(BUGS.values()):
        current = known.profile == "mender-enterprise"
        if not current or known.plant.__module__ not in {m.__name__ for m in _MODULES}:
            continue
        older = (name.replace("MEN-", f"MEN{edition}-") for name in known.caught_by)
        caught = tuple(name for name in older if name in RULES)
        if set(caught) <= covered:
            continue
        covered |= set(caught)
        name = f"{known.name}-in-edition-{edition}"
        BUGS[name] = replace(
            known,
            name=name,
            caught_by=caught,
            options=("--edition", f"mender-{edition}"),
            profile=f"mender-{edition}",
        )


def _of(edition: str) -> dict[str, Any]:
    return {"options": ("--edition", f"mender-{edition}"), "profile": f"mender-{edition}"}


@bug("MEN1-MGT-ART-100", **_of("1"))
def size_is_optional_in_edition_1() -> None:
    """The first edition takes artifacts without their size."""
    _no_part_is_required()


@bug("MEN2-MGT-ART-100", **_of("2"))
def size_is_optional_in_edition_2() -> None:
    """The second edition takes artifacts without their size."""
    _no_part_is_required()


@bug("MEN1-MGT-ART-101", **_of("1"))
def used_artifacts_are_edited_in_edition_1() -> None:
    """In the first edition, artifacts are edited after they were deployed."""
    _nothing_is_used()


@bug("MEN2-MGT-ART-101", "MEN2-MGT-ART-102", **_of("2"))
def used_artifacts_are_changed_in_edition_2() -> None:
    """In the second edition, artifacts are edited and deleted after they were deployed."""
    _nothing_is_used()


@bug("MEN1-MGT-ART-102", **_of("1"))
def links_last_as_long_as_later() -> None:
    """A link of the first edition is valid for a quarter of an hour, as later ones are."""

    @answering("getArtifactLink")
    def link(real: Any, call: Call) -> Answer:
        call.params.pop("expire", None)
        answer: Answer = real(call)
        return answer


@bug("MEN1-MGT-ART-103", **_of("1"))
def links_last_for_years() -> None:
    """A link of the first edition may be valid for any time."""
    without_checks("getArtifactLink")


def _no_part_is_required() -> None:
    @instead_of(projection, "_required_parts")
    def parts(*_: Any) -> Iterable[str]:
        return ()


def _nothing_is_used() -> None:
    @instead_of(Deployments, "uses")
    def uses(*_: Any, **__: Any) -> bool:
        return False


for _edition in "12":
    _once_more(_edition)
