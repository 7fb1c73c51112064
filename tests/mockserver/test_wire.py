"""Requests without a connection: an application that is called in process."""

import asyncio

import pytest

from otakit.mockserver.wire import HungUp, hang_up, pause


def test_hanging_up_counts_as_a_reset() -> None:
    """There is no socket to close."""
    for how in (HungUp(), HungUp(reset=True)):
        with pytest.raises(ConnectionResetError):
            hang_up({"type": "http"}, how)


def test_pause_passes() -> None:
    """There is nobody who could go."""
    asyncio.run(pause({"type": "http"}, 0.01))
