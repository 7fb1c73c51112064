"""The directory of operations: from a request's method and path to its operation in one step."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from starlette.types import ASGIApp

__all__ = ["Directory"]

Operations = Mapping[str, ASGIApp]
"""What serves one path, by method."""

_Known = tuple[Operations, list[str]]
"""What serves one path, and the names of its parameters."""

Found = tuple[ASGIApp, dict[str, str]]
"""An operation, and the path's parameters."""


class Directory:
    """Finds operations by path, in a dictionary for each form that a path may have.

    A form says how many parts a path has and which of them are parameters; a server's paths of one
    length have a handful of forms. Where two paths fit a request, the one that was added first is
    found, as when they are tried one after another.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._forms: dict[int, list[_Form]] = {}
        self._plain: dict[str, Operations] = {}  # paths without parameters that nothing else fits

    def add(self, path: str, operations: Operations) -> None:
        """Add a path, whose parameters are whole parts in braces, with its operations by method."""
        parts = tuple(path.split("/"))
        if not any(map(_is_parameter, parts)) and self._known(parts) is None:
            self._plain[path] = operations
        forms = self._forms.setdefault(len(parts), [])
        same = next((n for n, f in enumerate(forms) if f.has(parts)), None)
        if same is None or any(form.overlaps(parts) for form in forms[same + 1 :]):
            same = len(forms)
            forms.append(_Form(parts))
        forms[same].add(parts, operations)

    def find(self, method: str, path: str) -> Found | None:
        """Return what serves a request; None where that takes a closer look."""
        plain = self._plain.get(path)
        if plain is not None:
            operation = plain.get(method)
            return None if operation is None else (operation, {})
        parts = path.split("/")
        known = self._known(parts)
        operation = None if known is None else known[1][0].get(method)
        if known is None or operation is None:
            return None
        form, (_, names) = known
        given = dict(zip(names, form.parameters(parts), strict=True))
        return None if "" in given.values() else (operation, given)

    def _known(self, parts: Sequence[str]) -> "tuple[_Form, _Known] | None":
        """Return the first path that these parts fit, and its form."""
        for form in self._forms.get(len(parts), ()):
            known = form.paths.get(form.literals(parts))
            if known is not None:
                return form, known
        return None


class _Form:
    """The paths that have parameters in the same places."""

    def __init__(self, parts: Sequence[str]) -> None:
        self._places = [n for n, part in enumerate(parts) if _is_parameter(part)]
        self._others = [n for n in range(len(parts)) if n not in self._places]
        self.literals = _taking(self._others)
        self.parameters = _taking(self._places)
        self.paths: dict[Any, _Known] = {}

    def add(self, parts: Sequence[str], operations: Operations) -> None:
        names = [part.strip("{}") for part in self.parameters(parts)]
        self.paths.setdefault(self.literals(parts), (operations, names))

    def has(self, parts: Sequence[str]) -> bool:
        """Say whether a path is of this form."""
        return all(_is_parameter(part) is (n in self._places) for n, part in enumerate(parts))

    def overlaps(self, parts: Sequence[str]) -> bool:
        """Say whether a request could fit both a path of this form and another path."""
        fixed = [n for n in self._others if not _is_parameter(parts[n])]
        same = _taking(fixed)
        inner = _taking([self._others.index(n) for n in fixed])
        return any(inner(literals) == same(parts) for literals in self.paths)


def _is_parameter(part: str) -> bool:
    return part.startswith("{")


def _taking(places: Sequence[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    """Return what takes the parts at these places."""
    if len(places) > 1:
        return itemgetter(*places)
    if places:
        return itemgetter(slice(places[0], places[0] + 1))
    return itemgetter(slice(0, 0))
