"""connexion's routing, with a 405 that names every method of the path."""

import re
from typing import Any

from starlette.exceptions import HTTPException

from otakit.mockserver.framework import RoutingMiddleware


class Routing(RoutingMiddleware):  # type: ignore[misc]  # connexion is untyped
    """Finds the operation; adds to each API what answers the methods that a path has not."""

    def add_api(self, *args: Any, **options: Any) -> None:
        """Add an API.

        connexion makes one route of each operation, so that Starlette knows one method only when
        none fits; RFC 9110, 15.5.6 wants all of them.
        """
        super().add_api(*args, **options)
        mount = self.router.routes[-1]
        mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)  # an id may have a "\n"
        router = mount.app
        methods: dict[str, set[str]] = {}
        for route in router.routes:
            methods.setdefault(route.path, set()).update(route.methods)
        for path, allowed in methods.items():
            router.add_route(path, MethodNotAllowed(allowed))


class MethodNotAllowed:
    """Refuses any request, naming the methods that there are."""

    def __init__(self, allowed: set[str]) -> None:
        """Name these."""
        self._headers = {"Allow": ", ".join(sorted(allowed))}

    async def __call__(self, *_: Any) -> None:
        """Refuse."""
        raise HTTPException(405, headers=self._headers)
