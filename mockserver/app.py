"""The server as one ASGI application; a request's journey can be read off `create_server`."""

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from otakit.mockserver.api import load_functions
from otakit.mockserver.control import load_functions as load_control_functions
from otakit.mockserver.dashboard_files import dashboard_routes
from otakit.mockserver.documented import Documented
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.downloads import download_routes
from otakit.mockserver.edge import Edge
from otakit.mockserver.framework import (
    ConnexionMiddleware,
    Resolver,
    SwaggerUIMiddleware,
    taking_documents_as_they_are,
)
from otakit.mockserver.front import Front
from otakit.mockserver.journal.recorder import Recorder
from otakit.mockserver.operations import FUNCTIONS
from otakit.mockserver.request_log import RequestLog
from otakit.mockserver.routing import Routing
from otakit.mockserver.security import Security
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.settings import NO_LOG, Settings
from otakit.mockserver.simulation.in_process import in_process
from otakit.mockserver.simulation.simulations import Simulations
from otakit.mockserver.sockets.routes import socket_routes
from otakit.mockserver.station import Station
from otakit.mockserver.storage import Storage
from otakit.mockserver.universes import Universes
from otakit.specs.catalogue import Api, control, resolved, served


@dataclass(frozen=True, slots=True)
class MockServer:
    """A server: the ASGI application that answers, and the state that it answers from."""

    app: ASGIApp
    state: ServerState


def create_app(settings: Settings | None = None) -> ASGIApp:
    """Return a new server's ASGI application; raises what `create_server` does."""
    return create_server(settings or Settings()).app


def create_server(settings: Settings) -> MockServer:
    """Return a new server with a state of its own.

    Raises RuntimeError where an operation has no function, ValueError for an edition or dialect
    that there is not.
    """
    folder = tempfile.TemporaryDirectory(prefix="otakit-")  # gone with the server
    universes = Universes(settings, Storage(Path(folder.name)))

    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        await cast("ASGIApp", app)(scope, receive, send)  # which is put together below

    documents = {api: resolved(api) for api in served(settings.edition, settings.dialect)}
    bases = {api.base_path for api in documents}
    documented = Documented(documents.values())
    simulations = Simulations(in_process(whole), whole)
    state = ServerState(settings, universes, Security(universes), documented, simulations)
    documents[control()] = resolved(control())
    downloads = download_routes(state)
    routes: list[BaseRoute] = [
        *dashboard_routes(),
        *downloads,
        *socket_routes(state, bases),
    ]
    inner = Router(routes, lifespan=_running(state, folder))
    _check_functions(documents)
    log_format = settings.log_format
    app = ConnexionMiddleware(
        inner,
        middlewares=[
            *([] if log_format == NO_LOG else [partial(RequestLog, log_format=log_format)]),
            partial(Edge, origins=settings.cors_origins),
            partial(Front, ids=Ids(settings.seed, "requests"), record=Recorder(universes).record),
            partial(Routing, dialect=state.dialect, downloads=downloads),
            partial(Station, state=state),
            SwaggerUIMiddleware,
        ],
        resolver=Resolver(FUNCTIONS.__getitem__),
    )
    with taking_documents_as_they_are():
        for api, document in documents.items():
            app.add_api(document, base_path=api.base_path, name=api.name)
    return MockServer(cast("ASGIApp", app), state)


def _check_functions(documents: dict[Api, dict[str, Any]]) -> None:
    load_functions()
    load_control_functions()
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


def _running(
    state: ServerState, folder: "tempfile.TemporaryDirectory[str]"
) -> Callable[[Router], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Router) -> AsyncIterator[None]:
        async with state.simulations.running():
            yield
        folder.cleanup()

    return lifespan
