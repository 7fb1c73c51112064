"""The reference that is made from the code has all of it."""

import re

import pytest

from ota_reference import PAGES
from ota_reference.control_api import operations
from ota_reference.markdown import code
from ota_reference.plugin import fixtures
from ota_reference.scenario_format import entries
from otakit.cli.main import COMMANDS, main
from otakit.contracts.plugin import _OPTIONS
from otakit.contracts.pytest_worlds import KEYS
from otakit.contracts.rules import load
from otakit.fixtures.behaviours import shipped
from otakit.fixtures.fleet.promises import INVARIANTS
from otakit.fixtures.scenario_format import Scenario
from otakit.specs.catalogue import control, resolved

BAR = re.compile(r"(?<!\\)\|")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
ANCHOR = re.compile(r'id="([^"]+)"|\{ #([^ ]+) \}')


@pytest.mark.parametrize("name", PAGES)
def test_page_is_sound(name: str) -> None:
    """It has one title, tables whose rows are as wide as their heads, and each anchor once."""
    text = FENCE.sub("", PAGES[name]())
    assert len(re.findall("^# ", text, re.MULTILINE)) == 1
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(BAR.findall(line)) for line in table.splitlines()}) == 1, table
    anchors = [first or second for first, second in ANCHOR.findall(text)]
    assert len(anchors) == len(set(anchors))
    assert "<class" not in text
    assert "<function" not in text


def test_command_line_is_whole() -> None:
    """Every option of every command, with its variable."""
    text = PAGES["command-line"]()
    for name in COMMANDS:
        context = main.make_context("otakit", [name], resilient_parsing=True)
        command = main.get_command(context, name)
        assert command is not None
        section = text.split(f"\n## otakit {name}\n")[1].split("\n## ")[0]
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert re.search(rf"[`>]{parameter.opts[0]}\b", section)
                assert f"OTAKIT_{name}_{parameter.name}".upper() in section


def test_plugin_is_whole() -> None:
    """Fixtures, the marker's keys, options with variables."""
    text = PAGES["pytest-plugin"]()
    assert all(f"### {name}\n" in text for name in fixtures())
    assert len(fixtures()) >= 5
    assert all(f"| `{key}` |" in text for key in KEYS)
    for name, metavar, _ in _OPTIONS:
        assert code(f"{name} {metavar}") in text
        assert f"`{name[2:].upper().replace('-', '_')}`" in text


def test_control_api_is_whole() -> None:
    """Every operation, with its path and statuses."""
    text = PAGES["control-api"]()
    items = [*resolved(control())["paths"].values()]
    named = {op["operationId"] for item in items for op in item.values() if "operationId" in op}
    assert set(re.findall(r"^### (\w+)$", text, re.MULTILINE)) == named
    for path, method, operation in operations(resolved(control())):
        section = text.split(f"### {operation['operationId']}\n")[1].split("\n### ")[0]
        assert f"`{method.upper()} {path}`" in section
        assert all(f"| `{status}` |" in section for status in operation["responses"])


def test_rules_are_whole() -> None:
    """Every rule with its sentence and its heading, in one row."""
    rows = re.findall(r"^\| <span.*$", PAGES["rules"](), re.MULTILINE)
    assert len(rows) == len(load())
    by_id = {re.findall(r"`([^`]+)`", row)[0]: row for row in rows}
    for rule in load().values():
        row = by_id[rule.id].replace("&lt;", "<").replace("\\|", "|")
        assert f"{rule.sentence}." in row
        assert rule.document in row
        assert row.endswith(f"| {rule.severity} | {rule.plan} |")


def test_scenario_format_is_whole() -> None:
    """Every key of every part of a scenario."""
    text = PAGES["scenario-format"]()
    for kind in entries(Scenario):
        section = text.split(f"\n## {kind.__name__.removesuffix('Entry')}\n")[1].split("\n## ")[0]
        assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(kind.__annotations__)


def test_behaviours_and_promises_are_whole() -> None:
    """All of them, and no other."""
    listed = re.findall(r"^\| `([^`]+)` \|", PAGES["behaviours"](), re.MULTILINE)
    assert listed == list(shipped())
    text = PAGES["fleet-promises"]()
    assert all(f"| `{i.id}` | {i.sentence} |" in text for i in INVARIANTS)
