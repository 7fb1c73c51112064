"""What the suite reaches of the documents: the page names every status, or the reason why not."""

import pytest

from ota_support.reach import PAGE, PARTS, Reasons, listed_in, read

SEEN = read(PAGE.read_text(encoding="utf-8"))
LISTED = {
    (profile, name, status)
    for profile, (_, documents) in PARTS.items()
    for name, statuses in listed_in(documents)
    for status in statuses
}
REACHED = {
    (p, n, s) for p, operations in SEEN.items() for n, seen in operations.items() for s in seen
}


def test_page_has_all_operations() -> None:
    """The five documents have 93 operations."""
    assert sum(map(len, SEEN.values())) == 93
    for profile, (_, documents) in PARTS.items():
        assert SEEN[profile].keys() == {name for name, _ in listed_in(documents)}
    assert REACHED <= LISTED


def test_what_is_not_reached_has_a_reason() -> None:
    """And each reason is needed."""
    reasons = Reasons()
    missing = LISTED - REACHED
    assert [place for place in sorted(missing) if not reasons.of(*place[1:])] == []
    assert reasons.used == set(reasons.entries)


@pytest.mark.parametrize("profile", PARTS)
def test_every_success_is_reached(profile: str) -> None:
    """Whatever stands in the documents, the suite has had it done."""
    mine = {(n, s) for p, n, s in LISTED - REACHED if p == profile}
    assert {(n, s) for n, s in mine if s < 400} == set()
