"""Snapshots by the client."""

import pytest

from otakit.mockserver.client import ControlClient, ControlError, NewUniverse


def test_universe_is_again_what_it_was(client: ControlClient, universe: NewUniverse) -> None:
    """And so is another one, which had something else."""
    universe.connect.add_device("till 1")
    universe.clock.freeze()
    snapshot = universe.snapshot()
    universe.reset()
    assert universe.connect.fleet()["devices"] == []
    universe.restore(snapshot)
    assert universe.clock.speed == 0
    with client.new_universe() as other:
        other.restore(snapshot)
        for restored in (universe, other):
            (device,) = restored.connect.fleet()["devices"]
            assert device["name"] == "till 1"


def test_what_is_no_snapshot_is_refused(universe: NewUniverse) -> None:
    """The universe stays as it is."""
    universe.connect.add_device("till 1")
    for snapshot in (b"", b"{", b"[]", b"{}", universe.snapshot().replace(b"till 1", b"till 2")):
        with pytest.raises(ControlError) as refused:
            universe.restore(snapshot)
        assert refused.value.status == 400
    assert len(universe.connect.fleet()["devices"]) == 1
