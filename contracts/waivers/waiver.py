"""Waivers: rules that a backend is known to break, who answers for that, and until when.

A file is a list in YAML; every entry has all four:

    - rule: MEN-MGT-AUT-003
      reason: we list devices by name; the front end sorts them itself
      owner: device team
      expires: 2027-03-31

`expires: never` is for what nobody on one's own side can mend. `SEQ-*` stands for all rules that
begin so; what a file says of one of them by name comes first. With `dialect: documented` an entry
counts only where answers are held to the documents, not to the real server's own ways.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from otakit.contracts.errors import BadWaivers
from otakit.specs.catalogue import DIALECTS, DOCUMENTED

_FIELDS = ("rule", "reason", "owner", "expires")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """What may be broken until a day; `expires` is None if there is no such day.

    `rule` is the id of a rule, or how the ids of several begin, with `*` behind it. It counts in
    one `dialect`, or in all.
    """

    rule: str
    reason: str
    owner: str
    expires: date | None
    dialect: str | None = None

    def fits(self, rule: str) -> bool:
        """Say whether it is about a rule."""
        if self.rule.endswith("*"):
            return rule.startswith(self.rule.removesuffix("*"))
        return rule == self.rule

    @property
    def sentence(self) -> str:
        """Say why, who answers for it, and until when."""
        until = f", until {self.expires}" if self.expires else ""
        return f"{self.reason} ({self.owner}{until})"


def shipped_waivers() -> dict[str, Traversable]:
    """Return the files that come with the package, by name."""
    folder = files("otakit.contracts.waivers")
    found = (file for file in folder.iterdir() if file.name.endswith(".yaml"))
    return {file.name.removesuffix(".yaml"): file for file in found}


def read_waivers(
    source: str, rules: Collection[str], today: date, dialect: str = DOCUMENTED
) -> dict[str, Waiver]:
    """Read the waivers of a file, or of a shipped one by name, by rule; raises BadWaivers.

    Those for another dialect do not count. A shipped file is for all profiles: it may have rules
    that are not theirs.
    """
    shipped = shipped_waivers().get(source)
    file: Path | Traversable = shipped or Path(source)
    try:
        entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _bad(file, f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _bad(file, f"is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(entries, list):
        raise _bad(file, "has to be a list with an entry for each rule")
    waivers: dict[str, Waiver] = {}
    seen: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        waiver = _waiver(file, number, entry)
        if shipped is None:
            _check_known(file, waiver, rules)
        _check(file, waiver, seen, today)
        seen.add(waiver.rule)
        if waiver.dialect in {None, dialect}:
            waivers[waiver.rule] = waiver
    many = {name: w for w in waivers.values() for name in rules if w.rule != name and w.fits(name)}
    return many | {name: waiver for name, waiver in waivers.items() if name in rules}


def _waiver(file: Path | Traversable, number: int, entry: Any) -> Waiver:
    if not isinstance(entry, dict) or {*entry} - {"dialect"} != {*_FIELDS}:
        raise _bad(file, f"entry {number} has to have {', '.join(_FIELDS)}, and nothing else")
    for name in ("rule", "reason", "owner"):
        if not isinstance(entry[name], str) or not entry[name].strip():
            raise _bad(file, f"entry {number}: '{name}' is no text")
    expires = entry["expires"]
    if type(expires) is not date and expires != "never":
        raise _bad(file, f"entry {number}: 'expires' is no day such as 2027-03-31, nor 'never'")
    if entry.get("dialect", DOCUMENTED) not in DIALECTS:
        raise _bad(file, f"entry {number}: 'dialect' is none of {', '.join(DIALECTS)}")
    return Waiver(**{**entry, "expires": None if expires == "never" else expires})


def _check_known(file: Path | Traversable, waiver: Waiver, rules: Collection[str]) -> None:
    if not any(waiver.fits(rule) for rule in rules):
        near = get_close_matches(waiver.rule, rules, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise _bad(file, f"there is no rule '{waiver.rule}'{hint}")


def _check(file: Path | Traversable, waiver: Waiver, seen: Iterable[str], today: date) -> None:
    if waiver.rule in seen:
        raise _bad(file, f"'{waiver.rule}' is there twice")
    if waiver.expires is not None and waiver.expires < today:
        raise _bad(
            file,
            f"the waiver of '{waiver.rule}' has expired on {waiver.expires}: ask {waiver.owner}",
        )


def _bad(file: Path | Traversable, what: str) -> BadWaivers:
    return BadWaivers(f"waivers '{file}': {what}")
