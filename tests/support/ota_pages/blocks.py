"""The blocks of a page in their order, as Sybil's regions.

```sh                      typed into the page's one shell
```python                  executed; with title="name.py" it is that file instead
```yaml, ```json           read and held to what it is; with a title it is that file, too
```text, ```json           right below commands: what they print, with … for what varies
<!-- invisible: sh ... --> what the page takes for granted
<!-- skip: next "why" -->  the next block is not executed
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sybil import Document, Example, Region
from sybil.parsers.markdown import SkipParser
from sybil.parsers.markdown.lexers import DirectiveInHTMLCommentLexer, RawFencedCodeBlockLexer

_INFO = re.compile(r"(?P<language>\w*)(?P<attributes>[^\n]*)$\n", re.MULTILINE)
_FENCED = RawFencedCodeBlockLexer(_INFO)
_INVISIBLE = DirectiveInHTMLCommentLexer("invisible", r"\w+")
_TITLE = re.compile(r'title="([^"]+)"')
_BREAK = re.compile(r"^#+ |<!--", re.MULTILINE)

SHOWN = ("text", "json")
"""Languages of what commands print."""

TYPED = ("sh", "python")
"""Languages of blocks that print something."""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block; `shown` is the block below it that has what it prints."""

    language: str
    title: str
    text: str
    line: int
    visible: bool = True
    shown: "Block | None" = None


class Blocks:
    """A parser for Sybil that makes a `Block` of each block, and has `evaluate` for all of them."""

    def __init__(self, evaluate: Callable[[Block], None]) -> None:
        """Hand blocks to `evaluate`, without those that show what others print."""
        self._evaluate = evaluate

    def __call__(self, document: Document) -> Iterable[Region]:
        """Return the regions of blocks, in their order."""
        found = sorted(_blocks(document), key=lambda pair: pair[0].start)
        shown = set()
        for (upper, typed), (lower, prints) in pairwise(found):
            between = document.text[upper.end : lower.start]
            if _shows(typed, prints) and not _BREAK.search(between):
                shown.add(prints)
                upper.parsed = _with(typed, prints)
        for region, block in found:
            if block not in shown:
                region.parsed = region.parsed or block
                region.evaluator = self._one
                yield region

    def _one(self, example: Example) -> None:
        self._evaluate(example.parsed)


def read(page: Path, evaluate: Callable[[Block], None]) -> Document:
    """Return a page whose examples are its blocks."""
    return Document.parse(str(page), SkipParser(), Blocks(evaluate))


def _blocks(document: Document) -> Iterator[tuple[Region, Block]]:
    for lexer in (_FENCED, _INVISIBLE):
        for region in lexer(document):
            line = document.text.count("\n", 0, region.start) + 1
            yield region, _block(region, line, visible=lexer is _FENCED)


def _block(region: Region, line: int, *, visible: bool) -> Block:
    lexemes = region.lexemes
    title = _TITLE.search(lexemes.get("attributes") or "")
    language = lexemes["language"] if visible else lexemes["arguments"]
    return Block(language, title[1] if title else "", str(lexemes["source"]), line, visible)


def _shows(typed: Block, prints: Block) -> bool:
    return (
        typed.language in TYPED
        and not typed.title
        and prints.visible
        and prints.language in SHOWN
        and not prints.title
    )


def _with(typed: Block, prints: Block) -> Block:
    return Block(typed.language, typed.title, typed.text, typed.line, typed.visible, prints)
