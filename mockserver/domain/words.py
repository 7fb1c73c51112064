"""Search by words: what a text index finds, as the real server's database does.

Sections 5.5 and 9.5 of the server facts: without regard to case, whole words only, and whatever is
neither letter, digit nor underscore parts them.
"""

import re
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Return the words of a text, in lower case and in order."""
    return _WORD.findall(text.lower())


def has_phrase(text: str, phrase: Sequence[str]) -> bool:
    """Say whether a text has these words, one directly after the other."""
    if not phrase:
        return False
    there, length = words(text), len(phrase)
    return any(there[i : i + length] == phrase for i in range(len(there) - length + 1))


def relevance(texts: Iterable[str], wanted: Iterable[str]) -> int:
    """Count how many of the wanted words some texts have."""
    there = {word for text in texts for word in words(text)}
    return len(there.intersection(wanted))
