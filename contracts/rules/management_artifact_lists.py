"""Management APIs / Deployments: lists of artifacts, whole and page by page."""

from typing import Any

from otakit.contracts.backend import ARTIFACTS, Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect_contains, expect_lacks, expect_status, json_of
from otakit.contracts.pages import expect_links, expect_order, expect_pages, expect_total
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_artifacts import SECTION

LIST = f"{SECTION} / List Artifacts"
PAGES = f"{SECTION} / List Artifacts with pagination"


@rule(
    "MEN-MGT-ART-070",
    "The list without pages has all artifacts",
    document=LIST,
    operations=["listAllArtifacts"],
)
def all_artifacts_are_listed(backend: Backend) -> None:
    """Upload two artifacts, and list all."""
    artifacts = [backend.artifact() for _ in range(2)]
    answer = expect_status(backend.management.get(ARTIFACTS), 200)
    for artifact in artifacts:
        expect_contains(answer, _ids(answer), artifact.id, f"the artifacts of {answer.name}")


@rule(
    "MEN-MGT-ART-071",
    "The list without pages is filtered by name",
    document=LIST,
    operations=["listAllArtifacts"],
)
def name_filters_all(backend: Backend) -> None:
    """Upload two artifacts, and list one of them by its name."""
    expect_filter(backend, ARTIFACTS, "name")


@rule(
    "MEN-MGT-ART-072",
    "The list without pages is filtered by description",
    document=LIST,
    operations=["listAllArtifacts"],
)
def description_filters_all(backend: Backend) -> None:
    """Upload two artifacts, and list one of them by its description."""
    expect_filter(backend, ARTIFACTS, "description")


@rule(
    "MEN-MGT-ART-073",
    "The list without pages is filtered by device type",
    document=LIST,
    operations=["listAllArtifacts"],
)
def device_type_filters_all(backend: Backend) -> None:
    """Upload two artifacts, and list one of them by its device type."""
    expect_filter(backend, ARTIFACTS, "device_type")


@rule(
    "MEN-MGT-ART-074",
    "The list with pages is filtered by name",
    document=PAGES,
    operations=["listArtifacts"],
)
def name_filters_the_list(backend: Backend) -> None:
    """Upload two artifacts, and list one of them by its name."""
    expect_filter(backend, f"{ARTIFACTS}/list", "name")


@rule(
    "MEN-MGT-ART-075",
    "The list with pages is filtered by description",
    document=PAGES,
    operations=["listArtifacts"],
)
def description_filters_the_list(backend: Backend) -> None:
    """Upload two artifacts, and list one of them by its description."""
    expect_filter(backend, f"{ARTIFACTS}/list", "description")


@rule(
    "MEN-MGT-ART-076",
    "The list with pages is filtered by device type",
    document=PAGES,
    operations=["listArtifacts"],
)
def device_type_filters_the_list(backend: Backend) -> None:
    """Upload two artifacts, and list one of them by its device type."""
    expect_filter(backend, f"{ARTIFACTS}/list", "device_type")


@rule(
    "MEN-MGT-ART-077",
    "Artifacts are sorted by name, in both directions",
    document=PAGES,
    operations=["listArtifacts"],
)
def list_is_sorted_by_name(backend: Backend) -> None:
    """Upload three artifacts, neither in the order of their names nor in the reverse."""
    mine = Three(backend)
    expect_order(mine.ask(sort="name:asc"), names_in, sorted(mine.names))
    expect_order(mine.ask(sort="name:desc"), names_in, sorted(mine.names, reverse=True))


@rule(
    "MEN-MGT-ART-078",
    "Artifacts are sorted by their last modification, in both directions",
    document=PAGES,
    operations=["listArtifacts"],
)
def list_is_sorted_by_modification(backend: Backend) -> None:
    """Upload three artifacts, whose names are in another order."""
    mine = Three(backend)
    expect_order(mine.ask(sort="modified:asc"), names_in, mine.names)
    expect_order(mine.ask(sort="modified:desc"), names_in, mine.names[::-1])


@rule(
    "MEN-MGT-ART-079",
    "A page has no more artifacts than per_page says, and the next goes on from there",
    document=PAGES,
    operations=["listArtifacts"],
)
def list_has_pages(backend: Backend) -> None:
    """List three artifacts two by two."""
    mine = Three(backend)
    expect_pages(mine.ask, names_in, mine.names)


@rule(
    "MEN-MGT-ART-080",
    "X-Total-Count of the list with pages is the number of artifacts that match",
    document=PAGES,
    operations=["listArtifacts"],
)
def list_counts_artifacts(backend: Backend) -> None:
    """List one of three artifacts, and read how many there are."""
    expect_total(Three(backend).ask(page=1, per_page=1), 3)


@rule(
    "MEN-MGT-ART-081",
    "The header Link of the list with pages leads to the first, the next and the previous page",
    document=PAGES,
    operations=["listArtifacts"],
)
def list_links_its_pages(backend: Backend) -> None:
    """List three artifacts one by one, and follow the links of the middle page."""
    expect_links(backend.management, Three(backend).ask, names_in)


class Three:
    """Three artifacts for a device type of their own, in the order of their upload.

    Each has a name of its own, so they are three releases, too.
    """

    def __init__(self, backend: Backend, path: str = f"{ARTIFACTS}/list") -> None:
        """Upload them: the last one by name comes in the middle, the first one last."""
        self._backend = backend
        self._path = path
        self._type = backend.name("board")
        mark = backend.name("release")
        self.names = [f"{mark}-{letter}" for letter in "bca"]
        for name in self.names:
            backend.artifact(name, device_types=[self._type])

    def ask(self, **query: Any) -> Exchange:
        """List them, and no others."""
        query["device_type"] = self._type
        return self._backend.management.get(self._path, params=query)


def names_in(answer: Exchange) -> list[str]:
    """Return the names of the artifacts or releases in a list."""
    return [str(entry.get("name")) for entry in json_of(answer)]


def expect_filter(backend: Backend, path: str, field: str) -> None:
    """Fail unless of two artifacts, or their releases, the one is listed that a filter means."""
    about = [
        {name: backend.name(name) for name in ("name", "description", "device_type")}
        for _ in range(2)
    ]
    names = [entry["name"] for entry in about]
    with backend.building("two artifacts"):
        for entry in about:
            file = backend.artifact_file(entry["name"], device_types=[entry["device_type"]])
            expect_status(backend.upload(file, entry["description"]), 201)
    answer = expect_status(backend.management.get(path, params={field: about[0][field]}), 200)
    expect_contains(answer, names_in(answer), names[0], f"what {answer.name} lists")
    expect_lacks(answer, names_in(answer), names[1], f"what {answer.name} lists")


def _ids(answer: Exchange) -> list[str]:
    return [str(artifact.get("id")) for artifact in json_of(answer)]
