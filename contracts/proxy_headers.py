"""What of a message's headers goes on to the other side of the proxy, and what is added.

RFC 9110, 7.6: what is about one connection ends here. The target gets its own name as Host, since
hosted servers tell their tenants and certificates apart by it. Browsers say whose page asks
(Origin), and servers compare that with Host: pages that the proxy itself has handed out are the
target's own pages there, too.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

Headers = list[tuple[bytes, bytes]]

_OF_A_CONNECTION = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
_LOOPBACK = re.compile(r"127\.[0-9.]+|::1|::ffff:127\.[0-9.]+")
_OWN_NAME = re.compile(
    rb"([0-9.]+|\[[0-9a-f:.]+\]|[a-z0-9_-]*|[a-z0-9_.-]+\.(localhost|internal|test))(:[0-9]+)?",
    re.IGNORECASE,
)
"""An address, a name without a dot, or one of a domain in which nobody can register any."""

VIA = "1.1 otakit-"
"""How a proxy names itself in Via, before its own letters: a request that comes back has them."""


class HeaderRules:
    """How headers are changed between clients and one target."""

    def __init__(self, target: str, name: str) -> None:
        """Know the target's URL, and what this proxy calls itself in Via."""
        parts = urlsplit(target)
        self._host = parts.netloc.encode("idna" if not parts.netloc.isascii() else "ascii")
        self.origin = f"{parts.scheme}://{parts.netloc}".encode()
        self._via = f"{VIA}{name}".encode()

    def went_round(self, headers: Headers) -> bool:
        """Say whether a request has been here before."""
        return any(self._via in value for name, value in headers if name == b"via")

    def for_target(self, headers: Headers, *, client: str, address: str, upgrade: bool) -> Headers:
        """Return the headers of a request as the target gets them.

        `client` is whom it comes from, `address` the one of ours at which it came. With `upgrade`
        it asks for a websocket. A name that anybody may own, and have lead to this machine, is
        passed on as it is when only this machine listens (DNS rebinding): the target judges it.
        """
        host = first(headers, b"host")
        strange = bool(_LOOPBACK.fullmatch(address)) and not _OWN_NAME.fullmatch(host)
        own = (b"http://" + host).lower()
        kept = [
            (name, self.origin if name == b"origin" and value.lower() == own else value)
            if not strange
            else (name, value)
            for name, value in end_to_end(headers)
            if name not in {b"host", b"expect", b"via", b"x-forwarded-for"}
        ]
        if upgrade:
            kept += [(b"connection", b"Upgrade"), (b"upgrade", b"websocket")]
        return [
            (b"host", host if strange else self._host),
            *kept,
            *_missing(headers, {b"x-forwarded-host": host, b"x-forwarded-proto": b"http"}),
            (b"x-forwarded-for", _joined(headers, b"x-forwarded-for", client.encode())),
            (b"via", _joined(headers, b"via", self._via)),
        ]

    def for_client(self, headers: Headers, status: int) -> Headers:
        """Return the headers of an answer as the client gets them.

        Redirections within the target stay within the proxy; all other links are left as they are.
        """
        kept = []
        for name, value in end_to_end(headers):
            if name == b"content-length" and status in {204, 304}:
                continue  # there is no body, whatever its length would be
            within = name == b"location" and status // 100 == 3  # noqa: PLR2004 - redirections
            kept.append((name, self._within(value) if within else value))
        return kept

    def _within(self, location: bytes) -> bytes:
        rest = location.removeprefix(self.origin)
        leads_away = rest == location or not rest.startswith(b"/") or rest.startswith(b"//")
        return location if leads_away else rest


def first(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    """Return a header's first value; empty without one."""
    return next((value for name, value in headers if name.lower() == wanted), b"")


def end_to_end(headers: Headers) -> Headers:
    """Leave out what is about one connection only, also what its Connection header names."""
    named = {
        token.strip().lower()
        for name, value in headers
        if name.lower() == b"connection"
        for token in value.split(b",")
    }
    gone = _OF_A_CONNECTION | named
    return [(name.lower(), value) for name, value in headers if name.lower() not in gone]


def has_body(headers: Headers) -> bool:
    """Say whether a request has a body, of whatever length."""
    length = first(headers, b"content-length")
    return bool(first(headers, b"transfer-encoding")) or length.strip(b"0 ") != b""


def _missing(headers: Headers, wanted: dict[bytes, bytes]) -> Headers:
    there = {name for name, _ in headers}
    return [(name, value) for name, value in wanted.items() if name not in there and value]


def _joined(headers: Headers, wanted: bytes, more: bytes) -> bytes:
    return b", ".join([*(value for name, value in headers if name == wanted), more])
