"""Signed links that expire: downloads need no token, so the link itself has to be genuine.

Reference, Download Artifact and Fetch Configuration; section 4.10 of the server facts.
"""

import base64
import hmac
from collections.abc import Mapping
from urllib.parse import quote, quote_plus

from otakit.mockserver.domain.clock import Seconds, from_rfc3339, rfc3339
from otakit.mockserver.domain.errors import Forbidden, Invalid

EXPIRE, SIGNATURE, TENANT = "x-men-expire", "x-men-signature", "tenant_id"
DEVICE = "x-men-device-id"
"""The device that a link was made for, if it was made for one."""


class LinkSigner:
    """Signs and checks the links of one universe."""

    def __init__(self, tenant: str, secret: bytes) -> None:
        """Sign with this secret."""
        self._tenant = tenant
        self._quoted = quote_plus(tenant)
        self._secret = secret

    def sign(self, path: str, expires: Seconds, device_id: str = "") -> tuple[str, str]:
        """Return a path with its query, good until then, and the moment in RFC 3339."""
        expire = rfc3339(int(expires))
        signature = self._signature(path, expire, self._tenant, device_id)
        device = f"&{DEVICE}={quote_plus(device_id)}" if device_id else ""
        moment = expire.replace(":", "%3A")
        query = f"{TENANT}={self._quoted}{device}&{EXPIRE}={moment}&{SIGNATURE}={signature}"
        return f"{quote(path)}?{query}", expire

    def check(self, path: str, query: Mapping[str, str], now: Seconds) -> None:
        """Check a link's decoded path and query.

        Raises Invalid where a parameter is missing or no moment, Forbidden where the link has
        expired or was not signed here: path, moment, tenant and device are all signed.
        """
        missing = [name for name in (EXPIRE, SIGNATURE) if name not in query]
        if missing:
            message = f"invalid request parameters: {', '.join(missing)} missing"
            raise Invalid(message)
        try:
            expires = from_rfc3339(query[EXPIRE])
        except (ValueError, OverflowError):
            message = f"invalid request parameters: {EXPIRE} '{query[EXPIRE]}' is no date-time"
            raise Invalid(message) from None
        if expires <= now:
            message = f"URL expired at {query[EXPIRE]}"
            raise Forbidden(message)
        named = query.get(TENANT, ""), query.get(DEVICE, "")
        genuine = self._signature(path, query[EXPIRE], *named)
        if not hmac.compare_digest(genuine.encode(), query[SIGNATURE].encode()):
            message = "signature invalid: the link was changed, or not made by this server"
            raise Forbidden(message)

    def _signature(self, path: str, expire: str, tenant: str, device_id: str) -> str:
        text = f"GET\n{path}\n{EXPIRE}={expire}\n{TENANT}={tenant}\n{DEVICE}={device_id}\n"
        digest = hmac.digest(self._secret, text.encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
