"""The statements of the documents, a module for each service and side.

A module here is found by itself; nobody need name it anywhere.
"""

import pkgutil
from importlib import import_module

from otakit.contracts.rule import RULES, Rule


def load() -> dict[str, Rule]:
    """Return all rules by id, in the order of the ids."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return dict(sorted(RULES.items()))
