"""Capsules: a failure goes into a file, and is tried again at any server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from ota_bugs.catalogue import load as load_bugs
from ota_bugs.server import served_with
from ota_support.commands import otakit
from ota_support.server import EMAIL, PASSWORD
from otakit.contracts.capsule import Capsule, read_capsule
from otakit.contracts.errors import BadCapsule
from otakit.contracts.races import RACES

pytestmark = pytest.mark.xdist_group("capsules")  # the search is done once

BUG = "accepted-again-without-a-configuration"
LOGIN = ("--email", EMAIL, "--password", PASSWORD)


def replay(capsule: Path, url: str, *options: str) -> Result:
    """Run `otakit replay`."""
    return otakit("replay", str(capsule), url, *LOGIN, *options)


@pytest.fixture(scope="module")
def broken() -> Iterator[str]:
    """Give the URL of a server with a bug that needs three steps."""
    with served_with(load_bugs()[BUG]) as url:
        yield url


@pytest.fixture(scope="module")
def capsule(broken: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the capsule that `otakit check` writes of it."""
    folder = tmp_path_factory.mktemp("report")
    options = ("--rule", "SEQ-configuration-shown", "--report-dir", str(folder))
    result = otakit("check", broken, *LOGIN, "--effort", "thorough", *options)
    assert result.exit_code == 1
    assert "SEQ-configuration-shown" in result.stdout
    assert "after     1. " in result.stdout
    assert "configuration set" in (folder / "check.html").read_text()
    assert "configuration set" in (folder / "check.junit.xml").read_text()
    return folder / "capsules" / "SEQ-configuration-shown.json"


def test_capsule_is_short(capsule: Path) -> None:
    """A device asks, is configured, and is accepted: no more is left than that takes."""
    kept = read_capsule(capsule)
    assert kept.id == "SEQ-configuration-shown"
    assert len(kept.steps) <= 5


def test_capsule_differs_where_it_was_found(capsule: Path, broken: str) -> None:
    """The steps are done again, with names of their own."""
    result = replay(capsule, broken)
    assert (result.exit_code, result.stderr) == (1, "")
    assert f"SEQ-configuration-shown still differs at {broken}" in result.stdout
    assert "curl" in result.stdout


def test_capsule_agrees_at_a_server_without_the_bug(capsule: Path, server: Any) -> None:
    """The same steps show nothing there."""
    result = replay(capsule, server.url, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["agrees"], told["left"]) == (0, True, [])


def test_capsule_has_no_secrets(capsule: Path) -> None:
    """No token, key or password is in it."""
    text = capsule.read_text()
    assert not [secret for secret in ("eyJ", "BEGIN", PASSWORD, "Bearer e") if secret in text]


@pytest.mark.parametrize("bug", ["reports-overwrite-one-another", "abort-is-written-over"])
def test_race_is_replayed(bug: str, tmp_path: Path, server: Any) -> None:
    """What is done at the same time is done again until it differs, or often enough."""
    planted = load_bugs()[bug]
    name = planted.caught_by[0]
    race = next(race for race in RACES if name == f"CON-{race.name}")
    file = tmp_path / "race.json"
    capsule = Capsule(
        id=name,
        title=race.sentence,
        expected="",
        actual="",
        answer="",
        profile="mender-enterprise",
        dialect="documented",
        seed=0,
        clock="",
        url="",
        steps=race.before,
        lanes=race.lanes,
    )
    file.write_text(json.dumps(capsule.as_json()))
    assert read_capsule(file) == capsule
    assert replay(file, server.url).exit_code == 0
    with served_with(planted) as url:
        assert replay(file, url).exit_code == 1


GOOD = {"format": 1, "profile": "mender-enterprise", "dialect": "documented", "steps": []}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is none: it has no steps"),
        ("{}", "is none: it has no steps"),
        (json.dumps({**GOOD, "format": 2}), "has the format 2; this otakit reads 1"),
        (json.dumps({**GOOD, "profile": "x"}), "'profile' is 'x', and none of mender-open-source"),
        (json.dumps({**GOOD, "dialect": 5}), "'dialect' is 5, and none of documented"),
        (json.dumps({**GOOD, "steps": 5}), "a list is expected, not 5"),
        (json.dumps({**GOOD, "steps": [5]}), "there is no step such as 5"),
        (json.dumps({**GOOD, "steps": [{"step": "fly"}]}), "there is no step such as"),
        (json.dumps({**GOOD, "steps": [{"step": "devices-ask"}]}), "step 'devices-ask'"),
        (json.dumps({**GOOD, "steps": [{"step": ["x"]}]}), "there is no step such as"),
        (json.dumps({**GOOD, "steps": [{"step": "devices-ask", "device": "x"}]}), "'device'"),
        ("x" * 1_000_001, "has more than 1000000 bytes"),
    ],
)
def test_bad_capsule_is_refused(text: str, said: str, tmp_path: Path) -> None:
    """One line says which file it is and what is wrong with it."""
    file = tmp_path / "capsule.json"
    file.write_text(text)
    with pytest.raises(BadCapsule) as refusal:
        read_capsule(file)
    assert str(refusal.value).startswith(f"the capsule '{file}' ")
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_missing_capsule_and_server(tmp_path: Path, capsule: Path) -> None:
    """Each has its exit code, and one line."""
    missing = replay(tmp_path / "none.json", "http://127.0.0.1:9")
    assert (missing.exit_code, missing.stderr.count("\n")) == (2, 1)
    assert "cannot be read: no such file or directory" in missing.stderr
    away = replay(capsule, "http://127.0.0.1:9")
    assert (away.exit_code, away.stderr.count("\n")) == (3, 1)
