"""Policies where the real server departs from the documents.

The model and the API ask a policy by its name; nobody asks which dialect it is.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One consistent set of answers to what the documents and the real server see differently.

    `match_depends`: an update's depends have to be met by what the device provides (reference,
    Deployments v2, Check Update); else only the device type counts.
    `abort_covers_queue`: aborting a device's deployments ends all that are not final for it
    (reference, Abort Deployments for a Device); else the current one and one more.
    `abort_freezes`: once a deployment is aborted, no device changes its status in it any more, not
    even one that was done before (reference, Update Deployment Status); else only those that the
    abort ended are held.
    `refuse_twins`: a deployment equal to an unfinished one is refused; the reference does not
    know of that.
    `token_cookie`: a user's token may stand in a cookie called JWT where a request that only reads
    has no Authorization header; the reference wants the header (Introduction / Authentication).
    `device_cookie`: a device's token may stand in a cookie (reference, Device connect); else the
    Authorization header is the only place for it.
    `configure_strangers`: a device that nobody knows can be configured; the reference knows a 404.
    """

    name: str
    match_depends: bool
    abort_covers_queue: bool
    abort_freezes: bool
    refuse_twins: bool
    token_cookie: bool
    device_cookie: bool
    configure_strangers: bool


DOCUMENTED = Dialect(
    name="documented",
    match_depends=True,
    abort_covers_queue=True,
    abort_freezes=True,
    refuse_twins=False,
    token_cookie=False,
    device_cookie=True,
    configure_strangers=False,
)
"""The documents' word, everywhere."""

AS_BUILT = Dialect(
    name="as-built",
    match_depends=False,
    abort_covers_queue=False,
    abort_freezes=False,
    refuse_twins=True,
    token_cookie=True,
    device_cookie=False,
    configure_strangers=True,
)
"""What the open-source server does, where a client can see it."""

DIALECTS = {dialect.name: dialect for dialect in (DOCUMENTED, AS_BUILT)}
"""All dialects by name."""
