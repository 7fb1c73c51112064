"""What became of each rule, and of a run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from otakit.contracts.exchange import Exchange
from otakit.contracts.failures import Failure
from otakit.contracts.rule import Rule
from otakit.contracts.waivers.waiver import Waiver


class Verdict(StrEnum):
    """How a rule ended."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    WAIVED = "waived"
    NOT_APPLICABLE = "not applicable"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One rule with its verdict.

    `reason` says why it is waived, not applicable or not reached. A waived rule has what it is
    waived for: its failure, or in `reason` why it was not reached. `steps` say in words what led to
    a failure, and `capsule` is what it can be tried again with.
    """

    rule: Rule
    verdict: Verdict
    reason: str = ""
    failure: Failure | None = None
    waiver: Waiver | None = None
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)
    seconds: float = 0.0
    steps: tuple[str, ...] = ()
    capsule: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def broken(self) -> bool:
        """Whether the contract is not shown to hold, for a reason that nobody has waived."""
        return self.verdict in {Verdict.FAIL, Verdict.NOT_REACHED}


def counted(results: Iterable[Result]) -> dict[Verdict, int]:
    """Count results by verdict; all verdicts are there."""
    counts = dict.fromkeys(Verdict, 0)
    for result in results:
        counts[result.verdict] += 1
    return counts
