"""connexion's routing, with one route for each path instead of one for each operation."""

import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from otakit.mockserver.answers import OK, empty
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.framework import RoutingMiddleware

PERMANENT, TEMPORARY = 301, 307


class Routing(RoutingMiddleware):  # type: ignore[misc]  # connexion is untyped
    """Finds a request's operation."""

    def __init__(self, app: ASGIApp, *, dialect: Dialect) -> None:
        """Stand before an application; the dialect says what OPTIONS and redirects are like."""
        super().__init__(app)
        self._dialect = dialect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not self._dialect.redirects_for_now and scope.get("method") == "GET":
            send = _for_good(send)
        await super().__call__(scope, receive, send)

    def add_api(self, *args: Any, **options: Any) -> None:
        """Add an API.

        connexion makes one route of each operation. Joined by path they are found with half as
        many comparisons, and a 405 can name all methods of its path (RFC 9110, 15.5.6).
        """
        super().add_api(*args, **options)
        mount = self.router.routes[-1]
        mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)  # an id may have a "\n"
        paths: dict[str, dict[str, ASGIApp]] = {}
        for route in mount.app.routes:
            methods = dict.fromkeys(route.methods, route.endpoint)
            paths.setdefault(route.path, {}).update(methods)
        mount.app.routes[:] = [Route(path, Path(o, self._dialect)) for path, o in paths.items()]


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
