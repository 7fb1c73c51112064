"""Device APIs / Device authentication."""

from otakit.contracts.backend import Backend
from otakit.contracts.expectations import expect_error
from otakit.contracts.rule import rule

DOCUMENT = "Device APIs / Device authentication / Authenticate Device"


@rule(
    "MEN-DEV-AUT-001",
    "The very first authentication request of a device that is not preauthorized is answered 401",
    document=DOCUMENT,
    operations=["authenticateDevice"],
    severity="critical",
)
def first_request_is_refused(backend: Backend) -> None:
    """Let an unknown device ask."""
    expect_error(backend.new_device().authenticate(), 401)
