"""How many devices each phase of a roll-out lets in.

Reference, Deployments / NewDeploymentPhase; what is planned may be asked for in any way.
"""

from collections.abc import Sequence
from fractions import Fraction

from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.rollout import PhasePlan


def shares(planned: Sequence[PhasePlan], size: int, *, dynamic: bool) -> list[float]:
    """Count the devices of each phase: percentages rounded down, the last one takes the rest."""
    counted: list[float] = [
        Fraction(size * (plan.batch_size or 0), 100).__floor__() for plan in planned[:-1]
    ]
    if planned:
        counted.append(float("inf") if dynamic else size - sum(counted))
    return counted


def room(deployment: Deployment, size: int, now: float) -> float:
    """Count whom a deployment to so many devices lets in by now, from its plan alone."""
    planned = deployment.plan.phases
    if not planned:
        return float("inf")
    every = shares(planned, size, dynamic=deployment.scope.dynamic)
    begun = ((plan.start or deployment.created) <= now for plan in planned)
    return sum(share for share, has in zip(every, begun, strict=True) if has)
