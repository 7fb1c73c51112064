"""The page of what a fleet holds servers to."""

from ota_reference.markdown import cell, code, table
from otakit.fixtures.fleet.promises import INVARIANTS

_HEAD = """# Promises that a fleet checks

Made from the code. `otakit fleet` and `ota_fleet` hold the server to these with each answer, and
each second over all devices together. The first that is broken ends the run.
"""


def text() -> str:
    """Return the page."""
    rows = [(code(i.id), cell(i.sentence), cell(i.source)) for i in INVARIANTS]
    return "\n".join([_HEAD, table(("promise", "what holds", "where it stands"), rows)])
