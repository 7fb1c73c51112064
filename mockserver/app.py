"""The server as one ASGI application; a request's journey can be read off `create_app`."""

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp

from otakit.mockserver.api import load_functions
from otakit.mockserver.control import control_routes
from otakit.mockserver.cors import Cors
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.downloads import download_routes
from otakit.mockserver.framework import (
    ConnexionMiddleware,
    Resolver,
    SwaggerUIMiddleware,
    taking_documents_as_valid,
)
from otakit.mockserver.front import Front
from otakit.mockserver.operations import FUNCTIONS
from otakit.mockserver.routing import Routing
from otakit.mockserver.security import Security
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.settings import Settings
from otakit.mockserver.socket_routes import socket_routes
from otakit.mockserver.station import Station
from otakit.mockserver.storage import Storage
from otakit.mockserver.universes import Universes
from otakit.specs.catalogue import Api, resolved, served


def create_app(settings: Settings | None = None) -> ASGIApp:
    """Return a new server: an ASGI application with a state of its own.

    Raises RuntimeError where an operation has no function, ValueError for an edition or dialect
    that there is not.
    """
    settings = settings or Settings()
    folder = tempfile.TemporaryDirectory(prefix="otakit-")  # gone with the server
    universes = Universes(settings, Storage(Path(folder.name)))
    state = ServerState(settings, universes, Security(universes))
    routes: list[BaseRoute] = [
        *control_routes(state),
        *download_routes(state),
    ]
    documents = {api: resolved(api) for api in served(settings.edition, settings.dialect)}
    routes += socket_routes(state, {api.base_path for api in documents})
    inner = Router(routes, lifespan=_cleaning(folder))
    _check_functions(documents)
    app = ConnexionMiddleware(
        inner,
        middlewares=[
            Cors,
            partial(Front, ids=Ids(settings.seed, "requests")),
            partial(Routing, dialect=state.dialect),
            partial(Station, state=state),
            SwaggerUIMiddleware,
        ],
        resolver=Resolver(FUNCTIONS.__getitem__),
    )
    with taking_documents_as_valid():
        for api, document in documents.items():
            app.add_api(document, base_path=api.base_path, name=api.name)
    return cast("ASGIApp", app)


def _check_functions(documents: dict[Api, dict[str, Any]]) -> None:
    load_functions()
    wanted = {
        operation["operationId"]
        for document in documents.values()
        for path in document["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
    }
    missing = sorted(wanted - FUNCTIONS.keys())
    if missing:
        message = f"operations without a function: {missing}"
        raise RuntimeError(message)


def _cleaning(
    folder: "tempfile.TemporaryDirectory[str]",
) -> Callable[[Router], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Router) -> AsyncIterator[None]:
        yield
        folder.cleanup()

    return lifespan
