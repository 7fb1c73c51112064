"""The control API's snapshots: a universe taken down as JSON, and put back."""

import anyio

from otakit.mockserver.answers import JSON, OK, Answer, StreamedAnswer, empty
from otakit.mockserver.bodies import JSON as JSON_NAME
from otakit.mockserver.bodies import check_length, check_type, too_large
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.snapshots.restoring import put_in_place, read_snapshot
from otakit.mockserver.snapshots.snapshot import take
from otakit.mockserver.storage import Storage


@operation("takeSnapshot")
def take_snapshot(call: Call) -> Answer:
    """Send a universe as it is now."""
    text = take(call.universe, call.server.settings.snapshot_limit)
    name = f'attachment; filename="otakit-{call.universe.id}.json"'
    return StreamedAnswer(OK, b"", JSON, ((b"content-disposition", name.encode()),), chunks=text)


@operation("restoreSnapshot")
async def restore_snapshot(call: Call) -> Answer:
    """Let a universe be again what it was, or what another one was.

    Other requests go on meanwhile: what they change is lost.
    """
    check_type(call.scope, (JSON_NAME,), None)
    universes = call.server.universes
    files = call.universe.storage.aside()
    clock = Clock(source=call.world.clock.source)
    try:
        await _receive(call, files)
        path = files.scratch("snapshot")
        dialect = call.server.dialect
        restored = await anyio.to_thread.run_sync(read_snapshot, path, files, clock, dialect)
        path.unlink()
        put_in_place(universes, universes.universe(call.universe.id), restored)
    finally:
        files.drop()
    return empty()


async def _receive(call: Call, files: Storage) -> None:
    """Write the body into a file; raises Refused (413) above the limit."""
    limit = call.server.settings.snapshot_limit
    check_length(call.scope, limit)
    size, more = 0, True
    with files.scratch("snapshot").open("wb") as file:
        while more:
            message = await call.receive()
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > limit:
                raise too_large(limit)
            file.write(chunk)
            more = message.get("more_body", False)
