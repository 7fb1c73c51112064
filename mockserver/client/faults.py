"""What goes wrong on purpose in a universe, from outside."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypedDict

from msgspec import Struct

from otakit.mockserver.client.wire import Wire, below


class On(TypedDict, total=False):
    """Which requests a fault is for: all that is given has to fit."""

    operations: list[str]
    side: str
    caller: str
    method: str
    path: str
    body: dict[str, Any]


When = TypedDict(
    "When",
    {
        "occurrence": int | dict[str, int],
        "each": str,
        "probability": float,
        "from": datetime,
        "until": datetime,
        "times": int,
    },
    total=False,
)
"""When among those it strikes: `occurrence` is one, or `{"from": 3, "to": 5}`."""


class Fault(Struct, frozen=True):
    """A fault as it was when it was asked for: `seen` requests fitted, `hits` were struck."""

    id: str
    name: str
    enabled: bool
    on: On
    when: When
    do: dict[str, Any]
    seen: int
    hits: int


class Faults:
    """The faults of a universe; iterate over them to have all, oldest first.

    The control API's page, `/otakit/v1/ui/`, has all actions and conditions.
    """

    def __init__(self, wire: Wire, path: str) -> None:
        """Steer the faults at this path."""
        self._wire = wire
        self._path = path

    def __iter__(self) -> Iterator[Fault]:
        """Go through all of them."""
        return iter(self._wire.ask(list[Fault], "GET", self._path))

    def add(
        self,
        action: str,
        *,
        on: On | None = None,
        when: When | None = None,
        name: str = "",
        enabled: bool = True,
        **how: Any,
    ) -> Fault:
        """Let something go wrong from now on.

        ```python
        universe.faults.add("truncate", at=40, on={"operations": ["downloadArtifact"]})
        universe.faults.add("status", status=429, retry_after=5, when={"probability": 0.1})
        ```
        """
        fault: dict[str, Any] = {"do": {"action": action, **how}, "name": name, "enabled": enabled}
        fault |= {"on": on or {}, "when": when or {}}
        return self._wire.ask(Fault, "POST", self._path, fault)

    def get(self, fault: Fault | str) -> Fault:
        """Return a fault as it is now, with its hits."""
        return self._wire.ask(Fault, "GET", self._path_of(fault))

    def enable(self, fault: Fault | str) -> Fault:
        """Switch a fault on again."""
        return self._wire.ask(Fault, "PATCH", self._path_of(fault), {"enabled": True})

    def disable(self, fault: Fault | str) -> Fault:
        """Switch a fault off: it neither strikes nor counts."""
        return self._wire.ask(Fault, "PATCH", self._path_of(fault), {"enabled": False})

    def remove(self, fault: Fault | str) -> None:
        """Remove a fault."""
        self._wire.tell("DELETE", self._path_of(fault))

    def clear(self) -> None:
        """Remove all faults."""
        self._wire.tell("DELETE", self._path)

    def _path_of(self, fault: Fault | str) -> str:
        return f"{self._path}/{below(fault if isinstance(fault, str) else fault.id)}"
