"""`otakit` by itself: its help, its version, and its answer to a word it does not know."""

import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from otakit.cli.main import COMMANDS, main

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_help_names_every_command_and_how_to_start() -> None:
    """Somebody who knows nothing reads what to type first."""
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert "otakit serve --help" in result.output
    for name, (_, text) in COMMANDS.items():
        assert name in result.output
        assert text in result.output


def test_help_imports_no_command() -> None:
    """Help comes at once: neither a command nor a server is loaded for it."""
    program = (
        "import sys; from otakit.cli.main import main; main(['--help'], standalone_mode=False); "
        "print([name for name in ('otakit.cli.serve', 'connexion', 'starlette', 'jsonschema_rs') "
        "if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert result.stdout.decode().splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_where_the_table_says(name: str) -> None:
    """Every line of the table leads to a command with a help of its own."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_version_is_the_distributions() -> None:
    """The version is the one in pyproject.toml."""
    version = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["version"]
    assert CliRunner().invoke(main, ["--version"]).output == f"otakit {version}\n"


def test_unknown_command_is_one_clear_error() -> None:
    """A wrong word is a usage error, with the word in it and no traceback."""
    result = CliRunner().invoke(main, ["sevre"])
    assert result.exit_code == 2
    assert result.output.splitlines()[-1].startswith("Error: No such command 'sevre'.")
