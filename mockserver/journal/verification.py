"""Did it happen, and how often? Where the answer is no, what came nearest."""

from dataclasses import dataclass, field
from typing import Any

from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.journal.journal import Entry, Journal
from otakit.mockserver.journal.match import Match

MAX_TOLD = 10
"""Entries that a message names."""

MANY = 1 << 62
"""More than any journal has."""


@dataclass(frozen=True, slots=True)
class Times:
    """How often something is to have happened."""

    at_least: int = 1
    at_most: int = MANY

    @classmethod
    def of(cls, wanted: dict[str, int] | None) -> "Times":
        """Read what a request says; without anything, at least once. Raises Invalid."""
        if not wanted:
            return cls()
        if "exactly" in wanted:
            if len(wanted) > 1:
                message = "times: 'exactly' stands alone, without 'at_least' and 'at_most'"
                raise Invalid(message)
            return cls(wanted["exactly"], wanted["exactly"])
        times = cls(wanted.get("at_least", 0), wanted.get("at_most", MANY))
        if times.at_least > times.at_most:
            message = f"times: at_least {times.at_least} is more than at_most {times.at_most}"
            raise Invalid(message)
        return times

    def __str__(self) -> str:
        """Write it down in short."""
        if self.at_least == self.at_most:
            return f"exactly {self.at_least}"
        bounds = [f"at least {self.at_least}"] if self.at_least else []
        bounds += [f"at most {self.at_most}"] if self.at_most != MANY else []
        return " and ".join(bounds) or "any number"


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a journal that counts: what lies between two entries."""

    after: Entry | None = None
    before: Entry | None = None

    def has(self, entry: Entry) -> bool:
        """Say whether an entry counts."""
        return not self.differs(entry)

    def differs(self, entry: Entry) -> list[str]:
        """Say why it does not."""
        if self.after and entry.number <= self.after.number:
            return [f"after: it did not come after entry {self.after.number}"]
        if self.before and entry.number >= self.before.number:
            return [f"before: it did not come before entry {self.before.number}"]
        return []

    def __str__(self) -> str:
        """Write it down in short."""
        after = f" after entry {self.after.number}" if self.after else ""
        return after + (f" before entry {self.before.number}" if self.before else "")


@dataclass(frozen=True, slots=True)
class Miss:
    """An entry that is not what was looked for, and what is not so about it."""

    entry: Entry
    differs: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came out."""

    verified: bool
    message: str
    matches: list[Entry] = field(default_factory=list)
    nearest: Miss | None = None


def verify(journal: Journal, asked: dict[str, Any]) -> Verdict:
    """Look whether what a request asks for has happened.

    `after` and `before` stand for the first entries that they match, `before` for the first one
    behind `after`. Raises Invalid for what makes no sense.
    """
    match, times = Match(asked["match"]), Times.of(asked.get("times"))
    anchors = {n: Match(asked[n]) for n in ("after", "before") if n in asked}
    window = Window()
    for name, anchor in anchors.items():
        found = next((e for e in anchor.among(journal) if window.has(e)), None)
        if found is None:
            nearest = _nearest(journal, anchor, window)
            told = f"not verified: nothing matches '{name}' ({anchor}){window}{_told(nearest)}"
            return Verdict(verified=False, message=told + _forgotten(journal), nearest=nearest)
        window = Window(found) if name == "after" else Window(window.after, found)
    matches = [entry for entry in match.among(journal) if window.has(entry)]
    verified = times.at_least <= len(matches) <= times.at_most
    told = f"{len(matches)} matching ({match}){window}, {times} wanted"
    nearest = None
    if verified:
        message = f"verified: {told}"
    elif len(matches) > times.at_most:
        message = f"not verified: {told}{_listed(matches)}"
    else:
        nearest = _nearest(journal, match, window)
        message = f"not verified: {told}{_told(nearest)}"
    message += _forgotten(journal)
    return Verdict(verified=verified, message=message, matches=matches, nearest=nearest)


def line(entry: Entry) -> str:
    """Show an entry in a few words."""
    exchange = entry.exchange
    named = exchange.operation or entry.summary()["path"]
    return f"entry {entry.number} ({exchange.method} {named}: {exchange.status})"


def _nearest(journal: Journal, match: Match, window: Window) -> Miss | None:
    """Return what fits in most criteria, then in those that say most, then the newest."""
    best: tuple[tuple[int, int, int], Miss] | None = None
    for entry in reversed(journal):
        outside = window.differs(entry)
        differs, fitting = list(outside), []
        for criterion in match.criteria:
            got = criterion.read(entry)
            if criterion.fits(got):
                fitting.append(criterion.weight)
            else:
                differs += criterion.differs(got)
        if not differs or not fitting:
            continue
        rank = (len(fitting) - bool(outside), sum(fitting), -len(differs))
        if best is None or rank > best[0]:
            best = rank, Miss(entry, differs)
    return best[1] if best else None


def _told(nearest: Miss | None) -> str:
    if nearest is None:
        return "; nothing comes near it"
    return f"; nearest is {line(nearest.entry)}: {'; '.join(nearest.differs)}"


def _listed(matches: list[Entry]) -> str:
    rest = len(matches) - MAX_TOLD
    told = ", ".join(line(entry) for entry in matches[:MAX_TOLD])
    return f": {told}" + (f" and {rest} more" if rest > 0 else "")


def _forgotten(journal: Journal) -> str:
    if not journal.forgotten:
        return ""
    return f"; the journal has forgotten the {journal.forgotten} oldest requests"
