"""Multipart uploads, streamed to a file: never whole in memory, bounded, parts in their order.

Reference, Upload Artifact and Generate Artifact: the file has to be the last part.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from otakit.mockserver.bodies import check_length, too_large
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.operations import Call

MAX_TEXT = 64 * 1024
MAX_PARTS = 32
MAX_BOUNDARY = 70
"""Bytes, RFC 2046, 5.1.1."""
_FRAMING = 1 << 20
"""What boundaries and part headers may add to a file of the greatest size."""


class Sink(Protocol):
    """Where a form's file goes."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Take in the next bytes."""


async def receive_form(
    call: Call, *, file_part: str, into: Path, limit: int
) -> dict[str, list[str]]:
    """Write a form's file to a path and return its other parts' texts by name, in lower case.

    The file's own name stands under `filename`. Raises Invalid for a malformed or truncated form,
    one without the file, or with parts behind it; Refused (413) for a file of over `limit` bytes.
    """
    with into.open("wb") as file:
        return await receive_into(call, file_part=file_part, file=file, limit=limit)


async def receive_into(  # noqa: PLR0913 - what a form is like, and where its file goes
    call: Call,
    *,
    file_part: str,
    file: Sink,
    limit: int,
    last: bool = True,
    room: Callable[[], Awaitable[None]] | None = None,
) -> dict[str, list[str]]:
    """Do the same with a file that is open; unless `last`, parts may follow it.

    Where `room` is given, it is waited for before more is received.
    """
    boundary = parse_options_header(call.header(b"content-type"))[1].get(b"boundary")
    if not boundary:
        message = "Invalid value for Content-Type header: multipart has no boundary"
        raise Invalid(message)
    if len(boundary) > MAX_BOUNDARY:
        message = (
            f"Invalid value for Content-Type header: a boundary has at most {MAX_BOUNDARY} "
            f"characters, not {len(boundary)}"
        )
        raise Invalid(message)
    check_length(call.scope, limit + _FRAMING)
    form = _Form(boundary, file_part, file, limit, last=last)
    size, more = 0, True
    while more:
        message_part = await call.receive()
        chunk = message_part.get("body", b"")
        form.feed(chunk)
        size += len(chunk)
        more = message_part.get("more_body", False)
        if room is not None:
            await room()
    call.exchange.body_size = size
    form.close()
    missing = [name for name in call.required_parts if name not in {*form.texts, file_part}]
    if missing:
        message = f"{missing[0]}: this part of the form is required"
        raise Invalid(message)
    return form.texts


class _Form:
    """A form on its way in; the parser calls the `on_…` methods."""

    def __init__(
        self, boundary: bytes, file_part: str, file: Sink, limit: int, *, last: bool
    ) -> None:
        self.texts: dict[str, list[str]] = {}
        self._file_part = file_part
        self._file = file
        self._limit = limit
        self._last = last
        self._size = 0
        self._parts = 0
        self._text_size = 0
        self._name = ""
        self._text = bytearray()
        self._header = (bytearray(), bytearray())
        self._file_seen = self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        """Take in the next bytes."""
        if not chunk or self._ended:
            return
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            message = f"malformed multipart form: {error}"
            raise Invalid(message) from None

    def close(self) -> None:
        """Make sure that the form was whole."""
        if not self._ended:
            message = "unexpected EOF: the multipart form ends before its last boundary"
            raise Invalid(message)
        if not self._file_seen:
            message = f"request does not contain the file: part '{self._file_part}' is missing"
            raise Invalid(message)

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            message = f"the form has over {MAX_PARTS} parts"
            raise Invalid(message)
        self._name = ""
        self._text.clear()

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _on_header_end(self) -> None:
        field, value = (bytes(part) for part in self._header)
        for part in self._header:
            part.clear()
        if field.lower() != b"content-disposition":
            return
        options = parse_options_header(value)[1]
        self._name = options.get(b"name", b"").decode("utf-8", "replace").lower()
        if b"filename" in options and self._name == self._file_part:
            name = options[b"filename"].decode("utf-8", "replace")
            self.texts.setdefault("filename", []).append(name)

    def _on_headers_finished(self) -> None:
        if not self._name:
            message = "a part of the form has no name in its Content-Disposition"
            raise Invalid(message)
        if self._file_seen and (self._last or self._name == self._file_part):
            message = (
                f"part '{self._name[:80]}' comes after '{self._file_part}',"
                " which has to be the last part"
            )
            raise Invalid(message)

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == self._file_part:
            self._size += end - start
            if self._size > self._limit:
                raise too_large(self._limit)
            self._file.write(memoryview(data)[start:end])
            return
        self._text_size += end - start
        if self._text_size > MAX_TEXT:
            message = (
                f"part '{self._name[:80]}' makes the form's texts longer than {MAX_TEXT} bytes"
            )
            raise Invalid(message)
        self._text.extend(data[start:end])

    def _on_part_end(self) -> None:
        if self._name == self._file_part:
            self._file_seen = True
            return
        try:
            text = self._text.decode()
        except UnicodeDecodeError:
            message = f"part '{self._name[:80]}' is not UTF-8 text"
            raise Invalid(message) from None
        self.texts.setdefault(self._name, []).append(text)

    def _on_end(self) -> None:
        self._ended = True
