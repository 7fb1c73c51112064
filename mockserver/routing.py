"""Routing: which operation a request is for.

connexion makes a route of each operation and a mount of each API, and compares a request with one
after another. All that they know stands in a directory as well, which is asked first; what is not
in it (another method, a slash too many, a page) takes connexion's way.
"""

import re
from collections.abc import Iterable
from typing import Any

from starlette.convertors import StringConvertor
from starlette.exceptions import HTTPException
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from otakit.mockserver.answers import OK, empty
from otakit.mockserver.directory import Directory
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.framework import RoutingMiddleware
from otakit.mockserver.station import Station
from otakit.mockserver.wire import in_a_task

PERMANENT, TEMPORARY = 301, 307


class Routing(RoutingMiddleware):  # type: ignore[misc]  # connexion is untyped
    """Finds a request's operation."""

    def __init__(self, station: Station, *, dialect: Dialect, downloads: Iterable[Route]) -> None:
        """Stand before the station; the dialect says what OPTIONS and redirects are like.

        The routes of `downloads` are no API's, and found as quickly.
        """
        super().__init__(station)
        self._station = station
        self._dialect = dialect
        self._directory = Directory()
        for route in downloads:
            self._directory.add(route.path, dict.fromkeys(route.methods or (), route.app))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            found = self._directory.find(scope["method"], scope["path"])
            if found is not None:
                operation, scope["path_params"] = found
                await operation(scope, receive, send)
                return
            if not self._dialect.redirects_for_now and scope["method"] == "GET":
                send = _for_good(send)
            await in_a_task()
        await super().__call__(scope, receive, send)

    def add_api(self, *args: Any, **options: Any) -> None:
        """Add an API; operations of one path are joined, so that a 405 can name all its methods.

        RFC 9110, 15.5.6.
        """
        super().add_api(*args, **options)
        mount: Any = self.router.routes[-1]
        mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)  # an id may have a "\n"
        paths: dict[str, dict[str, Any]] = {}
        for route in mount.app.routes:
            if any(type(c) is not StringConvertor for c in route.param_convertors.values()):
                message = f"{mount.path}{route.path}: a path's parameters have to be texts"
                raise RuntimeError(message)
            paths.setdefault(route.path, {}).update(dict.fromkeys(route.methods, route.endpoint))
        for path, operations in paths.items():
            compiled = {
                method: self._station.operation(mount.path, found.operation_id)
                for method, found in operations.items()
            }
            self._directory.add(mount.path + path, compiled)
        routes = [Route(path, Path(found, self._dialect)) for path, found in paths.items()]
        mount.app = Router(routes, default=mount.app.default)


def _for_good(send: Send) -> Send:
    """Return what sends a temporary redirect as a permanent one."""

    async def send_on(message: Message) -> None:
        if message.get("status") == TEMPORARY:
            message["status"] = PERMANENT
        await send(message)

    return send_on


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
