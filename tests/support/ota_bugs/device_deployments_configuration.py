"""Bugs in the links that configurations come by."""

from typing import Any

from ota_bugs.catalogue import bug, instead_of, without_checks
from otakit.mockserver.api import configuration_download
from otakit.mockserver.links import EXPIRE, SIGNATURE, LinkSigner

FAR = "2999-12-31T00:00:00Z"


@bug("MEN-DEV-DEP-080")
def configuration_links_are_dead() -> None:
    """A configuration's link has expired when it is made."""
    vars(configuration_download)["LINK_LIFETIME"] = -60


@bug("MEN-DEV-DEP-081", "MEN-DEV-DEP-082", "MEN-DEV-DEP-083")
def link_signatures_are_not_checked() -> None:
    """A link is good with any signature."""

    @instead_of(LinkSigner, "check")
    def check(real: Any, links: LinkSigner, path: str, query: Any, now: float) -> None:
        query = dict(query)
        if SIGNATURE in query:
            named = query.get("tenant_id", ""), query.get("x-men-device-id", "")
            query[SIGNATURE] = links._signature(path, query.get(EXPIRE, ""), *named)
        real(links, path, query, now)


@bug("MEN-DEV-DEP-082")
def links_are_signed_for_all_devices() -> None:
    """The signature does not cover the device's id at the end of the path."""

    @instead_of(LinkSigner, "_signature")
    def signature(real: Any, links: LinkSigner, path: str, *rest: str) -> Any:
        return real(links, path.rpartition("/")[0], *rest)


@bug("MEN-DEV-DEP-083")
def times_of_links_are_not_signed() -> None:
    """The signature does not cover when a link expires."""

    @instead_of(LinkSigner, "_signature")
    def signature(real: Any, links: LinkSigner, path: str, _: str, *rest: str) -> Any:
        return real(links, path, "", *rest)


@bug("MEN-DEV-DEP-083", "MEN-DEV-DEP-084")
def links_never_expire() -> None:
    """When a link expires is neither signed nor looked at."""

    @instead_of(LinkSigner, "_signature")
    def signature(real: Any, links: LinkSigner, path: str, _: str, *rest: str) -> Any:
        return real(links, path, "", *rest)

    @instead_of(LinkSigner, "check")
    def check(real: Any, links: LinkSigner, path: str, query: Any, now: float) -> None:
        real(links, path, {**query, EXPIRE: FAR} if EXPIRE in query else query, now)


@bug("MEN-DEV-DEP-085")
def bare_links_are_good() -> None:
    """A link without a signature or without a time is not checked at all."""
    without_checks("fetchConfiguration")

    @instead_of(LinkSigner, "check")
    def check(real: Any, links: LinkSigner, path: str, query: Any, now: float) -> None:
        if EXPIRE in query and SIGNATURE in query:
            real(links, path, query, now)
