"""One operation of one document: what rules name, and what requests are recognised as."""

import re
from dataclasses import dataclass, field

from otakit.specs.catalogue import Api

_VARIES = re.compile(r"\{[^}]+\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation of an OpenAPI file; `path` is the whole one, with `{…}` for what varies."""

    api: Api
    id: str
    method: str
    path: str
    summary: str
    plan: str
    heading: str
    statuses: tuple[str, ...]
    _pattern: re.Pattern[str] = field(repr=False)

    def fits(self, method: str, path: str) -> bool:
        """Say whether a request is one for this operation."""
        return method == self.method and self._pattern.fullmatch(path) is not None

    def with_ids(self, name: str) -> str:
        """Return the path with an id or name for all that varies."""
        return _VARIES.sub(name, self.path)

    @property
    def name(self) -> str:
        """The operation as a reader knows it."""
        return f"{self.method} {self.path}"


def pattern_of(path: str) -> re.Pattern[str]:
    """Compile a path with `{…}` in it."""
    parts = re.split(r"(\{[^}]+\})", path)
    return re.compile("".join("[^/]+" if p.startswith("{") else re.escape(p) for p in parts))
