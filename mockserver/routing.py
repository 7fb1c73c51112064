"""connexion's routing, found by table where Starlette tries one route after another.

connexion makes a route of each operation and a mount of each API. With some twenty APIs a request
would be compared with thirty expressions before it is known; here with two or three.
"""

import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Mount, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from otakit.mockserver.answers import OK, empty
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.framework import RoutingMiddleware

PERMANENT, TEMPORARY = 301, 307

BASE_PARTS = 5
"""Of a base path like /api/devices/v1/deployments, what stands before the first slash included."""


class Routing(RoutingMiddleware):  # type: ignore[misc]  # connexion is untyped
    """Finds a request's operation."""

    def __init__(self, app: ASGIApp, *, dialect: Dialect) -> None:
        """Stand before an application; the dialect says what OPTIONS and redirects are like."""
        super().__init__(app)
        connexions: Any = vars(self)["router"]
        self.router = self._bases = Bases(default=connexions.default)
        self._dialect = dialect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not self._dialect.redirects_for_now and scope.get("method") == "GET":
            send = _for_good(send)
        await super().__call__(scope, receive, send)

    def add_api(self, *args: Any, **options: Any) -> None:
        """Add an API; operations of one path are joined, so that a 405 can name all its methods.

        RFC 9110, 15.5.6.
        """
        super().add_api(*args, **options)
        mount = self._bases.newest
        mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)  # an id may have a "\n"
        paths: dict[str, dict[str, ASGIApp]] = {}
        api: Any = mount.app
        for route in api.routes:
            methods = dict.fromkeys(route.methods, route.endpoint)
            paths.setdefault(route.path, {}).update(methods)
        routes = [Route(path, Path(o, self._dialect)) for path, o in paths.items()]
        mount.app = Paths(routes, default=api.default)


def _for_good(send: Send) -> Send:
    """Return what sends a temporary redirect as a permanent one."""

    async def send_on(message: Message) -> None:
        if message.get("status") == TEMPORARY:
            message["status"] = PERMANENT
        await send(message)

    return send_on


class Bases(Router):
    """Finds an API by its base path, as long as that has the usual form."""

    def __init__(self, *, default: ASGIApp) -> None:
        """Begin without any; what no API claims goes to `default`."""
        super().__init__(default=default)
        self._mounts: dict[str, Mount] = {}

    def mount(self, path: str, app: ASGIApp, name: str | None = None) -> None:
        """Put an API at its base path."""
        mount = Mount(path, app=app, name=name)
        self.routes.append(mount)
        self._mounts[path] = mount

    @property
    def newest(self) -> Mount:
        """Return the API that was mounted last."""
        return next(reversed(self._mounts.values()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        base = "/".join(scope["path"].split("/", BASE_PARTS)[:BASE_PARTS])
        mount = self._mounts.get(base)
        if mount is None or not await _served(mount, scope, receive, send):
            await super().__call__(scope, receive, send)


class Paths(Router):
    """Finds a path of an API among those that have as many parts."""

    def __init__(self, routes: list[Route], *, default: ASGIApp) -> None:
        """Know these paths; what is none of them goes to `default`."""
        super().__init__(routes, default=default)
        self._by_depth: dict[int, list[Route]] = {}
        for route in routes:
            self._by_depth.setdefault(route.path.count("/"), []).append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        depth = scope["path"].count("/") - scope.get("root_path", "").count("/")
        for route in self._by_depth.get(depth, ()):
            if await _served(route, scope, receive, send):
                return
        await super().__call__(scope, receive, send)


async def _served(route: BaseRoute, scope: Scope, receive: Receive, send: Send) -> bool:
    """Serve a request by a route if it matches; say whether it did."""
    match, found = route.matches(scope)
    if match is not Match.FULL:
        return False
    scope.update(found)
    await route.handle(scope, receive, send)
    return True


class Path:
    """One path of an API: sends each request to its method's operation."""

    def __init__(self, operations: dict[str, ASGIApp], dialect: Dialect) -> None:
        """Know the operations by method."""
        self._operations = operations
        self._allow = {"Allow": ", ".join(sorted(operations))}
        self._tells = not dialect.options_are_for_cors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse its method."""
        operation = self._operations.get(scope["method"])
        if operation is None and self._tells and scope["method"] == "OPTIONS":
            headers = [(b"allow", method.encode()) for method in sorted(self._operations)]
            await empty(OK, headers).send(send)
            return
        if operation is None:
            raise HTTPException(405, headers=self._allow)
        await operation(scope, receive, send)
