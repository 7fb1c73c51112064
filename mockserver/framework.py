"""The parts of connexion that the server is built of, imported without connexion's own warning.

Importing any part of connexion 3.3 imports Starlette's test client, which warns of its httpx; that
is nobody's concern who runs a server, and an error where warnings are errors.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from connexion import ConnexionMiddleware
    from connexion.middleware.abstract import RoutedAPI, RoutedMiddleware
    from connexion.middleware.routing import RoutingMiddleware
    from connexion.middleware.swagger_ui import SwaggerUIMiddleware
    from connexion.operations import AbstractOperation
    from connexion.resolver import Resolver
    from connexion.spec import OpenAPISpecification, Specification

__all__ = [
    "AbstractOperation",
    "ConnexionMiddleware",
    "Resolver",
    "RoutedAPI",
    "RoutedMiddleware",
    "RoutingMiddleware",
    "SwaggerUIMiddleware",
    "taking_documents_as_they_are",
]


@contextmanager
def taking_documents_as_they_are() -> Iterator[None]:
    """Let connexion take documents as they are meanwhile: valid, resolved, and its to change.

    It compares each with OpenAPI's own schema, copies it three times and looks for references in
    it, and that takes longer than all the rest of a start. Ours are resolved and compared when they
    are built, and by tests, with connexion too.
    """
    from_dict, of_connexion = Specification.__dict__["from_dict"], OpenAPISpecification.__init__

    def take(self: Any, document: dict[str, Any], *, base_uri: str = "") -> None:
        """Take a document, and a copy to be shown: connexion writes into the other."""
        self._raw_spec = msgspec.json.decode(msgspec.json.encode(document))
        self._set_defaults(document)
        self._spec = document
        self._base_uri = base_uri

    # There is no option. Names are texts: our documents have been JSON.
    Specification.from_dict = staticmethod(OpenAPISpecification)
    OpenAPISpecification.__init__ = take
    try:
        yield
    finally:
        Specification.from_dict = from_dict
        OpenAPISpecification.__init__ = of_connexion
