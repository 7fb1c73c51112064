"""Many universes used at once by threads: each is as if it were alone, and tells of no other."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from queue import Empty, SimpleQueue
from typing import Any

import httpx
import pytest

from ota_support.server import NO_TLS
from ota_support.tenant_life import ID, MARK, Life
from otakit.mockserver.client import ControlClient, Events

UNIVERSES, SEEDS, THREADS, ACTS = 200, 20, 16, 12

HEARD = 8
"""Universes whose events are heard."""

ALONE = 900_000
"""Number of a universe that has a server for itself."""

Live = Callable[[int, int], Life]
"""Makes a universe on a server: with a seed, and a number that tells it from the others."""


@pytest.fixture
def new_server(start_server: Any) -> Iterator[Callable[[], Live]]:
    """Return a function that starts a server; what that returns makes universes on it."""
    with ExitStack() as stack:

        def start() -> Live:
            url = start_server().url
            client = stack.enter_context(ControlClient(url))
            http = stack.enter_context(httpx.Client(base_url=url, verify=NO_TLS, timeout=60))
            return lambda seed, number: Life(client, http, seed, number)

        yield start


def live_together(lives: list[Life]) -> None:
    """Let threads do one act of each in turn, whichever is free, until all have done theirs."""
    waiting: SimpleQueue[tuple[Life, int]] = SimpleQueue()
    for life in lives:
        waiting.put((life, ACTS))

    def work() -> None:
        while True:
            try:
                life, left = waiting.get_nowait()
            except Empty:
                return
            life.act()
            if left > 1:
                waiting.put((life, left - 1))
            else:
                life.read_all()

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work) for _ in range(THREADS)]:
            done.result()


def heard(life: Life, events: Events) -> list[tuple[str, str, int, str, str]]:
    """Return the requests that were heard of until the universe goes, since its last reset."""
    life.universe.delete()
    told: list[tuple[str, str, int, str, str]] = []
    for event in events:
        if event.kind == "world":
            told.clear()
        elif event.kind == "request":
            shown = event.data
            line = (shown["method"], shown["path"], shown["status"])
            told.append((*line, shown["caller"], shown["operation"]))
    return told


@pytest.fixture
def crowd(new_server: Callable[[], Live]) -> Iterator[list[Life]]:
    """Return universes of one server that have lived at the same time, with all that they read."""
    live = new_server()
    lives = [live(number % SEEDS, number) for number in range(UNIVERSES)]
    with ExitStack() as stack:
        listening = [stack.enter_context(life.universe.events()) for life in lives[:HEARD]]
        live_together(lives)
        for life, events in zip(lives, listening, strict=False):
            journal = life.journal()
            told = heard(life, events)
            assert len(told) >= max(len(journal) - 1, 1)  # the first login was before
            assert told == journal[-len(told) :]
        yield lives


def test_universes_do_not_leak_into_each_other(
    crowd: list[Life], new_server: Callable[[], Live]
) -> None:
    """What each reads equals what it reads alone, and names nothing that belongs to another.

    What it hears of while it happens is what stands in its journal in the end.
    """
    live = new_server()
    for seed in range(SEEDS):
        alone = live(seed, ALONE)
        for _ in range(ACTS):
            alone.act()
        alone.read_all()
        for number in range(seed, UNIVERSES, SEEDS):
            assert crowd[number].compared() == alone.compared()
        alone.universe.delete()
    owner: dict[str, str] = {}
    for life in crowd:
        assert set(MARK.findall(life.told())) == {life.mark}
        for identifier in {life.universe.id, *ID.findall(life.told())}:
            assert owner.setdefault(identifier, life.mark) == life.mark, identifier
    assert len(owner) > UNIVERSES * 10
