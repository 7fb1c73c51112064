"""Artifacts, and the releases that gather those of one name.

Reference, Management APIs / Deployments; section 6 of the server facts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from otakit.mockserver.domain.clock import Clock, Seconds
from otakit.mockserver.domain.errors import ArtifactExists, NotFound
from otakit.mockserver.domain.ids import Ids

DEVICE_TYPE = "device_type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an artifact file says of itself.

    `depends` has, for each key, the values of which a device has to provide one; its
    `device_type` lists the compatible types. `updates` are the payloads as the API shows them.
    `size` is the whole file's, in bytes.
    """

    name: str
    depends: Mapping[str, Sequence[str]]
    provides: Mapping[str, str] = field(default_factory=dict)
    clears_provides: Sequence[str] = ()
    updates: Sequence[Mapping[str, Any]] = ()
    version: int = 3
    signed: bool = False
    size: int = 0

    @property
    def device_types(self) -> Sequence[str]:
        """List the compatible device types."""
        return self.depends.get(DEVICE_TYPE, ())


@dataclass(slots=True, kw_only=True)
class Artifact:
    """One stored artifact."""

    id: str
    content: Content
    description: str
    modified: Seconds

    @property
    def name(self) -> str:
        """Name the release it belongs to."""
        return self.content.name

    def fits(self, provides: Mapping[str, str], *, match_depends: bool) -> bool:
        """Say whether a device that provides this may install it.

        Without `match_depends` only the device type counts.
        """
        if not match_depends:
            return provides.get(DEVICE_TYPE) in self.content.device_types
        return all(provides.get(key) in values for key, values in self.content.depends.items())


@dataclass(slots=True, kw_only=True)
class Release:
    """All artifacts of one name; there is a release while there is such an artifact."""

    name: str
    modified: Seconds
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    notes: str = ""
    tags: tuple[str, ...] = ()

    @property
    def update_types(self) -> set[str]:
        """Name the kinds of payloads in its artifacts."""
        updates = (u for artifact in self.artifacts.values() for u in artifact.content.updates)
        return {kind for update in updates if (kind := update["type_info"]["type"])}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a list of artifacts or releases is narrowed to; names and descriptions by a part."""

    name: str = ""
    description: str = ""
    device_type: str = ""

    def finds(self, artifact: Artifact) -> bool:
        """Say whether an artifact has all that is searched for, without regard to case."""
        return (
            self.name.lower() in artifact.name.lower()
            and self.description.lower() in artifact.description.lower()
            and any(self.device_type.lower() in t.lower() for t in artifact.content.device_types)
        )


class Artifacts:
    """The artifacts of one World."""

    _artifacts: dict[str, Artifact]
    _releases: dict[str, Release]

    def __init__(self, clock: Clock, ids: Ids) -> None:
        """Begin with none."""
        self._clock = clock
        self._ids = ids
        self._artifacts = {}
        self._releases = {}

    def add(self, content: Content, description: str = "") -> Artifact:
        """Store an artifact; raises ArtifactExists where name and depends meet another's."""
        self.check_unique(content)
        now = self._clock.now()
        artifact = Artifact(
            id=self._ids.uuid(), content=content, description=description, modified=now
        )
        self._artifacts[artifact.id] = artifact
        release = self._releases.setdefault(content.name, Release(name=content.name, modified=now))
        release.artifacts[artifact.id] = artifact
        release.modified = now
        return artifact

    def check_unique(self, content: Content) -> None:
        """Raise ArtifactExists where an artifact of the same name shares a set of depends."""
        release = self._releases.get(content.name)
        for other in release.artifacts.values() if release else ():
            clash = _clash(content.depends, other.content.depends)
            if clash is not None:
                raise ArtifactExists(clash)

    def describe(self, artifact_id: str, description: str) -> None:
        """Change an artifact's description; raises NotFound."""
        artifact = self.artifact(artifact_id)
        artifact.description = description
        artifact.modified = self._releases[artifact.name].modified = self._clock.now()

    def remove(self, artifact_id: str) -> None:
        """Delete an artifact, and its release with the last one; raises NotFound."""
        artifact = self.artifact(artifact_id)
        del self._artifacts[artifact_id]
        release = self._releases[artifact.name]
        del release.artifacts[artifact_id]
        release.modified = self._clock.now()
        if not release.artifacts:
            del self._releases[artifact.name]

    def artifact(self, artifact_id: str) -> Artifact:
        """Return an artifact; raises NotFound."""
        try:
            return self._artifacts[artifact_id]
        except KeyError:
            message = f"no artifact '{artifact_id}'"
            raise NotFound(message) from None

    def get(self, artifact_id: str) -> Artifact | None:
        """Return an artifact, or None where it has been deleted since."""
        return self._artifacts.get(artifact_id)

    def of_release(self, name: str) -> list[Artifact]:
        """Return the artifacts of a name, in the order of their upload."""
        release = self._releases.get(name)
        return list(release.artifacts.values()) if release else []

    def release(self, name: str) -> Release:
        """Return a release; raises NotFound."""
        try:
            return self._releases[name]
        except KeyError:
            message = f"no release '{name}'"
            raise NotFound(message) from None

    def all_releases(self) -> Iterator[Release]:
        """Go through the releases."""
        return iter(self._releases.values())

    def search(self, search: Search, sort: str = "name:asc") -> list[Artifact]:
        """Return the artifacts found, by `name` or `modified`, `:asc` or `:desc`, then by id."""
        found = (a for a in self._artifacts.values() if search.finds(a))
        return _sorted(found, sort, lambda a: a.name, lambda a: a.modified, lambda a: a.id)

    def releases(self, search: Search, sort: str = "name:asc") -> list[Release]:
        """Return the releases with an artifact found, by `name` or `modified`."""
        found = (r for r in self._releases.values() if any(map(search.finds, r.artifacts.values())))
        return _sorted(found, sort, lambda r: r.name, lambda r: r.modified, lambda r: r.name)

    @property
    def usage(self) -> int:
        """Count the bytes of all stored artifacts."""
        return sum(artifact.content.size for artifact in self._artifacts.values())


T = TypeVar("T")


def _sorted(
    things: Iterable[T],
    sort: str,
    name: Callable[[T], str],
    modified: Callable[[T], Seconds],
    tie: Callable[[T], str],
) -> list[T]:
    field_name, _, direction = sort.partition(":")
    ordered = sorted(things, key=tie)
    if field_name == "modified":
        return sorted(ordered, key=modified, reverse=direction == "desc")
    return sorted(ordered, key=name, reverse=direction == "desc")


def _clash(
    mine: Mapping[str, Sequence[str]], theirs: Mapping[str, Sequence[str]]
) -> dict[str, str] | None:
    """Return one combination of depends values that both have, or None.

    Two artifacts of one name live side by side as long as no device could be meant by both:
    other keys, or no common value of one key.
    """
    if mine.keys() != theirs.keys():
        return None
    shared = {
        key: next((value for value in values if value in theirs[key]), None)
        for key, values in mine.items()
    }
    if any(value is None for value in shared.values()):
        return None
    return {key: value for key, value in shared.items() if value is not None}
