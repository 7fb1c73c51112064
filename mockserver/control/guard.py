"""Who may steer the server: the control API's token, and what browsers send for others' pages.

Without a token the control API is open to programs on this machine, so it has to be closed to pages
of other origins, also where their name has been made to point at this machine (DNS rebinding): a
page's GET names no origin then.
"""

import hmac
import re
from collections.abc import Collection

from starlette.types import Scope

from otakit.mockserver.cors import is_allowed
from otakit.mockserver.domain.errors import Forbidden, Invalid, Unauthorized

_LOOPBACK = re.compile(r"127\.[0-9.]+|::1|::ffff:127\.[0-9.]+")
_OWN_NAME = re.compile(
    r"([0-9.]+|\[[0-9a-f:.]+\]|[a-z0-9_-]*|[a-z0-9_.-]+\.(localhost|internal|test))(:[0-9]+)?",
    re.IGNORECASE,
)
"""An address, a name without a dot, or one of a domain in which nobody can register any."""


class Guard:
    """Refuses those who may not steer the server."""

    def __init__(self, token: str, origins: Collection[str]) -> None:
        """Ask for this token, if there is one; let pages of these origins in besides local ones."""
        self._token = token.encode()
        self._origins = origins

    def check(self, scope: Scope) -> None:
        """Check a request's headers before anything else of it is looked at.

        Raises Forbidden for what a browser sends on behalf of another site, Unauthorized without
        the token, Invalid where it has two hosts, tokens or origins.
        """
        host, origin, authorization = _only(scope, b"host", b"origin", b"authorization")
        self._check_host(scope, host)
        own = origin.partition("://")[2] == host != ""
        if origin and not own and not is_allowed(origin, self._origins):
            message = f"forbidden: the control API does not answer to pages of '{origin:.200}'"
            raise Forbidden(message)
        if self._token and not self._is_shown(authorization):
            message = (
                "unauthorized: the control API of this server has a token: send it as"
                " 'Authorization: Bearer TOKEN'; whoever started the server knows it"
            )
            raise Unauthorized(message)

    def _check_host(self, scope: Scope, host: str) -> None:
        """Refuse a name from the Internet that stands for the loopback.

        Who listens on another address has names of their own for it, and a token.
        """
        address = (scope.get("server") or ("", 0))[0]
        if not _LOOPBACK.fullmatch(address) or _OWN_NAME.fullmatch(host):
            return
        if not any(origin.endswith(f"://{host.lower()}") for origin in self._origins):
            message = f"forbidden: '{host:.200}' is no name of this machine: call it by its address"
            raise Forbidden(message)

    def _is_shown(self, authorization: str) -> bool:
        scheme, _, shown = authorization.partition(" ")
        genuine = hmac.compare_digest(shown.strip().encode("latin-1"), self._token)
        return genuine and scheme.lower() == "bearer"


def _only(scope: Scope, *names: bytes) -> list[str]:
    """Return headers' values, empty where there is none; raises Invalid where there are two.

    RFC 9112, 3.2: a request with two Hosts is refused, whoever of those it passes took which.
    """
    found = dict.fromkeys(names, "")
    seen = set()
    for name, value in scope["headers"]:
        if name in found:
            if name in seen:
                message = f"the request has more than one header '{name.decode()}'"
                raise Invalid(message)
            seen.add(name)
            found[name] = value.decode("latin-1")
    return list(found.values())
