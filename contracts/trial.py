"""A trial: one sequence of steps, done to a target and to the oracle alike, and compared.

    possible? → asked → expected → compared → looked at what has changed → … → looked at everything

What is looked at behind a step: what the step names, and all that the oracle says has changed.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from otakit.contracts.acts import (
    artifacts,
    configuration,
    deployment_looks,
    devices,
    filters,
    groups,
    inventory,
    updates,
)
from otakit.contracts.acts.step import Step
from otakit.contracts.backend import Backend
from otakit.contracts.comparison import Gap, gap
from otakit.contracts.edition_words import EditionWords
from otakit.contracts.errors import NoAnswer
from otakit.contracts.exchange import Exchange
from otakit.contracts.failures import Failure
from otakit.contracts.ground import Ground
from otakit.contracts.hands import Hands
from otakit.contracts.latitude import latitude_of
from otakit.contracts.oracle import NOTHING, Expected, Oracle
from otakit.contracts.outcomes import NotReached

MALFORMED = (LookupError, TypeError, ValueError, AttributeError)
"""What reading a body raises that has not the documented form."""


class Difference(Failure):
    """A target does not answer as the oracle does; `step` is what was asked."""

    def __init__(self, step: Step, found: Gap, exchange: Exchange | None) -> None:
        """Say where they differ."""
        place = "" if found.where in {"status", ""} else f", '{found.where}'"
        super().__init__(
            title=f"{step}{place}",
            expected=found.expected,
            actual=found.actual,
            exchange=exchange,
        )
        self.step = step
        self.where = found.where

    @property
    def observation(self) -> str:
        """Name what was observed."""
        return self.step.name


class Trial:
    """One sequence; `steps` are those that were done so far."""

    def __init__(
        self,
        backend: Backend,
        ground: Ground,
        patience_for: Callable[[str], float | None] = lambda _: None,
    ) -> None:
        """Begin with nothing on either side.

        `patience_for` says how many seconds to wait for an observation that may come later; None is
        the target's own.
        """
        self.hands = Hands(backend, ground)
        self.oracle = Oracle(ground)
        self.words = EditionWords(backend.documents)
        self.steps: list[Step] = []
        self.seen: set[str] = set()
        """The observations that were compared."""
        self._backend = backend
        self._patience_for = patience_for
        self._known: dict[Step, Any] = {}
        self.focus = ""
        """The one observation that is looked for, if it is one: then little else is looked at."""

    def now(self) -> float:
        """Return the seconds of a clock that goes steadily."""
        return self._backend.now()

    def perform(self, step: Step) -> bool:
        """Do a step to both sides and compare; raises Difference.

        Returns False where something that the step names is not there, so that it is left out.
        """
        step = self.words.asked(step)
        if not step.possible(self.oracle):
            return False
        self.steps.append(step)
        self._compare(step)
        for device in self.oracle.devices:
            if not self.oracle.knows(device) and self.hands.device(device).id:
                self.hands.forget(device)
        for look in self._worth_a_look(step):
            if self._is_wanted(look):
                self._compare(look)
        return True

    def audit(self) -> None:
        """Look at all that there is; raises Difference."""
        for look in (*looks_of(self.oracle), *_lists(self.oracle)):
            if look.possible(self.oracle) and self._is_wanted(look):
                self._compare(look)

    def _is_wanted(self, look: Step) -> bool:
        if not self.words.knows(type(look)):
            return False
        # Where authentication sets are seen, their ids are learned.
        return not self.focus or look.name in {self.focus, devices.Shown.name}

    def run(self, steps: Iterable[Step]) -> None:
        """Do a whole sequence; raises Difference."""
        for step in steps:
            self.perform(step)
        self.audit()

    def _worth_a_look(self, step: Step) -> list[Step]:
        looks: dict[Step, None] = dict.fromkeys(step.looks(self.oracle))
        for look in looks_of(self.oracle):
            if look.possible(self.oracle):
                answer = self._expected(look)
                if self._known.get(look) != answer:
                    looks[look] = None
                self._known[look] = answer
        return [look for look in looks if look.possible(self.oracle)]

    def _expected(self, step: Step) -> Expected:
        answer = self.words.told(step, step.expect(self.oracle))
        return Expected(status=answer.status, body=self.oracle.labels.labelled(answer.body))

    def _compare(self, step: Step) -> None:
        try:
            answer = step.send(self.hands)
        except NoAnswer as error:
            found = Gap(where="status", expected="an answer", actual=str(error))
            raise Difference(step, found, None) from error
        expected = self._expected(step)
        self.seen.add(step.name)
        if answer.status == expected.status:
            self._learn(step, answer)
        try:
            self._hold(step, expected, answer)
        except Difference as difference:
            acts = {done.name for done in self.steps}
            if not latitude_of(step.name).is_late(acts, difference.where):
                raise
            self._backend.eventually(
                lambda: self._hold(step, expected, step.send(self.hands)),
                self._patience_for(step.name),
            )

    def _learn(self, step: Step, answer: Exchange) -> None:
        try:
            step.learn(self.hands, answer)
        except NotReached as error:
            found = Gap(where="what follows", expected="that it is listed", actual=str(error))
            raise Difference(step, found, answer) from error
        except MALFORMED as error:
            raise Difference(step, _malformed(answer), answer) from error

    def _hold(self, step: Step, expected: Expected, answer: Exchange) -> None:
        body: Any = None
        if expected.body != NOTHING and answer.status == expected.status:
            try:
                body = step.read(self.hands, answer)
            except MALFORMED as error:
                raise Difference(step, _malformed(answer), answer) from error
        elif answer.status != expected.status:
            body = answer.text[:300]
        found = gap(expected, answer.status, body, latitude_of(step.name))
        if found is not None:
            raise Difference(step, found, answer)


def _malformed(answer: Exchange) -> Gap:
    return Gap(where="body", expected="a body of the documented form", actual=answer.answer())


def looks_of(oracle: Oracle) -> Iterator[Step]:
    """Name a look at each thing of a sequence."""
    for device in sorted(oracle.devices):
        yield devices.Shown(device=device)
        yield inventory.Shown(device=device)
        yield configuration.Shown(device=device)
    for deployment in oracle.numbers("deployment"):
        # A deployment's statistics are shown with it, too: what is wrong with them comes first.
        yield deployment_looks.Statistics(deployment=deployment)
        yield deployment_looks.Devices(deployment=deployment)
        yield deployment_looks.Shown(deployment=deployment)
        parts = oracle.deployment(deployment).devices
        for device in sorted(oracle.devices):
            part = parts.get(oracle.device(device))
            if part is not None and part.log is not None:
                yield updates.Log(device=device, deployment=deployment)
    for artifact in oracle.numbers("artifact"):
        yield artifacts.Shown(artifact=artifact)
    for saved in oracle.numbers("filter"):
        yield filters.Search(filter=saved)
    for group in sorted(oracle.groups):
        yield groups.Group(group=group)


def _lists(oracle: Oracle) -> Iterator[Step]:
    """Name what lists the things of a sequence."""
    yield groups.Groups()
    yield deployment_looks.Listed()
    known = tuple(sorted(n for n in oracle.devices if oracle.knows(n)))
    yield devices.Listed(devices=known)
