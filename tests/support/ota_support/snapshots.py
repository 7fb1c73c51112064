"""Snapshots as tests take, restore and forge them."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import httpx
import msgspec

JSON = {"content-type": "application/json"}


def take(control: httpx.Client, universe_id: str = "default") -> bytes:
    """Take a snapshot."""
    answer = control.get(f"universes/{universe_id}/snapshot")
    assert answer.status_code == 200, answer.text
    return answer.content


def restore(control: httpx.Client, kept: bytes, universe_id: str = "default") -> httpx.Response:
    """Ask for a snapshot to be restored."""
    return control.put(f"universes/{universe_id}/snapshot", content=kept, headers=JSON)


def resealed(kept: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Change a snapshot, and give it the digest that it should have then."""
    document = json.loads(kept)
    change(document)
    return seal(document)


def seal(document: dict[str, Any]) -> bytes:
    """Write a snapshot with the digest that belongs to it."""
    *pieces, artifacts, _ = document.values()
    sums = [[a.get(name) for name in ("id", "modified_ns", "sha256")] for a in artifacts]
    text = b"".join(msgspec.json.encode(piece) + b"\n" for piece in [*pieces, sums])
    return msgspec.json.encode({**document, "digest": hashlib.sha256(text).hexdigest()})
