"""How to reach the server that is checked."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from otakit.contracts.errors import BadTarget

MAX_BODY = 64 * 2**20
"""Bytes that are read of one answer: nothing that the suite uploads is nearly as large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One server: where it is, who we are there, and how patient and polite to be.

    `token` is a management token, or JFrog Connect's page token, in place of e-mail address and
    password. `authority` is a file with the certificates to trust instead of the system's; with
    `insecure` none is looked at. `timeout` is in seconds, for one request; `patience` is how long
    to wait for what may come later (eventual consistency); `rate` how many requests to send in a
    second at most, 0 for any number. The names of `connect_…` are of a project of JFrog Connect,
    whose API does not list them: see `connect_project`. Raises BadTarget for what cannot be a
    target.
    """

    url: str
    email: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    project_key: str = ""
    connect_flow: str = ""
    connect_device: str = ""
    connect_offline_device: str = ""
    connect_group: str = ""
    connect_tag: str = ""
    connect_app: str = ""
    connect_parameter: str = ""
    tenant_token: str = field(default="", repr=False)
    authority: Path | None = None
    insecure: bool = False
    timeout: float = 10.0
    patience: float = 5.0
    rate: float = 0.0
    retries: int = 2

    def __post_init__(self) -> None:
        """Refuse what cannot be reached."""
        try:
            parts = urlsplit(self.url)
            fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            fits = False
            parts = urlsplit("")
        if not fits:
            message = f"'{self.url}' is no URL of a server, such as https://staging.example.com"
            raise BadTarget(message)
        if parts.username or parts.password:
            host = parts.hostname
            message = f"the URL of {host} has a login in it: --email and --password take it"
            raise BadTarget(message)
        if parts.query or parts.fragment:
            message = f"'{self.url}' has more than scheme, host, port and path"
            raise BadTarget(message)
        if self.authority is not None and not self.authority.is_file():
            message = f"there is no file '{self.authority}' with certificates"
            raise BadTarget(message)

    @property
    def base(self) -> str:
        """The URL without a slash at its end."""
        return self.url.rstrip("/")

    def trust(self) -> ssl.SSLContext:
        """Return what TLS is checked against; raises BadTarget for a file without certificates."""
        if self.url.startswith("http:"):  # loads no authorities, which takes a while
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context = ssl.create_default_context(cafile=self.authority)
        except ssl.SSLError:
            message = f"'{self.authority}' has no certificate in PEM"
            raise BadTarget(message) from None
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context
