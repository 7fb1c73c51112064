"""What a client of JFrog Connect needs for one fleet: its key and a token; and the tokens of pages.

JFrog Connect, Deployments: security, project_key and `after`.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass

from otakit.mockserver.domain.errors import Invalid, NotFound
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.tokens import TokenSigner

_SIGNATURE = 8


@dataclass(frozen=True, slots=True)
class ConnectAccess:
    """A fleet's key, which stands in paths, and the token that opens this fleet and no other."""

    project_key: str
    token: str
    _secret: bytes

    def check(self, project_key: str) -> None:
        """Raise NotFound for another fleet's key, whether that fleet exists or not."""
        if project_key != self.project_key:
            message = f"no fleet '{project_key}' for this token"
            raise NotFound(message)

    def page_token(self, what: str, place: int) -> str:
        """Write the token of the page of a list, `what`, that begins at a place."""
        number = place.to_bytes(8)
        return base64.urlsafe_b64encode(number + self._sign(what, number)).decode()

    def place(self, what: str, token: str) -> int:
        """Read the token of a page of this list; raises Invalid for anything else."""
        try:
            raw = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        number, signature = raw[:8], raw[8:]
        if not hmac.compare_digest(signature, self._sign(what, number)):
            message = "after: this is no token that a page of this list has given"
            raise Invalid(message)
        return int.from_bytes(number)

    def _sign(self, what: str, number: bytes) -> bytes:
        return hmac.digest(self._secret, what.encode() + b"\0" + number, "sha256")[:_SIGNATURE]


def connect_access(tokens: TokenSigner, secrets: Ids) -> ConnectAccess:
    """Make a universe's access: the same secrets give the same key and token."""
    project_key = secrets.secret(8).hex()
    return ConnectAccess(
        project_key, tokens.sign_connect(project_key, secrets.uuid()), secrets.secret()
    )
