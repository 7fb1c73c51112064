"""Markdown from what the code says."""

import inspect
from collections.abc import Iterable
from html import escape


def cell(text: object) -> str:
    """Return a text that a table's cell can hold."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def code(text: object) -> str:
    """Return a text as code within a table's cell."""
    said = " ".join(str(text).split())
    if "|" not in said:
        return f"`{said}`"
    return f"<code>{escape(said, quote=False).replace('|', '&#124;')}</code>"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; its cells are Markdown already."""
    names = list(heads)
    lines = [names, ["---"] * len(names), *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def docstring(thing: object) -> str:
    """Return what a thing says of itself."""
    return (inspect.getdoc(thing) or "").strip()


def listed(texts: Iterable[str]) -> str:
    """Return names as code, separated by commas."""
    return ", ".join(code(text) for text in texts)
