"""The bounds of the schema phase: every operation is in the tables, and no name leads elsewhere."""

from random import Random
from typing import Any

import pytest

from ota_support.sequences import session_at
from otakit.contracts.backend import Backend
from otakit.contracts.documents import Documents
from otakit.contracts.operation import Operation
from otakit.contracts.schema_bounds import (
    CHANGING,
    LEFT_OUT,
    READING,
    changes,
    meanings,
    why_left_out,
)
from otakit.contracts.schema_things import Things

KNOWN = [
    ("mender", "documented"),
    ("mender", "as-built"),
    ("mender-1", "documented"),
    ("mender-2", "documented"),
    ("jfrog-connect", "documented"),
]
OPERATIONS: dict[str, Operation] = {
    f"{edition} {dialect} {name}": operation
    for edition, dialect in KNOWN
    for name, operation in Documents(edition, dialect).operations.items()
}


def test_tables_name_operations_that_there_are() -> None:
    """Each in one table."""
    ids = {operation.id for operation in OPERATIONS.values()}
    assert ids >= LEFT_OUT.keys() | READING | CHANGING
    assert not LEFT_OUT.keys() & (READING | CHANGING)
    assert not READING & CHANGING


def test_nothing_is_left_out_unawares() -> None:
    """Whatever is not asked for has its reason in the table."""
    assert {o.id for o in OPERATIONS.values() if why_left_out(o)} == LEFT_OUT.keys()


def test_what_changes_something_says_what() -> None:
    """Each variable part of its path stands for a kind of thing."""
    for name, operation in OPERATIONS.items():
        if changes(operation) and not why_left_out(operation):
            parts = {p.strip("{}") for p in operation.path.split("/") if p.startswith("{")}
            assert parts <= meanings(operation.path).keys(), name


@pytest.mark.parametrize("odd", ["", "../../x", "%2e%2e", "a/b", "é", "*", "..", "?all=1", ";"])
def test_nobodys_id_is_one_part_of_a_path(odd: str, server: Any) -> None:
    """Whatever text it is made of."""
    with session_at(server.url) as session:
        things = Things(Backend(session), Random(1))
        for _ in range(20):
            name = things.nobody(odd)
            assert things.is_own(name)
            assert not set(name) & set("/.%*?;\\")


def test_things_of_others_are_not_own(server: Any) -> None:
    """Only what the run has made is, also when it is gone."""
    with session_at(server.url) as session:
        things = Things(Backend(session), Random(1))
        assert not things.is_own("0")
        assert not things.is_own(session.run)
        things.learn("device", "0")
        assert things.is_own("0")
        things.forget("0")
        assert things.is_own("0")
