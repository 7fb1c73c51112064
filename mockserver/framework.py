"""The parts of connexion that the server is built of, imported without connexion's own warning.

Importing any part of connexion 3.3 imports Starlette's test client, which warns of its httpx; that
is nobody's concern who runs a server, and an error where warnings are errors.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from connexion import ConnexionMiddleware
    from connexion.middleware.abstract import RoutedAPI, RoutedMiddleware
    from connexion.middleware.routing import RoutingMiddleware
    from connexion.middleware.swagger_ui import SwaggerUIMiddleware
    from connexion.operations import AbstractOperation
    from connexion.resolver import Resolver
    from connexion.spec import OpenAPISpecification

__all__ = [
    "AbstractOperation",
    "ConnexionMiddleware",
    "Resolver",
    "RoutedAPI",
    "RoutedMiddleware",
    "RoutingMiddleware",
    "SwaggerUIMiddleware",
    "taking_documents_as_valid",
]


@contextmanager
def taking_documents_as_valid() -> Iterator[None]:
    """Let connexion take documents as they are meanwhile.

    It compares each with OpenAPI's own schema, which takes longer than all the rest of a start;
    ours are compared when they are built, and by tests, with connexion too.
    """

    def accept(_: type[Any], __: dict[str, Any]) -> None:
        """Take any document."""

    OpenAPISpecification._validate_spec = classmethod(accept)  # noqa: SLF001 - there is no option
    try:
        yield
    finally:
        del OpenAPISpecification._validate_spec  # noqa: SLF001 - connexion's own is seen again
