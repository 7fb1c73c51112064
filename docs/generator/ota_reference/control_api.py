"""The page of the control API, from its OpenAPI file."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ota_reference.markdown import cell, code, table
from otakit.specs.catalogue import control, resolved

_HEAD = """# Control API

{description}

All paths are below `{base}`. This page is made from the OpenAPI file; a running server has that
at `{base}/openapi.json`, and a page to try it at `{base}/ui/`. In Python
`otakit.mockserver.client.ControlClient` speaks it.
"""
_METHODS = ("get", "put", "post", "patch", "delete")

Json = Mapping[str, Any]


def text() -> str:
    """Return the page."""
    api = control()
    document = resolved(api)
    head = _HEAD.format(base=api.base_path, description=document["info"]["description"].strip())
    tags = [tag["name"] for tag in document["tags"]]
    found = list(operations(document))
    parts = [head]
    for tag in tags:
        parts.append(f"## {tag} {{ #tag-{tag.lower().replace(' ', '-')} }}\n")
        for path, method, operation in found:
            if tag in operation["tags"]:
                parts.extend(_operation(path, method, operation))
    return "\n".join(parts)


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Go through the operations of an OpenAPI document: path, method, operation."""
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method in _METHODS:
            if method in item:
                own = item[method].get("parameters", [])
                yield path, method, {**item[method], "parameters": [*shared, *own]}


def _operation(path: str, method: str, operation: Json) -> Iterator[str]:
    yield f"### {operation['operationId']}\n"
    yield f"`{method.upper()} {path}`\n"
    said = [f"{operation['summary'].rstrip('.')}.", operation.get("description", "").strip()]
    yield f"{' '.join(said).strip()}\n"
    if operation["parameters"]:
        rows = [
            (
                code(p["name"]),
                p["in"],
                cell(kind(p.get("schema", {}))),
                cell(p.get("description", "")),
            )
            for p in operation["parameters"]
        ]
        yield table(("parameter", "in", "type", "what it is"), rows)
    for media, body in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Body: `{media}`\n"
        yield from _schema(body.get("schema", {}))
        yield from _example(body)
    answers = [
        (code(status), cell(answer.get("description", "")))
        for status, answer in operation["responses"].items()
    ]
    yield table(("status", "answer"), answers)


def _schema(schema: Json) -> Iterator[str]:
    properties = schema.get("properties", {})
    required = schema.get("required", ())
    rows = [
        (
            code(name) + (" (needed)" if name in required else ""),
            cell(kind(of)),
            cell(of.get("description", "")),
        )
        for name, of in properties.items()
    ]
    if rows:
        yield table(("key", "type", "what it is"), rows)


def _example(body: Json) -> Iterator[str]:
    examples = [e["value"] for e in body.get("examples", {}).values()]
    if "example" in body:
        examples.insert(0, body["example"])
    for example in examples:
        if not isinstance(example, str):
            yield f"```json\n{json.dumps(example, indent=2, ensure_ascii=False)}\n```\n"


def kind(schema: Json) -> str:
    """Return the type of a schema in a few words."""
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    for word in ("oneOf", "anyOf", "allOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(kind(option) for option in schema[word]))
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}))}"
    return str(schema.get("type", "any"))
