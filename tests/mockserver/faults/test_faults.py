"""Which requests a fault strikes: what it is on, when, how often, and by chance."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otakit.mockserver.domain.clock import from_rfc3339
from otakit.mockserver.domain.errors import Invalid, NotFound, Unprocessable
from otakit.mockserver.exchange import Exchange, begin
from otakit.mockserver.faults.faults import MAX_FAULTS, Fault, Faults
from otakit.mockserver.faults.plan import MAX_PAUSE, read_plan

RESET = {"action": "reset"}
REPORT = "reportDeploymentStatus"
NOON = from_rfc3339("2026-11-21T12:00:00Z")

callers = st.lists(st.sampled_from("abc"), max_size=60)
seeds = st.integers(0, 2**32)


def exchange(**told: str) -> Exchange:
    """Return a request of a device, told otherwise where that is given."""
    request = {"operation": REPORT, "side": "devices", "caller": "d1", "method": "PUT"}
    request |= {"path": "/api/devices/v1/x/status", **told}
    scope = {"scheme": "http", "query_string": b"", "headers": [], **request}
    made = begin(scope, b"r1")
    made.aims_at(request["operation"], request["side"])
    made.comes_from("default", request["caller"])
    return made


def add(faults: Faults, do: dict[str, Any] | None = None, **plan: Any) -> Fault:
    """Make a fault."""
    return faults.add(read_plan(json.dumps({"do": do or RESET, **plan}).encode()))


def struck(faults: Faults, asked: list[str], now: float = NOON) -> list[bool]:
    """Ask once for each caller, and tell which requests were struck."""
    return [bool(faults.strike(exchange(caller=caller), None, now)) for caller in asked]


@pytest.mark.parametrize(
    ("on", "told", "body", "fits"),
    [
        ({}, {}, None, True),
        ({"operations": [REPORT, "login"]}, {}, None, True),
        ({"operations": ["login"]}, {}, None, False),
        ({"side": "devices"}, {}, None, True),
        ({"side": "management"}, {}, None, False),
        ({"caller": "d1"}, {}, None, True),
        ({"caller": "d1"}, {"caller": "d2"}, None, False),
        ({"caller": "d1"}, {"caller": ""}, None, False),
        ({"method": "PUT"}, {}, None, True),
        ({"method": "GET"}, {}, None, False),
        ({"path": "/api/devices/*"}, {}, None, True),
        ({"path": "/api/devices/*/status"}, {}, None, True),
        ({"path": "/api/devices/"}, {}, None, False),
        ({"path": "*/STATUS"}, {}, None, False),
        ({"path": "/api/device?/v[12]/*"}, {}, None, True),
        ({"path": "["}, {"path": "["}, None, True),
        ({"body": {}}, {}, None, False),
        ({"body": {}}, {}, {}, True),
        ({"body": {"status": "success"}}, {}, {"status": "success", "more": 1}, True),
        ({"body": {"status": "success"}}, {}, {"status": "failure"}, False),
        ({"body": {"status": "success"}}, {}, [{"status": "success"}], False),
        ({"body": {"a": {"b": 1}}}, {}, {"a": {"b": 1, "c": 2}}, True),
        ({"body": {"a": {"b": 1}}}, {}, {"a": 1}, False),
        ({"body": {"a": [1]}}, {}, {"a": [1, 2]}, False),
        ({"body": {"a": None}}, {}, {}, False),
        ({"body": {"a": 1}}, {}, {"a": True}, False),
        ({"side": "devices", "method": "GET"}, {}, None, False),
    ],
)
def test_fault_is_on_what_fits(
    on: dict[str, Any], told: dict[str, str], body: Any, *, fits: bool
) -> None:
    """All that is given has to."""
    faults = Faults()
    fault = add(faults, on=on)
    asked = exchange(**told)
    assert bool(faults.strike(asked, body, NOON)) is fits
    assert (fault.seen, fault.hits) == (int(fits), int(fits))
    assert asked.faults == ((fault.id,) if fits else ())


@pytest.mark.parametrize(
    ("when", "asked", "expected"),
    [
        ({"occurrence": 3}, "aaaa", "--x-"),
        ({"occurrence": 2}, "aabb", "-x-x"),
        ({"occurrence": 2, "each": "all"}, "abab", "-x--"),
        ({"occurrence": {"from": 2, "to": 3}}, "aaaa", "-xx-"),
        ({"occurrence": {"from": 3}}, "aaaa", "--xx"),
        ({"occurrence": {"to": 2}}, "aaab", "xx-x"),
        ({"times": 2}, "abab", "xx--"),
        ({"times": 2, "occurrence": {"from": 2}}, "aaaa", "-xx-"),
        ({"probability": 0}, "aaaa", "----"),
        ({"probability": 1}, "aaaa", "xxxx"),
    ],
)
def test_occurrences_and_times_are_exact(when: dict[str, Any], asked: str, expected: str) -> None:
    """Counted for each caller unless it is said otherwise; hits are counted for all."""
    faults = Faults()
    fault = add(faults, when=when)
    assert struck(faults, list(asked)) == [mark == "x" for mark in expected]
    assert (fault.seen, fault.hits) == (len(asked), expected.count("x"))


def test_window_is_by_the_worlds_clock() -> None:
    """Its end is not in it; what comes before does not count as an occurrence."""
    faults = Faults()
    when = {"from": "2026-11-21T13:00:00+01:00", "until": "2026-11-21T12:00:10Z", "occurrence": 2}
    fault = add(faults, when=when)
    moments = [NOON - 0.001, NOON, NOON + 9.999, NOON + 10]
    assert [struck(faults, ["a"], now) for now in moments] == [[False], [False], [True], [False]]
    assert (fault.seen, fault.hits) == (2, 1)


@given(seeds, callers, st.integers(1, 5), st.floats(0, 1))
@settings(derandomize=True, deadline=None)
def test_times_are_never_exceeded(
    seed: int, asked: list[str], times: int, probability: float
) -> None:
    """Whatever else is wished."""
    faults = Faults(seed)
    fault = add(faults, when={"times": times, "probability": probability})
    assert sum(struck(faults, asked)) == fault.hits <= times
    assert fault.seen == len(asked)


@given(seeds, callers, st.randoms())
@settings(derandomize=True, deadline=None)
def test_same_seed_strikes_the_same(seed: int, asked: list[str], shuffle: Any) -> None:
    """Each caller's requests, in whichever order the callers come."""

    def pattern(order: list[str]) -> dict[str, list[bool]]:
        faults = Faults(seed)
        add(faults, when={"probability": 0.5})
        found: dict[str, list[bool]] = {}
        for caller, hit in zip(order, struck(faults, order), strict=True):
            found.setdefault(caller, []).append(hit)
        return found

    mixed = list(asked)
    shuffle.shuffle(mixed)
    assert pattern(asked) == pattern(mixed)


@given(seeds, st.floats(0.1, 0.9), st.sampled_from(["caller", "all"]))
@settings(derandomize=True, deadline=None, max_examples=20)
def test_share_is_about_the_probability(seed: int, probability: float, each: str) -> None:
    """Six standard deviations are the bound, so that no seed is unlucky."""
    faults = Faults(seed)
    fault = add(faults, when={"probability": probability, "each": each})
    struck(faults, ["a", "b"] * 500)
    assert (
        abs(fault.hits - 1000 * probability) < 6 * (1000 * probability * (1 - probability)) ** 0.5
    )


def test_seeds_and_faults_differ() -> None:
    """Two faults of one half each do not strike the same half."""
    patterns = set()
    for seed in (1, 2):
        faults = Faults(seed)
        latency = {"action": "latency", "seconds": 0}
        made = [add(faults, latency, when={"probability": 0.5}) for _ in range(2)]
        hits = [faults.strike(exchange(), None, NOON) for _ in range(64)]
        for fault in made:
            patterns.add(tuple(fault in [strike.fault for strike in strikes] for strikes in hits))
    assert len(patterns) == 4


def test_older_faults_come_first_and_an_ending_is_the_last() -> None:
    """What comes after it is counted, and not struck."""
    faults = Faults()
    plans: list[dict[str, Any]] = [{"action": "latency", "seconds": 1}, RESET, {"action": "empty"}]
    made = [add(faults, do) for do in plans]
    asked = exchange()
    assert [strike.fault for strike in faults.strike(asked, None, NOON)] == made[:2]
    assert asked.faults == (made[0].id, made[1].id)
    assert [(fault.seen, fault.hits) for fault in made] == [(1, 1), (1, 1), (1, 0)]
    faults.change(made[1].id, name=None, enabled=False)
    assert [strike.fault for strike in faults.strike(exchange(), None, NOON)] == [made[0], made[2]]


def test_rate_limit_tells_when_the_next_span_begins() -> None:
    """For each caller; refused requests do not count against the next span."""
    faults = Faults()
    add(faults, {"action": "rate-limit", "requests": 2, "per": 60})

    def wait(caller: str, now: float) -> float | None:
        strikes = faults.strike(exchange(caller=caller), None, NOON + now)
        return strikes[0].seconds if strikes else None

    assert [wait("a", now) for now in (0, 10, 20, 59)] == [None, None, 40, 1]
    assert wait("b", 59) is None
    assert [wait("a", now) for now in (60, 61, 62)] == [None, None, 58]


@pytest.mark.parametrize(
    ("latency", "low", "high"),
    [
        ({"seconds": 2}, 2, 2),
        ({"distribution": "uniform", "low": 1, "high": 2}, 1.4, 1.6),
        ({"distribution": "normal", "mean": 100, "deviation": 10}, 98, 102),
        ({"distribution": "lognormal", "median": 10, "sigma": 0.5}, 10, 13),
        ({"distribution": "exponential", "mean": 10}, 9, 11),
        ({"distribution": "normal", "mean": 300, "deviation": 300}, 100, MAX_PAUSE),
    ],
)
def test_latencies_are_drawn_within_bounds(
    latency: dict[str, Any], low: float, high: float
) -> None:
    """About as the distribution has them on average, never below 0 or above five minutes."""
    faults = Faults()
    add(faults, {"action": "latency", **latency})
    drawn = [faults.strike(exchange(), None, NOON)[0].seconds for _ in range(2000)]
    assert low <= sum(drawn) / len(drawn) <= high
    assert 0 <= min(drawn) <= max(drawn) <= MAX_PAUSE
    assert (len(set(drawn)) > 1) is ("distribution" in latency)


def test_expired_link_is_on_links_only() -> None:
    """Even where nothing else is said."""
    faults = Faults()
    add(faults, {"action": "expired-link"})
    assert struck(faults, ["a"]) == [False]
    assert faults.strike(exchange(operation="downloadArtifact"), None, NOON)


def test_disabled_faults_cost_nothing_and_count_nothing() -> None:
    """A universe with none enabled is as if it had none."""
    faults = Faults()
    assert not faults
    fault = add(faults, enabled=False)
    assert not faults
    assert struck(faults, ["a"]) == [False]
    assert faults.change(fault.id, name="x", enabled=True) is fault
    assert faults
    assert struck(faults, ["a"]) == [True]
    assert (fault.seen, fault.hits, fault.shown()["name"]) == (1, 1, "x")


def test_ids_and_number() -> None:
    """Faults are named by the seed, and bounded; after a clear all begins anew."""
    faults = Faults(1)
    first = [add(faults).id for _ in range(MAX_FAULTS)]
    assert len(set(first)) == MAX_FAULTS
    with pytest.raises(Unprocessable, match="100"):
        add(faults)
    faults.remove(first[0])
    with pytest.raises(NotFound, match=first[0]):
        faults.fault(first[0])
    assert add(faults).id not in first
    faults.remove_all()
    assert (list(faults), bool(faults)) == ([], False)
    assert add(faults).id not in first
    faults.clear()
    assert add(faults).id == first[0]


@pytest.mark.parametrize("raw", [b"", b"[]", b'"\xff"', b"[" * 100_000, b'{"do": {}}'])
def test_what_is_no_plan_is_refused(raw: bytes) -> None:
    """As one line."""
    with pytest.raises(Invalid, match="no fault can be made of this"):
        read_plan(raw)
