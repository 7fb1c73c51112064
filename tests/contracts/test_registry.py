"""Rules are what the documents say: known ids, operations, headings."""

import pytest

from ota_support.checks import documents
from otakit.contracts.rule import RULES, Rule, rule
from otakit.contracts.rules import load

ALL = list(load().values())
BESIDES = ("Introduction / ", "OpenAPI files / ")
"""The reference's introduction, and Mender's OpenAPI files where the reference breaks off."""


@pytest.mark.parametrize("made", ALL, ids=[made.id for made in ALL])
def test_rule_names_operations_and_a_heading_of_its_documents(made: Rule) -> None:
    """What a rule cites can be found."""
    operations = documents(made.edition).operations
    assert set(made.operations) <= set(operations)
    sections = {o.heading.rpartition(" / ")[0] or o.heading for o in operations.values()}
    known = tuple(section for section in sections if section) + BESIDES
    assert made.document.startswith(known)


@pytest.mark.parametrize("made", ALL, ids=[made.id for made in ALL])
def test_rule_has_a_docstring(made: Rule) -> None:
    """It says how the statement is tried."""
    assert made.check.__doc__


def test_ids_and_sentences_are_unique() -> None:
    """A statement is there once, and its id names nothing else."""
    assert len({made.sentence for made in ALL}) == len(ALL)
    with pytest.raises(ValueError, match=r"is there already"):
        rule("MEN-DEV-AUT-001", "x", document="y", operations=["authenticateDevice"])
    assert RULES["MEN-DEV-AUT-001"].sentence != "x"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rule_id": "AUT-1"}, "'AUT-1' is not formed like MEN-DEV-AUT-001"),
        ({"sentence": "A sentence."}, "the sentence is empty or ends with a full stop"),
        ({"operations": []}, "there is no operation"),
        ({"severity": "grave"}, "severity 'grave' is none of"),
        ({"plan": "gold"}, "plan 'gold' is none of"),
        ({"effort": "none"}, "effort 'none' is none of"),
        ({"profiles": ["mender-7"]}, "a profile of ('mender-7',) is unknown"),
    ],
)
def test_what_no_rule_can_be_is_refused(change: dict[str, object], said: str) -> None:
    """A mistake in a rule is found when its module is loaded."""
    right: dict[str, object] = {
        "rule_id": "MEN-DEV-AUT-999",
        "sentence": "A sentence",
        "document": "y",
        "operations": ["authenticateDevice"],
    }
    made: dict[str, object] = {**right, **change}
    with pytest.raises(ValueError, match=r"^rule ") as refusal:
        rule(**made)(lambda _: None)  # type: ignore[arg-type]  # what is wrong is the point
    assert said in str(refusal.value)
    assert "MEN-DEV-AUT-999" not in RULES
