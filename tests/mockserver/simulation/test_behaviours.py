"""Every behaviour by its effect in the statistics of a deployment."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import pytest

from ota_support.scripted import an_artifact
from ota_support.stage import DEPLOYMENTS, Stage, staged
from otakit.fixtures.behaviours import assign, behaviour, shipped
from otakit.fixtures.device import Device, Timing
from otakit.fixtures.device_behaviour import Behaviour
from otakit.fixtures.keys import generate_key
from otakit.fixtures.named_behaviours import (
    ClockSkew,
    DuplicateIdentity,
    FlakyNetwork,
    Offline,
    PowerLoss,
    Slow,
)

LONG = 6 * 3600.0
ROOTFS = an_artifact(payload_type="rootfs-image")
MIX = {
    "healthy": 10.0,
    "slow": 2.0,
    "fails": 2.0,
    "flaky-network": 4.0,
    "power-loss": 3.0,
    "rolls-back": 2.0,
    "stuck": 2.0,
    "wrong-checksum": 2.0,
    "clock-skew": 2.0,
    "never-reports": 3.0,
    "offline": 4.0,
}
INSTANT: dict[str, Any] = {"download": (1.0, 1.0), "install": (1.0, 1.0), "reboot": (1.0, 1.0)}

Story = Callable[[Stage], Coroutine[Any, Any, None]]


def play(story: Story) -> None:
    """Run a story on a stage of its own."""

    async def run() -> None:
        async with asyncio.timeout(60), staged() as stage:
            await story(stage)

    asyncio.run(run())


async def fleet(stage: Stage, names: Iterable[str]) -> list[Device]:
    """Let devices of these behaviours live until they have been accepted and poll."""
    devices = [stage.add(number, behaviour=behaviour(name)) for number, name in enumerate(names)]
    await stage.run(3600)
    await stage.accept_all()
    await stage.run(4 * 3600)
    return devices


def expected(names: Iterable[str]) -> Counter[str]:
    """Return how many devices of these behaviours end in which status."""
    ends: Counter[str] = Counter()
    for name in names:
        (end,) = behaviour(name).ends
        ends[end] += 1
    return ends


@pytest.mark.parametrize("content", [an_artifact(), ROOTFS], ids=["app", "root filesystem"])
@pytest.mark.parametrize("seed", [1, 2])
def test_mixed_fleet_ends_in_exact_statistics(content: bytes, seed: int) -> None:
    """Each device ends as its behaviour says, and knows what came of it."""
    names = assign(MIX, int(sum(MIX.values())), seed)

    async def story(stage: Stage) -> None:
        devices = await fleet(stage, names)
        deployment = await stage.deploy(content)
        await stage.run(LONG)
        ends = await stage.statistics(deployment)
        assert ends == {"success": 22, "failure": 12, "installing": 2} == expected(names)
        outcomes = Counter(device.outcomes[deployment] for device in devices)
        assert outcomes == {"success": 22, "failure": 9, "unreported": 3, "stuck": 2}
        assert {device.doing for device in devices} - {"offline"} == {"idle", "stuck"}

    play(story)


@pytest.mark.parametrize("name", [name for name in shipped() if name != "duplicate-identity"])
def test_each_behaviour_ends_as_it_says(name: str) -> None:
    """All devices of one, whatever they draw."""

    async def story(stage: Stage) -> None:
        await fleet(stage, [name] * 8)
        deployment = await stage.deploy(ROOTFS)
        await stage.run(LONG)
        assert await stage.statistics(deployment) == expected([name] * 8)

    play(story)


def test_probability_divides_a_fleet() -> None:
    """What it spares is well."""

    async def story(stage: Stage) -> None:
        await stage.accepted_fleet(20, behaviour=PowerLoss(probability=0.5))
        deployment = await stage.deploy()
        await stage.run(LONG)
        ends = await stage.statistics(deployment)
        assert sum(ends.values()) == 20
        assert set(ends) == {"success", "failure"} == set(PowerLoss(probability=0.5).ends)

    play(story)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Slow(), "downloading"),
        (FlakyNetwork(lost=0.0, breaks=1.0, **INSTANT), "downloading"),
        (Offline(leaves=0.0, breaks=1.0, **INSTANT), "downloading"),
        (Offline(leaves=1.0, breaks=0.0, away=(900, 900), **INSTANT), "pending"),
        (ClockSkew(unset=(600, 600), **INSTANT), "rebooting"),
    ],
    ids=["slow", "flaky-network", "offline in a download", "offline at a poll", "clock-skew"],
)
def test_who_is_late_is_seen_beside_its_healthy_neighbours(kind: Behaviour, status: str) -> None:
    """While they are through with it, the others are still at it; in the end all are well."""

    async def story(stage: Stage) -> None:
        devices = await stage.accepted_fleet(8, behaviour=Behaviour(**INSTANT))
        for device in devices[4:]:
            device.behaviour = kind
        deployment = await stage.deploy(ROOTFS)
        await stage.run(300 + 30)  # whoever polls has done so, the last one half a minute ago
        assert await stage.statistics(deployment) == {"success": 4, status: 4}
        await stage.run(LONG)
        assert await stage.statistics(deployment) == {"success": 8}

    play(story)


def test_failures_leave_logs_and_silence_leaves_none() -> None:
    """Of whoever reports at all, in the words of what went wrong."""
    said = {
        "fails": "ArtifactInstall",
        "power-loss": "Mender shut down in state: update-install",
        "rolls-back": "ArtifactVerifyReboot",
        "wrong-checksum": "the artifact is damaged",
        "never-reports": None,
    }

    async def story(stage: Stage) -> None:
        devices = await fleet(stage, said)
        deployment = await stage.deploy()
        await stage.run(LONG)
        ids = await ids_by_mac(stage)
        for device, words in zip(devices, said.values(), strict=True):
            path = f"{DEPLOYMENTS}/{deployment}/devices/{ids[device.identity['mac']]}/log"
            answer = await stage.http.get(path)
            assert answer.status_code == (200 if words else 404)
            assert (words or "") in answer.text

    play(story)


async def ids_by_mac(stage: Stage) -> dict[str, str]:
    """Return the ids of all devices by their identity."""
    shown = await stage.http.get("v2/devauth/devices", params={"per_page": 500})
    return {device["identity_data"]["mac"]: device["id"] for device in shown.json()}


def test_broken_device_is_seen_in_the_inventory() -> None:
    """By the name that it tells; those with their old version look as before."""

    async def story(stage: Stage) -> None:
        await stage.accepted_fleet(2, behaviour=PowerLoss(broken=1.0))
        stage.add(2, behaviour=PowerLoss(broken=0.0))
        await stage.run(10)
        await stage.accept_all()
        await stage.deploy()
        await stage.run(LONG)
        await stage.login()
        shown = (await stage.http.get("v1/inventory/devices")).json()
        told = [
            entry["value"]
            for device in shown
            for entry in device["attributes"]
            if entry["name"] == "artifact_name"
        ]
        assert sorted(told) == ["release-1", *["release-2_INCONSISTENT"] * 2]

    play(story)


def test_retries_are_used_up() -> None:
    """Who fails each time is offered the update again, and fails in the end."""

    async def story(stage: Stage) -> None:
        devices = await fleet(stage, ["power-loss", "rolls-back", "healthy"])
        deployment = await stage.deploy(retries=2)
        stage.seen.clear()
        await stage.run(LONG)
        assert await stage.statistics(deployment) == {"failure": 2, "success": 1}
        assert [told for *_, told in stage.seen].count("failure") == 2 * 3
        assert [device.outcomes[deployment] for device in devices] == [
            *("failure", "failure", "success")
        ]

    play(story)


def test_server_knows_one_device_for_a_duplicate_and_its_original() -> None:
    """Whose key is let in goes through the deployment; the other one waits."""

    async def story(stage: Stage) -> None:
        (original,) = await stage.accepted_fleet(1)
        kind = DuplicateIdentity()
        assert kind.shares_identity
        duplicate = Device(
            original.identity,
            generate_key("ed25519", seed=999),
            original.rng,
            device_type="rpi",
            artifact_name="release-1",
            behaviour=kind,
            timing=Timing(poll=300, retry=300),
        )
        stage.simulation.add(duplicate, stage.clock.now())
        await stage.run(600)
        (shown,) = (await stage.http.get("v2/devauth/devices")).json()
        assert sorted(one["status"] for one in shown["auth_sets"]) == ["accepted", "pending"]
        deployment = await stage.deploy()
        await stage.run(3600)
        assert await stage.statistics(deployment) == {"success": 1}
        assert (original.outcomes, duplicate.outcomes) == ({deployment: "success"}, {})
        assert (original.doing, duplicate.doing) == ("idle", "pending")

    play(story)


def history(seed: int) -> list[tuple[float, str, str]]:
    """Return what a mixed fleet asked, dealt by this seed."""
    seen: list[tuple[float, str, str]] = []

    async def story(stage: Stage) -> None:
        await fleet(stage, assign(MIX, 24, seed))
        await stage.deploy(ROOTFS)
        await stage.run(LONG)
        seen.extend(stage.seen)

    play(story)
    return seen


def test_same_seed_gives_the_same_history() -> None:
    """To the millisecond; another one gives another."""
    assert history(1) == history(1) != history(2)


def test_fleet_at_a_pace_is_through_sooner() -> None:
    """A hundred times as quick, slow devices are done within a minute of their poll."""

    async def story(stage: Stage) -> None:
        timing = Timing(poll=300, inventory=8 * 3600, retry=300, pace=100)
        await stage.accepted_fleet(6, behaviour=Slow(), timing=timing)
        deployment = await stage.deploy(ROOTFS)
        await stage.run(300 + 61)
        assert await stage.statistics(deployment) == {"success": 6}

    play(story)
