"""What a reader of a page does with each of its blocks."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from json import JSONDecodeError
from pathlib import Path
from typing import Any

import yaml

from ota_pages.blocks import Block
from ota_pages.expected import json_matches, text_matches
from ota_pages.shell import Printed, Shell
from ota_support.server import EMAIL
from otakit.contracts.rules import load
from otakit.contracts.waivers.waiver import read_waivers
from otakit.fixtures.scenario import read_scenario
from otakit.mockserver.client import Universe

ADDRESS = "127.0.0.1:8080"
PROXY = "127.0.0.1:8081"
STAGING = "https://staging.example.com"
_BEFORE_ALL_WAIVERS_END = date(2026, 1, 1)
_SECRETS = {"${{ secrets.STAGING_PASSWORD }}": "$PASSWORD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the servers of the page are in truth, by what the page says."""

    server: str
    proxy: str

    def real(self, text: str) -> str:
        """Return a block with them."""
        return (
            text.replace(ADDRESS, self.server)
            .replace("localhost:8080", self.server.replace("127.0.0.1", "localhost"))
            .replace(PROXY, self.proxy)
            .replace(STAGING, f"http://{self.server}")
            .replace("ci@example.com", EMAIL)
        )

    def shown(self, text: str) -> str:
        """Return what was printed with those of the page."""
        return text.replace(self.server, ADDRESS).replace(self.proxy, PROXY)


@dataclass(slots=True)
class Reader:
    """One that goes through a page in a folder and a shell; scenarios are tried on `universe`."""

    folder: Path
    shell: Shell
    addresses: Addresses
    universe: Universe
    names: dict[str, Any] = field(default_factory=dict)
    tests: set[str] = field(default_factory=set)

    def do(self, block: Block) -> None:
        """Do what a block is for; raises AssertionError where it is not as the page has it."""
        if block.title:
            self._write(block)
        done = _DOINGS.get(block.language)
        assert done is not None, f"nobody knows what to do with a block of {block.language!r}"
        printed = done(self, block)
        assert printed.succeeded, f"failed:\n{block.text}\nprinted:\n{printed.text}"
        if block.shown is not None:
            _compare(block.shown, self.addresses.shown(printed.text))

    def _write(self, block: Block) -> None:
        file = self.folder / block.title
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.addresses.real(block.text), encoding="utf-8")
        if file.name.startswith("test_"):
            self.tests.add(block.title)

    def type(self, block: Block) -> Printed:
        """Type commands."""
        if "pytest" in block.text:
            self.tests.clear()
        return self.shell.run(self.addresses.real(block.text), shown=block.shown is not None)

    def execute(self, block: Block) -> Printed:
        """Execute Python, in the names of the page's earlier blocks; files are only compiled."""
        code = compile(self.addresses.real(block.text), block.title or "<page>", "exec")
        output = io.StringIO()
        if not block.title:
            assert "def test_" not in block.text, "a test needs a title, and pytest below it"
            with redirect_stdout(output):
                exec(code, self.names)  # noqa: S102 - that is what a reader does
        return Printed(output.getvalue(), succeeded=True)

    def read_yaml(self, block: Block) -> Printed:
        """Load a scenario, read waivers, or run the steps of a workflow."""
        document = yaml.safe_load(block.text)
        if isinstance(document, dict) and "title" in document:
            read_scenario(block.text.encode(), block.title or "<page>")
            self.universe.load_scenario(definition=block.text)
        elif isinstance(document, list) and "rule" in document[0]:
            file = self.folder / (block.title or "waivers.yaml")
            file.write_text(block.text, encoding="utf-8")
            assert read_waivers(str(file), load(), _BEFORE_ALL_WAIVERS_END)
        else:
            return self._work(document)
        return Printed("", succeeded=True)

    def _work(self, document: Any) -> Printed:
        """Run the commands of a workflow, each with its step's variables."""
        steps = list(_steps(document))
        assert any("run" in step for step in steps), "this YAML is nothing that the pages have"
        printed = Printed("", succeeded=True)
        for step in steps:
            named = "".join(f"export {k}={_secret(v)}\n" for k, v in step.get("env", {}).items())
            if command := step.get("run"):
                printed = self.type(Block("sh", "", f"{named}{command}", 0))
                assert printed.succeeded, f"failed:\n{command}\nprinted:\n{printed.text}"
        return printed

    def read_json(self, block: Block) -> Printed:
        """See that it is JSON."""
        json.loads(block.text)
        return Printed("", succeeded=True)


def _steps(document: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(document, list):
        yield from (step for step in document if isinstance(step, dict))
    elif isinstance(document, dict):
        for job in document.get("jobs", {}).values():
            yield from job["steps"]


def _secret(value: str) -> str:
    for secret, ours in _SECRETS.items():
        value = value.replace(secret, ours)
    return f'"{value}"'


def _compare(shown: Block, printed: str) -> None:
    matches = json_matches if shown.language == "json" else text_matches
    try:
        same = matches(shown.text, printed)
    except JSONDecodeError:
        same = False
    assert same, f"the page shows:\n{shown.text}\nprinted:\n{printed}"


_DOINGS: Mapping[str, Callable[[Reader, Block], Printed]] = {
    "sh": Reader.type,
    "python": Reader.execute,
    "yaml": Reader.read_yaml,
    "json": Reader.read_json,
}
