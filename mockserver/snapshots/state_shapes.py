"""Shapes: how values of each type of the model are written as plain data, and read back.

A shape is compiled from a type annotation, so what is written needs no names of classes: nothing is
looked up by a name that stands in a snapshot. Objects keep their identity: one that is met twice is
numbered (`#`) where it stands first, and is that number wherever else it stands. Containers do not:
the model never changes one that two objects have.
"""

import types
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from otakit.mockserver.snapshots.joined_shapes import (
    SEQUENCES,
    instance_shape,
    object_shape,
    pairs_shape,
    sequence_shape,
    tuple_shape,
    union_shape,
)
from otakit.mockserver.snapshots.plain_shapes import SIMPLE, Shape, one_of


@dataclass(slots=True)
class Shapes:
    """The shapes of all types that were asked for, each compiled once; `classes` describes them."""

    classes: dict[str, str] = field(default_factory=dict)
    _known: dict[Any, Shape] = field(default_factory=dict)

    def of(self, annotation: Any) -> Shape:
        """Return the shape of a type; raises TypeError for one that cannot be written."""
        known = self._known.get(annotation)
        if known is None:
            if _is_class_of_ours(annotation):
                return self._of_class(annotation)
            known = self._known[annotation] = self._compile(annotation)
        return known

    def _compile(self, annotation: Any) -> Shape:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if annotation in SIMPLE:
            return SIMPLE[annotation]
        if origin is Literal:
            return one_of(arguments)
        if origin in (Union, types.UnionType):
            return union_shape([self.of(argument) for argument in arguments])
        if origin is tuple and arguments[1:] != (...,):
            return tuple_shape([self.of(argument) for argument in arguments])
        if origin in (dict, Mapping):
            key, value = (self.of(argument) for argument in arguments)
            return object_shape(value) if key is SIMPLE[str] else pairs_shape(key, value)
        if origin in SEQUENCES:
            return sequence_shape(SEQUENCES[origin], self.of(arguments[0]))
        message = f"a snapshot has no way to write {annotation!r}"
        raise TypeError(message)

    def _of_class(self, annotation: Any) -> Shape:
        """Compile a class of the model: by its annotations, a dataclass by what it is made of."""
        kind = get_origin(annotation) or annotation
        given = dict(zip(getattr(kind, "__parameters__", ()), get_args(annotation), strict=True))
        name = f"{kind.__name__}{list(get_args(annotation))}" if given else kind.__name__
        hints = attributes_of(kind)
        made = is_dataclass(kind) and any(not f.init for f in fields(kind))
        if is_dataclass(kind):
            hints = {f.name: hints[f.name] for f in fields(kind) if f.init}
        inner: dict[str, Shape] = {}
        shape = self._known[annotation] = instance_shape(name, kind, inner, derives=made)
        inner |= {attribute: self.of(_filled(hint, given)) for attribute, hint in hints.items()}
        described = ", ".join(f"{attribute}: {part.name}" for attribute, part in inner.items())
        if self.classes.setdefault(name, described) != described:
            message = f"two classes of the model are called {name}"
            raise TypeError(message)
        return shape


def attributes_of(kind: type) -> dict[str, Any]:
    """Return the annotated attributes of a class of the model: what its state is kept in."""
    return get_type_hints(kind)


def _is_class_of_ours(annotation: Any) -> bool:
    kind = get_origin(annotation) or annotation
    return isinstance(kind, type) and kind.__module__.startswith("otakit.")


def _filled(hint: Any, given: dict[Any, Any]) -> Any:
    """Put types in place of a generic class's type variables."""
    if isinstance(hint, TypeVar):
        return given[hint]
    variables = getattr(hint, "__parameters__", ())
    return hint[tuple(given[v] for v in variables)] if variables else hint
