"""A step of a sequence: one request, what it makes of a World, and what is looked at behind it.

A step is a frozen dataclass whose fields name things by number, so that the same step can be done
to any target, read from a file, or left out of its sequence while that is made shorter.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, TypeVar

from otakit.contracts.errors import BadCapsule
from otakit.contracts.exchange import Exchange
from otakit.contracts.hands import Hands
from otakit.contracts.oracle import Expected, Oracle

STEPS: dict[str, type["Step"]] = {}
"""All kinds of steps by name, once `acts.load` was called."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What somebody asks of a backend.

    `name` is that of the observation: what the latitude table and the verdict, `SEQ-name`, call it.
    `operation` is the request's, `sentence` what the verdict says.
    """

    name: ClassVar[str] = ""
    operation: ClassVar[str] = ""
    sentence: ClassVar[str] = ""

    def possible(self, oracle: Oracle) -> bool:  # noqa: ARG002 - for those who need it
        """Say whether all that the step names is there, so that it can be asked."""
        return True

    def send(self, hands: Hands) -> Exchange:
        """Ask the target."""
        raise NotImplementedError

    def expect(self, oracle: Oracle) -> Expected:
        """Do the same to the oracle, and say what it answers."""
        raise NotImplementedError

    def learn(self, hands: Hands, answer: Exchange) -> None:
        """Take down what the target has called a new thing, once its answer is as expected."""

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Return of an answer's body what is compared."""
        return hands.labels.labelled(answer.json())

    def looks(self, oracle: Oracle) -> Iterable["Step"]:  # noqa: ARG002 - for those who need it
        """Name what is looked at behind the step, whether or not it should have changed."""
        return ()

    def simpler(self) -> Iterator["Step"]:
        """Go through steps like this one that ask for a little less."""
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, tuple):
                for place in range(len(value)):
                    yield replace(self, **{f.name: value[:place] + value[place + 1 :]})
            elif isinstance(value, Mapping):
                for key in value:
                    rest = {name: held for name, held in value.items() if name != key}
                    yield replace(self, **{f.name: rest})
            elif f.name == "retries" and value:
                yield replace(self, **{f.name: value - 1})

    def __str__(self) -> str:
        """Say what is done, in a line."""
        told = (f"{f.name} {_told(getattr(self, f.name))}" for f in fields(self))
        return ", ".join([self.name.replace("-", " "), *told])

    def as_json(self) -> dict[str, Any]:
        """Return the step as it stands in a file."""
        return {"step": self.name, **{f.name: getattr(self, f.name) for f in fields(self)}}


S = TypeVar("S", bound=type[Step])


def step(name: str, operation: str, sentence: str) -> Callable[[S], S]:
    """Make a kind of step of the dataclass below."""

    def register(kind: S) -> S:
        kind.name, kind.operation, kind.sentence = name, operation, sentence
        if name in STEPS:
            message = f"step {name!r} is there already"
            raise ValueError(message)
        STEPS[name] = kind
        return kind

    return register


def step_of(told: Any) -> Step:
    """Read a step from a file; raises BadCapsule."""
    name = told.get("step") if isinstance(told, dict) else None
    if not isinstance(name, str) or name not in STEPS:
        message = f"there is no step such as {str(told)[:80]}"
        raise BadCapsule(message)
    kind = STEPS[name]
    given = {name: _frozen(value) for name, value in told.items() if name != "step"}
    types = {f.name: str(getattr(f.type, "__name__", f.type)) for f in fields(kind)}
    for name, value in given.items():
        if not _fits(value, types.get(name, "")):
            message = f"step '{kind.name}': '{name}' cannot be {str(told[name])[:80]!r}"
            raise BadCapsule(message)
    try:
        return kind(**given)
    except TypeError as error:
        message = f"step '{kind.name}': {error}"
        raise BadCapsule(message) from None


def _fits(value: Any, wanted: str) -> bool:
    """Say whether a value of a file can be that of a field, as far as JSON tells."""
    if isinstance(value, tuple):
        parts = [
            part
            for element in value
            for part in (element if isinstance(element, tuple) else [element])
        ]
        return wanted == "tuple" and all(isinstance(p, (int, str, type(None))) for p in parts)
    if isinstance(value, dict):
        return wanted == "Mapping" and all(isinstance(text, str) for text in value.values())
    if value is None:
        return "None" in wanted
    return type(value).__name__ in {"int", "str"} and type(value).__name__ in wanted


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _told(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return " ".join(map(_told, value)) or "none"
    return str(value)
