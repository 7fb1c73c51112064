"""The control API's universes: made, listed, reset, deleted; and their plans."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from otakit.mockserver.control_requests import Described, body_of, json_response, read_body
from otakit.mockserver.plans import PLANS
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.universes import Universe

_NO_CONTENT = 204
_PLAN = {"type": "string", "enum": list(PLANS)}
_WISHES = body_of(
    {
        "type": "object",
        "properties": {"name": {"type": "string", "maxLength": 256}, "plan": _PLAN},
        "additionalProperties": False,
    },
    required=False,
)
_CHANGE = body_of({"type": "object", "required": ["plan"], "properties": {"plan": _PLAN}})


def universe_endpoints(state: ServerState) -> list[Described]:
    """Return what there is below /otakit/v1/universes."""
    universes = state.universes

    async def create(request: Request) -> Response:
        asked = await read_body(request, _WISHES, state) or {}
        universe, password = universes.create(asked.get("name", ""), asked.get("plan"))
        _, session = universes.login(universe.email, password)
        token = universe.sign(session, "management")
        access = {"project_key": universe.connect.project_key, "token": universe.connect.token}
        shown = _universe_json(universe)
        shown |= {"password": password, "token": token, "connect": access}
        return json_response(shown, 201)

    async def show_all(_: Request) -> Response:
        return json_response([_universe_json(universe) for universe in universes])

    async def reset(request: Request) -> Response:
        universes.reset(_id(request))
        return Response(status_code=_NO_CONTENT)

    async def delete(request: Request) -> Response:
        universes.delete(_id(request))
        return Response(status_code=_NO_CONTENT)

    async def show_plan(request: Request) -> Response:
        return json_response({"plan": universes.universe(_id(request)).plan})

    async def change_plan(request: Request) -> Response:
        universe = universes.universe(_id(request))
        universe.plan = (await read_body(request, _CHANGE, state))["plan"]
        return Response(status_code=_NO_CONTENT)

    one = "/universes/{universe_id}"
    return [
        ("/universes", {"GET": show_all, "POST": create}),
        (one, {"DELETE": delete}),
        (f"{one}/reset", {"POST": reset}),
        (f"{one}/plan", {"GET": show_plan, "PUT": change_plan}),
    ]


def _id(request: Request) -> str:
    universe_id: str = request.path_params["universe_id"]
    return universe_id


def _universe_json(universe: Universe) -> dict[str, Any]:
    return {
        "id": universe.id,
        "name": universe.name,
        "plan": universe.plan,
        "tenant_token": universe.tenant_token,
        "email": universe.email,
    }
