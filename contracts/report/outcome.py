"""What a run has told so far, put together for those reports that show all of it at once."""

from dataclasses import dataclass, field

from otakit.contracts.events import CleanedUp, Event, RuleFinished, RunFinished, RunStarted
from otakit.contracts.verdicts import Result, Verdict, counted

ORDER = (
    Verdict.FAIL,
    Verdict.NOT_REACHED,
    Verdict.WAIVED,
    Verdict.NOT_APPLICABLE,
    Verdict.PASS,
)
"""Verdicts as a reader wants them: what needs work first."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """All that is known of a run; `finished` is None while it goes on, or if it was interrupted."""

    started: RunStarted | None = None
    results: list[Result] = field(default_factory=list)
    cleaned: CleanedUp | None = None
    finished: RunFinished | None = None

    def add(self, event: Event) -> None:
        """Hear of one more thing."""
        match event:
            case RunStarted():
                self.started = event
            case RuleFinished(result=result):
                self.results.append(result)
            case CleanedUp():
                self.cleaned = event
            case RunFinished():
                self.finished = event
            case _:
                pass

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many rules have which verdict, in the order in which they are shown."""
        counts = counted(self.results)
        return {verdict: counts[verdict] for verdict in ORDER}

    @property
    def held(self) -> bool:
        """Whether the whole contract was shown to hold, but for what is waived."""
        over = self.finished is not None and not self.finished.aborted
        return over and not any(result.broken for result in self.results)

    def of(self, verdict: Verdict) -> list[Result]:
        """Return the results of one verdict, the worst first, then by id."""
        rank = {"critical": 0, "major": 1, "minor": 2}
        mine = [result for result in self.results if result.verdict == verdict]
        return sorted(mine, key=lambda r: (rank[r.rule.severity], r.rule.id))

    def sentence(self) -> str:
        """Say in one line what came of the run."""
        started, finished = self.started, self.finished
        if started is None:
            return "nothing was checked"
        rules = f"{len(self.results)} rule{'' if len(self.results) == 1 else 's'}"
        place = f"{started.url} as {started.profile.name}"
        if finished is None:
            return f"interrupted after {rules} at {place}"
        if finished.aborted:
            return f"the target went away: {finished.aborted}"
        broken = sum(result.broken for result in self.results)
        if broken:
            return f"contract broken: {broken} of {rules} at {place}"
        return f"contract held: {rules} at {place}"
