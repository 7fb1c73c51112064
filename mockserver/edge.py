"""The edge: what comes by way of a proxy, or from a page, has more to pass than other requests."""

import os
from collections.abc import Collection

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from otakit.mockserver.cors import Cors

TRUSTED = "127.0.0.1,::1"
"""Proxies that may say who asks and by which scheme; FORWARDED_ALLOW_IPS names others."""

_TOLD = frozenset({b"origin", b"x-forwarded-for", b"x-forwarded-proto"})


class Edge:
    """Sends each request in: straight, unless a header says that it is not that simple.

    uvicorn and Starlette would each look through all headers of every request.
    """

    def __init__(self, app: ASGIApp, *, origins: Collection[str] = ()) -> None:
        """Stand before an application; pages of `origins` may call, besides local ones."""
        self.app = app
        trusted = os.environ.get("FORWARDED_ALLOW_IPS", TRUSTED)
        self._long_way: ASGIApp = ProxyHeadersMiddleware(  # type: ignore[assignment]  # own types
            Cors(app, origins=origins),  # type: ignore[arg-type]
            trusted_hosts=trusted,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and _TOLD.isdisjoint(dict(scope["headers"])):
            await self.app(scope, receive, send)
        else:
            await self._long_way(scope, receive, send)
