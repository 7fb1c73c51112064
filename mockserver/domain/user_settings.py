"""Settings that a front end keeps on the server: one document for all, one for each user.

Section 10.4 of the server facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from otakit.mockserver.domain.errors import Invalid, PreconditionFailed
from otakit.mockserver.domain.ids import Ids

SHARED = ""
"""Whose document that of all users is."""

MAX_KEYS = 1024
MAX_KEY = 128
MAX_TEXT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsDocument:
    """A document as it was saved; `etag` is empty where nothing was saved yet."""

    content: bytes = b"{}"
    etag: str = ""


class UserSettings:
    """The documents of one World, by owner: a user's id, or SHARED."""

    _documents: dict[str, SettingsDocument]

    def __init__(self, ids: Ids) -> None:
        """Begin without any."""
        self._ids = ids
        self._documents = {}

    def of(self, owner: str) -> SettingsDocument:
        """Return an owner's document, an empty object before the first is saved."""
        return self._documents.get(owner) or SettingsDocument()

    def save(self, owner: str, content: bytes, if_match: str | None = None) -> None:
        """Put a document in the place of the owner's; `content` is a JSON object as text.

        Raises PreconditionFailed where `if_match` is not the entity tag of the saved document;
        as long as none is saved, any will do.
        """
        saved = self._documents.get(owner)
        if saved is not None and if_match and if_match.strip('"') != saved.etag:
            message = f"ETag doesn't match: '{if_match:.80}' is not the current one"
            raise PreconditionFailed(message)
        self._documents[owner] = SettingsDocument(content=content, etag=self._ids.uuid())

    def forget(self, owner: str) -> None:
        """Drop an owner's document."""
        self._documents.pop(owner, None)

    def clear(self) -> None:
        """Drop all documents."""
        self._documents.clear()


def check_settings(values: Mapping[str, Any]) -> None:
    """Raise Invalid for more than 1024 keys, a long key or a long text; lengths are in bytes."""
    if len(values) > MAX_KEYS:
        message = f"Values: the length must be no more than {MAX_KEYS}: there are {len(values)}."
        raise Invalid(message)
    for key, value in values.items():
        if _size(key) > MAX_KEY:
            message = f"Values: the length must be no more than {MAX_KEY}: key '{key:.32}…'."
            raise Invalid(message)
        if isinstance(value, str) and _size(value) > MAX_TEXT:
            message = f"Values: ({key}: the length must be no more than {MAX_TEXT}.)."
            raise Invalid(message)


def _size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))
