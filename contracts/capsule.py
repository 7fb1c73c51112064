"""Capsules: failures in a file, so that anybody can try them again, at any server.

A capsule has the steps, not the requests: ids, keys and names are made anew, so it has no secrets
and harms nothing. `expected` and `actual` are the two answers that differed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otakit.contracts.acts import load
from otakit.contracts.acts.step import Step, step_of
from otakit.contracts.errors import BadCapsule
from otakit.contracts.profiles import PROFILES
from otakit.specs.catalogue import DIALECTS

FORMAT = 1
"""Goes up when a field changes its meaning or is taken away."""

_MOST = 1_000_000
_TEXTS = ("id", "title", "expected", "actual", "answer", "clock", "url")


@dataclass(frozen=True, kw_only=True)
class Capsule:
    """One failure: `id` is the verdict's, `steps` come one after the other.

    Where there are `lanes`, they come after the steps, each beside the others.
    """

    id: str
    title: str
    expected: str
    actual: str
    answer: str
    profile: str
    dialect: str
    seed: int
    clock: str
    url: str
    steps: tuple[Step, ...]
    lanes: tuple[tuple[Step, ...], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        told: dict[str, Any] = {"format": FORMAT}
        told |= {name: getattr(self, name) for name in (*_TEXTS, "profile", "dialect", "seed")}
        told["steps"] = [step.as_json() for step in self.steps]
        if self.lanes:
            told["lanes"] = [[step.as_json() for step in lane] for lane in self.lanes]
        return told


def read_capsule(file: Path) -> Capsule:
    """Read a capsule; raises BadCapsule."""
    try:
        if file.stat().st_size > _MOST:
            raise _bad(file, f"has more than {_MOST} bytes")
        told = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _bad(file, f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, RecursionError) as error:
        raise _bad(file, f"is no JSON: {error}") from None
    if not isinstance(told, dict) or "steps" not in told:
        raise _bad(file, "is none: it has no steps")
    if told.get("format") != FORMAT:
        raise _bad(file, f"has the format {told.get('format')!r}; this otakit reads {FORMAT}")
    try:
        return _capsule(told)
    except BadCapsule as error:
        raise _bad(file, str(error)) from None


def _capsule(told: dict[str, Any]) -> Capsule:
    load()
    for name, known in (("profile", PROFILES), ("dialect", DIALECTS)):
        if told.get(name) not in known:
            message = f"'{name}' is {told.get(name)!r}, and none of {', '.join(known)}"
            raise BadCapsule(message)
    seed = told.get("seed", 0)
    return Capsule(
        **{name: str(told.get(name, "")) for name in _TEXTS},
        profile=told["profile"],
        dialect=told["dialect"],
        seed=seed if isinstance(seed, int) else 0,
        steps=_steps(told["steps"]),
        lanes=tuple(_steps(lane) for lane in _listed(told.get("lanes", []))),
    )


def _steps(told: Any) -> tuple[Step, ...]:
    return tuple(step_of(item) for item in _listed(told))


def _listed(told: Any) -> Sequence[Any]:
    if not isinstance(told, list):
        message = f"a list is expected, not {str(told)[:80]}"
        raise BadCapsule(message)
    return told


def _bad(file: Path, what: str) -> BadCapsule:
    return BadCapsule(f"the capsule '{file}' {what}")
