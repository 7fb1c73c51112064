"""The page of behaviours: what simulated devices do, and how their updates end."""

from ota_reference.markdown import cell, code, listed, table
from otakit.fixtures.behaviours import GROUP, behaviour, shipped

_HEAD = """# Behaviours of simulated devices

Made from the code. They are mixed by weight, as in `healthy=90,power-loss=5,stuck=5`, for `otakit
fleet --behaviour`, `otakit serve --fleet-behaviour`, the control API and `ota_fleet`.
"""

_TAIL = """
A class of your own is named as `module:Class`; an installed package offers its own as entry
points of the group `{group}`.
[Run a fleet](../how-to/run-a-fleet.md#a-behaviour-of-your-own) shows one.
"""


def text() -> str:
    """Return the page."""
    rows = [
        (code(name), cell(line), listed(behaviour(name).ends)) for name, line in shipped().items()
    ]
    heads = ("name", "what it does", "how an update may end")
    return "\n".join([_HEAD, table(heads, rows), _TAIL.format(group=GROUP)])
