"""The machine that makes sequences up: Hypothesis draws what users and devices do next.

Each sequence has a theme, to which only some draws belong: with few of them to choose from, those
that have to do with one another meet more often.

Each draw, a function of `draws/`, takes steps that make sense after those before it, and hands them
to the trial, which does them to target and oracle. What is found is made shorter step by step, not
draw by draw (`shrinking`): a sequence is a list of steps, and each of them costs requests.
"""

from collections.abc import Callable, Iterable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from otakit.contracts.acts import artifacts, deployments, devices
from otakit.contracts.acts.step import Step
from otakit.contracts.draws.draw import DRAWS, EVERYTHING, THEMES, TYPES, pick, retries
from otakit.contracts.oracle import Oracle
from otakit.contracts.trial import Trial


class Machine(RuleBasedStateMachine):
    """Users and devices who do whatever comes, at a target and at the oracle."""

    def __init__(
        self,
        trial: Trial,
        take: Callable[[Step], bool],
        knows: Callable[[type[Step]], bool],
        *,
        phased: bool,
    ) -> None:
        """Begin a trial; `take` does a step, `knows` says which kinds the target claims.

        Deployments have phases only where that is `phased`.
        """
        super().__init__()
        self.trial = trial
        self._take = take
        self._knows = knows
        self.phased = phased
        self.theme = EVERYTHING
        self.said: dict[int, tuple[str, int | None]] = {}

    @property
    def oracle(self) -> Oracle:
        """Return the oracle."""
        return self.trial.oracle

    @property
    def known(self) -> list[int]:
        """List the devices that are known."""
        return sorted(n for n in self.oracle.devices if self.oracle.knows(n))

    @property
    def updaters(self) -> list[int]:
        """List the devices that have a token."""
        return sorted(self.oracle.tokens)

    @property
    def begun(self) -> list[int]:
        """List the deployments."""
        return self.oracle.numbers("deployment")

    def take(self, *steps: Step) -> None:
        """Do steps of kinds that the target claims."""
        for step in steps:
            if self._knows(type(step)):
                self._take(step)

    def next(self, kind: str) -> int:
        """Return a new number."""
        return max(self.oracle.numbers(kind), default=-1) + 1

    @initialize(
        theme=st.sampled_from(THEMES),
        count=st.sampled_from([2, 2, 3, 1]),
        types=st.lists(st.sampled_from(TYPES), min_size=1, max_size=2),
        more=retries,
    )
    def begin(self, theme: str, count: int, types: list[tuple[str, ...]], more: int) -> None:
        """Let in some devices, upload artifacts, and deploy one."""
        self.theme = theme
        for number in range(count):
            self.admit(number, number)
        for number, chosen in enumerate(types):
            self.take(artifacts.Upload(artifact=number, release=number, types=chosen))
        everyone = tuple(self.known)
        self.take(deployments.Create(deployment=0, release=0, devices=everyone, retries=more))

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """Do one of the acts that make sense now.

        One rule for all: Hypothesis would leave out half of many rules in each sequence, and ask
        for each as often as for any other.
        """
        draws = [d for d in DRAWS if self.theme in d.themes and d.needs(self)]
        chosen = data.draw(st.sampled_from([d for d in draws for _ in range(d.weight)]))
        drawn = {name: data.draw(strategy) for name, strategy in chosen.arguments.items()}
        chosen.do(self, **drawn)

    def admit(self, number: int, way: int) -> None:
        """Let a device in, in one of two ways."""
        if way % 2:
            self.take(devices.Preauthorize(device=number), devices.Ask(device=number))
        else:
            asked = devices.Ask(device=number)
            self.take(asked, devices.Decide(device=number, status="accepted"), asked)

    def several(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """Choose devices by any numbers, each once."""
        return tuple(dict.fromkeys(pick(self.known, number) for number in sorted(numbers)))

    def busy_with(self, number: int) -> int | None:
        """Return the deployment that a device is busy with."""
        if not self.oracle.knows(number):
            return None
        device = self.oracle.device(number)
        for deployment in self.begun:
            part = self.oracle.deployment(deployment).devices.get(device)
            if part is not None and part.active:
                return deployment
        return None
