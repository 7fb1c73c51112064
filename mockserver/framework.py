"""The parts of connexion that the server is built of, imported without connexion's own warning.

Importing any part of connexion 3.3 imports Starlette's test client, which warns of its httpx; that
is nobody's concern who runs a server, and an error where warnings are errors.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from connexion import ConnexionMiddleware
    from connexion.middleware.abstract import RoutedAPI, RoutedMiddleware
    from connexion.middleware.routing import RoutingMiddleware
    from connexion.middleware.swagger_ui import SwaggerUIMiddleware
    from connexion.operations import AbstractOperation
    from connexion.resolver import Resolver

__all__ = [
    "AbstractOperation",
    "ConnexionMiddleware",
    "Resolver",
    "RoutedAPI",
    "RoutedMiddleware",
    "RoutingMiddleware",
    "SwaggerUIMiddleware",
]
