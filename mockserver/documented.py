"""What the served documents say of their operations: which there are, and how they answer."""

from collections.abc import Iterable
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

from otakit.mockserver.domain.errors import Invalid

DOWNLOAD = "downloadArtifact"
"""What the fetching of an artifact's file is called, which no OpenAPI file has."""

_FILE: dict[str, Any] = {"responses": {"200": {"content": {"application/octet-stream": {}}}}}


class Documented:
    """The operations of one server, by `operationId`; the control API's are not among them."""

    def __init__(self, documents: Iterable[dict[str, Any]]) -> None:
        """Read the OpenAPI documents of the served APIs."""
        self._operations = {DOWNLOAD: _FILE} | {
            operation["operationId"]: operation
            for document in documents
            for path in document["paths"].values()
            for operation in path.values()
            if isinstance(operation, dict)
        }

    def check(self, operation_id: str, place: str) -> None:
        """Raise Invalid where there is no such operation; the message suggests another."""
        if operation_id in self._operations:
            return
        near = get_close_matches(operation_id, self._operations, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "see operationId in the OpenAPI files"
        message = f"{place}: no operation '{operation_id:.80}' is served here; {hint}"
        raise Invalid(message)

    def contents(self, operation_id: str) -> set[str]:
        """Return the media types of an operation's successful answers."""
        return {
            kind
            for status, response in self._operations[operation_id]["responses"].items()
            if status.startswith("2")
            for kind in response.get("content", ())
        }

    def words(self, operation_id: str, status: int) -> str:
        """Return the words of an operation's error in its document, or else HTTP's own."""
        responses = self._operations.get(operation_id, _FILE)["responses"]
        content = responses.get(str(status), {}).get("content", {})
        example = content.get("application/json", {}).get("example", {})
        words = example.get("error") if isinstance(example, dict) else None
        if isinstance(words, str):
            return words
        try:
            return HTTPStatus(status).phrase.lower()
        except ValueError:
            return f"status {status}"
