"""What a request costs, in calls of functions: as many on every machine, however busy that is.

A change that makes a request dearer by a seventh has to say so here.
"""

import asyncio
import base64
import gc
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self, cast
from urllib.parse import urlsplit

from starlette.types import Message

from ota_support.scripted import an_artifact
from otakit.fixtures.device_messages import auth_request, inventory_request, status_request
from otakit.fixtures.device_requests import Request
from otakit.fixtures.keys import generate_key
from otakit.mockserver.app import create_server
from otakit.mockserver.at_once import begin
from otakit.mockserver.domain.artifacts import Content
from otakit.mockserver.domain.deployment import Plan
from otakit.mockserver.settings import DEFAULT_EMAIL, DEFAULT_PASSWORD, Settings

MANAGEMENT = "/api/management"
DEPLOYMENTS = f"{MANAGEMENT}/v1/deployments/deployments"
NEXT = "/api/devices/v2/deployments/device/deployments/next"
ATTRIBUTES: Mapping[str, str | list[str]] = {f"a{n}": f"value {n}" for n in range(13)}

COUNTED = {
    "show a deployment": 138,
    "create a deployment": 184,
    "poll": 132,
    "offer": 193,
    "report": 150,
    "inventory": 178,
    "login": 172,
    "download": 212,
}
"""Calls of each, with its beginning, as counted with CPython 3.11; later versions make less."""

MARGIN = 1.15

LISTS = {
    "devices": f"{MANAGEMENT}/v2/devauth/devices?page=2",
    "accepted devices": f"{MANAGEMENT}/v2/devauth/devices?page=2&status=accepted",
    "number of devices": f"{MANAGEMENT}/v2/devauth/devices/count",
    "inventory": f"{MANAGEMENT}/v1/inventory/devices?page=2",
    "inventory with a value": f"{MANAGEMENT}/v1/inventory/devices?page=2&type=pi",
    "devices of a group": f"{MANAGEMENT}/v1/inventory/groups/all/devices?page=2",
    "deployments": f"{DEPLOYMENTS}?page=2",
    "statistics": f"{DEPLOYMENTS}/{{deployment}}/statistics",
}


class Mock:
    """A mock in this process; `calls` says what its last answer took, until it `waited`."""

    def __init__(self) -> None:
        """Begin as a server begins."""
        self.server = create_server(Settings())
        self.world = self.server.state.universes.default.world
        self.calls = 0
        self.waited = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Start it, and stop it in the end."""
        told: asyncio.Queue[Message] = asyncio.Queue()
        answered: asyncio.Queue[Message] = asyncio.Queue()
        scope = {"type": "lifespan"}
        life = asyncio.ensure_future(self.server.app(scope, told.get, answered.put))
        for step in ("startup", "shutdown"):
            await told.put({"type": f"lifespan.{step}"})
            assert (await answered.get())["type"] == f"lifespan.{step}.complete"
            if step == "startup":
                yield self
        await life

    async def ask(self, request: Request, token: str = "") -> tuple[int, bytes]:
        """Make a request; return status and body."""
        target = urlsplit(request.target)
        headers = [(b"host", b"127.0.0.1"), (b"content-length", b"%d" % len(request.body))]
        headers += [(name.encode(), value.strip().encode()) for name, value in request.headers]
        headers += [(b"authorization", token.encode())] if token else []
        scope = {
            "type": "http",
            "method": request.method,
            "scheme": "http",
            "path": target.path,
            "query_string": target.query.encode(),
            "headers": headers,
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.body}

        async def send(message: Message) -> None:
            sent.append(message)

        def count(_: Any, event: str, __: Any) -> None:
            self.calls += event in {"call", "c_call"}

        loop = asyncio.get_running_loop()
        begun: asyncio.Future[list[asyncio.Task[None] | None]] = loop.create_future()

        def start() -> None:
            gc.disable()  # Hypothesis hangs Python code on every collection
            sys.setprofile(count)
            try:
                task = begin(cast("Any", self.server.app(scope, receive, send)), loop)
            finally:
                sys.setprofile(None)
                gc.enable()
            begun.set_result([task])

        self.calls = 0
        loop.call_soon(start)  # as a connection begins one, in no task
        (task,) = await begun
        self.waited = task is not None
        if task is not None:
            await task
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)

    async def cost(self, *requests: Request, token: str = "") -> int:
        """Return what the last of several requests takes; the first ones warm up.

        None of them may wait for anything, which would take a task.
        """
        for request in (*requests, *requests):
            status, body = await self.ask(request, token)
            assert status < 300, body
            assert not self.waited, request.target
        return self.calls

    async def log_in(self) -> str:
        """Return the user's token, as a header has it."""
        basic = base64.b64encode(f"{DEFAULT_EMAIL}:{DEFAULT_PASSWORD}".encode()).decode()
        asked = Request("POST", f"{MANAGEMENT}/v1/useradm/auth/login")
        return f"Bearer {(await self.ask(asked, f'Basic {basic}'))[1].decode()}"


def sending(method: str, target: str, content: Any) -> Request:
    """Return a request with a JSON body."""
    headers = (("content-type", "application/json"),)
    return Request(method, target, headers, json.dumps(content).encode())


async def count_requests(mock: Mock) -> dict[str, int]:
    """Count what the requests take that a mock gets most."""
    user = await mock.log_in()
    key = generate_key("ed25519", seed=1)
    login = auth_request({"mac": "1"}, key, "")
    await mock.ask(login)
    (device_id,) = mock.world.devices.ids()
    (auth_set_id,) = mock.world.devices.device(device_id).auth_sets
    mock.world.admission.set_status(device_id, auth_set_id, "accepted")
    device = f"Bearer {(await mock.ask(login))[1].decode()}"
    await mock.ask(upload(an_artifact()), user)
    new = {"name": "bench", "artifact_name": "release-2", "devices": ["another"]}
    create = sending("POST", DEPLOYMENTS, new)
    provides = {"artifact_name": "release-1", "device_type": "rpi"}
    poll = sending("POST", NEXT, {"device_provides": provides})
    found = {"create a deployment": await mock.cost(create, token=user)}
    found["poll"] = await mock.cost(poll, token=device)
    await mock.ask(sending("POST", DEPLOYMENTS, {**new, "devices": [device_id]}), user)
    (deployment,) = (d for d in mock.world.deployments.unfinished() if d.means(device_id))
    offer = json.loads((await mock.ask(poll, device))[1])
    found["offer"] = await mock.cost(poll, token=device)
    reports = [status_request(deployment.id, status) for status in ("downloading", "installing")]
    found["report"] = await mock.cost(*reports, token=device)
    found["show a deployment"] = await mock.cost(
        Request("GET", f"{DEPLOYMENTS}/{deployment.id}"), token=user
    )
    found["inventory"] = await mock.cost(inventory_request(ATTRIBUTES), token=device)
    found["login"] = await mock.cost(login)
    found["download"] = await mock.cost(Request("GET", offer["artifact"]["source"]["uri"]))
    return found


def upload(artifact: bytes) -> Request:
    """Return the request that stores an artifact."""
    head = b'--x\r\nContent-Disposition: form-data; name="artifact"; filename="a"\r\n\r\n'
    headers = (("content-type", "multipart/form-data; boundary=x"),)
    body = head + artifact + b"\r\n--x--\r\n"
    return Request("POST", f"{MANAGEMENT}/v1/deployments/artifacts", headers, body)


async def count_lists(mock: Mock, size: int) -> dict[str, int]:
    """Count what pages of lists take where there are so many devices, and deployments."""
    user, world = await mock.log_in(), mock.world
    world.add_artifact(Content(name="v1", depends={"device_type": ["pi"]}))
    told = [{"name": "type", "value": "pi"}]
    ids = []
    for number in range(size):
        device = world.preauthorize_device({"sn": number}, "key")
        world.authenticate_device({"sn": number}, "key")
        world.inventory.assign(device.id, "inventory", told, replace=True)
        ids.append(device.id)
    world.inventory.join("all", ids)
    for device_id in ids:
        world.deploy(Plan(name="d", artifact_name="v1"), devices=[device_id])
    big = world.deploy(Plan(name="d", artifact_name="v1"), all_devices=True)
    return {
        name: await mock.cost(Request("GET", target.format(deployment=big.id)), token=user)
        for name, target in LISTS.items()
    }


def counted(count: Callable[[Mock], Awaitable[dict[str, int]]]) -> dict[str, int]:
    """Return what is counted with a mock of its own."""

    async def run() -> dict[str, int]:
        async with Mock().running() as mock:
            return await count(mock)

    return asyncio.run(run())


def test_requests_cost_no_more_than_they_did() -> None:
    """Each is compared with what was counted when this was written."""
    found = counted(count_requests)
    dearer = {
        name: f"{calls} calls, where {COUNTED[name]} were counted"
        for name, calls in found.items()
        if calls > COUNTED[name] * MARGIN
    }
    assert dearer == {}


def test_lists_cost_the_same_with_ten_times_the_devices() -> None:
    """A page is a page, and a count a count."""
    few, many = (counted(partial(count_lists, size=size)) for size in (60, 600))
    assert few == many
