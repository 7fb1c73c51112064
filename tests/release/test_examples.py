"""The examples, as their readers run them: from the wheel, with what their requirements say."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from ota_support.environments import Environment, said

Example = Callable[[str], tuple[Environment, Path]]

LOGIN = {
    "vars.STAGING_EMAIL": "admin@example.com",
    "secrets.STAGING_PASSWORD": "otakit-password",
}


def test_front_end(example: Example, real_program: Callable[[str], str]) -> None:
    """Node's own test runner finds nothing wrong with the API client."""
    real_program("node")
    environment, folder = example("front-end")
    done = do_as_told(environment, folder)
    assert "pass 7\n" in done.stdout  # newer ones write it with another mark
    assert not (folder / "node_modules").exists()


def test_device_client(example: Example) -> None:
    """Its tests pass, with otakit's fixtures and faults."""
    environment, folder = example("device-client")
    assert "6 passed" in do_as_told(environment, folder).stdout


def test_check_of_staging_is_tried_at_home(example: Example) -> None:
    """The same check, typed as its README has it."""
    environment, folder = example("staging-check")
    assert "5 waived" in do_as_told(environment, folder).stdout
    assert not (folder / "ready.txt").exists()


def do_as_told(environment: Environment, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Type what a README has as commands; each has to end well, and none is left running."""
    (typed,) = re.findall(r"```sh\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    tidy = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"
    done = environment.run("bash", "-e", "-c", tidy + typed, cwd=folder)
    assert done.returncode == 0, said(done)
    return done


def test_workflow_is_green_where_all_that_is_broken_is_waived(example: Example) -> None:
    """Each of its commands is run as GitHub runs it, against a server with real ways."""
    environment, folder = example("staging-check")
    with staging(environment, folder) as url:
        codes = run_job(environment, folder, url)
    assert codes == {"Install": 0, "Check": 0}
    assert sorted(path.name for path in (folder / "report").iterdir()) == [
        "check.html",
        "check.json",
        "check.junit.xml",
    ]
    assert "5 waived" in (folder / "Check.log").read_text()
    assert "MEN-MGT-AUT-033" in (folder / "summary.md").read_text()


def test_workflow_is_red_where_a_waiver_is_missing(example: Example) -> None:
    """The step fails, and the change has an annotation that names the rule."""
    environment, folder = example("staging-check")
    waivers = folder / "waivers.yaml"
    kept = yaml.safe_load(waivers.read_text())[1:]
    waivers.write_text(yaml.safe_dump(kept))
    with staging(environment, folder) as url:
        codes = run_job(environment, folder, url)
    assert codes == {"Install": 0, "Check": 1}
    told = (folder / "Check.log").read_text()
    assert [line for line in told.splitlines() if line.startswith("::error") and "AUT-033" in line]


@contextmanager
def staging(environment: Environment, folder: Path) -> Iterator[str]:
    """Run a server that has the real open-source server's ways; give its URL."""
    with environment.serving("--port", "0", "--dialect", "as-built", cwd=folder) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("otakit ready ")
        yield line.split()[-1]


def run_job(environment: Environment, folder: Path, url: str) -> dict[str, int]:
    """Run the commands of the workflow's job, until one fails; return their exit codes."""
    (path,) = (folder / ".github/workflows").iterdir()
    workflow = yaml.safe_load(path.read_text())
    assert set(workflow[True]) == {"schedule", "workflow_dispatch"}  # YAML takes `on` for true
    (job,) = workflow["jobs"].values()
    known = LOGIN | {"vars.STAGING_URL": url}
    variables = {name: filled_in(value, known) for name, value in job["env"].items()}
    variables["GITHUB_STEP_SUMMARY"] = str(folder / "summary.md")
    codes: dict[str, int] = {}
    for step in job["steps"]:
        check_action(step, folder)
        if "run" in step and not any(codes.values()):
            done = environment.run("bash", "-e", "-c", step["run"], cwd=folder, env=variables)
            (folder / f"{step['name']}.log").write_text(said(done))
            codes[step["name"]] = done.returncode
    return codes


def filled_in(value: str, known: dict[str, str]) -> str:
    """Put what an expression of a workflow stands for in its place."""
    assert value.startswith("${{ ")
    assert value.endswith(" }}")
    return known[value[4:-3]]


def check_action(step: dict[str, Any], folder: Path) -> None:
    """See that a step has a command, or one of the actions that are known, in one version."""
    actions = {"actions/checkout", "actions/setup-python", "actions/upload-artifact"}
    if "run" in step:
        assert set(step) == {"name", "run"}
        script = step["run"].split()[0]
        assert not script.startswith("./") or os.access(folder / script, os.X_OK)
        return
    action, _, version = step["uses"].partition("@")
    assert action in actions
    assert version[0] == "v"
    assert version[1:].isdecimal()


@pytest.mark.parametrize("name", ["device-client", "front-end", "staging-check"])
def test_files_that_a_readme_names_are_there(example: Example, name: str) -> None:
    """A reader who looks for one finds it."""
    _, folder = example(name)
    readme = (folder / "README.md").read_text()
    named = [word for word in readme.split("`")[1::2] if "/" in word or "." in word]
    files = [word for word in named if "\n" not in word and " " not in word]
    missing = [word for word in files if not list(folder.rglob(Path(word).name))]
    assert files
    assert missing == []
