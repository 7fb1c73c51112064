"""Phased roll-outs: which share of a deployment's devices may ask from when on.

Reference, Management APIs / Deployments / NewDeploymentPhase.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.domain.ids import Ids

WHOLE = 100
UNBOUNDED = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class PhasePlan:
    """A phase as it is asked for: a percentage of the devices, and the Unix time of its start."""

    batch_size: int | None = None
    start: Seconds | None = None


@dataclass(slots=True, kw_only=True)
class Phase:
    """A phase of a deployment: `share` devices may ask from `start` on, `device_count` did."""

    id: str
    batch_size: int
    start: Seconds
    share: int
    device_count: int = 0

    def admit(self, now: Seconds) -> bool:
        """Let one more device in, if the phase has begun and has room."""
        if now < self.start or (self.share != UNBOUNDED and self.device_count >= self.share):
            return False
        self.device_count += 1
        return True


def plan_phases(
    plans: Sequence[PhasePlan], devices: int, *, now: Seconds, ids: Ids, dynamic: bool
) -> list[Phase]:
    """Turn the phases asked for into phases of so many devices.

    Percentages are rounded down and the last phase takes the rest; in a dynamic deployment that
    is every later device too. Raises Invalid for a phase without devices, percentages above 100,
    a start that is missing or before the phase ahead of it.
    """
    phases: list[Phase] = []
    left, percent, start = devices, WHOLE, now
    for place, plan in enumerate(plans):
        last = place == len(plans) - 1
        start = _start(plan, place, start)
        size = percent if last else _batch_size(plan, place)
        share = left if last else devices * size // WHOLE
        percent -= size
        left -= share
        if percent < 0 or (last and (plan.batch_size or 0) > size):
            message = f"phases: the batch sizes add up to more than {WHOLE} percent"
            raise Invalid(message)
        if share <= 0 and not (last and dynamic):
            message = (
                f"phases: phase {place + 1} of {len(plans)} has no devices: {size} % of {devices}"
            )
            raise Invalid(message)
        if last and dynamic:
            share = UNBOUNDED
        phases.append(Phase(id=ids.uuid(), batch_size=size, start=start, share=share))
    return phases


def _start(plan: PhasePlan, place: int, before: Seconds) -> Seconds:
    if plan.start is None and place > 0:
        message = f"phases: phase {place + 1} has no start_ts; only the first may begin at once"
        raise Invalid(message)
    start = before if plan.start is None else plan.start
    if place > 0 and start < before:
        message = f"phases: phase {place + 1} starts before phase {place}"
        raise Invalid(message)
    return start


def _batch_size(plan: PhasePlan, place: int) -> int:
    if plan.batch_size is None:
        message = f"phases: phase {place + 1} has no batch_size; only the last may take the rest"
        raise Invalid(message)
    return plan.batch_size
