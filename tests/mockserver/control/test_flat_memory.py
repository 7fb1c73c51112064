"""Universes that come and go leave nothing behind: no memory, files, threads or tasks."""

import asyncio
import gc
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from ota_support.server import NO_TLS
from ota_support.sockets import obliging
from ota_support.tenant_life import DEVICES, Life
from otakit.mockserver.client import ControlClient
from otakit.mockserver.connect_access import ConnectAccess
from otakit.mockserver.domain.world import World
from otakit.mockserver.events import Events
from otakit.mockserver.exchange import Exchange
from otakit.mockserver.journal.journal import Journal
from otakit.mockserver.sockets.device_sockets import DeviceSockets
from otakit.mockserver.tokens import Claims
from otakit.mockserver.universe import Universe

SOCKET = f"{DEVICES}/v1/deviceconnect/connect"
WARM_UP, CYCLES = 100, 150
PER_CYCLE = 4096
"""Bytes that a cycle may leave on average; a universe that stays takes fifty times as much."""

MARGIN = 2 << 20
"""Bytes that an allocator may hold or not, at any time."""

OF_THE_MOMENT = CYCLES // 10
"""Threads and connections that a busy machine may have more at one moment than at another."""

KINDS = (Universe, World, Journal, Exchange, Events, DeviceSockets, ConnectAccess, Claims)
"""What a universe is made of, or leaves where it was seen."""


def use(life: Life) -> None:
    """Do one of everything that is kept somewhere."""
    life.enrol()
    life.admit()
    life.enrol()
    life.generate()
    life.deploy()
    life.poll()
    life.equip()
    life.book()
    life.universe.clock.advance(hours=1)


class Resources:
    """What a server process holds."""

    def __init__(self, pid: int, folder: Path) -> None:
        """Look at a process whose temporary files are in a folder."""
        status = Path(f"/proc/{pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        self.memory = int(fields["VmRSS"].split()[0]) << 10
        self.threads = int(fields["Threads"])
        self.descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        self.files = sorted(path.name for path in folder.rglob("*") if not path.name.isdecimal())


def test_hundreds_of_universes_leave_no_trace(
    start_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is made, used and deleted; the process is afterwards as it was."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("MALLOC_ARENA_MAX", "1")  # what threads hold does not hang on who did what
    server = start_server()
    with (
        ControlClient(server.url) as client,
        httpx.Client(base_url=server.url, verify=NO_TLS) as http,
    ):

        def cycle(number: int) -> None:
            life = Life(client, http, number, number)
            use(life)
            life.universe.delete()

        for number in range(WARM_UP):
            cycle(number)
        before = Resources(server.process.pid, tmp_path)
        for number in range(CYCLES):
            cycle(WARM_UP + number)
        after = Resources(server.process.pid, tmp_path)
        assert [universe.id for universe in client.universes()] == ["default"]
    assert after.memory - before.memory < CYCLES * PER_CYCLE + MARGIN
    assert after.threads - before.threads < OF_THE_MOMENT
    assert after.descriptors - before.descriptors < OF_THE_MOMENT
    assert after.files == before.files


def test_deleted_universe_leaves_no_object(ota_serve: Callable[..., str]) -> None:
    """Nor a task or a thread, also where it had a connected device and somebody who listened."""
    url = ota_serve()
    with ControlClient(url) as client, httpx.Client(base_url=url, verify=NO_TLS) as http:

        def cycle(number: int) -> None:
            life = Life(client, http, 0, number)
            for _ in range(3):
                use(life)
            token = life.accepted()
            with life.universe.events() as events, obliging(url, f"Bearer {token}") as device:
                next(events)
                life.universe.delete()
                assert device.over.wait(timeout=20)
                assert [event.kind for event in events][-1:] != ["missed"]
            refused = http.get(SOCKET, headers={"Authorization": f"Bearer {token}"})
            assert refused.status_code == 401
            client.universe().journal.clear()  # where a request stands that was nobody's

        cycle(0)
        before = living()
        for number in range(1, 6):
            cycle(number)
        assert living() == before


def living() -> Counter[str]:
    """Count what lives in this process, in which the server is."""
    gc.collect()
    # By type(): isinstance asks the thing itself, and what a weak proxy stands for may be gone.
    things = [(thing, type(thing)) for thing in gc.get_objects()]
    counted = Counter(kind.__name__ for _, kind in things if issubclass(kind, KINDS))
    tasks: Any = (thing for thing, kind in things if issubclass(kind, asyncio.Task))
    counted["tasks"] = sum(not task.done() for task in tasks)
    counted["threads"] = threading.active_count()
    return counted
