"""The client forgets nothing: each operation of the control API has a method that asks for it."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from otakit.mockserver.client import ControlClient, Universe
from otakit.specs.catalogue import control, resolved

API = control()
OPERATIONS = {
    found["operationId"]: (method.upper(), f"{API.base_path}{path}")
    for path, item in resolved(API)["paths"].items()
    for method, found in item.items()
    if isinstance(found, dict)
}
SHOWN = {"id": "id 1", "name": "", "plan": "os", "tenant_token": "t", "email": "e"}

Act = Callable[[ControlClient, Universe], Any]


def book(universe: Universe) -> None:
    """Set a property, which no expression can."""
    universe.plan = "os"


def speed_up(universe: Universe) -> None:
    """Set another."""
    universe.clock.speed = 60


METHODS: dict[str, Act] = {
    "getHealth": lambda client, _: client.health(),
    "listUniverses": lambda client, _: client.universes(),
    "createUniverse": lambda client, _: client.create_universe(),
    "getUniverse": lambda client, _: client.universe("id 2"),
    "deleteUniverse": lambda _, universe: universe.delete(),
    "resetUniverse": lambda _, universe: universe.reset(),
    "getPlan": lambda _, universe: universe.plan,
    "changePlan": lambda _, universe: book(universe),
    "getClock": lambda _, universe: universe.clock.now,
    "setClockSpeed": lambda _, universe: speed_up(universe),
    "advanceClock": lambda _, universe: universe.clock.advance(hours=1),
    "streamEvents": lambda _, universe: universe.events(),
    "listFaults": lambda _, universe: list(universe.faults),
    "createFault": lambda _, universe: universe.faults.add("reset"),
    "deleteFaults": lambda _, universe: universe.faults.clear(),
    "getFault": lambda _, universe: universe.faults.get("f 1"),
    "changeFault": lambda _, universe: universe.faults.disable("f 1"),
    "deleteFault": lambda _, universe: universe.faults.remove("f 1"),
    "listJournal": lambda _, universe: list(universe.journal.entries()),
    "getJournalEntry": lambda _, universe: universe.journal.entry(1),
    "verifyJournal": lambda _, universe: universe.journal.verify({}),
    "exportHar": lambda _, universe: universe.journal.har(),
    "clearJournal": lambda _, universe: universe.journal.clear(),
    "getFleet": lambda _, universe: universe.fleet.state(),
    "addFleet": lambda _, universe: universe.fleet.add(devices=3),
    "removeFleet": lambda _, universe: universe.fleet.remove(),
    "listScenarios": lambda client, _: client.scenarios(),
    "loadScenario": lambda _, universe: universe.load_scenario("empty"),
    "takeSnapshot": lambda _, universe: universe.snapshot(),
    "restoreSnapshot": lambda _, universe: universe.restore(b"{}"),
    "getOverview": lambda _, universe: universe.overview(),
    "listApis": lambda client, _: client.apis(),
    "getConnectAccess": lambda _, universe: universe.connect.token,
    "getConnectFleet": lambda _, universe: universe.connect.fleet(),
    "replaceConnectFleet": lambda _, universe: universe.connect.replace({}),
    "addConnectDevice": lambda _, universe: universe.connect.add_device("till"),
    "changeConnectDevice": lambda _, universe: universe.connect.change_device("d 1"),
    "addConnectFlow": lambda _, universe: universe.connect.add_flow("update", []),
}
"""What asks for each operation."""


class Asked(Exception):
    """What a method has asked the server for."""


def tell(request: httpx.Request) -> httpx.Response:
    """Answer what `universe` needs; tell the rest to the test."""
    if request.method == "GET" and request.url.path == f"{API.base_path}/universes/id 1":
        return httpx.Response(200, json=SHOWN)
    raise Asked(request.method, request.url.raw_path.decode())


def test_every_operation_has_a_method() -> None:
    """And no method is for one that there is not."""
    assert METHODS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("name", METHODS)
def test_method_asks_for_its_operation(name: str) -> None:
    """With its method and path; ids are quoted."""
    method, path = OPERATIONS[name]
    with ControlClient("http://127.0.0.1") as client:
        client._wire._http._transport = httpx.MockTransport(tell)
        universe = client.universe("id 1")
        with pytest.raises(Asked) as asked:
            METHODS[name](client, universe)
    pattern = re.sub(r"\\\{\w+\\\}", r"(\\w+%20)?[12]", re.escape(path))
    assert asked.value.args[0] == method
    assert re.fullmatch(pattern, asked.value.args[1].partition("?")[0]), asked.value.args
