"""Shapes that are made of others: alternatives, containers, and objects with their attributes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from otakit.mockserver.snapshots.plain_shapes import (
    NUMBER,
    Misfit,
    Read,
    Shape,
    Written,
    check_keys,
    expect,
    instead,
)


def union_shape(shapes: list[Shape]) -> Shape:
    """Return the shape of alternatives, which the kind of plain data has to tell apart."""
    by_kind = {kind: shape for shape in shapes for kind in shape.takes}
    name = " | ".join(shape.name for shape in shapes)
    if len(by_kind) != sum(len(shape.takes) for shape in shapes):
        message = f"a snapshot cannot tell the kinds of {name} apart"
        raise TypeError(message)
    nothing = type(None) in by_kind
    complex_ones = [shape for shape in shapes if {dict, list} & {*shape.takes}]

    def write(value: Any, graph: Written) -> Any:
        if value is None and nothing:
            return None
        shape = by_kind.get(type(value)) or (complex_ones[0] if complex_ones else None)
        if shape is None:
            raise Misfit(instead(name, value))
        return shape.write(value, graph)

    def read(plain: Any, graph: Read) -> Any:
        shape = by_kind.get(type(plain))
        if shape is None:
            raise Misfit(instead(name, plain))
        return shape.read(plain, graph)

    if len(complex_ones) > 1:
        message = f"a snapshot cannot tell the kinds of {name} apart"
        raise TypeError(message)
    return Shape(name, tuple(by_kind), write, read)


def tuple_shape(shapes: list[Shape]) -> Shape:
    """Return the shape of a tuple with a place for each of these."""
    name = f"({', '.join(shape.name for shape in shapes)})"

    def write(value: Any, graph: Written) -> list[Any]:
        return [shape.write(part, graph) for shape, part in zip(shapes, value, strict=True)]

    def read(plain: Any, graph: Read) -> tuple[Any, ...]:
        expect(list, name, plain)
        if len(plain) != len(shapes):
            message = f"{name} is expected, not a list of {len(plain)}"
            raise Misfit(message)
        return tuple(shape.read(part, graph) for shape, part in zip(shapes, plain, strict=True))

    return Shape(name, (list,), write, read)


def object_shape(inner: Shape) -> Shape:
    """Return the shape of a dictionary whose keys are texts."""

    def write(value: Mapping[str, Any], graph: Written) -> dict[str, Any]:
        return {key: inner.write(part, graph) for key, part in value.items()}

    def read(plain: Any, graph: Read) -> dict[str, Any]:
        expect(dict, "an object", plain)
        key = ""
        try:
            return {(key := name): inner.read(part, graph) for name, part in plain.items()}
        except Misfit as misfit:
            misfit.place.append(key[:80])
            raise

    return Shape(f"{{{inner.name}}}", (dict,), write, read)


def pairs_shape(key: Shape, value: Shape) -> Shape:
    """Return the shape of a dictionary with other keys."""
    pair = tuple_shape([key, value])
    pairs = sequence_shape(list, pair)

    def read(plain: Any, graph: Read) -> dict[Any, Any]:
        return dict(pairs.read(plain, graph))

    def write(held: Mapping[Any, Any], graph: Written) -> Any:
        return pairs.write(held.items(), graph)

    return Shape(f"{{{key.name}: {value.name}}}", (list,), write, read)


def sequence_shape(kind: Callable[[Iterable[Any]], Any], inner: Shape) -> Shape:
    """Return the shape of as many of one kind as there are."""
    name = f"{getattr(kind, '__name__', '')}[{inner.name}]"
    unordered = kind in (set, frozenset)

    def write(value: Iterable[Any], graph: Written) -> list[Any]:
        ordered = sorted(value) if unordered else value  # no order of hashes gets into a snapshot
        return [inner.write(part, graph) for part in ordered]

    def read(plain: Any, graph: Read) -> Any:
        expect(list, "a list", plain)
        number = 0
        made = []
        try:
            for number, part in enumerate(plain):  # noqa: B007 - names the place
                made.append(inner.read(part, graph))
        except Misfit as misfit:
            misfit.place.append(str(number))
            raise
        return kind(made)

    return Shape(name, (list,), write, read)


def instance_shape(name: str, kind: type, inner: dict[str, Shape], *, derives: bool) -> Shape:
    """Return the shape of a class's objects; one that `derives` works the rest out for itself."""

    def write(value: Any, graph: Written) -> Any:
        if type(value) is not kind:
            raise Misfit(instead(name, value))
        known = graph.nodes.get(id(value))
        if known is not None:
            return graph.number(known)
        node = graph.nodes[id(value)] = {}
        for attribute, part in inner.items():
            node[attribute] = part.write(getattr(value, attribute), graph)
        return node

    def read(plain: Any, graph: Read) -> Any:
        if type(plain) is int:
            of, known = graph.get(plain, (None, None))
            if of is not shape:
                message = f"no {name} has the number {plain}"
                raise Misfit(message)
            return known
        expect(dict, name, plain)
        made: Any = object.__new__(kind)
        if NUMBER in plain:
            _enter(graph, plain[NUMBER], shape, made)
        _fill(made, inner, plain, graph)
        if derives:
            made.__post_init__()
        return made

    shape = Shape(name, (dict, int), write, read)
    return shape


def _enter(graph: Read, number: Any, shape: Shape, made: Any) -> None:
    if type(number) is not int or number in graph:
        message = f"'{NUMBER}': an integer is expected that no other object has"
        raise Misfit(message)
    graph[number] = shape, made


def _fill(made: Any, inner: dict[str, Shape], plain: dict[str, Any], graph: Read) -> None:
    """Give an object its attributes, past what keeps a frozen one from being changed."""
    check_keys(plain, (*inner, NUMBER) if NUMBER in plain else inner)
    attribute = ""
    try:
        for attribute, part in inner.items():
            object.__setattr__(made, attribute, part.read(plain[attribute], graph))
    except Misfit as misfit:
        misfit.place.append(attribute)
        raise


SEQUENCES: dict[Any, Callable[[Iterable[Any]], Any]] = {
    list: list,
    Sequence: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
}
"""What each annotation is read as."""
