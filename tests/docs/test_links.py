"""Links and names of the documentation lead somewhere."""

import re
from pathlib import Path

import pytest

from ota_reference import PAGES as MADE
from otakit.cli.main import COMMANDS, main
from otakit.contracts.plugin import _OPTIONS

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
CODE = re.compile(r"`([^`\n]+)`")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
OTHERS = {"--allow-hosts", "--version"}
"""Options of other programs."""


def name_of(page: Path) -> str:
    """Return how a page is called here."""
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    """To files of the checkout, or to pages that are made when the site is built."""
    made = {ROOT / "docs" / "reference" / f"{name}.md" for name in MADE}
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    there = {(page.parent / target).resolve() for target in targets}
    assert [target for target in there - made if not target.exists()] == []


def test_readme_needs_no_site() -> None:
    """Its links lead to files that are there without a build."""
    targets = LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_options_are_there() -> None:
    """Each option that a page names is one of a command, or of the pytest plugin."""
    context = main.make_context("otakit", ["serve"], resilient_parsing=True)
    commands = [main.get_command(context, name) for name in COMMANDS]
    known = {o for c in commands if c is not None for p in c.params for o in p.opts}
    known |= {name for name, _, _ in _OPTIONS} | OTHERS
    named = {
        (name_of(page), option)
        for page in PAGES
        if page.parent != ROOT
        for code in CODE.findall(page.read_text(encoding="utf-8"))
        for option in OPTION.findall(code)
    }
    assert {(page, option) for page, option in named if option not in known} == set()


def test_site_has_every_page() -> None:
    """The navigation names each page once, those that are made too."""
    said = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    listed = re.findall(r"([\w/-]+\.md)$", said, re.MULTILINE)
    there = [str(page.relative_to(ROOT / "docs")) for page in PAGES if page.parent != ROOT]
    assert sorted(listed) == sorted([*there, *(f"reference/{name}.md" for name in MADE)])
