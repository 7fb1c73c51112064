"""Latitude: what the documents leave open of each observation, as one table.

Whatever is not named here has to be as the oracle has it. Fields that the oracle does not speak of
may be anything, since the reference tells clients to expect more fields (Introduction /
Versioning); so do ids that the suite has not given a label.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


class Freedom(Enum):
    """How far a value may differ from the oracle's."""

    MOMENT = auto()
    """It is a date-time where the oracle has one, and missing where not; which one is open."""
    ANY_ORDER = auto()
    """It is a list of the same elements."""
    OPEN = auto()
    """It may be anything, or missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latitude:
    """What is open of one observation.

    `fields` are paths into the body, with `*` for each element of a list or object. `statuses` are
    answers that do as well as the one that the oracle gives, where no document names one. What is
    `late` may become true only after a while: always, or after certain acts of the sequence. It is
    asked for again then, so it has to be something that changes nothing. But `prompt` fields of it
    are there at once.
    """

    fields: dict[str, Freedom] = field(default_factory=dict)
    statuses: dict[int, frozenset[int]] = field(default_factory=dict)
    late: bool | frozenset[str] = False
    prompt: frozenset[str] = frozenset()
    why: str = ""

    def allows(self, expected: int, found: int) -> bool:
        """Say whether a status may stand in place of the oracle's."""
        return found == expected or found in self.statuses.get(expected, ())

    def is_late(self, acts: Iterable[str], where: str) -> bool:
        """Say whether what differs somewhere may come later in a sequence of these acts."""
        if where.partition(".")[0] in self.prompt:
            return False
        return self.late if isinstance(self.late, bool) else not self.late.isdisjoint(acts)


ANY_ORDER, MOMENT, OPEN = Freedom.ANY_ORDER, Freedom.MOMENT, Freedom.OPEN

_AFTER_REMOVAL = frozenset({"devices-decommission", "devices-dismiss"})
_REFUSED = frozenset({400, 409, 422})
_FOUND = Latitude(
    fields={"devices": ANY_ORDER}, late=True, why="inventory follows device authentication"
)
_OFFER = Latitude(
    fields={"artifact.device_types_compatible": ANY_ORDER}, why="device types are a set"
)

TABLE: dict[str, Latitude] = {
    "artifacts-upload": Latitude(
        statuses={409: _REFUSED}, why="no document says how an artifact that is there is refused"
    ),
    "artifacts-shown": Latitude(
        fields={"device_types_compatible": ANY_ORDER}, why="device types are a set"
    ),
    "artifacts-list": Latitude(
        fields={"artifacts": ANY_ORDER}, why="artifacts of one name are in no order"
    ),
    "artifacts-release": Latitude(
        fields={"artifacts": ANY_ORDER}, why="a release's artifacts are in no order"
    ),
    "devices-shown": Latitude(
        fields={"auth_sets": ANY_ORDER},
        late=_AFTER_REMOVAL,
        why="authentication sets are in no order; a device is removed step by step",
    ),
    "devices-status": Latitude(late=_AFTER_REMOVAL, why="a device is removed step by step"),
    "devices-list": Latitude(late=_AFTER_REMOVAL, why="a device is removed step by step"),
    "inventory-shown": Latitude(
        late=True,
        prompt=frozenset({"inventory", "names in inventory", "tags", "names in tags", "group"}),
        why="inventory follows device authentication after a while; what is told to it, it knows",
    ),
    "inventory-group": Latitude(
        fields={"devices": ANY_ORDER},
        late=_AFTER_REMOVAL,
        why="a group's devices are in no order; a device is removed step by step",
    ),
    "inventory-groups": Latitude(
        fields={"groups": ANY_ORDER},
        late=_AFTER_REMOVAL,
        why="groups are in no order; a device is removed step by step",
    ),
    "filters-search": _FOUND,
    "inventory-search": _FOUND,
    "filters-list": Latitude(fields={"filters": ANY_ORDER}, why="filters are in no order"),
    "deployments-shown": Latitude(
        fields={
            "created": MOMENT,
            "finished": MOMENT,
            "artifacts": ANY_ORDER,
            "phases.*.start_ts": MOMENT,
        },
        late=_AFTER_REMOVAL,
        why="times are the server's; deployments hear of a removed device after a while",
    ),
    "deployments-statistics": Latitude(
        late=_AFTER_REMOVAL, why="deployments hear of a removed device after a while"
    ),
    "deployments-statistics-list": Latitude(
        fields={"": ANY_ORDER},
        late=_AFTER_REMOVAL,
        why="deployments hear of a removed device after a while",
    ),
    "deployments-devices": Latitude(
        fields={"*.started": MOMENT, "*.finished": MOMENT},
        late=_AFTER_REMOVAL,
        why="times are the server's; deployments hear of a removed device after a while",
    ),
    "deployments-devices-list": Latitude(
        fields={"devices": ANY_ORDER},
        late=_AFTER_REMOVAL,
        why="the list is in no order; deployments hear of a removed device after a while",
    ),
    "deployments-targets": Latitude(fields={"devices": ANY_ORDER}, why="no order is promised"),
    "deployments-list": Latitude(
        late=_AFTER_REMOVAL, why="deployments hear of a removed device after a while"
    ),
    "updates-poll": _OFFER,
    "updates-poll-depends": _OFFER,
    "updates-poll-v2": _OFFER,
    "configuration-shown": Latitude(
        late=True,
        prompt=frozenset({"configured", "names of configured", "reported", "names of reported"}),
        why="a device's configuration is set up after it is accepted; what is set is there at once",
    ),
}
"""What is open, by the observation: an act's answer, or something looked at after it."""

NONE = Latitude()


def latitude_of(observation: str) -> Latitude:
    """Return what is open of an observation."""
    return TABLE.get(observation, NONE)


def freedom_at(fields: dict[str, Freedom], path: tuple[Any, ...]) -> Freedom | None:
    """Return the freedom at a path into a body."""
    if not fields:
        return None
    for pattern, freedom in fields.items():
        parts = pattern.split(".") if pattern else []
        if len(parts) == len(path) and all(
            part in ("*", str(step)) for part, step in zip(parts, path, strict=True)
        ):
            return freedom
    return None
