"""Draws: what a machine may do next, a module for each theme; they are found by themselves."""

import pkgutil
from importlib import import_module

from otakit.contracts import draws


def load() -> None:
    """Let all of them be drawn."""
    for module in pkgutil.iter_modules(draws.__path__):
        import_module(f"otakit.contracts.draws.{module.name}")
