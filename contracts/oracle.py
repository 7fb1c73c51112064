"""The oracle: a World in this process to which all is done that is done to the target.

It answers as the documents (or the real server, in its dialect) have a backend answer, as far as
they make that observable. Things are named by labels, such as `device 0`, so that its answers can
be held against those of a target, whose ids are others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from otakit.contracts.ground import Ground
from otakit.contracts.labels import Labels
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.dialect import DIALECTS
from otakit.mockserver.domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Unauthorized,
    Unprocessable,
)
from otakit.mockserver.domain.tokens import TokenRecord
from otakit.mockserver.domain.world import World

NOTHING: Final = "(nothing)"
"""In place of a body that is not looked at."""

_STATUSES: dict[type[DomainError], int] = {
    Invalid: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    PreconditionFailed: 412,
    Unprocessable: 422,
}

OK, CREATED, NO_CONTENT = 200, 201, 204


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """An answer that the target has to give: its status, and what can be seen in its body.

    Fields that are None have to be missing, or null; those that are not named may be anything.
    """

    status: int
    body: Any = NOTHING


class Oracle:
    """A World, and the labels of what is in it."""

    def __init__(self, ground: Ground) -> None:
        """Begin with an empty World that behaves as the ground's dialect has it."""
        self.ground = ground
        self.world = World(clock=ground.clock, dialect=DIALECTS[ground.dialect])
        self.labels = Labels()
        self.tokens: dict[int, TokenRecord] = {}
        self.devices: set[int] = set()
        self.groups: set[str] = set()
        """Those that were ever spoken of."""
        self.let_through: set[int] = set()
        """Devices whose tokens were looked at before, when they were good."""

    def id(self, kind: str, number: object) -> str:
        """Return the World's own id of a thing."""
        return self.labels.id(kind, number)

    def has(self, kind: str, number: object) -> bool:
        """Say whether there ever was such a thing."""
        return self.labels.has(kind, number)

    def device(self, number: int) -> str:
        """Return the World's id of a device, the latest one that it had."""
        return self.id("device", number)

    def knows(self, number: int) -> bool:
        """Say whether a device is known now."""
        return self.has("device", number) and self.device(number) in self.world.devices

    def deployment(self, number: int) -> Deployment:
        """Return a deployment."""
        return self.world.deployments.deployment(self.id("deployment", number))

    def numbers(self, kind: str) -> list[int]:
        """List the numbers of the things of a kind, in the order in which they were made."""
        return self.labels.numbers(kind)

    def answer(self, act: Callable[[], Any], status: int, body: Any = NOTHING) -> Expected:
        """Do something to the World, and say how that is answered."""
        try:
            act()
        except DomainError as error:
            return Expected(status=status_of(error))
        return Expected(status=status, body=body)

    def bearer(self, number: int) -> str:
        """Return the World's id of a device that comes with its token; raises Unauthorized."""
        if number in self.let_through:
            return self.device(number)
        record = self.tokens.get(number)
        device = None if record is None else self.world.admission.check_in(record.jti)
        if device is None:
            message = f"device {number} has no good token"
            raise Unauthorized(message)
        return device.id

    def found_device(self, number: int) -> None:
        """Label a device and its authentication sets as they are now."""
        device = self.world.devices.with_identity(self.ground.identity(number))
        if device is None:
            return
        self.devices.add(number)
        self.labels.put("device", number, device.id)
        for auth_set in device.auth_sets.values():
            self.labels.put("authentication set", f"{number}.{auth_set.pubkey}", auth_set.id)


def status_of(error: DomainError) -> int:
    """Return the status code that an error is answered with."""
    return next(_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES)
