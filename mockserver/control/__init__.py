"""The control API: what steers the server itself; a module for each part of its OpenAPI file."""

import importlib

MODULES = (
    "apis",
    "clock",
    "connect",
    "events",
    "faults",
    "fleet",
    "journal",
    "overview",
    "scenarios",
    "snapshots",
    "universes",
)


def load_functions() -> None:
    """Import every module, so that all functions are in the table."""
    for module in MODULES:
        importlib.import_module(f"{__name__}.{module}")
