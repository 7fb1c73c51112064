"""The control API's routes for the fleet of JFrog Connect: what its web UI would make.

    GET    /otakit/v1/universes/{id}/connect                  {project_key, token}
    GET    /otakit/v1/universes/{id}/connect/fleet            devices, flows, apps, groups
    PUT    /otakit/v1/universes/{id}/connect/fleet            another fleet, without deployments
    POST   /otakit/v1/universes/{id}/connect/devices          one more device
    PATCH  /otakit/v1/universes/{id}/connect/devices/{uuid}   change a device: state, tags, ...
    POST   /otakit/v1/universes/{id}/connect/flows            one more update flow

`connect_wire.py` has the bodies, `fixtures/connect_fleet.json` is an example of a fleet.
"""

from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from otakit.mockserver.answers import CREATED
from otakit.mockserver.bodies import JSON, check_type, read
from otakit.mockserver.connect_wire import DeviceBody, DeviceChange, FleetBody, FlowBody, decode
from otakit.mockserver.control_requests import Described, json_response
from otakit.mockserver.domain.connect_fleet import ConnectFleet
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.universes import Universe

FLEET_LIMIT = 32 * (1 << 20)
"""The largest fleet that can be put, in bytes: enough for 100,000 devices."""

T = TypeVar("T")


def connect_endpoints(state: ServerState) -> list[Described]:
    """Return what there is below /otakit/v1/universes/{id}/connect."""

    def universe(request: Request) -> Universe:
        return state.universes.universe(request.path_params["universe_id"])

    def fleet(request: Request) -> ConnectFleet:
        return universe(request).world.connect_fleet

    async def show_access(request: Request) -> Response:
        access = universe(request).connect
        return json_response({"project_key": access.project_key, "token": access.token})

    async def show_fleet(request: Request) -> Response:
        return json_response(fleet(request).shown())

    async def put_fleet(request: Request) -> Response:
        body = await _body(request, FleetBody, FLEET_LIMIT)
        fleet(request).replace(body.plan())
        return Response(status_code=204)

    async def add_device(request: Request) -> Response:
        body = await _body(request, DeviceBody, state.settings.json_limit)
        return json_response(fleet(request).add_device(body.plan()).shown(), CREATED)

    async def change_device(request: Request) -> Response:
        body = await _body(request, DeviceChange, state.settings.json_limit)
        uuid = request.path_params["device_uuid"]
        return json_response(fleet(request).change_device(uuid, **body.given()).shown())

    async def add_flow(request: Request) -> Response:
        body = await _body(request, FlowBody, state.settings.json_limit)
        return json_response(fleet(request).add_flow(body.plan()).shown(), CREATED)

    base = "/universes/{universe_id}/connect"
    return [
        (base, {"GET": show_access}),
        (f"{base}/fleet", {"GET": show_fleet, "PUT": put_fleet}),
        (f"{base}/devices", {"POST": add_device}),
        (f"{base}/devices/{{device_uuid}}", {"PATCH": change_device}),
        (f"{base}/flows", {"POST": add_flow}),
    ]


async def _body(request: Request, kind: type[T], limit: int) -> T:
    raw = await read(request.scope, request.receive, limit)
    check_type(request.scope, (JSON,), raw)
    return decode(raw, kind)
