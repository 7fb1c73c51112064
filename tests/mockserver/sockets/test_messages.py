"""Messages on the websockets: what is passed on stays what it was, what is none is refused."""

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otakit.mockserver.sockets.messages import (
    BadMessage,
    content,
    int64,
    message,
    offset,
    pack,
    read,
    structured,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.integers(0, 0xFFFF), st.text(), st.dictionaries(st.text(), VALUES), VALUES)
def test_reading_undoes_writing(proto: int, typ: str, props: dict[str, Any], body: Any) -> None:
    """Any message comes out as it went in, also after it was passed on."""
    header = {"proto": proto, "typ": typ, "sid": "s", "props": props}
    frame = msgspec.msgpack.encode({"hdr": header, "body": body})
    passed_on = msgspec.msgpack.decode(pack(read(frame)))
    assert passed_on["hdr"] == header
    assert passed_on.get("body") == body


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_an_offset_has_eight_bytes(number: int) -> None:
    """Whatever its value; and it is read back, as is any shorter form."""
    frame = pack(message(2, "ack", offset=int64(number)))
    assert b"\xa6offset\xd3" in frame
    assert offset(read(frame)) == number
    assert offset(read(pack(message(2, "ack", offset=number)))) == number


def test_a_missing_offset_is_0() -> None:
    """So does the real server read it."""
    assert offset(message(2, "ack")) == 0


@given(st.binary())
def test_noise_is_refused_with_the_one_error(noise: bytes) -> None:
    """No other error comes out, whatever bytes go in."""
    with suppress(BadMessage):
        read(noise)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x91" * 100_000,
        b"\x82\xa3hdr\x82\xa5proto\x01\xa3typ\xa1a\xa4body" + b"\x91" * 100_000,
        b"\x81\xa3hdr\x82\xa5proto\x01\xa3typ\xa1\xff",
        b"\x81\xa3hdr\xdf\xff\xff\xff\xff",
        msgspec.msgpack.encode({"hdr": {"proto": 70_000, "typ": "a"}}),
        msgspec.msgpack.encode({"hdr": {"proto": 1}}),
        msgspec.msgpack.encode({"hdr": {"proto": 1, "typ": "a", "props": {1: 2}}}),
        msgspec.msgpack.encode({"hdr": {"proto": 1, "typ": "a"}}) + b"\xc0",
    ],
)
def test_what_is_no_message_is_refused(frame: bytes) -> None:
    """Too deep, too short, too long, of another shape."""
    with pytest.raises(BadMessage):
        read(frame)


def test_bodies_that_cannot_be_read_are_refused() -> None:
    """A text where bytes are expected, an offset that is none, a body of another shape."""
    header = {"proto": 1, "typ": "a", "props": {"offset": "x"}}
    said = read(msgspec.msgpack.encode({"hdr": header, "body": "text"}))
    with pytest.raises(BadMessage, match="bytes"):
        content(said)
    with pytest.raises(BadMessage, match="offset"):
        offset(said)
    with pytest.raises(BadMessage, match="'accept'"):
        structured(message(1, "accept", body=b"\x01"), dict)
