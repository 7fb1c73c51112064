"""Releases as the real server has them: with notes and tags, searched and sorted.

Sections 6.7 to 6.9 of the server facts; the reference knows releases as lists of artifacts only.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from otakit.mockserver.domain.artifacts import Artifacts, Release
from otakit.mockserver.domain.errors import Conflict

MAX_ALL_TAGS = 100
"""How many different tags all releases may have together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSearch:
    """What a list of releases is narrowed to; names and descriptions by a part, the rest exactly.

    One of `tags` is enough.
    """

    name: str = ""
    description: str = ""
    device_type: str = ""
    update_type: str = ""
    tags: tuple[str, ...] = ()

    def finds(self, release: Release) -> bool:
        """Say whether a release has all that is searched for."""
        artifacts = release.artifacts.values()
        about = self.description.lower()
        return (
            self.name.lower() in release.name.lower()
            and (not about or any(about in a.description.lower() for a in artifacts))
            and (
                not self.device_type
                or any(self.device_type in a.content.device_types for a in artifacts)
            )
            and (not self.update_type or self.update_type in release.update_types)
            and (not self.tags or not set(self.tags).isdisjoint(release.tags))
        )


_KEYS: dict[str, Callable[[Release], Any]] = {
    "name": lambda release: release.name,
    "modified": lambda release: release.modified,
    "artifacts_count": lambda release: len(release.artifacts),
    "tags": lambda release: release.tags,
}


def find_releases(artifacts: Artifacts, search: ReleaseSearch, sort: str = "") -> list[Release]:
    """Return the releases found, by name unless `sort` is one of the keys, `:desc` or not."""
    key, _, direction = sort.partition(":")
    found = sorted(filter(search.finds, artifacts.all_releases()), key=_KEYS["name"])
    if key not in _KEYS:
        return found
    return sorted(found, key=_KEYS[key], reverse=direction == "desc")


def all_tags(artifacts: Artifacts) -> list[str]:
    """Return the tags of all releases, sorted."""
    return sorted({tag for release in artifacts.all_releases() for tag in release.tags})


def all_types(artifacts: Artifacts) -> list[str]:
    """Return the kinds of payloads in all releases, sorted."""
    return sorted({kind for release in artifacts.all_releases() for kind in release.update_types})


def set_tags(artifacts: Artifacts, name: str, tags: Iterable[str]) -> None:
    """Put tags in place of a release's, in lower case, each once.

    Raises NotFound, or Conflict where all releases together would have too many.
    """
    release = artifacts.release(name)
    wanted = tuple(sorted({tag.lower() for tag in tags}))
    others = {t for other in artifacts.all_releases() if other is not release for t in other.tags}
    if len(others.union(wanted)) > MAX_ALL_TAGS:
        message = f"tags: all releases together have at most {MAX_ALL_TAGS} different tags"
        raise Conflict(message)
    release.tags = wanted
