"""The audit log: who changed what, and when.

Reference, Management APIs / Audit Logs service. Nothing here decides what is a change: who makes
one writes it down, once, after it is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from otakit.mockserver.domain.clock import Clock, Seconds
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.values import value

CREATE, UPDATE, DELETE = "create", "update", "delete"
ABORT, REJECT, DECOMMISSION = "abort", "reject", "decommission"
"""The actions that the reference knows."""

USER, DEPLOYMENT, DEVICE = "user", "deployment", "device"
"""The types of objects that the reference knows; the first and the last may be actors."""

MAX_ENTRIES = 20_000
"""How many entries are kept; the real web interface exports as many at once."""

MAX_TEXT = 2048
"""How many characters of a text are kept."""


@value
class Actor:
    """Who did something."""

    id: str
    email: str
    type: str = USER


@value
class Object:
    """What something was done to, as it was when it was done; `about` describes it by its type."""

    id: str
    type: str
    about: Mapping[str, str] = field(default_factory=dict)


@value
class Entry:
    """One change."""

    actor: Actor
    time: Seconds
    action: str
    object: Object
    change: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What entries are narrowed to; moments are whole seconds, and inclusive."""

    created_before: Seconds | None = None
    created_after: Seconds | None = None
    actor_id: str | None = None
    actor_type: str | None = None
    actor_email: str | None = None
    object_id: str | None = None
    object_type: str | None = None
    object_deployment_name: str | None = None

    def finds(self, entry: Entry) -> bool:
        """Say whether an entry has all that is searched for."""
        actor, thing, second = entry.actor, entry.object, int(entry.time)
        name = thing.about.get("name") if thing.type == DEPLOYMENT else None
        email = None if self.actor_email is None else self.actor_email.lower()
        return (
            (self.created_before is None or second <= self.created_before)
            and (self.created_after is None or second >= self.created_after)
            and self.actor_id in (None, actor.id)
            and self.actor_type in (None, actor.type)
            and email in (None, actor.email.lower())
            and self.object_id in (None, thing.id)
            and self.object_type in (None, thing.type)
            and (self.object_deployment_name is None or self.object_deployment_name == name)
        )


ANY = Search()
"""Finds every entry."""


class AuditLog:
    """The newest entries of one World; older ones are forgotten."""

    _ring: list[Entry]
    _written: int

    def __init__(self, clock: Clock) -> None:
        """Begin empty."""
        self._clock = clock
        self._ring = []  # entry number n stands at n modulo MAX_ENTRIES
        self._written = 0

    def write(self, actor: Actor, action: str, thing: Object, change: str | None = None) -> None:
        """Add an entry; texts are cut to MAX_TEXT characters."""
        entry = Entry(
            actor=actor,
            time=self._clock.now(),
            action=action,
            object=thing if _is_short(thing) else _shortened(thing),
            change=None if change is None else _cut(change),
        )
        if self._written < MAX_ENTRIES:
            self._ring.append(entry)
        else:
            self._ring[self._written % MAX_ENTRIES] = entry
        self._written += 1

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._ring)

    def page(
        self, page: Page, search: Search = ANY, *, newest_first: bool = True
    ) -> tuple[list[Entry], int]:
        """Return a page of the entries found, and how many are found."""
        if search == ANY:
            numbers = self._numbers(newest_first=newest_first)[page.start : page.stop]
            return [self._ring[number % MAX_ENTRIES] for number in numbers], len(self)
        found = self.find(search, newest_first=newest_first)
        return page.of(found), len(found)

    def find(
        self, search: Search = ANY, *, newest_first: bool = True, limit: int | None = None
    ) -> list[Entry]:
        """Return all entries found, or the first of them."""
        found: list[Entry] = []
        for number in self._numbers(newest_first=newest_first):
            if len(found) == limit:
                break
            entry = self._ring[number % MAX_ENTRIES]
            if search.finds(entry):
                found.append(entry)
        return found

    def _numbers(self, *, newest_first: bool) -> range:
        kept = range(self._written - len(self._ring), self._written)
        return kept[::-1] if newest_first else kept


def _is_short(thing: Object) -> bool:
    return max(map(len, (thing.id, *thing.about.values()))) <= MAX_TEXT


def _shortened(thing: Object) -> Object:
    about = {name: _cut(text) for name, text in thing.about.items()}
    return Object(id=_cut(thing.id), type=thing.type, about=about)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
