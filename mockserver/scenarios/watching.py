"""A scenario's file watched: it is looked at twice a second, which costs nothing worth naming."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import anyio

from otakit.fixtures.scenario import BadScenario, Loaded, load_file
from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.scenarios.build import build, stage
from otakit.mockserver.scenarios.reload import apply_changes
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.universe import Universe

INTERVAL: Seconds = 0.5


async def changes_applied(
    path: Path, universe: Universe, server: ServerState, loaded: Loaded
) -> AsyncIterator[str]:
    """Apply each change of a file to a universe; yield what came of it, a line each.

    A file that is broken, or makes no world, or is gone, changes nothing; the next one is compared
    with the last good one.
    """
    seen = _state(path)
    while True:
        await asyncio.sleep(INTERVAL)
        state = _state(path)
        if state == seen:
            continue
        seen = state
        try:
            fresh = await anyio.to_thread.run_sync(load_file, path)
            await anyio.to_thread.run_sync(build, stage(universe, server, fresh), server)
            count, refused = apply_changes(universe, server, loaded, fresh)
        except BadScenario as error:
            yield f"{error}; nothing was changed"
            continue
        loaded = fresh
        for left_out in refused:
            yield f"{left_out}; this was left out"
        yield f"{path} has changed: {count} change{'' if count == 1 else 's'} applied"


def _state(path: Path) -> tuple[int, int, int] | None:
    """Tell one state of a file from another: editors write in place, or put another file there."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
