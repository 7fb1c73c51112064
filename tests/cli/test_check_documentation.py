"""What docs/check.md tells people to type does what it says."""

import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from otakit.cli.check import check
from otakit.contracts.profiles import PROFILES
from otakit.contracts.rules import load
from otakit.contracts.verdicts import Verdict
from otakit.contracts.waivers.waiver import read_waivers

PAGE = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")
OTAKIT = str(Path(sys.executable).with_name("otakit"))


def blocks(language: str) -> list[str]:
    """Return the page's blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_commands_work(server: Any) -> None:
    """Each of them, with one rule only and the server's URL."""
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(commands) == 2
    for line in commands:
        words = shlex.split(line.replace("$TOKEN", server.login()))
        assert words[:2] == ["otakit", "check"]
        arguments = [server.url, *words[3:], "--rule", "MEN-DEV-AUT-001"]
        result = subprocess.run([OTAKIT, "check", *arguments], check=False, capture_output=True)
        assert result.returncode == 0, result.stderr


def test_waiver_is_one(tmp_path: Path) -> None:
    """The example can be read."""
    file = tmp_path / "waivers.yaml"
    file.write_text(blocks("yaml")[1])
    assert list(read_waivers(str(file), load(), date(2026, 1, 1))) == ["MEN-MGT-AUT-033"]


def test_options_and_words_are_known() -> None:
    """What the page names, the command has; and it names all verdicts and profiles."""
    known = {name for option in check.params for name in option.opts}
    named = set(re.findall(r"`(--[a-z-]+)", PAGE)) | set(re.findall(r" (--[a-z-]+) ", PAGE))
    assert named <= known
    assert isinstance(check, click.Command)
    assert all(f"| {verdict} |" in PAGE for verdict in Verdict)
    assert all(f"`{profile}`" in PAGE for profile in PROFILES)
