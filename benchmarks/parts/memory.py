"""What a server takes of memory: empty, and with a large fleet."""

from benchmarks.figures import Section, Table, Target, at_most, digits
from benchmarks.serving import Server, module, otakit
from benchmarks.setting import Setting
from benchmarks.tenant import DEVICES, Tenant

TITLE = "Memory"
METHOD = (
    "Resident memory of the server process in MiB, and the most that it ever had, once it has"
    " answered a login and a page of devices; the devices are accepted, have a token and ten"
    " attributes each, and were let in on the World itself (`benchmarks/filled.py`), so that"
    " neither journal nor audit trail is full of them."
)
PATIENCE = 280.0
EMPTY_MB, FULL_MB = 110.0, 600.0
MB = 1.048576
"""In a MiB: targets are in MB."""


def measure(setting: Setting) -> Section:
    """Look at a server without devices, and at one with many."""
    devices = setting.few(300, 100_000)
    with otakit() as server:
        empty = _used(server)
    setting.tell(f"filling {devices:,} devices")
    with module("filled", str(devices), patience=PATIENCE) as server:
        full = _used(server)
    rows = (("empty", *map(digits, empty)), (f"{devices:,} devices", *map(digits, full)))
    each = (full[0] - empty[0]) * 1024 / devices
    return Section(
        title=TITLE,
        method=METHOD,
        targets=(
            _target("empty server", empty[0], EMPTY_MB),
            _target(f"{devices:,} accepted devices", full[0], FULL_MB),
        ),
        tables=(Table(head=("MiB", "now", "most"), rows=rows),),
        notes=(f"One more device takes {digits(each)} KiB.",),
    )


def _used(server: Server) -> tuple[float, float]:
    """Use a server a little; return what it has in memory, and had at most."""
    Tenant(server).ask(200, "GET", f"{DEVICES}?per_page=20")
    return server.memory(), server.peak()


def _target(what: str, mebibytes: float, limit: float) -> Target:
    return at_most(what, mebibytes * MB, limit, "MB")
