"""What devices alert of: in order of when it occurred, bounded, and the newest word counts."""

from collections.abc import Callable
from typing import Any

import pytest

from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.monitoring import CRITICAL, MAX_ALERTS, OK
from otakit.mockserver.domain.world import World

NOON = 1_700_000_000


def alert(level: str = CRITICAL, at: float = 0, subject: str = "sshd") -> dict[str, Any]:
    """Make an alert that occurred some seconds after noon."""
    about = {"name": subject, "type": "service", "status": "x"}
    moment = rfc3339(NOON + at)
    return {"name": f"{level} {at}", "level": level, "timestamp": moment, "subject": about}


def names(world: World, device: str, **more: Any) -> list[str]:
    """Name a device's alerts."""
    found, total = world.monitoring.alerts(device, Page(1, MAX_ALERTS + 1), **more)
    assert len(found) == total
    return [a.name for a in found]


def shown(world: World, device: str) -> dict[str, Any]:
    """Return what inventory shows in the scope `monitor`."""
    attributes = world.profiles.attributes(device)
    return {a.name: a.value for a in attributes if a.scope == "monitor"}


@pytest.fixture
def pump(admit: Callable[..., str]) -> str:
    """Return an accepted device."""
    return admit("pump")


def test_order_is_that_of_what_happened(world: World, pump: str) -> None:
    """Not that of the reports, which decides between equals only."""
    world.monitoring.report(pump, [alert(at=2), alert(at=1)])
    world.monitoring.report(pump, [alert(OK, at=1)])
    assert names(world, pump) == ["CRITICAL 2", "OK 1", "CRITICAL 1"]
    assert names(world, pump, newest_first=False) == ["CRITICAL 1", "OK 1", "CRITICAL 2"]
    assert names(world, pump, issued_after=NOON + 2) == ["CRITICAL 2"]
    assert names(world, pump, issued_before=NOON + 1) == ["OK 1", "CRITICAL 1"]
    assert world.monitoring.alerts(pump, Page(2, 2))[0][0].name == "CRITICAL 1"


def test_newest_alert_of_a_subject_counts(world: World, pump: str) -> None:
    """A late report of an older moment changes nothing; OK ends an alert."""
    assert shown(world, pump) == {}
    world.monitoring.report(pump, [alert(at=1), alert(at=2, subject="disk")])
    assert shown(world, pump) == {"alerts": True, "alert_count": 2}
    world.monitoring.report(pump, [alert(OK, at=3), alert(at=0)])
    assert shown(world, pump) == {"alerts": True, "alert_count": 1}
    assert [a.name for a in world.monitoring.latest(pump)] == ["CRITICAL 2", "OK 3"]
    assert [a.name for a in world.monitoring.latest(pump, CRITICAL)] == ["CRITICAL 2"]
    world.monitoring.report(pump, [alert(OK, at=2, subject="disk")])
    assert shown(world, pump) == {"alerts": False, "alert_count": 0}


def test_only_the_newest_are_kept(world: World, pump: str) -> None:
    """Of each device; a subject of which no alert is left is forgotten."""
    world.monitoring.report(pump, [alert(at=-1, subject="disk")])
    world.monitoring.report(pump, [alert(at=at) for at in range(MAX_ALERTS)])
    assert names(world, pump) == [f"CRITICAL {at}" for at in reversed(range(MAX_ALERTS))]
    assert shown(world, pump) == {"alerts": True, "alert_count": 1}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_moment_outside_of_time_is_refused(world: World, pump: str, moment: str) -> None:
    """Whole: nothing of the report is taken down."""
    with pytest.raises(Invalid, match="is no date-time"):
        world.monitoring.report(pump, [alert(), {**alert(), "timestamp": moment}])
    assert names(world, pump) == []


def test_nothing_is_left_of_a_device(world: World, pump: str, admit: Callable[..., str]) -> None:
    """Its alerts and its configuration go with it; another's stay."""
    other = admit("valve")
    for device in (pump, other):
        world.monitoring.report(device, [alert()])
        world.monitoring.configure(device, [{"name": "a", "status": "b", "type": "c"}])
    world.decommission_device(pump)
    assert names(world, pump) == []
    assert list(world.monitoring.configuration(pump)) == []
    assert names(world, other) == ["CRITICAL 0"]
    assert list(world.monitoring.configuration(other)) != []


def test_announced_device_is_forgotten_with_its_only_set(world: World) -> None:
    """The other way in which a device leaves."""
    device = world.preauthorize_device({"sn": "1"}, "key")
    world.monitoring.report(device.id, [alert()])
    world.delete_auth_set(device.id, next(iter(device.auth_sets)))
    assert names(world, device.id) == []
