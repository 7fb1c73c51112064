"""Bugs in lists of artifacts and releases."""

from dataclasses import replace
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver import paging
from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.api import artifacts as artifacts_api
from otakit.mockserver.api import releases as releases_api
from otakit.mockserver.domain import artifacts
from otakit.mockserver.domain.artifacts import Artifact, Release, Search
from otakit.mockserver.domain.index import Page
from otakit.mockserver.operations import Call


@bug("MEN-MGT-ART-070")
def all_artifacts_are_one() -> None:
    """The list without pages ends after its first artifact."""

    @answering("listAllArtifacts")
    def listed(_: Any, call: Call) -> Answer:
        found = call.world.artifacts.search(artifacts_api.search_of(call))
        return json_answer([artifacts_api.artifact_json(artifact) for artifact in found[:1]])


@bug("MEN-MGT-ART-071", "MEN-MGT-ART-074", "MEN-MGT-REL-002", "MEN-MGT-REL-011")
def names_of_artifacts_filter_nothing() -> None:
    """Lists of artifacts and releases ignore the filter for names."""
    _ignoring("name")


@bug("MEN-MGT-ART-072", "MEN-MGT-ART-075", "MEN-MGT-REL-003", "MEN-MGT-REL-012")
def descriptions_of_artifacts_filter_nothing() -> None:
    """Lists of artifacts and releases ignore the filter for descriptions."""
    _ignoring("description")


@bug("MEN-MGT-ART-073", "MEN-MGT-ART-076", "MEN-MGT-REL-004", "MEN-MGT-REL-013")
def device_types_of_artifacts_filter_nothing() -> None:
    """Lists of artifacts and releases ignore the filter for device types."""
    _ignoring("device_type")


@bug("MEN-MGT-ART-077", "MEN-MGT-ART-078", "MEN-MGT-REL-014", "MEN-MGT-REL-015")
def artifacts_are_sorted_in_one_direction() -> None:
    """Lists of artifacts and releases are never sorted in descending order."""

    @instead_of(artifacts, "_sorted")
    def in_order(real: Any, things: Any, sort: str, *keys: Any) -> Any:
        return real(things, sort.replace("desc", "asc"), *keys)


@bug("MEN-MGT-ART-078", "MEN-MGT-REL-015")
def artifacts_are_sorted_by_name_only() -> None:
    """Lists of artifacts and releases that should be sorted by time are sorted by name."""

    @instead_of(artifacts, "_sorted")
    def in_order(real: Any, things: Any, sort: str, *keys: Any) -> Any:
        return real(things, sort.replace("modified", "name"), *keys)


@bug("MEN-MGT-ART-079", "MEN-MGT-REL-016")
def pages_of_artifacts_overlap() -> None:
    """Each page but the first begins with the last entry of the one before."""

    def start(page: Page) -> int:
        return max(0, (page.number - 1) * page.size - 1)

    Page.start = property(start)  # type: ignore[assignment,method-assign]  # this is the bug


@bug("MEN-MGT-ART-080", "MEN-MGT-REL-017")
def totals_of_artifacts_are_the_pages() -> None:
    """X-Total-Count says how many entries are on the page."""
    for module in (artifacts_api, releases_api):

        @instead_of(module, "counted")
        def counted(real: Any, call: Call, page: Page, total: int) -> Any:
            headers = [pair for pair in real(call, page, total) if pair[0] != b"x-total-count"]
            return [*headers, (b"x-total-count", b"%d" % min(total, page.size))]


@bug("MEN-MGT-ART-081", "MEN-MGT-REL-018")
def next_pages_of_artifacts_are_these_pages() -> None:
    """The link to the next page leads to the same one."""

    @instead_of(paging, "_links")
    def links(real: Any, call: Call, page: Page, after: dict[str, int]) -> Any:
        return real(call, page, dict.fromkeys(after, page.number))


@bug("MEN-MGT-REL-001", "MEN-MGT-REL-010")
def releases_have_one_artifact() -> None:
    """Of the artifacts of a name a release shows the last one."""

    @instead_of(releases_api, "_release_json")
    def shaped(real: Any, release: Release) -> Any:
        newest: dict[str, Artifact] = dict(list(release.artifacts.items())[-1:])
        return real(replace(release, artifacts=newest))


def _ignoring(field: str) -> None:
    """Let lists not see a filter."""

    @instead_of(Search, "finds")
    def finds(real: Any, search: Search, artifact: Artifact) -> Any:
        return real(replace(search, **{field: ""}), artifact)
