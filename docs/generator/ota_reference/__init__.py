"""The reference of the documentation, made from the code that it is about.

Each module makes one page, as Markdown: `text()` returns it. Nothing is kept in files, so no page
can be older than the code.
"""

from collections.abc import Callable, Mapping

from ota_reference import (
    behaviours,
    command_line,
    control_api,
    plugin,
    promises,
    rules,
    scenario_format,
)

__all__ = ["PAGES"]

PAGES: Mapping[str, Callable[[], str]] = {
    "command-line": command_line.text,
    "pytest-plugin": plugin.text,
    "control-api": control_api.text,
    "rules": rules.text,
    "scenario-format": scenario_format.text,
    "behaviours": behaviours.text,
    "fleet-promises": promises.text,
}
"""The pages by name, with the function that makes each."""
