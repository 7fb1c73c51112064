"""A server in the test's own process and event loop, whose time only the test moves."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

from ota_support.scripted import an_artifact
from ota_support.server import LOGIN
from otakit.fixtures.device import Device, Timing
from otakit.fixtures.device_download import KnownArtifacts
from otakit.fixtures.device_requests import Request, Response
from otakit.fixtures.keys import generate_key
from otakit.mockserver.app import create_server
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.device import ACCEPTED
from otakit.mockserver.settings import Settings
from otakit.mockserver.simulation.in_process import in_process
from otakit.mockserver.simulation.simulation import Simulation

START = 1_700_000_000.0
DEPLOYMENTS = "v1/deployments/deployments"


class Stage:
    """A server with simulated devices, and a user who is logged in.

    `seen` is what the devices asked, with the second of their time; `polling` has the tokens with
    which they asked for updates.
    """

    def __init__(self, app: ASGIApp, universe: Any) -> None:
        """Begin without devices."""
        self.app = app
        self.universe = universe
        self.clock: Clock = universe.world.clock
        self.simulation = Simulation(universe, self.send, app)
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://127.0.0.1/api/management/"
        )
        self.seen: list[tuple[float, str, str]] = []
        self.polling: set[str] = set()
        self._inner = in_process(app)
        self._known = KnownArtifacts()

    async def send(self, request: Request, take: Callable[[Response], None]) -> None:
        """Make a device's request, and write it down with the second of its time."""
        path = request.target.partition("?")[0].rpartition("/")[2]
        told = json.loads(request.body)["status"] if path == "status" else path
        self.seen.append((self.clock.now() - START, request.method, told))
        if told == "next":
            self.polling.add(dict(request.headers)["authorization"])
        await self._inner(request, take)

    async def login(self) -> None:
        """Log in, again where time has gone by."""
        answer = await self.http.post("v1/useradm/auth/login", auth=LOGIN)
        self.http.headers["Authorization"] = f"Bearer {answer.raise_for_status().text}"

    def add(self, number: int, **options: Any) -> Device:
        """Let one more device run; they begin a second apart."""
        timing = options.pop("timing", Timing(poll=300, inventory=8 * 3600, retry=300))
        device = Device(
            {"mac": f"02:00:00:00:{number // 256:02x}:{number % 256:02x}"},
            generate_key("ed25519", seed=number),
            Random(number),
            device_type="rpi",
            artifact_name="release-1",
            timing=timing,
            known=self._known,
            **options,
        )
        self.simulation.add(device, self.clock.now() + number)
        return device

    async def run(self, seconds: float) -> None:
        """Let time go by."""
        await self.simulation.run_until(self.clock.now() + seconds)

    async def accept_all(self) -> None:
        """Let all devices in that have asked."""
        await self.login()
        devices = await self.http.get("v2/devauth/devices", params={"per_page": 500})
        for device in devices.json():
            path = f"v2/devauth/devices/{device['id']}/auth/{device['auth_sets'][0]['id']}/status"
            (await self.http.put(path, json={"status": "accepted"})).raise_for_status()

    async def accepted_fleet(self, size: int, **options: Any) -> list[Device]:
        """Add devices and let them in; return them as they poll."""
        devices = [self.add(number, **options) for number in range(size)]
        await self.run(size)
        await self.accept_all()
        await self.run(size + 300)
        return devices

    async def deploy(self, content: bytes = b"", **more: Any) -> str:
        """Upload release-2 and deploy it to all devices; return the deployment's id."""
        await self.login()
        content = content or an_artifact()
        size, upload = {"size": str(len(content))}, {"artifact": ("a.mender", content)}
        answer = await self.http.post("v1/deployments/artifacts", data=size, files=upload)
        assert answer.status_code == 201, answer.text
        devices = list(self.universe.world.devices.ids(ACCEPTED))
        body = {"name": "d", "artifact_name": "release-2", "devices": devices, **more}
        answer = await self.http.post(DEPLOYMENTS, json=body)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"].rpartition("/")[2]

    async def statistics(self, deployment: str) -> dict[str, int]:
        """Return how many devices are in which status, without those that nobody is in."""
        await self.login()
        answer = await self.http.get(f"{DEPLOYMENTS}/{deployment}/statistics")
        return {status: count for status, count in answer.json().items() if count}


@asynccontextmanager
async def staged(**settings: Any) -> AsyncIterator[Stage]:
    """Run a server whose clock stands still; it ends with the block."""
    clock = Clock(speed=0, source=lambda: START)
    server = create_server(Settings(**{"clock": clock, **settings}))
    async with _lifespan(server.app):
        stage = Stage(server.app, server.state.universes.default)
        async with stage.http:
            await stage.login()
            yield stage
            stage.simulation.close()
            await stage.simulation.ended()


@asynccontextmanager
async def _lifespan(app: ASGIApp) -> AsyncIterator[None]:
    told: asyncio.Queue[Message] = asyncio.Queue()
    heard: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}}

    async def run() -> None:
        await app(scope, told.get, heard.put)

    running = asyncio.create_task(run())
    for step in ("startup", "shutdown"):
        await told.put({"type": f"lifespan.{step}"})
        answer = await heard.get()
        assert answer["type"] == f"lifespan.{step}.complete"
        if step == "startup":
            yield
    await running
