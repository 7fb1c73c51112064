"""The messages on the websockets: MessagePack maps, `{"hdr": {proto, typ, sid, props}, "body"}`.

Section 8.3 of the server facts. Properties and bodies are passed on as they came, byte by byte: the
real client tells MessagePack's kinds of integers apart.
"""

from typing import Annotated, Any, NoReturn, TypeVar

import msgspec

SHELL, FILES, FORWARD, CLIENT, CONTROL = 1, 2, 3, 4, 0xFFFF
"""Values of `proto`: what a message is about."""

CHECK_UPDATE, SEND_INVENTORY = "check-update", "send-inventory"
"""What devices are told to do: types of the protocol CLIENT."""

T = TypeVar("T")

Raw = msgspec.Raw

_NIL = Raw(b"\xc0")


class Header(msgspec.Struct, omit_defaults=True):
    """What a message is; `sid` names the session that it belongs to."""

    proto: Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]
    typ: str
    sid: str | None = None
    props: dict[str, Raw] | None = None


class Message(msgspec.Struct, omit_defaults=True):
    """One message; its body is whatever the protocol says, still encoded."""

    hdr: Header
    body: Raw = _NIL

    @property
    def kind(self) -> tuple[int, str]:
        """Protocol and type."""
        return self.hdr.proto, self.hdr.typ


class BadMessage(Exception):
    """A frame, or a part of one, that is not what the protocol says."""


def message(
    proto: int, typ: str, *, sid: str | None = None, body: bytes | None = None, **props: Any
) -> Message:
    """Make a message."""
    encoded = {name: raw(value) for name, value in props.items()}
    return Message(Header(proto, typ, sid, encoded or None), _NIL if body is None else raw(body))


def raw(value: Any) -> Raw:
    """Encode one value, unless it is encoded already."""
    return value if isinstance(value, Raw) else Raw(pack(value))


def int64(number: int) -> Raw:
    """Encode an integer in eight bytes: mender-connect takes no shorter form for an offset."""
    return Raw(b"\xd3" + number.to_bytes(8, "big", signed=True))


pack = msgspec.msgpack.Encoder().encode
"""Write a message, or a body, as MessagePack."""

_decode = msgspec.msgpack.Decoder(Message).decode
_decode_bytes = msgspec.msgpack.Decoder(bytes).decode
_decode_integer = msgspec.msgpack.Decoder(int).decode


def read(frame: bytes) -> Message:
    """Read a frame; raises BadMessage."""
    try:
        return _decode(frame)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        _refuse("not a message", error)


def content(received: Message) -> bytes:
    """Return a message's body, empty if there is none; raises BadMessage if it is not binary."""
    if bytes(received.body) == b"\xc0":
        return b""
    try:
        return _decode_bytes(received.body)
    except (msgspec.MsgspecError, ValueError) as error:
        _refuse("body", error)


def structured(received: Message, kind: type[T]) -> T:
    """Return a message's body, which has MessagePack in it; raises BadMessage."""
    try:
        return msgspec.msgpack.decode(content(received), type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        _refuse(f"body of '{received.hdr.typ[:40]}'", error)


def offset(received: Message) -> int:
    """Return the property `offset`, 0 if there is none; raises BadMessage."""
    given = (received.hdr.props or {}).get("offset")
    if given is None:
        return 0
    try:
        return _decode_integer(given)
    except (msgspec.MsgspecError, ValueError) as error:
        _refuse("offset", error)


def _refuse(what: str, error: Exception) -> NoReturn:
    problem = f"{what}: {error}"
    raise BadMessage(problem) from None
