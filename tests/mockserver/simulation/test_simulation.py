"""Simulated devices in the server's own process, on the World's clock: in one go, and live."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from ota_support.scripted import an_artifact
from ota_support.stage import DEPLOYMENTS, START, Stage, staged
from otakit.fixtures.device_behaviour import Behaviour
from otakit.fixtures.device_requests import Request, Response
from otakit.fixtures.named_behaviours import Fails
from otakit.mockserver.domain.clock import Clock, rfc3339

DAY = 86400.0

Story = Callable[[Stage], Coroutine[Any, Any, None]]


def play(story: Story, **settings: Any) -> None:
    """Run a story on a stage of its own."""

    async def run() -> None:
        async with asyncio.timeout(60), staged(**settings) as stage:
            await story(stage)

    asyncio.run(run())


def test_device_is_accepted_updated_and_shown() -> None:
    """What devices do in process is what users see; the clock stands where it was sent."""

    async def story(stage: Stage) -> None:
        (device,) = await stage.accepted_fleet(1)
        assert stage.clock.now() == START + 302
        deployment = await stage.deploy(an_artifact(payload_type="rootfs-image"))
        assert await stage.statistics(deployment) == {"pending": 1}
        await stage.run(301)
        assert await stage.statistics(deployment) == {"downloading": 1}
        await stage.run(600)
        assert await stage.statistics(deployment) == {"success": 1}
        assert device.software.artifact_name == "release-2"
        (shown,) = (await stage.http.get("v1/inventory/devices")).json()
        values = {entry["name"]: entry["value"] for entry in shown["attributes"]}
        assert values["artifact_name"] == "release-2"
        assert [told for _, method, told in stage.seen if method == "PUT"] == [
            "attributes",
            *("downloading", "downloading", "downloading"),
            *("installing", "rebooting", "installing", "success"),
            "attributes",
        ]

    play(story)


@pytest.mark.parametrize(
    ("edition", "dialect"),
    [("mender", "as-built"), ("mender-2", "documented"), ("mender-1", "documented")],
)
def test_device_finds_its_way_with_other_servers(edition: str, dialect: str) -> None:
    """One that has no deployments v2, or knows fewer statuses."""

    async def story(stage: Stage) -> None:
        devices = await stage.accepted_fleet(2)
        for device in devices[1:]:
            device.behaviour = Fails()
        await stage.deploy(an_artifact())
        await stage.run(3600)
        assert [device.software.artifact_name for device in devices] == ["release-2", "release-1"]
        ends = {told for _, _, told in stage.seen} & {"success", "failure", "log"}
        assert ends == {"success", "failure", "log"}

    play(story, edition=edition, dialect=dialect)


def test_failing_device_leaves_its_log() -> None:
    """Its neighbour is well."""

    async def story(stage: Stage) -> None:
        await stage.accepted_fleet(1)
        stage.add(7, behaviour=Fails(reason="the flash is worn out"))
        await stage.run(10)
        await stage.accept_all()
        deployment = await stage.deploy()
        await stage.run(3600)
        assert await stage.statistics(deployment) == {"success": 1, "failure": 1}
        devices = (await stage.http.get(f"{DEPLOYMENTS}/{deployment}/devices")).json()
        (failed,) = [device["id"] for device in devices if device["status"] == "failure"]
        log = await stage.http.get(f"{DEPLOYMENTS}/{deployment}/devices/{failed}/log")
        assert "the flash is worn out" in log.text

    play(story)


def test_abort_while_devices_install_is_honoured() -> None:
    """They hear of it with their next report, and keep what they had."""

    async def story(stage: Stage) -> None:
        behaviour = Behaviour(download=(1, 1), install=(3600, 3600))
        devices = await stage.accepted_fleet(3, behaviour=behaviour)
        deployment = await stage.deploy()
        await stage.run(600)
        assert await stage.statistics(deployment) == {"installing": 3}
        path = f"{DEPLOYMENTS}/{deployment}/status"
        (await stage.http.put(path, json={"status": "aborted"})).raise_for_status()
        await stage.run(2 * 3600)
        assert await stage.statistics(deployment) == {"aborted": 3}
        assert {device.software.artifact_name for device in devices} == {"release-1"}

    play(story)


def test_phases_open_as_time_goes_by() -> None:
    """A phased roll-out of a month plays in one go; each phase begins in its time."""

    async def story(stage: Stage) -> None:
        await stage.accepted_fleet(10)
        now = stage.clock.now()
        phases = [
            {"batch_size": 20, "start_ts": rfc3339(now + DAY)},
            {"batch_size": 30, "start_ts": rfc3339(now + 10 * DAY)},
            {"start_ts": rfc3339(now + 20 * DAY)},
        ]
        deployment = await stage.deploy(phases=phases)
        await stage.run(0.9 * DAY)
        assert await stage.statistics(deployment) == {"pending": 10}
        await stage.run(8 * DAY)
        assert await stage.statistics(deployment) == {"success": 2, "pending": 8}
        await stage.run(10 * DAY)
        assert await stage.statistics(deployment) == {"success": 5, "pending": 5}
        await stage.run(11.1 * DAY)
        assert await stage.statistics(deployment) == {"success": 10}

    play(story)


def test_a_month_of_fifty_devices_plays_in_seconds() -> None:
    """Idle devices ask less often then, but no later than a 150th of the span."""

    async def story(stage: Stage) -> None:
        devices = await stage.accepted_fleet(50)
        deployment = await stage.deploy()
        stage.seen.clear()
        began = time.monotonic()
        await stage.run(30 * DAY)
        took = time.monotonic() - began
        assert took < 20  # it takes half a second on an idle machine
        assert await stage.statistics(deployment) == {"success": 50}
        assert len(stage.seen) < 50 * 350
        first = [now for now, _, told in stage.seen if told == "next"][:50]
        assert max(first) <= stage.clock.now() - START - 30 * DAY + 30 * DAY / 150 + 300
        assert {device.doing for device in devices} == {"idle"}

    play(story)


def test_a_month_without_an_answer_plays_in_seconds_too() -> None:
    """Devices that cannot reach their server are idle in their own way."""

    async def story(stage: Stage) -> None:
        await stage.accepted_fleet(5)
        tries = 0

        async def refuse(*_: object) -> None:
            nonlocal tries
            tries += 1
            message = "refused"
            raise ConnectionRefusedError(message)

        stage.simulation._send = refuse
        await stage.run(30 * DAY)
        assert 5 * 100 < tries < 5 * 300

    play(story)


def test_devices_poll_at_their_own_interval_again_after_a_long_run() -> None:
    """Whoever was made to wait is not left waiting."""

    async def story(stage: Stage) -> None:
        await stage.accepted_fleet(5)
        await stage.run(30 * DAY)
        stage.polling.clear()
        await stage.run(301)
        assert len(stage.polling) == 5

    play(story)


def history(seed: int) -> list[tuple[float, str, str]]:
    """Return what the devices of one seed did."""
    seen: list[tuple[float, str, str]] = []

    async def story(stage: Stage) -> None:
        await stage.accepted_fleet(8, behaviour=Fails(probability=0.5))
        for number in range(seed):
            stage.add(100 + number)
        await stage.deploy(retries=1)
        await stage.run(5 * DAY)
        seen.extend(stage.seen)

    play(story)
    return seen


def test_same_devices_and_calls_give_the_same_history() -> None:
    """To the millisecond; other devices give another one."""
    assert history(0) == history(0) != history(1)


def test_removed_device_does_nothing_any_more() -> None:
    """Nor is a stranger missed."""

    async def story(stage: Stage) -> None:
        one, two = await stage.accepted_fleet(2)
        stage.simulation.remove(one)
        stage.simulation.remove(one)
        assert stage.simulation.devices == [two]
        stage.polling.clear()
        await stage.run(301)
        assert len(stage.polling) == 1

    play(story)


@pytest.mark.parametrize("how", ["close", "reset"])
def test_nothing_moves_once_the_world_is_gone(how: str) -> None:
    """A run that is under way ends with its present request, and leaves the clock alone."""

    async def story(stage: Stage) -> None:
        await stage.accepted_fleet(3)
        before = len(stage.seen)

        async def stop() -> None:
            await until(lambda: len(stage.seen) >= before + 20)
            if how == "close":
                stage.simulation.close()
            else:
                path = "http://127.0.0.1/otakit/v1/universes/default/reset"
                assert (await stage.http.post(path)).status_code == 204

        await asyncio.gather(stage.run(100 * DAY), stop())
        assert stage.simulation.closed
        assert stage.clock.now() < START + 50 * DAY
        assert len(stage.seen) <= before + 60
        await stage.run(DAY)
        await stage.simulation.live()  # ends at once

    play(story)


def test_cancelled_run_can_be_gone_on_with() -> None:
    """The clock stands where the run had come to, and no device is lost."""

    async def story(stage: Stage) -> None:
        await stage.accepted_fleet(3)
        running = asyncio.create_task(stage.run(100 * DAY))
        await until(lambda: len(stage.seen) >= 40)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert START + DAY < stage.clock.now() < START + 50 * DAY
        stage.polling.clear()
        await stage.run(301)
        assert len(stage.polling) == 3

    play(story)


@pytest.mark.parametrize("answered", [False, True])
def test_run_cancelled_within_a_request_can_be_gone_on_with(*, answered: bool) -> None:
    """The connection breaks, or the server's front answers that it stops, as it does to users."""

    async def story(stage: Stage) -> None:
        await stage.accepted_fleet(2)
        inner, asked = stage.simulation._send, asyncio.Event()

        async def hang(_: Request, take: Callable[[Response], None]) -> None:
            asked.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if not answered:
                    raise
                take(Response(503))

        stage.simulation._send = hang
        running = asyncio.create_task(stage.run(DAY))
        await asked.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert stage.clock.now() < START + 700
        stage.simulation._send = inner
        stage.polling.clear()
        await stage.run(301)
        assert len(stage.polling) == 2

    play(story)


def test_turns_of_the_clock_at_the_same_time_add_up() -> None:
    """Neither is lost in the other, and each ends when its own span is played."""

    async def story(stage: Stage) -> None:
        stage.add(1)
        stage.universe.simulation = stage.simulation
        before = stage.clock.now()
        await asyncio.gather(stage.universe.advance(3600), stage.universe.advance(7200))
        assert stage.clock.now() == before + 10_800

    play(story)


def test_server_answers_others_while_a_span_is_played() -> None:
    """A user's request is answered long before a month has gone by."""

    async def story(stage: Stage) -> None:
        await stage.accepted_fleet(20)
        running = asyncio.create_task(stage.run(30 * DAY))
        await asyncio.sleep(0)
        answer = await stage.http.get("v2/devauth/devices")
        assert answer.status_code == 200
        assert not running.done()
        await running

    play(story)


def test_live_devices_move_as_time_goes_by_and_stand_with_the_clock() -> None:
    """A frozen clock stops them, one that is sped up wakes them; virtual time goes between."""

    async def story(stage: Stage) -> None:
        device = stage.add(0)
        living = asyncio.create_task(stage.simulation.live())
        await until(lambda: len(stage.seen) == 1)  # due at once
        await stage.accept_all()
        assert device.doing == "pending"

        stage.clock.set_speed(3000)  # five minutes in a tenth of a second
        stage.simulation.woken()
        await until(lambda: device.doing == "idle" and len(stage.seen) > 5)

        stage.clock.set_speed(0)
        stage.simulation.woken()
        count = len(stage.seen)
        await stage.run(900)
        assert len(stage.seen) == count + 3
        assert not living.done()
        stage.simulation.close()
        await living

    play(story, clock=Clock(speed=0))


def test_idle_devices_ask_less_often_where_time_flies() -> None:
    """At a million seconds a second, one device asks every 2000 seconds, not every 300."""
    passed, looked = 0.0, 0

    def source() -> float:
        nonlocal looked
        looked += 1
        return START + passed

    async def story(stage: Stage) -> None:
        nonlocal passed
        await stage.accepted_fleet(1)
        stage.clock.set_speed(1e6)
        stage.simulation.woken()
        living = asyncio.create_task(stage.simulation.live())
        passed += 0.0003  # the wall's; of the World's, 300 seconds
        count = len(stage.seen)
        await until(lambda: len(stage.seen) > count)
        for seconds, polls in ((0.0, 1), (0.0015, 1), (0.0006, 2)):
            passed += seconds
            before = looked
            await until(lambda before=before: looked > before + 20)  # type: ignore[misc]
            assert len(stage.seen) == count + polls
        stage.simulation.close()
        await living

    play(story, clock=Clock(speed=0, source=source))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that other tasks bring about; the test's time bounds it."""
    while not condition():  # noqa: ASYNC110 - nobody announces it
        await asyncio.sleep(0)


def test_mishap_of_one_device_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    """It is switched off, and the log says so; a broken connection is no mishap."""

    async def story(stage: Stage) -> None:
        good, bad = await stage.accepted_fleet(2)
        inner, broken = stage.simulation._send, 0

        async def send(request: Request, take: Callable[[Response], None]) -> None:
            nonlocal broken
            if request.target.endswith("/next"):
                broken += 1
                if broken <= 3:
                    message = "reset by peer"
                    raise ConnectionResetError(message)
            await inner(request, take)

        stage.simulation._send = send
        bad.timing = None  # type: ignore[assignment]
        with caplog.at_level(logging.ERROR):
            await stage.run(3600)
        assert stage.simulation.devices == [good]
        assert "a simulated device stops: {'mac': '02:00:00:00:00:01'}" in caplog.text
        assert broken > 5

    play(story)
