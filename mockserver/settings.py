"""What a server is started with."""

from dataclasses import dataclass, field

from otakit.mockserver.domain.admission import UNLIMITED
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.plans import ENTERPRISE
from otakit.specs.catalogue import DEFAULT_EDITION, DOCUMENTED

MEBIBYTE = 1 << 20
GIBIBYTE = 1 << 30

DEFAULT_EMAIL = "admin@example.com"
DEFAULT_PASSWORD = "otakit-password"  # noqa: S105 - documented, for a mock on the loopback

LOG_FORMATS = NO_LOG, TEXT_LOG, JSON_LOG = ("none", "text", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a server behaves; sizes are in bytes, and a `device_limit` of -1 is none.

    `edition` is the Mender reference that is served; JFrog Connect stands beside each. `dialect` is
    `documented`, or `as-built` for what the real server makes of the documents. `plan` is what the
    tenants have booked, unless one is made with another. `cors_origins` are those whose pages may
    call besides local ones, as browsers write them (`cors.read_origin`); with a `control_token` the
    control API asks for it. `log_format` says how requests are written to standard error: `text`,
    `json`, or not at all, `none`. The limits are the real server's: 1 MiB for JSON bodies, 10 GiB
    for artifacts, 256 MiB for the raw file of `artifacts/generate`, 1 GiB for a file sent to a
    device. A snapshot of a universe, artifacts and all, has at most 1 GiB.
    """

    edition: str = DEFAULT_EDITION
    dialect: str = DOCUMENTED
    seed: int = 0
    email: str = DEFAULT_EMAIL
    password: str = DEFAULT_PASSWORD
    clock: Clock | None = None
    plan: str = ENTERPRISE
    device_limit: int = UNLIMITED
    cors_origins: tuple[str, ...] = ()
    control_token: str = field(default="", repr=False)
    log_format: str = NO_LOG
    json_limit: int = MEBIBYTE
    artifact_limit: int = 10 * GIBIBYTE
    generate_limit: int = 256 * MEBIBYTE
    device_file_limit: int = GIBIBYTE
    snapshot_limit: int = GIBIBYTE
