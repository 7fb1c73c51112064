"""Update flows of JFrog Connect: steps that a device does one after the other.

JFrog Connect, Deploy Update: flow_uuid and parameters_mapping; Get Deployment Status on Device:
the steps. A step's text says `${{ inputs.NAME }}` where a parameter's value shall stand, as the
maker's own flows do.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.domain.ids import chance

MAX_OUTPUT = 16 * 1024
"""How many characters of a step's output are kept."""

SEVERITIES = ("Critical", "High", "Medium", "Low")

_PLACE = re.compile(r"\$\{\{ *inputs\.([A-Za-z0-9_-]+) *\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a step leaves; an `exit_code` other than 0 is a failure."""

    exit_code: int = 0
    stdout: str = ""
    stderr: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """On which devices a step fails: on the listed ones, and on a seeded share (0 to 1) of all."""

    outcome: Outcome
    devices: frozenset[str] = frozenset()
    share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a flow; an outcome that is a failure makes it fail on every device."""

    name: str
    duration: Seconds = 1.0
    outcome: Outcome = Outcome()
    fails: Failure | None = None

    def fails_on(self, device_uuid: str, *names: object) -> bool:
        """Say whether it fails on a device; the names tell apart what its chance belongs to."""
        if self.outcome.exit_code:
            return True
        if self.fails is None:
            return False
        if device_uuid in self.fails.devices:
            return True
        return self.fails.share > 0 and chance(*names, device_uuid) < self.fails.share


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPlan:
    """A flow as it is put into a fleet; without a UUID it is given one.

    `parameters` maps names to default values; a parameter whose default is None has to be given
    with each deployment. `cve_severity` counts the vulnerabilities of the packages it installs.
    """

    name: str
    steps: tuple[Step, ...]
    uuid: str | None = None
    parameters: dict[str, str | None] = field(default_factory=dict)
    cve_severity: dict[str, int] = field(default_factory=dict)

    def check(self) -> None:
        """Raise Invalid unless it has a step, and declares the parameters that its texts name."""
        if not self.steps:
            message = "steps: a flow has at least one step"
            raise Invalid(message)
        for number, step in enumerate(self.steps):
            outcomes = (step.outcome, step.fails.outcome if step.fails else step.outcome)
            texts = [text for outcome in outcomes for text in (outcome.stdout, outcome.stderr)]
            for name in _PLACE.findall("\n".join(texts)):
                if name not in self.parameters:
                    message = (
                        f"steps/{number}: its text names the parameter '{name}', which the flow's"
                        " parameters do not have"
                    )
                    raise Invalid(message)

    def values(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the value of each parameter.

        Raises Invalid for one that the flow does not have, or that has no default and is not given.
        """
        for name in given:
            if name not in self.parameters:
                known = ", ".join(f"'{known}'" for known in self.parameters) or "none"
                message = f"parameters_mapping: the flow has no parameter '{name}'; it has {known}"
                raise Invalid(message)
        values: dict[str, str] = {}
        for name, default in self.parameters.items():
            value = given.get(name, default)
            if value is None:
                message = f"parameters_mapping: '{name}' has no default and has to be given"
                raise Invalid(message)
            values[name] = value
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """An update flow of a fleet."""

    uuid: str
    plan: FlowPlan

    def shown(self) -> dict[str, Any]:
        """Return it as plain data, the way in which it can be put into a fleet again."""
        return {
            "uuid": self.uuid,
            "name": self.plan.name,
            "steps": [_shown(step) for step in self.plan.steps],
            "parameters": dict(self.plan.parameters),
            "cve_severity": dict(self.plan.cve_severity),
        }


class Script:
    """What a deployment has its devices do: a flow with values in place of its parameters.

    `ends` has for each step when it ends, counted from the first one's begin; `apps` the version
    that the app has where all goes well.
    """

    __slots__ = ("_values", "apps", "ends", "flow")

    flow: Flow
    apps: dict[str, str]
    ends: tuple[Seconds, ...]
    _values: dict[str, str]

    def __init__(self, flow: Flow, given: Mapping[str, str], apps: dict[str, str]) -> None:
        """Take a flow as it is now; raises what `FlowPlan.values` does."""
        self.flow = flow
        self.apps = apps
        self.ends = tuple(accumulate(step.duration for step in flow.plan.steps))
        self._values = flow.plan.values(given)

    def course(self, device_uuid: str, *names: object) -> tuple[int, bool]:
        """Tell how many steps a device does, and whether the last of them fails."""
        steps = self.flow.plan.steps
        for number, step in enumerate(steps):
            if step.fails_on(device_uuid, *names, number):
                return number + 1, True
        return len(steps), False

    def step(self, number: int, *, failed: bool) -> tuple[Step, Outcome]:
        """Return a step and what it leaves where it fails, or where it does not."""
        step = self.flow.plan.steps[number]
        outcome = step.outcome
        if failed and not outcome.exit_code and step.fails is not None:
            outcome = step.fails.outcome
        return step, Outcome(
            exit_code=outcome.exit_code,
            stdout=fill(outcome.stdout, self._values),
            stderr=fill(outcome.stderr, self._values),
        )


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the parameters' values into a text, and cut it off where it becomes too long."""
    parts: list[str] = []
    size = 0
    for number, part in enumerate(_PLACE.split(text)):
        parts.append(values[part] if number % 2 else part)
        size += len(parts[-1])
        if size > MAX_OUTPUT:
            break
    return "".join(parts)[:MAX_OUTPUT]


def _shown(step: Step) -> dict[str, Any]:
    shown = {"name": step.name, "duration": step.duration, **_outcome_shown(step.outcome)}
    if step.fails is not None:
        more = {"devices": sorted(step.fails.devices), "share": step.fails.share}
        shown["fails"] = {**more, **_outcome_shown(step.fails.outcome)}
    return shown


def _outcome_shown(outcome: Outcome) -> dict[str, Any]:
    return {
        "exit_code": outcome.exit_code,
        "stdout": outcome.stdout,
        "stderr": outcome.stderr,
    }
