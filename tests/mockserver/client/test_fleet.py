"""Simulated devices by the client."""

import pytest

from otakit.mockserver.client import ControlError, FleetState, NewUniverse


def test_devices_are_added_counted_and_removed(universe: NewUniverse) -> None:
    """They live on the universe's clock."""
    universe.clock.freeze()
    added = universe.fleet.add(devices=4, behaviours={"healthy": 3, "stuck": 1}, poll=15)
    behaviours = {"healthy": 3, "stuck": 1}
    assert added == FleetState(devices=4, added=4, behaviours=behaviours, doing={"off": 4})
    universe.clock.advance(seconds=15)
    assert universe.fleet.state().doing == {"idle": 4}
    universe.fleet.remove()
    assert universe.fleet.state() == FleetState(devices=0, added=0, behaviours={}, doing={})


def test_unknown_behaviour_is_refused(universe: NewUniverse) -> None:
    """With those that there are."""
    with pytest.raises(ControlError, match="'happy' is none of healthy, slow"):
        universe.fleet.add(devices=1, behaviours={"happy": 1})
