"""The control API's universes: made, listed, reset, deleted; and their plans."""

from typing import Any

from otakit.mockserver.answers import CREATED, Answer, empty, json_answer
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.universe import Universe


@operation("getHealth")
def get_health(_: Call) -> Answer:
    """Say that the server is up."""
    return json_answer({"status": "ok"})


@operation("listUniverses")
def list_universes(call: Call) -> Answer:
    """List the universes."""
    return json_answer([universe_json(universe) for universe in call.server.universes])


@operation("createUniverse")
def create_universe(call: Call) -> Answer:
    """Make a universe, and tell what its clients need."""
    asked = call.body or {}
    universes = call.server.universes
    universe, password = universes.create(asked.get("name", ""), asked.get("plan"))
    _, session = universes.login(universe.email, password)
    token = universe.sign(session, "management")
    access = {"project_key": universe.connect.project_key, "token": universe.connect.token}
    shown = universe_json(universe)
    shown |= {"password": password, "token": token, "connect": access}
    return json_answer(shown, CREATED)


@operation("getUniverse")
def get_universe(call: Call) -> Answer:
    """Show a universe."""
    return json_answer(universe_json(call.universe))


@operation("deleteUniverse")
def delete_universe(call: Call) -> Answer:
    """Delete a universe."""
    call.server.universes.delete(call.universe.id)
    call.server.security.forget(call.universe.id)
    return empty()


@operation("resetUniverse")
def reset_universe(call: Call) -> Answer:
    """Begin a universe anew."""
    call.server.universes.reset(call.universe.id)
    return empty()


@operation("getPlan")
def get_plan(call: Call) -> Answer:
    """Show what a universe has booked."""
    return json_answer({"plan": call.universe.plan})


@operation("changePlan")
def change_plan(call: Call) -> Answer:
    """Book another plan."""
    call.universe.plan = call.body["plan"]
    return empty()


def universe_json(universe: Universe) -> dict[str, Any]:
    """Show a universe."""
    return {
        "id": universe.id,
        "name": universe.name,
        "plan": universe.plan,
        "tenant_token": universe.tenant_token,
        "email": universe.email,
    }
