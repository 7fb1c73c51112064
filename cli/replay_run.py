"""What `otakit replay` does with its options."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otakit.contracts.capsule import Capsule, read_capsule
from otakit.contracts.documents import Documents
from otakit.contracts.errors import BadRequestOfUser
from otakit.contracts.outcomes import NotReached
from otakit.contracts.profiles import PROFILES
from otakit.contracts.replay import Replayed, replay
from otakit.contracts.session import Session
from otakit.contracts.target import Target


@dataclass(frozen=True, kw_only=True)
class Told:
    """A capsule, and what came of it."""

    capsule: Capsule
    url: str
    replayed: Replayed

    @property
    def sentence(self) -> str:
        """Say in one line what came of it."""
        if self.replayed.failure is None:
            return f"{self.capsule.id} agrees now at {self.url}"
        return f"{self.capsule.id} still differs at {self.url}"

    def lines(self, *, curl: bool) -> Iterator[str]:
        """Say it to a person."""
        for number, step in enumerate(self.capsule.steps, start=1):
            yield f"{number}. {step}"
        for lane in self.capsule.lanes:
            yield f"at the same time: {'; then '.join(map(str, lane))}"
        for exchange in self.replayed.exchanges if curl else ():
            yield f"{exchange.curl()}\n# {exchange.answer()}"
        yield f"otakit: {self.sentence}"
        failure = self.replayed.failure
        if failure is not None:
            yield f"    what      {failure.title}"
            yield f"    expected  {failure.expected}"
            yield f"    got       {failure.actual}"
            if failure.exchange is not None:
                yield f"    repeat    {failure.exchange.curl()}"
        yield from (f"still there: {line}" for line in self.replayed.cleaned.left)

    def as_json(self) -> dict[str, Any]:
        """Say it to a program."""
        failure = self.replayed.failure
        return {
            "id": self.capsule.id,
            "agrees": failure is None,
            "sentence": self.sentence,
            "title": failure.title if failure else "",
            "expected": failure.expected if failure else "",
            "actual": failure.actual if failure else "",
            "requests": [exchange.curl() for exchange in self.replayed.exchanges],
            "left": self.replayed.cleaned.left,
        }


def replay_at(run: str, file: Path, options: dict[str, Any]) -> Told:
    """Replay a file at a target; raises CheckError."""
    capsule = read_capsule(file)
    profile = PROFILES[capsule.profile]
    target = Target(**options)
    try:
        documents = Documents(profile.edition, capsule.dialect)
    except ValueError as error:
        raise BadRequestOfUser(str(error)) from None
    session = Session(target, profile, documents, run)
    try:
        replayed = replay(capsule, session)
    except NotReached as error:
        message = f"{capsule.id} cannot be tried at {target.base}: {error}"
        raise BadRequestOfUser(message) from None
    finally:
        session.close()
    return Told(capsule=capsule, url=target.base, replayed=replayed)
