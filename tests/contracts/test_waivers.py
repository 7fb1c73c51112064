"""Files of waivers: what they say, and what they cannot."""

from datetime import date
from pathlib import Path

import pytest

from ota_support.checks import documents
from otakit.contracts.choice import Choice
from otakit.contracts.errors import BadWaivers
from otakit.contracts.profiles import PROFILES
from otakit.contracts.rules import load
from otakit.contracts.waivers.waiver import read_waivers, shipped_waivers

TODAY = date(2026, 6, 1)
RULES = ("MEN-DEV-AUT-001", "MEN-DEV-AUT-002")
GOOD = {"rule": RULES[0], "reason": "why", "owner": "ann", "expires": "2026-06-01"}


def written(folder: Path, *entries: dict[str, str]) -> str:
    """Write a file of waivers."""
    file = folder / "waivers.yaml"
    lines = [f"- {{{', '.join(f'{k}: {v}' for k, v in entry.items())}}}" for entry in entries]
    file.write_text("\n".join(lines))
    return str(file)


def test_waiver_is_good_to_its_last_day(tmp_path: Path) -> None:
    """It has all that it was written with."""
    waiver = read_waivers(written(tmp_path, GOOD), RULES, TODAY)[RULES[0]]
    assert (waiver.reason, waiver.owner, waiver.expires) == ("why", "ann", TODAY)
    assert waiver.sentence == "why (ann, until 2026-06-01)"


def test_waiver_may_have_no_end(tmp_path: Path) -> None:
    """If it says so."""
    file = written(tmp_path, {**GOOD, "expires": "never"})
    assert read_waivers(file, RULES, TODAY)[RULES[0]].sentence == "why (ann)"


def test_waiver_of_many_leaves_what_is_named(tmp_path: Path) -> None:
    """How ids begin stands for all of them; an entry of its own says more."""
    file = written(tmp_path, {**GOOD, "rule": "MEN-DEV-*"}, {**GOOD, "reason": "other"})
    waivers = read_waivers(file, (*RULES, "MEN-MGT-AUT-001"), TODAY)
    assert {name: w.reason for name, w in waivers.items()} == {RULES[0]: "other", RULES[1]: "why"}


def test_waiver_may_be_for_one_dialect(tmp_path: Path) -> None:
    """In the other one the rule is held to."""
    file = written(tmp_path, {**GOOD, "dialect": "documented"}, {**GOOD, "rule": RULES[1]})
    assert set(read_waivers(file, RULES, TODAY)) == set(RULES)
    assert set(read_waivers(file, RULES, TODAY, "as-built")) == {RULES[1]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dialect": "bavarian"}, "entry 1: 'dialect' is none of documented, as-built"),
        ({"rule": "SEQ-*"}, "there is no rule 'SEQ-*'"),
        ({"rule": "MEN-DEV-AUT-010"}, "there is no rule 'MEN-DEV-AUT-010'; did you mean 'MEN-DEV"),
        ({"rule": "else"}, "there is no rule 'else'"),
        (
            {"expires": "2026-05-31"},
            "the waiver of 'MEN-DEV-AUT-001' has expired on 2026-05-31: as",
        ),
        ({"expires": "soon"}, "entry 1: 'expires' is no day such as 2027-03-31, nor 'never'"),
        ({"expires": "2026-06-01 10:00:00"}, "entry 1: 'expires' is no day"),
        ({"reason": '""'}, "entry 1: 'reason' is no text"),
        ({"owner": "7"}, "entry 1: 'owner' is no text"),
        ({"until": "x"}, "entry 1 has to have rule, reason, owner, expires, and nothing else"),
    ],
)
def test_entry_that_cannot_be_is_refused(tmp_path: Path, change: dict[str, str], said: str) -> None:
    """The line names file, entry and value."""
    file = written(tmp_path, {**GOOD, **change})
    with pytest.raises(BadWaivers) as refusal:
        read_waivers(file, RULES, TODAY)
    assert str(refusal.value).startswith(f"waivers '{file}': {said}")


def test_rule_is_waived_once(tmp_path: Path) -> None:
    """Two reasons are one too many."""
    with pytest.raises(BadWaivers, match="'MEN-DEV-AUT-001' is there twice"):
        read_waivers(written(tmp_path, GOOD, GOOD), RULES, TODAY)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: b", "has to be a list with an entry for each rule"),
        ("", "has to be a list"),
        ("- [", "is no YAML: "),
        ("- 7", "entry 1 has to have rule"),
        ("\x00", "is no YAML: "),
    ],
)
def test_file_that_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """In one line."""
    file = tmp_path / "waivers.yaml"
    file.write_text(text)
    with pytest.raises(BadWaivers) as refusal:
        read_waivers(str(file), RULES, TODAY)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", shipped_waivers())
def test_shipped_file_is_of_rules_that_there_are(name: str, tmp_path: Path) -> None:
    """All of them, in the documents that it is about; elsewhere it may be used as well."""
    choice = Choice(PROFILES["mender-open-source"], documents("mender"), load())
    copy = tmp_path / "waivers.yaml"
    copy.write_text(shipped_waivers()[name].read_text())
    assert read_waivers(str(copy), choice.names, TODAY) == read_waivers(name, choice.names, TODAY)
    assert set(read_waivers(name, RULES, TODAY)) <= set(RULES)
