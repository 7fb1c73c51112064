"""Whether what was printed is what a page shows, where … stands for what varies.

How long a ruler of === or --- is does not matter: it goes by what stands within it.
"""

import json
import re
from typing import Any

ANY = "…"
_RULER = re.compile("={3,}|-{3,}")


def text_matches(shown: str, printed: str) -> bool:
    """Compare texts: … within a line is the rest of a word or line, alone in a line any lines."""
    pattern = "".join(map(_line, _lines(shown)))
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(printed))) is not None


def _lines(text: str) -> list[str]:
    return [_RULER.sub("===", line.rstrip()) for line in text.strip("\n").splitlines()]


def _line(line: str) -> str:
    if line.strip() == ANY:
        return r"(?:.*\n)*?"
    return ".*?".join(map(re.escape, line.split(ANY))) + r"\n"


def json_matches(shown: str, printed: str) -> bool:
    """Compare JSON: "…" is any value, and a key or an item called so any further ones."""
    return _value_matches(json.loads(shown), json.loads(printed))


def _value_matches(shown: Any, printed: Any) -> bool:
    if isinstance(shown, str) and isinstance(printed, str):
        return text_matches(shown, printed)
    if shown == ANY:
        return True
    if isinstance(shown, dict) and isinstance(printed, dict):
        named = {key for key in shown if key != ANY}
        return (ANY in shown or named == set(printed)) and all(
            key in printed and _value_matches(shown[key], printed[key]) for key in named
        )
    if isinstance(shown, list) and isinstance(printed, list):
        first = shown[:-1] if shown[-1:] == [ANY] else shown
        enough = len(printed) >= len(first) if first is not shown else len(printed) == len(first)
        return enough and all(map(_value_matches, first, printed))
    return bool(shown == printed)
