"""Management APIs / Deployments: releases, which gather the artifacts of one name."""

from otakit.contracts.backend import Artifact, Backend
from otakit.contracts.expectations import expect_equal, expect_status, json_of
from otakit.contracts.pages import expect_links, expect_order, expect_pages, expect_total
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_artifact_lists import Three, expect_filter, names_in
from otakit.contracts.rules.management_artifacts import SECTION

LIST = f"{SECTION} / List Releases"
PAGES = f"{SECTION} / List Releases with pagination"
RELEASES = "v1/deployments/deployments/releases"


@rule(
    "MEN-MGT-REL-001",
    "A release of the list without pages has all artifacts of its name",
    document=LIST,
    operations=["listAllReleases"],
)
def release_has_all_artifacts(backend: Backend) -> None:
    """Upload two artifacts of one name, for different device types."""
    _expect_one_release(backend, RELEASES)


@rule(
    "MEN-MGT-REL-002",
    "The list of releases without pages is filtered by name",
    document=LIST,
    operations=["listAllReleases"],
)
def name_filters_all(backend: Backend) -> None:
    """Upload two artifacts, and list the release of one by its name."""
    expect_filter(backend, RELEASES, "name")


@rule(
    "MEN-MGT-REL-003",
    "The list of releases without pages is filtered by description",
    document=LIST,
    operations=["listAllReleases"],
)
def description_filters_all(backend: Backend) -> None:
    """Upload two artifacts, and list the release of one by its description."""
    expect_filter(backend, RELEASES, "description")


@rule(
    "MEN-MGT-REL-004",
    "The list of releases without pages is filtered by device type",
    document=LIST,
    operations=["listAllReleases"],
)
def device_type_filters_all(backend: Backend) -> None:
    """Upload two artifacts, and list the release of one by its device type."""
    expect_filter(backend, RELEASES, "device_type")


@rule(
    "MEN-MGT-REL-010",
    "A release of the list with pages has all artifacts of its name",
    document=PAGES,
    operations=["listReleases"],
)
def listed_release_has_all_artifacts(backend: Backend) -> None:
    """Upload two artifacts of one name, for different device types."""
    _expect_one_release(backend, f"{RELEASES}/list")


@rule(
    "MEN-MGT-REL-011",
    "The list of releases with pages is filtered by name",
    document=PAGES,
    operations=["listReleases"],
)
def name_filters_the_list(backend: Backend) -> None:
    """Upload two artifacts, and list the release of one by its name."""
    expect_filter(backend, f"{RELEASES}/list", "name")


@rule(
    "MEN-MGT-REL-012",
    "The list of releases with pages is filtered by description",
    document=PAGES,
    operations=["listReleases"],
)
def description_filters_the_list(backend: Backend) -> None:
    """Upload two artifacts, and list the release of one by its description."""
    expect_filter(backend, f"{RELEASES}/list", "description")


@rule(
    "MEN-MGT-REL-013",
    "The list of releases with pages is filtered by device type",
    document=PAGES,
    operations=["listReleases"],
)
def device_type_filters_the_list(backend: Backend) -> None:
    """Upload two artifacts, and list the release of one by its device type."""
    expect_filter(backend, f"{RELEASES}/list", "device_type")


@rule(
    "MEN-MGT-REL-014",
    "Releases are sorted by name, in both directions",
    document=PAGES,
    operations=["listReleases"],
)
def list_is_sorted_by_name(backend: Backend) -> None:
    """Upload three artifacts, neither in the order of their names nor in the reverse."""
    mine = _three(backend)
    expect_order(mine.ask(sort="name:asc"), names_in, sorted(mine.names))
    expect_order(mine.ask(sort="name:desc"), names_in, sorted(mine.names, reverse=True))


@rule(
    "MEN-MGT-REL-015",
    "Releases are sorted by their last modification, in both directions",
    document=PAGES,
    operations=["listReleases"],
)
def list_is_sorted_by_modification(backend: Backend) -> None:
    """Upload three artifacts, whose names are in another order."""
    mine = _three(backend)
    expect_order(mine.ask(sort="modified:asc"), names_in, mine.names)
    expect_order(mine.ask(sort="modified:desc"), names_in, mine.names[::-1])


@rule(
    "MEN-MGT-REL-016",
    "A page has no more releases than per_page says, and the next goes on from there",
    document=PAGES,
    operations=["listReleases"],
)
def list_has_pages(backend: Backend) -> None:
    """List three releases two by two."""
    mine = _three(backend)
    expect_pages(mine.ask, names_in, mine.names)


@rule(
    "MEN-MGT-REL-017",
    "X-Total-Count of the list of releases is the number of those that match",
    document=PAGES,
    operations=["listReleases"],
)
def list_counts_releases(backend: Backend) -> None:
    """List one of three releases, and read how many there are."""
    expect_total(_three(backend).ask(page=1, per_page=1), 3)


@rule(
    "MEN-MGT-REL-018",
    "The header Link of the list of releases leads to the first, the next and the previous page",
    document=PAGES,
    operations=["listReleases"],
)
def list_links_its_pages(backend: Backend) -> None:
    """List three releases one by one, and follow the links of the middle page."""
    expect_links(backend.management, _three(backend).ask, names_in)


def _three(backend: Backend) -> Three:
    return Three(backend, f"{RELEASES}/list")


def _expect_one_release(backend: Backend, path: str) -> None:
    """Fail unless two artifacts of one name are one release with both."""
    name = backend.name("release")
    made: list[Artifact] = [
        backend.artifact(name, device_types=[backend.name("board")]) for _ in range(2)
    ]
    answer = expect_status(backend.management.get(path, params={"name": name}), 200)
    mine = [release for release in json_of(answer) if release.get("name") == name]
    found = [sorted(str(a.get("id")) for a in release.get("artifacts", [])) for release in mine]
    wanted = [sorted(artifact.id for artifact in made)]
    expect_equal(answer, found, wanted, f"the artifacts of each release called '{name}'")
