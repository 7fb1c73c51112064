"""What the README and the pages in docs/ tell people to type does what they say."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")

HERE = "http://127.0.0.1:8080"
PRELUDE = """
set -euo pipefail
curl() {
    command curl --fail-with-body --silent --show-error "$@" || { echo "failed: $*" >&2; exit 1; }
}
"""
"""A refused request ends the script, as the pages' own commands do not."""

OF_A_SHELL = (
    *("otakit serve", "otakit fleet", "otakit check", "otakit proxy"),
    *("pip install", "pytest", "openssl"),
)
"""Commands of blocks that other tests run: servers, and what is installed."""


def requests_of(page: Path) -> str:
    """Return the shell blocks of a page that only make requests, in one."""
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    return "".join(b for b in blocks if not any(command in b for command in OF_A_SHELL))


@pytest.mark.parametrize(
    ("page", "snippets"),
    [pytest.param(page, text, id=page.name) for page in PAGES if (text := requests_of(page))],
)
def test_requests_are_answered(
    page: Path,
    snippets: str,
    start_server: Callable[..., Any],
    real_program: Callable[[str], str],
    tmp_path: Path,
) -> None:
    """From top to bottom, in the checkout, with the requests that the text takes for granted."""
    real_program("curl")
    server = start_server()  # a new one: the journal's numbers begin at 1
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    for _ in range(17):  # so that the journal has an entry 17
        server.login()
    with server.management() as user:
        user.get("v2/devauth/devices")
    script = PRELUDE + snippets.replace(HERE, server.url)
    done = subprocess.run(
        [real_program("bash"), "-c", script],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "DEVICE_ID": "5f0c7a1e-0000-4000-8000-000000000000"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{page.name}: {done.stdout}"


@pytest.mark.parametrize("page", [*PAGES, ROOT / "ARCHITECTURE.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """To files of the checkout."""
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
