"""Acts: what users and devices do in sequences, and what is looked at meanwhile.

A module for each service; they are found by themselves.
"""

import pkgutil
from importlib import import_module

from otakit.contracts import acts
from otakit.contracts.acts.step import STEPS, Step


def load() -> dict[str, type[Step]]:
    """Return all kinds of steps by name."""
    for module in pkgutil.iter_modules(acts.__path__):
        import_module(f"otakit.contracts.acts.{module.name}")
    return dict(sorted(STEPS.items()))
