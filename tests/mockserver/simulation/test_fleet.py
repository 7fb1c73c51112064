"""What happens to added devices while something else is under way."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from ota_support.stage import Stage, staged
from otakit.fixtures.device_requests import Request, Response
from otakit.mockserver.domain.device import ACCEPTED
from otakit.mockserver.domain.errors import Conflict, Unprocessable
from otakit.mockserver.simulation.fleet import FleetWish
from otakit.mockserver.simulation.in_process import in_process
from otakit.mockserver.simulation.simulation import Simulation


def play(story: Callable[[Stage], Coroutine[Any, Any, None]], **settings: Any) -> None:
    """Run a story on a stage of its own."""

    async def run() -> None:
        async with asyncio.timeout(60), staged(**settings) as stage:
            await story(stage)

    asyncio.run(run())


def test_device_that_asks_while_it_is_removed_does_not_come_back() -> None:
    """Its request is waited for: answered after the removal, it would make the device anew."""

    async def story(stage: Stage) -> None:
        asked, go_on = asyncio.Event(), asyncio.Event()
        send = in_process(stage.app)

        async def slowly(request: Request, take: Callable[[Response], None]) -> None:
            asked.set()
            await go_on.wait()
            await send(request, take)

        simulation = Simulation(stage.universe, slowly, stage.app)
        await simulation.fleet.add(FleetWish(devices=3))
        running = asyncio.create_task(simulation.run_until(stage.clock.now() + 60))
        await asked.wait()
        removing = asyncio.create_task(simulation.fleet.remove())
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(running, removing)
        assert stage.universe.world.devices.count() == 0
        assert (simulation.devices, simulation.doing) == ([], {})
        simulation.close()

    play(story)


def test_devices_for_a_world_that_is_gone_are_not_added() -> None:
    """It was replaced while they were made."""

    async def story(stage: Stage) -> None:
        adding = asyncio.create_task(stage.simulation.fleet.add(FleetWish(devices=3)))
        await asyncio.sleep(0)
        stage.simulation.close()
        with pytest.raises(Conflict, match="another world"):
            await adding
        assert stage.universe.world.devices.count() == 0

    play(story)


def test_fleet_keeps_to_the_limit_of_devices() -> None:
    """All of them or none; those that nobody lets in do not count."""

    async def story(stage: Stage) -> None:
        fleet, devices = stage.simulation.fleet, stage.universe.world.devices
        with pytest.raises(Unprocessable, match="6 cannot be accepted: at most 5 can"):
            await fleet.add(FleetWish(devices=6))
        await fleet.add(FleetWish(devices=3))
        with pytest.raises(Unprocessable, match="3 more cannot be accepted: 3 of at most 5 are"):
            await fleet.add(FleetWish(devices=3))
        assert (devices.count(), fleet.shown()["devices"]) == (3, 3)
        await fleet.add(FleetWish(devices=2))
        await fleet.add(FleetWish(devices=9, accept=False))
        assert (devices.count(ACCEPTED), devices.count()) == (5, 14)

    play(story, device_limit=5)


def test_device_that_a_user_has_removed_is_no_hindrance() -> None:
    """The others are removed as they should be."""

    async def story(stage: Stage) -> None:
        world = stage.universe.world
        await stage.simulation.fleet.add(FleetWish(devices=3))
        world.decommission_device(next(world.devices.ids()))
        await stage.simulation.fleet.remove()
        assert world.devices.count() == 0

    play(story)


def test_others_are_served_while_many_are_added_and_removed() -> None:
    """At no time do a thousand devices hold the server up for all their number."""

    async def story(stage: Stage) -> None:
        devices = stage.universe.world.devices
        seen: set[int] = set()

        async def look() -> None:
            while True:
                seen.add(devices.count())
                await asyncio.sleep(0)

        looking = asyncio.create_task(look())
        await stage.simulation.fleet.add(FleetWish(devices=1000))
        await stage.simulation.fleet.remove()
        looking.cancel()
        assert len(seen) > 10

    play(story)
