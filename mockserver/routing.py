"""connexion's routing, with one route for each path instead of one for each operation."""

import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from otakit.mockserver.framework import RoutingMiddleware


class Routing(RoutingMiddleware):  # type: ignore[misc]  # connexion is untyped
    """Finds a request's operation."""

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
        mount.app.routes[:] = [Route(path, Path(operations)) for path, operations in paths.items()]


class Path:
    """One path of an API: sends each request to its method's operation."""

    def __init__(self, operations: dict[str, ASGIApp]) -> None:
        """Know the operations by method."""
        self._operations = operations
        self._allow = {"Allow": ", ".join(sorted(operations))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse its method."""
        operation = self._operations.get(scope["method"])
        if operation is None:
            raise HTTPException(405, headers=self._allow)
        await operation(scope, receive, send)
