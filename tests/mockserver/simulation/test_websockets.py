"""Simulated devices are connected within the server's process, as long as they want to be."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from ota_support.scripted import an_artifact
from ota_support.stage import DEPLOYMENTS, START, Stage, staged
from otakit.fixtures.device import Device
from otakit.mockserver.domain.device import ACCEPTED
from otakit.mockserver.simulation.websockets import FIRST_PAUSE

DAY = 86400.0
CONNECT = "v1/deviceconnect/devices"

Story = Callable[[Stage], Coroutine[Any, Any, None]]


def play(story: Story, **settings: Any) -> None:
    """Run a story on a stage of its own."""

    async def run() -> None:
        async with asyncio.timeout(60), staged(**settings) as stage:
            await story(stage)

    asyncio.run(run())


async def connected_device(stage: Stage) -> tuple[Device, str]:
    """Return a device that is connected, and its id."""
    (device,) = await stage.accepted_fleet(1, connects=True)
    (device_id,) = stage.universe.world.devices.ids(ACCEPTED)
    return device, device_id


async def state(stage: Stage, device_id: str) -> Any:
    """Return the state of a device's connection, as users see it."""
    await stage.login()
    answer = await stage.http.get(f"{CONNECT}/{device_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()["status"]


def handshakes(stage: Stage) -> list[int]:
    """Return what handshakes of devices were answered with."""
    told = [entry.exchange for entry in stage.universe.journal]
    return [exchange.status for exchange in told if exchange.operation == "connectDevice"]


def test_device_is_connected_once_it_is_let_in() -> None:
    """And not before; one that does not connect never is."""

    async def story(stage: Stage) -> None:
        stage.add(0, connects=True)
        stage.add(1)
        await stage.run(10)
        assert handshakes(stage) == []
        await stage.accept_all()
        await stage.run(301)
        one, other = stage.universe.world.devices.ids(ACCEPTED)
        assert await state(stage, one) == "connected"
        assert await state(stage, other) == "disconnected"
        assert handshakes(stage) == [101]

    play(story)


@pytest.mark.parametrize("size", [0, 1, 5000, 300_000])
def test_files_there_and_back(size: int) -> None:
    """Through the management API, while time stands still."""

    async def story(stage: Stage) -> None:
        _, device_id = await connected_device(stage)
        await stage.login()
        content = bytes(number % 251 for number in range(size))
        form = {"path": "/data/file", "mode": "640", "uid": "7", "gid": "8"}
        upload = await stage.http.put(
            f"{CONNECT}/{device_id}/upload", data=form, files={"file": content}
        )
        assert upload.status_code == 201, upload.text
        path = f"{CONNECT}/{device_id}/download"
        download = await stage.http.get(path, params={"path": "/data/file"})
        assert download.status_code == 200, download.text
        assert download.content == content
        told = {k[11:]: v for k, v in download.headers.items() if k.startswith("x-men-file-")}
        assert told == {
            "path": "/data/file",
            "size": str(size),
            "mode": "640",
            "uid": "7",
            "gid": "8",
        }
        missing = await stage.http.get(path, params={"path": "/data/none"})
        assert missing.status_code == 400
        assert "no such file or directory" in missing.json()["error"]

    play(story)


def test_check_update_makes_the_device_poll_while_the_clock_stands() -> None:
    """At once, and only once; the next poll is an interval later."""

    async def story(stage: Stage) -> None:
        _, device_id = await connected_device(stage)
        await stage.deploy(an_artifact())
        stage.seen.clear()
        now = stage.clock.now()
        answer = await stage.http.post(f"{CONNECT}/{device_id}/check-update")
        assert answer.status_code == 202
        await stage.run(0)
        assert stage.clock.now() == now
        assert [told for _, _, told in stage.seen][:2] == ["next", "downloading"]

    play(story)


def test_send_inventory_makes_the_device_tell_it_while_the_clock_stands() -> None:
    """And nothing else."""

    async def story(stage: Stage) -> None:
        device, device_id = await connected_device(stage)
        device.inventory = {"slot": "now"}
        stage.seen.clear()
        answer = await stage.http.post(f"{CONNECT}/{device_id}/send-inventory")
        assert answer.status_code == 202
        await stage.run(0)
        assert [told for _, _, told in stage.seen] == ["attributes"]
        shown = (await stage.http.get(f"v1/inventory/devices/{device_id}")).json()
        assert "now" in [entry["value"] for entry in shown["attributes"]]

    play(story)


def test_live_device_is_woken_while_the_clock_stands() -> None:
    """Nobody has to turn it."""

    async def story(stage: Stage) -> None:
        _, device_id = await connected_device(stage)
        living = asyncio.create_task(stage.simulation.live())
        stage.seen.clear()
        await stage.http.post(f"{CONNECT}/{device_id}/check-update")
        while not stage.seen:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0)
        assert [told for _, _, told in stage.seen] == ["next"]
        stage.simulation.close()
        await living

    play(story)


def test_login_ends_the_websocket_and_opens_another() -> None:
    """As in every update, before the commit; so what runs over it ends."""

    async def story(stage: Stage) -> None:
        device, device_id = await connected_device(stage)
        before = device.socket
        first = stage.universe.sockets.get(device_id)
        await stage.deploy(an_artifact())
        await stage.run(900)
        assert device.software.artifact_name == "release-2"
        assert device.socket is not before
        second = stage.universe.sockets.get(device_id)
        assert None is not second is not first
        assert await state(stage, device_id) == "connected"
        assert handshakes(stage) == [101, 101]

    play(story)


def test_device_that_reboots_is_away() -> None:
    """Until it has logged in again."""

    async def story(stage: Stage) -> None:
        device, device_id = await connected_device(stage)
        await stage.deploy(an_artifact(payload_type="rootfs-image"))
        seen = set()
        for _ in range(300):
            await stage.run(2)
            seen.add((device.doing, await state(stage, device_id)))
        assert ("installing", "connected") in seen
        assert ("rebooting", "disconnected") in seen
        assert ("rebooting", "connected") not in seen
        assert ("idle", "connected") in seen

    play(story)


@pytest.mark.parametrize("how", ["remove", "close", "decommission", "reject"])
def test_websocket_ends_with_the_device(how: str) -> None:
    """Whoever ends it: the simulation, or a user."""

    async def story(stage: Stage) -> None:
        device, device_id = await connected_device(stage)
        socket = stage.universe.sockets.get(device_id)
        assert socket is not None
        if how == "remove":
            stage.simulation.remove(device)
        elif how == "close":
            stage.simulation.close()
        else:
            path = f"v2/devauth/devices/{device_id}"
            if how == "reject":
                (auth_set,) = (await stage.http.get(path)).json()["auth_sets"]
                path = f"{path}/auth/{auth_set['id']}"
            (await stage.http.delete(path)).raise_for_status()
            await stage.run(301)
            assert device.socket is None
        await stage.simulation.ended()
        assert stage.universe.sockets.get(device_id) is None
        if how in {"remove", "close"}:
            assert await state(stage, device_id) == "disconnected"
        await stage.run(600)
        assert stage.universe.sockets.get(device_id) is None

    play(story)


def test_refused_device_asks_again_after_a_while() -> None:
    """Less and less often; each login is a reason to ask at once."""

    async def story(stage: Stage) -> None:
        fault = {
            "on": {"operations": ["connectDevice"]},
            "do": {"action": "status", "status": 429},
        }
        faults = "http://127.0.0.1/otakit/v1/universes/default/faults"
        made = (await stage.http.post(faults, json=fault)).raise_for_status().json()
        _, device_id = await connected_device(stage)
        await stage.run(12 * 3600)
        refused = handshakes(stage)
        assert set(refused) == {429}
        assert 10 < len(refused) < 20
        (await stage.http.delete(f"{faults}/{made['id']}")).raise_for_status()
        await stage.run(3600 + FIRST_PAUSE + 300)
        assert await state(stage, device_id) == "connected"

    play(story)


def test_connection_that_is_cut_is_opened_again() -> None:
    """With the device's next move."""

    async def story(stage: Stage) -> None:
        _, device_id = await connected_device(stage)
        stage.universe.sockets.close_all()
        for _ in range(20):
            await asyncio.sleep(0)
        await stage.run(301)
        assert stage.universe.sockets.get(device_id) is not None
        assert await state(stage, device_id) == "connected"
        assert handshakes(stage) == [101, 101]

    play(story)


def test_edition_without_websockets_is_left_alone() -> None:
    """The devices go on without one."""

    async def story(stage: Stage) -> None:
        (device,) = await stage.accepted_fleet(1, connects=True)
        await stage.run(DAY)
        assert device.doing == "idle"
        assert device.socket is not None

    play(story, edition="mender-1")


def test_a_month_of_fifty_connected_devices_plays_in_seconds() -> None:
    """Open websockets take no time, and those of an update little."""

    async def story(stage: Stage) -> None:
        devices = await stage.accepted_fleet(50, connects=True)
        deployment = await stage.deploy()
        began = time.monotonic()
        await stage.run(30 * DAY)
        took = time.monotonic() - began
        assert took < 20  # it takes half a second on an idle machine
        assert await stage.statistics(deployment) == {"success": 50}
        assert stage.clock.now() > START + 30 * DAY
        connected = [stage.universe.sockets.get(i) for i in stage.universe.world.devices.ids()]
        assert None not in connected
        assert len({id(device.socket) for device in devices}) == 50
        path = f"{DEPLOYMENTS}/{deployment}"
        assert (await stage.http.get(path)).json()["status"] == "finished"

    play(story)
