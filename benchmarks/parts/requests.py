"""CPU time of the server process for a request, next to bare Starlette and other mock servers."""

import base64
import json
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from benchmarks.figures import TIMES, Section, Table, Target, at_most, digits, unknown
from benchmarks.peers import MOCKOON, MOTO, PRISM, Peer, operations_file
from benchmarks.rounds import Case, Spread, alternate, cpu_per_request
from benchmarks.serving import Server, Unexpected, module, otakit
from benchmarks.setting import Setting
from benchmarks.tenant import DEPLOYMENTS, NEWER, NEXT, NOBODY, POLL, STATUS, Tenant

TITLE = "CPU time per request"
METHOD = (
    "CPU time (user and system) that the kernel charged to the server process, in microseconds for"
    " one request: median of {rounds} alternating rounds of up to {requests} requests over a"
    " kept-alive connection, after {warm_up} to warm up; least and most in parentheses. Ratios are"
    " taken round by round. otakit serves all its APIs, keeps state, verifies tokens and writes its"
    " journal; bare Starlette runs under uvicorn with uvloop and httptools, has a route for each"
    " request, and validates nothing. Prism (`-v silent --multiprocess=false`) and Mockoon serve"
    " one file with just these four operations, each with the one answer that is asked for; Prism"
    " validates, with the same bodies. moto answers what AWS has that comes nearest: {moto}."
)
SHOW, CREATE = "GET deployment by id", "POST deployment"
ASK, REPORT = "device poll → 204", "status report → 204"
LIMITS = {SHOW: 1.5, CREATE: 1.5, ASK: 2.0, REPORT: 2.0}
AGAINST_PRISM = 0.3
TURN = 0.6
"""Seconds that a server's turn takes at most: the slowest answer fewer requests in each."""

OTAKIT, BARE = "otakit", "bare Starlette"

THING = "/things/bench"
MOTO_CASES = {
    SHOW: ("DescribeThing of IoT", "iot", "GET", THING, b"", 200),
    CREATE: ("CreateThing of IoT", "iot", "POST", THING, b'{"attributePayload": {}}', 200),
    ASK: (
        "DeleteObject of an S3 key that is not there",
        "s3",
        "DELETE",
        "/bench/nothing",
        b"",
        204,
    ),
    REPORT: ("Publish of IoT data", "iotdata", "POST", "/topics/bench", b'{"a": 1}', 200),
}


@dataclass(frozen=True, slots=True)
class Contender:
    """A server, and what each request is with it."""

    server: Server
    cases: dict[str, Case]


def measure(setting: Setting) -> Section:
    """Measure all servers that are there."""
    requests, rounds = setting.few(40, 100), setting.few(2, 33)
    warm_up = setting.few(1, 12)
    missing: list[str] = []
    with ExitStack() as stack:
        contenders = _ours(stack, setting)
        for peer in (PRISM, MOCKOON, MOTO):
            program = peer.find(setting.peers)
            if program is None:
                missing.append(peer.missing)
                continue
            setting.tell(f"starting {peer.name}")
            try:
                contenders[peer.name] = _peer(stack, peer, program, setting, contenders[OTAKIT])
            except Unexpected as error:
                missing.append(f"{peer.name} failed: {error}")
        figures = {}
        for name in LIMITS:
            setting.tell(name)
            measures = {
                who: partial(cpu_per_request, one.server, one.cases[name], requests, seconds=TURN)
                for who, one in contenders.items()
            }
            figures[name] = alternate(measures, rounds, warm_up=warm_up)
    return Section(
        title=TITLE,
        method=METHOD.format(
            rounds=rounds,
            requests=requests,
            warm_up=warm_up,
            moto="; ".join(f"{case[0]} for “{name}”" for name, case in MOTO_CASES.items()),
        ),
        targets=tuple(target for name in LIMITS for target in _targets(name, figures[name])),
        tables=(_costs(list(contenders), figures), _ratios(list(contenders), figures)),
        missing=tuple(missing),
    )


def _ours(stack: ExitStack, setting: Setting) -> dict[str, Contender]:
    """Start the mock and bare Starlette, which are asked the same."""
    setting.tell("starting otakit and bare Starlette")
    server = stack.enter_context(otakit())
    tenant = Tenant(server)
    tenant.add_artifact()
    busy = tenant.accept()
    shown = tenant.deploy(busy.id)
    server.ask("POST", NEXT, body=POLL, headers=busy.headers)  # so that it may report
    idle = tenant.accept()
    new = {"name": "bench", "artifact_name": NEWER, "devices": [NOBODY]}
    told = tuple(json.dumps({"status": word}).encode() for word in ("downloading", "installing"))
    report = STATUS.format(shown.rpartition("/")[2])
    cases = {
        SHOW: Case("GET", shown, 200, headers=(tenant.headers,)),
        CREATE: Case(
            "POST", DEPLOYMENTS, 201, (json.dumps(new).encode(),), headers=(tenant.headers,)
        ),
        ASK: Case("POST", NEXT, 204, (POLL,), headers=(idle.headers,)),
        REPORT: Case("PUT", report, 204, told, headers=(busy.headers,)),
    }
    document = setting.folder / "deployment.json"
    document.write_bytes(server.ask("GET", shown, headers=tenant.headers)[2])
    bare = stack.enter_context(module("bare", str(document)))
    return {BARE: Contender(bare, cases), OTAKIT: Contender(server, cases)}


def _peer(
    stack: ExitStack, peer: Peer, program: str, setting: Setting, ours: Contender
) -> Contender:
    """Start another mock server."""
    server = stack.enter_context(peer.serving(program, operations_file(setting.folder)))
    if peer is not MOTO:
        return Contender(server, ours.cases)
    server.ask("PUT", "/bench", headers=_signed("s3"))
    server.ask("POST", THING, body=b"{}", headers=_signed("iot"))
    cases = {
        name: Case(method, path, status, (body,), headers=(_signed(service),))
        for name, (_, service, method, path, body, status) in MOTO_CASES.items()
    }
    return Contender(server, cases)


def _signed(service: str) -> dict[str, str]:
    """Return the header by which moto tells the service; it verifies no signature."""
    scope = f"bench/20260101/us-east-1/{service}/aws4_request"
    signature = base64.b16encode(b"bench").decode()
    value = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={signature}"
    return {"Authorization": value}


def _targets(name: str, costs: dict[str, Spread]) -> list[Target]:
    ratio = costs[OTAKIT].over(costs[BARE])
    limit = LIMITS[name]
    targets = [at_most(name, ratio.median, limit, f"{TIMES} {BARE}", ratio.ends)]
    if name in {SHOW, CREATE}:
        if PRISM.name in costs:
            ratio = costs[OTAKIT].over(costs[PRISM.name])
            targets.append(
                at_most(name, ratio.median, AGAINST_PRISM, f"{TIMES} {PRISM.name}", ratio.ends)
            )
        else:
            targets.append(
                unknown(name, AGAINST_PRISM, f"{TIMES} {PRISM.name}", "Prism is missing")
            )
    return targets


def _costs(names: list[str], figures: dict[str, dict[str, Spread]]) -> Table:
    rows = ((case, *(str(costs[name]) for name in names)) for case, costs in figures.items())
    return Table(head=("CPU, µs", *names), rows=tuple(rows))


def _ratios(names: list[str], figures: dict[str, dict[str, Spread]]) -> Table:
    rows = (
        (case, *(digits(costs[name].over(costs[BARE]).median) for name in names))
        for case, costs in figures.items()
    )
    return Table(head=("as a multiple of bare Starlette", *names), rows=tuple(rows))
