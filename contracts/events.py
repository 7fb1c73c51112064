"""What a run tells while it goes on; reports are made of these and of nothing else."""

from dataclasses import dataclass, field

from otakit.contracts.profiles import Profile
from otakit.contracts.rule import Rule
from otakit.contracts.verdicts import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The target has let us in; so many rules are going to be looked at."""

    run: str
    url: str
    profile: Profile
    dialect: str
    rules: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStarted:
    """A rule is being tried."""

    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed:
    """A phase that tries no rule in particular has done so much of its work."""

    phase: str
    done: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFinished:
    """A rule has its verdict."""

    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedUp:
    """All that the run had made is gone, but for what is `left`: one line for each."""

    removed: int
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How often an operation answered with a status, and in which phases of the run it did."""

    operation: str
    name: str
    documented: tuple[str, ...]
    statuses: dict[int, int]
    phases: dict[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """The run is over. `aborted` says why it ended early; it is empty if it did not."""

    seconds: float
    requests: int
    reached: tuple[Reached, ...]
    aborted: str = ""


Event = RunStarted | RuleStarted | Progressed | RuleFinished | CleanedUp | RunFinished
