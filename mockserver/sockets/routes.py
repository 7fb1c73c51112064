"""The routes of the websockets: who may open one, before it is one.

Reference, Device APIs / Device connect / Connect; sections 8.1 and 8.2 of the server facts.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from starlette.routing import WebSocketRoute
from starlette.types import Scope
from starlette.websockets import WebSocket

from otakit.mockserver.audit_trail import added, removed, witness
from otakit.mockserver.cors import is_allowed
from otakit.mockserver.domain.errors import DomainError, Forbidden, Invalid, NotFound
from otakit.mockserver.exchange import EXCHANGE, Exchange
from otakit.mockserver.faults.actions import meet_handshake
from otakit.mockserver.real_words import wording_of
from otakit.mockserver.security import credentials
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.sockets.device_sockets import DeviceSocket
from otakit.mockserver.sockets.terminal import Terminal, play
from otakit.mockserver.tokens import Side
from otakit.mockserver.universe import Universe

DEVICES, MANAGEMENT = "/api/devices/v1/deviceconnect", "/api/management/v1/deviceconnect"

REMOTE = "remote session"
"""What the audit log calls a user's terminals and ports on a device."""

SUBPROTOCOL = "protomsg/msgpack"

DEFAULT_SLEEP, MAX_SLEEP = "10", 1000

_SLEEP = re.compile(r"[0-9]{1,4}")


def socket_routes(state: ServerState, bases: Iterable[str]) -> list[WebSocketRoute]:
    """Return the websockets' routes below those base paths that are served."""

    async def device(websocket: WebSocket) -> None:
        exchange = _exchange(websocket, "connectDevice", "devices")
        with _worded(state, exchange.operation, "devices"):
            shown = credentials(websocket.scope, cookie=state.dialect.device_cookie)
            universe, claims = state.security.caller(shown, "devices")
            exchange.comes_from(universe.id, claims.subject)
        await _meet(state, websocket, universe)
        await websocket.accept(_subprotocol(websocket.scope))
        socket = DeviceSocket(websocket, claims.subject, claims.jti)
        await universe.sockets.serve(socket, universe.world)

    async def user(websocket: WebSocket) -> None:
        exchange = _exchange(websocket, "connectUser", "management")
        with _worded(state, exchange.operation, "management"):
            universe, claims = state.security.caller(credentials(websocket.scope), "management")
            exchange.comes_from(universe.id, claims.subject)
            check_origin(websocket, state)
            await _meet(state, websocket, universe)
            connected = connected_device(universe, websocket.path_params["id"])
        watching = witness(universe.world, claims.subject, connected.device_id)
        await websocket.accept(_subprotocol(websocket.scope))
        session = connected.open(universe.world.ids.uuid())
        watching.tell(added(REMOTE, [session.sid]))
        try:
            await Terminal(websocket, session, claims.subject, universe.recordings).serve()
        finally:
            session.leave()
            watching.tell(removed(REMOTE, [session.sid]))

    async def playback(websocket: WebSocket) -> None:
        exchange = _exchange(websocket, "playbackSession", "management")
        universe, claims = state.security.caller(credentials(websocket.scope), "management")
        exchange.comes_from(universe.id, claims.subject)
        check_origin(websocket, state)
        await _meet(state, websocket, universe)
        frames = universe.recordings.of(websocket.path_params["id"])
        pause = sleep_ms(websocket.query_params.get("sleep_ms", DEFAULT_SLEEP)) / 1000
        await websocket.accept(_subprotocol(websocket.scope))
        await play(websocket, frames, pause)

    routes = {
        DEVICES: [WebSocketRoute(f"{DEVICES}/connect", device)],
        MANAGEMENT: [
            WebSocketRoute(f"{MANAGEMENT}/devices/{{id}}/connect", user),
            WebSocketRoute(f"{MANAGEMENT}/sessions/{{id}}/playback", playback),
        ],
    }
    return [route for base in bases for route in routes.get(base, ())]


def connected_device(universe: Universe, device_id: str) -> DeviceSocket:
    """Return a device's live connection; raises NotFound."""
    connected = universe.sockets.get(device_id)
    if connected is None:
        message = f"failed to connect to device: device disconnected: '{device_id}'"
        raise NotFound(message)
    return connected


def sleep_ms(text: str) -> int:
    """Read the pause between a recording's messages, in milliseconds; raises Invalid."""
    if not _SLEEP.fullmatch(text) or int(text) > MAX_SLEEP:
        message = f"sleep_ms: '{text[:80]}' is not 0 to {MAX_SLEEP} milliseconds"
        raise Invalid(message)
    return int(text)


def check_origin(websocket: WebSocket, state: ServerState) -> None:
    """Refuse a page of another site: its user's cookie would open the terminal for it."""
    origin = websocket.headers.get("origin")
    own = websocket.headers.get("host")
    further = state.settings.cors_origins
    if origin and not is_allowed(origin, further) and origin.partition("://")[2] != own:
        message = f"pages of origin '{origin[:80]}' may not open a terminal"
        raise Forbidden(message)


async def _meet(state: ServerState, websocket: WebSocket, universe: Universe) -> None:
    """Let a handshake meet its faults."""
    if universe.faults:
        await meet_handshake(universe, state.documented, websocket.scope)


@contextmanager
def _worded(state: ServerState, operation_id: str, side: Side) -> Iterator[None]:
    """Put what is refused into the dialect's words, as for requests that are no websockets."""
    try:
        yield
    except DomainError as error:
        if not state.dialect.own_words:
            wording_of(operation_id, side).reword(error)
        raise


def _exchange(websocket: WebSocket, operation: str, side: Side) -> Exchange:
    """Say in the journal what is asked for."""
    exchange: Exchange = websocket.scope[EXCHANGE]
    exchange.aims_at(operation, side)
    return exchange


def _subprotocol(scope: Scope) -> str | None:
    return SUBPROTOCOL if SUBPROTOCOL in scope["subprotocols"] else None
