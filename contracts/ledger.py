"""What a run has made at the target, so that all of it goes again and nothing else does.

Everything that a run makes has the run's name in its own name. So what a killed run has left is
found by that name (`remove_leftovers`), and what a living one has made is known by its id
(`Ledger`). Both are removed in the same way, in the order of `KINDS`: a deployment before its
artifact, a device last.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from otakit.contracts.caller import Caller, in_path
from otakit.contracts.errors import TargetUnreachable
from otakit.contracts.exchange import Exchange

SERIAL = "otakit_serial"
"""The part of a device's identity that has the run's name in it."""

_PER_PAGE = 500
_MOST_PAGES = 10_000
_DONE = {HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND}
_REFUSED = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of thing that a run makes.

    `lists` are the paths below `/api/management/` that list it; `name_of` tells what an item of
    such a list is called. `done` are the answers to its removal after which it troubles nobody.
    """

    word: str
    lists: tuple[str, ...]
    paged: bool
    name_of: Callable[[Any], str]
    remove: Callable[[Caller, str], Exchange]
    done: frozenset[int] = frozenset(_DONE)


def _named(item: Any) -> str:
    return str(item.get("name", ""))


def _serial(device: Any) -> str:
    return str((device.get("identity_data") or {}).get(SERIAL, ""))


def _abort(management: Caller, deployment: str) -> Exchange:
    path = f"v1/deployments/deployments/{in_path(deployment)}/status"
    return management.put(path, json={"status": "aborted"})


def _deleting(path: str) -> Callable[[Caller, str], Exchange]:
    return lambda management, name: management.delete(f"{path}/{in_path(name)}")


DEPLOYMENT = Kind(
    word="deployment",  # ended, not removed: no document knows how to delete one
    lists=tuple(
        f"v1/deployments/deployments?status={status}" for status in ("inprogress", "pending")
    ),
    paged=True,
    name_of=_named,
    remove=_abort,
    done=frozenset(_DONE | _REFUSED),  # it was finished before
)
ARTIFACT = Kind(
    word="artifact",
    lists=("v1/deployments/artifacts",),
    paged=False,
    name_of=_named,
    remove=_deleting("v1/deployments/artifacts"),
)
FILTER = Kind(
    word="saved filter",
    lists=("v2/inventory/filters?",),
    paged=True,
    name_of=_named,
    remove=_deleting("v2/inventory/filters"),
)
ACCESS_TOKEN = Kind(
    word="personal access token",
    lists=("v1/useradm/settings/tokens",),
    paged=False,
    name_of=_named,
    remove=_deleting("v1/useradm/settings/tokens"),
)
DEVICE = Kind(
    word="device",
    lists=("v2/devauth/devices?",),
    paged=True,
    name_of=_serial,
    remove=_deleting("v2/devauth/devices"),
)
CONNECT_DEPLOYMENT = Kind(
    word="deployment of JFrog Connect",  # named by its path; ended, as above
    lists=(),
    paged=False,
    name_of=_named,
    remove=lambda caller, path: caller.post(f"{path}/abort"),
    done=frozenset({*_DONE, HTTPStatus.CREATED}),
)
KINDS = (CONNECT_DEPLOYMENT, DEPLOYMENT, ARTIFACT, FILTER, ACCESS_TOKEN, DEVICE)
"""In the order in which they can be removed."""


class Ledger:
    """What there is of one run at the target now."""

    def __init__(self, run: str) -> None:
        """Begin with nothing made."""
        self.run = run
        self._made: dict[Kind, dict[str, None]] = {kind: {} for kind in KINDS}
        self._unknown: set[str] = set()

    def __len__(self) -> int:
        """Count what there is."""
        return sum(map(len, self._made.values())) + len(self._unknown)

    def made(self, kind: Kind, name: str) -> None:
        """Write down that something was made; it is written once, however often it is said."""
        self._made[kind][name] = None

    def asked(self, serial: str) -> None:
        """Write down that a device has asked to be let in, whose id nobody knows yet."""
        self._unknown.add(serial)

    def known(self, serial: str, device_id: str) -> None:
        """Write down which id a device has."""
        self._unknown.discard(serial)
        self.made(DEVICE, device_id)

    def gone(self, kind: Kind, name: str) -> None:
        """Write down that something is gone."""
        self._made[kind].pop(name, None)

    def clear(self, management: Caller) -> "Cleaned":
        """Remove all that there is, as far as the target lets us."""
        lost = self._find_the_unknown(management) if self._unknown else []
        things = [(kind, name) for kind in KINDS for name in self._made[kind]]
        cleaned = removed(management, things, self.gone)
        cleaned.left += lost
        return cleaned

    def _find_the_unknown(self, management: Caller) -> list[str]:
        """Learn the ids of devices that have asked; those that are in no list were refused.

        Returns a line for each of them that may be there, if the target does not tell.
        """
        unknown, self._unknown = self._unknown, set()
        try:
            for kind, name, called in found(management, self.run, (DEVICE,)):
                if called in unknown:
                    self.made(kind, name)
        except TargetUnreachable as error:
            return [f"device {serial}: {error}" for serial in sorted(unknown)]
        return []


class Cleaned:
    """How much was removed, and what is still there: one line each."""

    def __init__(self) -> None:
        """Begin with nothing removed."""
        self.removed = 0
        self.left: list[str] = []

    def add(self, other: "Cleaned") -> None:
        """Count what another one has removed as well."""
        self.removed += other.removed
        self.left += other.left


def removed(
    management: Caller,
    things: Sequence[tuple[Kind, str]],
    tell: Callable[[Kind, str], None] = lambda _, __: None,
) -> Cleaned:
    """Remove things one by one, and tell of each when it is over.

    A target that is gone ends it: then all the rest is left.
    """
    cleaned = Cleaned()
    for number, (kind, name) in enumerate(things):
        try:
            answer = kind.remove(management, name)
        except TargetUnreachable as error:
            cleaned.left += [f"{kind.word} {name}: {error}" for kind, name in things[number:]]
            break
        tell(kind, name)
        if answer.status in kind.done:
            cleaned.removed += 1
        else:
            said = f"{answer.name} was answered {answer.answer()}"
            cleaned.left.append(f"{kind.word} {name}: {said}")
    return cleaned


def remove_leftovers(management: Caller, run: str) -> Cleaned:
    """Remove what a killed run has left, found by its name."""
    try:
        things = [(kind, name) for kind, name, _ in found(management, run)]
    except TargetUnreachable as error:
        cleaned = Cleaned()
        cleaned.left.append(f"whatever is called {run}-…: {error}")
        return cleaned
    return removed(management, things)


def found(
    management: Caller, run: str, kinds: tuple[Kind, ...] = KINDS
) -> Iterator[tuple[Kind, str, str]]:
    """Go through all things of a run at the target: kind, id, and what each is called."""
    for kind in kinds:
        for path in kind.lists:
            for item in _items(management, kind, path):
                called = kind.name_of(item)
                if called.startswith(f"{run}-"):
                    yield kind, str(item.get("id", "")), called


def _items(management: Caller, kind: Kind, path: str) -> Iterator[Any]:
    for number in range(1, _MOST_PAGES):
        page = f"{path}&page={number}&per_page={_PER_PAGE}" if kind.paged else path
        answer = management.get(page)
        try:
            items = answer.json() if answer.status == HTTPStatus.OK else []
        except ValueError:
            items = []
        if not isinstance(items, list):
            return
        yield from (item for item in items if isinstance(item, dict))
        if not kind.paged or len(items) < _PER_PAGE:
            return
