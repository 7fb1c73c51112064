"""The running server does all that the documents list: each operation, and each status of it.

The stories in `tests/support/ota_stories` bring the statuses about through public API; what they
reach stands in `docs/reference/operations.md`. OTAKIT_WRITE_MATRIX=1 makes the tests here write it
anew.
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ota_stories import (
    artifacts,
    deployments,
    devauth,
    device_side,
    jfrog_connect,
    services,
    tokens,
)
from ota_stories.matrix import place_of, render, statuses
from ota_stories.recorder import Place, Recorder
from ota_stories.stage import Stage

pytestmark = pytest.mark.xdist_group("documented operations")

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "operations.md"
LISTED = json.loads((ROOT / "tests/specs/documented/operations.json").read_text(encoding="utf-8"))

DEVICES, MANAGEMENT = "/api/devices/v1", "/api/management/v1"
EXCUSED = {
    (Place("GET", f"{DEVICES}/deployments/device/deployments/next"), 404): (
        "nothing is looked for that could be missing; the real server never sends it either"
    ),
    (Place("GET", f"{DEVICES}/deviceconfig/configuration"), 400): (
        "there is nothing in the request that could be wrong"
    ),
    (Place("GET", f"{DEVICES}/deviceconfig/configuration"), 404): (
        "a device that has a token has a configuration, if an empty one"
    ),
}
"""Documented statuses that no client can provoke, and why."""

OLDER = [*artifacts.OLDER, *deployments.OLDER]

PARTS: dict[str, tuple[str, list[str], list[Callable[[Stage], None]]]] = {
    "mender": (
        "Mender API reference, current",
        ["003"],
        [
            *tokens.STORIES,
            *device_side.STORIES,
            *devauth.STORIES,
            *artifacts.STORIES,
            *deployments.STORIES,
            *services.STORIES,
        ],
    ),
    "mender-2": (
        "Mender deployments, second edition of version 1 and first of version 2",
        ["001", "002"],
        [*OLDER, artifacts.releases, artifacts.storage, deployments.dynamic, deployments.plans],
    ),
    "mender-1": ("Mender deployments, first edition", ["000"], [*OLDER]),
    "jfrog-connect": ("JFrog Connect deployments", ["004"], list(jfrog_connect.STORIES)),
}
"""For each edition: its title, its documents, and the stories that its server goes through."""


def listed_in(documents: list[str]) -> list[dict[str, Any]]:
    """Return the listed operations of documents, told by the beginning of their names."""
    return [o for o in LISTED if o["document"][:3] in documents]


@pytest.fixture(scope="module")
def reached(start_server: Callable[..., Any]) -> dict[str, dict[Place, set[int]]]:
    """Return what the stories of each edition reached."""
    found = {}
    for edition, (_, documents, stories) in PARTS.items():

        def start(*options: str, edition: str = edition) -> str:
            return str(start_server("--edition", edition, *options).url)

        with closing(Stage(start, Recorder(edition), listed_in(documents))) as stage:
            for story in stories:
                story(stage)
            found[edition] = stage.recorder.reached
    return found


CASES = [
    pytest.param(edition, o, id=f"{o['document'][:3]}:{o['method']} {o['base']}{o['path']}")
    for edition, (_, documents, _) in PARTS.items()
    for o in listed_in(documents)
]


@pytest.mark.parametrize(("edition", "listed"), CASES)
def test_operation_reaches_its_documented_statuses(
    edition: str, listed: dict[str, Any], reached: dict[str, dict[Place, set[int]]]
) -> None:
    """A success with real state behind it, and each refusal that a client can provoke."""
    mine = reached[edition].get(place_of(listed), set())
    assert any(100 < status < 300 for status in mine)
    assert not set(statuses(listed, EXCUSED)) - mine


def test_all_listed_operations_are_tried() -> None:
    """The five documents have 93 operations."""
    assert sum(len(listed_in(documents)) for _, documents, _ in PARTS.values()) == len(LISTED)


def test_excuses_are_needed(reached: dict[str, dict[Place, set[int]]]) -> None:
    """An excuse for what was reached, or is not documented, is a mistake."""
    documented = {(place_of(o), int(s)) for o in LISTED for s in o["responses"]}
    seen = {(p, s) for part in reached.values() for p, found in part.items() for s in found}
    assert EXCUSED.keys() <= documented
    assert not EXCUSED.keys() & seen


def test_page_is_not_stale(reached: dict[str, dict[Place, set[int]]]) -> None:
    """The page says what was reached just now."""
    parts = [
        (title, listed_in(documents), reached[edition])
        for edition, (title, documents, _) in PARTS.items()
    ]
    page = render(parts, EXCUSED)
    sys.stdout.write(page)  # for pytest -s
    if os.environ.get("OTAKIT_WRITE_MATRIX"):
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page
