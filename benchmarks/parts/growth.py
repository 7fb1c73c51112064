"""What requests cost as the fleet grows: they should not notice."""

import json
from contextlib import ExitStack
from functools import partial

from benchmarks.chart import Chart
from benchmarks.figures import TIMES, Section, Table, Target, at_most, digits
from benchmarks.filled import HERE, SITE
from benchmarks.rounds import Case, Spread, alternate, cpu_per_request
from benchmarks.serving import Server, module
from benchmarks.setting import Setting
from benchmarks.tenant import DEVICES, NEXT, POLL, Tenant

TITLE = "Growth"
METHOD = (
    "CPU time of the server process in microseconds for one request, on servers that hold so many"
    " accepted devices with ten attributes each (`benchmarks/filled.py`) and a deployment to all of"
    " them: median of at most {rounds} rounds that alternate between the servers. Pages have"
    " 20 entries and are from the middle of the list; the search finds the same 20 devices by one"
    " attribute, whatever their number."
)
SIZES = (1000, 3000, 10_000, 30_000, 100_000)
QUICK_SIZES = (100, 300)
LIMIT = 1.5
SEARCH = "/api/management/v2/inventory/filters/search"
INVENTORY = "/api/management/v1/inventory/devices"
BUDGET = 40.0
"""Seconds for one kind of request: one that is slow is measured fewer times."""

PATIENCE = 280.0


def measure(setting: Setting) -> Section:
    """Measure all sizes next to each other."""
    sizes = QUICK_SIZES if setting.quick else SIZES
    rounds, requests = setting.few(2, 9), setting.few(5, 150)
    with ExitStack() as stack:
        servers: dict[int, Server] = {}
        cases: dict[int, dict[str, Case]] = {}
        for size in sizes:
            setting.tell(f"filling {size:,} devices")
            servers[size] = stack.enter_context(module("filled", str(size), patience=PATIENCE))
            cases[size] = _cases(servers[size], size)
        memory = {size: server.memory() for size, server in servers.items()}
        figures = {}
        for name in cases[sizes[0]]:
            setting.tell(name)
            measures = {
                size: partial(cpu_per_request, server, cases[size][name], requests, seconds=0.5)
                for size, server in servers.items()
            }
            figures[name] = alternate(measures, rounds, budget=BUDGET)
    return Section(
        title=TITLE,
        method=METHOD.format(rounds=rounds),
        targets=tuple(_target(name, costs) for name, costs in figures.items()),
        tables=(_table(figures, memory),),
        picture=_chart(figures).svg(),
    )


def _cases(server: Server, size: int) -> dict[str, Case]:
    """Deploy to all devices, and return the requests; the device that polls came later."""
    tenant = Tenant(server)
    tenant.add_artifact()
    deployment = tenant.deploy()
    device = tenant.accept()
    page = f"per_page=20&page={size // 40}"
    term = {"scope": "inventory", "attribute": SITE, "type": "$eq", "value": HERE}
    search = {"page": 1, "per_page": 20, "filters": [term]}
    pages = {
        "page of devices": DEVICES,
        "page of inventories": INVENTORY,
        "page of a deployment's devices": f"{deployment}/devices/list",
    }
    user = (tenant.headers,)
    return {
        **{name: Case("GET", f"{path}?{page}", 200, headers=user) for name, path in pages.items()},
        "search by an attribute": Case("POST", SEARCH, 200, (json.dumps(search).encode(),), user),
        "statistics of a deployment": Case("GET", f"{deployment}/statistics", 200, headers=user),
        "device poll → 204": Case("POST", NEXT, 204, (POLL,), (device.headers,)),
    }


def _target(name: str, costs: dict[int, Spread]) -> Target:
    least, most = min(costs), max(costs)
    ratio = costs[most].over(costs[least])
    return at_most(
        f"{name}, {most:,} devices", ratio.median, LIMIT, f"{TIMES} {least:,} devices", ratio.ends
    )


def _table(figures: dict[str, dict[int, Spread]], memory: dict[int, float]) -> Table:
    rows = [(name, *map(str, costs.values())) for name, costs in figures.items()]
    rows.append(("memory of the server, MiB", *map(digits, memory.values())))
    return Table(head=("CPU, µs", *(f"{size:,}" for size in memory)), rows=tuple(rows))


def _chart(figures: dict[str, dict[int, Spread]]) -> Chart:
    lines = {}
    for name, costs in figures.items():
        least = costs[min(costs)]
        lines[name] = [(size, cost.over(least).median) for size, cost in costs.items()]
    return Chart(
        title="CPU time of a request as the fleet grows",
        across="accepted devices",
        up=f"{TIMES} the time with {min(costs):,} devices",
        lines=lines,
        goal=LIMIT,
        goal_name=f"target: at most {LIMIT:g}",
    )
