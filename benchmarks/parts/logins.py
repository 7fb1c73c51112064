"""What it costs to let a device in, next to verifying its signature and answering at all."""

import base64
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import get_args

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from benchmarks.figures import TIMES, Section, Table, Target, at_most, digits
from benchmarks.rounds import Case, Spread, alternate, cpu_per_request
from benchmarks.serving import Server, module, otakit
from benchmarks.setting import Setting
from benchmarks.tenant import AUTHENTICATION, Tenant, auth_request
from otakit.fixtures.keys import Algorithm, generate_key

TITLE = "Logins"
METHOD = (
    "CPU time in microseconds of the server process for an authentication request of an accepted"
    " device, answered with a new token, against the bare verification of its signature, by"
    " cryptography in a process that does nothing else, and a request with the same body to bare"
    " Starlette, together: median of {rounds} alternating rounds of {requests}, after one to warm"
    " up. The device is the same, but {bodies} bodies with signatures of their own take turns."
)
BODIES = 50
LIMIT = 1.5
NAMES: dict[Algorithm, str] = {"rsa": "RSA-3072", "ecdsa-p256": "P-256", "ed25519": "Ed25519"}
OURS, BARE, VERIFICATION = "otakit", "bare Starlette", "verification"
Verify = Callable[[bytes, bytes], object]


def measure(setting: Setting) -> Section:
    """Measure each kind of key."""
    rounds, requests = setting.few(2, 33), setting.few(20, 100)
    assert set(NAMES) <= set(get_args(Algorithm))
    figures = {}
    with otakit() as server, module("bare") as bare:
        tenant = Tenant(server)
        for algorithm, name in NAMES.items():
            setting.tell(name)
            figures[name] = _costs(tenant, bare, algorithm, rounds, requests)
    return Section(
        title=TITLE,
        method=METHOD.format(rounds=rounds, requests=requests, bodies=BODIES),
        targets=tuple(_target(name, costs) for name, costs in figures.items()),
        tables=(_table(figures),),
    )


def _costs(
    tenant: Tenant, bare: Server, algorithm: Algorithm, rounds: int, requests: int
) -> dict[str, Spread]:
    key = generate_key(algorithm)
    device = tenant.accept(key)
    signed = [auth_request(key, device.identity, blanks) for blanks in range(BODIES)]
    case = Case(
        "POST",
        AUTHENTICATION,
        200,
        tuple(body for body, _ in signed),
        tuple(headers for _, headers in signed),
    )
    pairs = [(base64.b64decode(headers["X-MEN-Signature"]), body) for body, headers in signed]
    return alternate(
        {
            OURS: partial(cpu_per_request, tenant.server, case, requests),
            BARE: partial(cpu_per_request, bare, case, requests),
            VERIFICATION: partial(_verifications, _verify(key.public_pem), pairs, requests),
        },
        rounds,
    )


def _verify(pem: str) -> Verify:
    """Return what verifies a signature of a body with a key that has been read."""
    key = load_pem_public_key(pem.encode())
    if isinstance(key, rsa.RSAPublicKey):
        return lambda signature, body: key.verify(
            signature, body, padding.PKCS1v15(), hashes.SHA256()
        )
    if isinstance(key, ec.EllipticCurvePublicKey):
        return lambda signature, body: key.verify(signature, body, ec.ECDSA(hashes.SHA256()))
    assert isinstance(key, ed25519.Ed25519PublicKey)
    return key.verify


def _verifications(verify: Verify, pairs: Sequence[tuple[bytes, bytes]], requests: int) -> float:
    """Return the CPU microseconds of a verification."""
    before = time.process_time()
    for number in range(requests):
        verify(*pairs[number % len(pairs)])
    return (time.process_time() - before) / requests * 1e6


def _ratio(costs: dict[str, Spread]) -> Spread:
    together = zip(costs[BARE].values, costs[VERIFICATION].values, strict=True)
    return costs[OURS].over(Spread([bare + verification for bare, verification in together]))


def _target(name: str, costs: dict[str, Spread]) -> Target:
    ratio = _ratio(costs)
    both = f"{TIMES} verification and bare Starlette"
    return at_most(name, ratio.median, LIMIT, both, ratio.ends)


def _table(figures: dict[str, dict[str, Spread]]) -> Table:
    head = ("CPU, µs", OURS, BARE, VERIFICATION, "ratio")
    rows = (
        (name, *(str(costs[part]) for part in head[1:-1]), digits(_ratio(costs).median))
        for name, costs in figures.items()
    )
    return Table(head=head, rows=tuple(rows))
