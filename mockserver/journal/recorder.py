"""What gets into which universe's journal."""

from contextlib import suppress
from urllib.parse import parse_qs

from otakit.mockserver.domain.errors import Unauthorized
from otakit.mockserver.downloads import STORAGE
from otakit.mockserver.exchange import Exchange
from otakit.mockserver.links import TENANT
from otakit.mockserver.security import credentials
from otakit.mockserver.tokens import tenant_of
from otakit.mockserver.universe import Universe
from otakit.mockserver.universes import Universes

_CONTROL = "/otakit/"
_REDIRECTS = (301, 307, 308)
_FIRST_REFUSAL = 400


class Recorder:
    """Writes requests into the journal of the universe that they were about."""

    def __init__(self, universes: Universes) -> None:
        """Write into the journals of these universes."""
        self._universes = universes

    def record(self, exchange: Exchange) -> None:
        """Write a request down, if it is one to an API, and tell of it.

        One that was no universe's stands in that of `default`.
        """
        if not (exchange.is_recorded and (exchange.operation or _is_of_an_api(exchange))):
            return
        if exchange.universe_id:
            universe = self._universes.get(exchange.universe_id)  # gone, if the request took long
        else:
            universe = self._named(exchange) or self._universes.default
        if universe is not None:
            universe.record(exchange)

    def _named(self, exchange: Exchange) -> Universe | None:
        """Return the universe that the token or link of a refused request names, good or not."""
        tenant = parse_qs(exchange.query.decode("latin-1")).get(TENANT, [""])[0]
        shown = credentials({"headers": exchange.headers}).decode("latin-1")
        with suppress(Unauthorized):
            tenant = tenant_of(shown.partition(" ")[2].strip()) or tenant
        return self._universes.get(tenant)


def _is_of_an_api(exchange: Exchange) -> bool:
    """Say whether a request that found no operation looked for one.

    So those do that are refused, sent to another path, or want to know the methods; but not those
    that get pages and their parts, or that look for the control API.
    """
    path, status = exchange.path, exchange.status
    if path.startswith(_CONTROL) and not path.startswith(STORAGE):
        return False
    moved = status in _REDIRECTS and not path.endswith("/ui")  # where Swagger UI is
    return status >= _FIRST_REFUSAL or moved or exchange.method == "OPTIONS"
