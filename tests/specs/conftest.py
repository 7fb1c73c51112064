"""What the tests against the two lists of documented facts have in common."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

Schema = Mapping[str, Any]
Matches = Callable[[str, Schema, Mapping[str, Schema]], bool]

WRITTEN = {"number(integer)": ("integer", None)}
"""How the documents write a type that has another name in OpenAPI."""

SAID = ("type", "properties", "required", "enum", "items", "additionalProperties")
"""What makes a schema the one of that name; descriptions and bounds may differ by place."""


@pytest.fixture(scope="session")
def ota_matches() -> Matches:
    """Return the function which says whether a schema is of a type as the reference writes it."""
    return matches


@pytest.fixture(scope="session")
def ota_flat() -> Callable[[Schema], dict[str, Any]]:
    """Return the function which makes one schema of one with `allOf`."""
    return flat


def flat(schema: Schema) -> dict[str, Any]:
    """Merge the parts of an `allOf` into one schema; the outer words win."""
    merged: dict[str, Any] = {}
    for part in [*map(flat, schema.get("allOf", ())), schema]:
        properties = {**merged.get("properties", {}), **part.get("properties", {})}
        required = [*merged.get("required", ()), *part.get("required", ())]
        merged |= {key: value for key, value in part.items() if key != "allOf"}
        merged |= {"properties": properties} if properties else {}
        merged |= {"required": required} if required else {}
    return merged


def matches(written: str, schema: Schema, schemas: Mapping[str, Schema]) -> bool:
    """Say whether a schema, or one of its alternatives, is of the type that is written."""
    written = written.replace("< ", "[").replace(" > array", "]").replace(" (", "(")
    schema = flat(schema)
    alternatives = schema.get("oneOf", schema.get("anyOf", ()))
    return is_of(written, schema, schemas) or any(
        matches(written, alternative, schemas) for alternative in alternatives
    )


def is_of(written: str, schema: Schema, schemas: Mapping[str, Schema]) -> bool:
    """Say the same of a schema without its alternatives."""
    if written.startswith(("[", "array[")):
        item = written[written.index("[") + 1 : -1]
        return schema.get("type") == "array" and matches(item, schema["items"], schemas)
    if written in schemas:
        named = flat(schemas[written])
        return all(schema.get(key) == named.get(key) for key in SAID)
    name, _, form = written.removesuffix(")").partition("(")
    expected = WRITTEN.get(written, (name, form or None))
    return (schema.get("type"), schema.get("format")) == expected
