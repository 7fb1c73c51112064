"""What of a request may be shown to anybody: without tokens, passwords and signatures.

Journals end up in the logs of CI; what opens something is shortened there to how it begins and how
long it is.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from otakit.mockserver.exchange import Exchange, Headers

SHOWN = 3
"""Characters of a secret that are shown."""

_LONG = 4 * SHOWN
"""Of a shorter one none are."""

_KEYS = (
    "(?:current_)?(?:password|token2fa|tenant_token|secret|secret_access_key|token"
    "|connection_string)"
)
"""The keys of JSON objects whose values are secrets."""

_SECRETS = re.compile(
    r"(?:(?<![\w-])|(?<=%[0-9a-f]{2}))(?P<token>eyJ[\w-]+\.[\w-]+\.[\w-]*)"
    r"|(?P<link>x-men-signature=)[^&\s\"'<>\\]+"
    rf'|(?P<key>"{_KEYS}"\s*:\s*")(?:[^"\\]|\\.)*',
    re.IGNORECASE,
)
"""A JSON Web Token anywhere, a link's signature, and in JSON what a key says is one.

A token begins where a word does: so a text of nothing but beginnings takes no longer.
"""

_PARAMETERS = re.compile(r"signature|token|jwt|key|password|secret", re.IGNORECASE)
"""What the name of a query's parameter has if its value is a secret."""

_PATH = "/:@!$&'()*+,;=~%"
"""What stands in a path as it is (RFC 3986, 3.3); what is encoded, is so already."""


def safe_path(exchange: Exchange) -> str:
    """Return a request's path and query, in ASCII and without secrets: fit for any log."""
    path, mark, query = path_of(exchange).partition("?")
    return safe_text(path) + mark + safe_query(query)


def safe_query(query: str) -> str:
    """Return a request's query without the secrets in it."""
    return safe_text("&".join(map(_parameter, query.split("&"))))


def path_of(exchange: Exchange) -> str:
    """Return a request's path and query, in ASCII, as they were sent."""
    path = quote(exchange.raw_path.partition(b"?")[0], safe=_PATH)
    return f"{path}?{quote(exchange.query, safe=_PATH + '?')}" if exchange.query else path


def safe_text(text: str) -> str:
    """Return a text, a JSON one for instance, without the secrets in it."""
    return _SECRETS.sub(_shortened_match, text)


def names_secret(key: str) -> bool:
    """Say whether a key of a JSON object stands for a secret."""
    return re.fullmatch(_KEYS, key, re.IGNORECASE) is not None


def safe_headers(headers: Headers) -> Iterator[tuple[str, str]]:
    """Go through headers as texts, without the secrets in them."""
    for name, value in texts(headers):
        yield name, _SAFE.get(name, safe_text)(value)


def texts(headers: Headers) -> Iterator[tuple[str, str]]:
    """Go through headers as texts."""
    for name, value in headers:
        yield name.decode("latin-1").lower(), value.decode("latin-1")


def shortened(secret: str) -> str:
    """Show how a secret begins, and how long it is."""
    return f"{secret[:SHOWN] if len(secret) >= _LONG else ''}...({len(secret)})"


def _shortened_match(found: re.Match[str]) -> str:
    token, link, key = found.groups()
    return shortened(token) if token else f"{link or key}..."


def _parameter(parameter: str) -> str:
    name, _, value = parameter.partition("=")
    return f"{name}=..." if value and _PARAMETERS.search(unquote(name)) else parameter


def _credential(value: str) -> str:
    scheme, _, secret = value.partition(" ")
    return f"{scheme} {shortened(secret)}" if secret else shortened(scheme)


def _cookies(value: str) -> str:
    return "; ".join(_cookie(pair) for pair in value.split("; "))


def _set_cookie(value: str) -> str:
    pair, semicolon, attributes = value.partition(";")
    return _cookie(pair) + semicolon + attributes


def _cookie(pair: str) -> str:
    name, equals, secret = pair.partition("=")
    return f"{name}={shortened(secret)}" if equals else shortened(name)


_SAFE = {
    "authorization": _credential,
    "proxy-authorization": _credential,
    "cookie": _cookies,
    "set-cookie": _set_cookie,
    "x-men-signature": shortened,
}
"""Headers that are secret as a whole. A device's signature is: with its body it gets a token."""
