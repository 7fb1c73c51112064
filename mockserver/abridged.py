"""A configuration as the real server shows it with its deployment (section 5.3 of the facts)."""

import base64
import json
import re
from collections.abc import Mapping

SHOWN = 3
"""Bytes that are shown of each value."""


def abridged(configuration: Mapping[str, str]) -> str:
    """Write a configuration so that it tells no secrets.

    In Base64, keys in order, of each value the first three bytes; a character that is cut through
    becomes as many U+FFFD as bytes are left of it.
    """
    short = {key: _beginning(value) for key, value in sorted(configuration.items())}
    text = json.dumps(short, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return base64.b64encode(text.encode()).decode()


def _beginning(value: str) -> str:
    data = value.encode()
    if len(data) <= SHOWN:
        return value
    kept = data[:SHOWN].decode(errors="surrogateescape")
    return re.sub("[\udc80-\udcff]", "\ufffd", kept) + "...<omitted>"
