"""The Dockerfile: it is read and its commands run, since few machines have a Docker daemon."""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ota_support.environments import ROOT, Environment, said, uv

TOKEN = {"OTAKIT_SERVE_CONTROL_TOKEN": "f00d" * 8}


class Line(NamedTuple):
    """An instruction and what stands behind it."""

    instruction: str
    rest: str


@pytest.fixture
def lines() -> list[Line]:
    """Return the Dockerfile's instructions, in order."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    plain = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    split = [line.partition(" ") for line in plain.splitlines() if line]
    return [Line(name, rest.strip()) for name, _, rest in split]


def only(lines: list[Line], instruction: str) -> str:
    """Return what stands behind an instruction that is there once."""
    (found,) = [line.rest for line in lines if line.instruction == instruction]
    return found


def variables(lines: list[Line]) -> dict[str, str]:
    """Return what ENV sets, but for the path."""
    pairs = (pair.partition("=") for pair in shlex.split(only(lines, "ENV")))
    return {name: value for name, _, value in pairs if name != "PATH"}


def test_image_is_slim_and_runs_as_nobody(lines: list[Line]) -> None:
    """Only the installed wheel gets into it, and its user is not root."""
    known = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "ENV", "EXPOSE", "STOPSIGNAL"}
    assert {line.instruction for line in lines} == known | {"HEALTHCHECK", "ENTRYPOINT"}
    bases = [line.rest for line in lines if line.instruction == "FROM"]
    assert bases == ["python:3.13-slim AS build", "python:3.13-slim"]
    last = lines[[line.instruction for line in lines].index("FROM", 1) :]
    assert only(last, "COPY") == "--from=build /opt/otakit /opt/otakit"
    user = only(last, "USER")
    assert f"useradd --system --no-create-home --shell /usr/sbin/nologin {user}" in only(
        last, "RUN"
    )
    names = [line.instruction for line in last]
    assert names.index("USER") < names.index("ENTRYPOINT")


def test_context_is_what_the_wheel_is_made_of(lines: list[Line], tmp_path: Path) -> None:
    """What .dockerignore lets through is enough to build, and has no tests."""
    assert "COPY . ." in [f"{line.instruction} {line.rest}" for line in lines]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[1] == "*"
    for name in (line[1:] for line in ignored if line.startswith("!")):
        source = ROOT / name
        if source.is_dir():
            leave = shutil.ignore_patterns("__pycache__", "*.py[cod]")
            shutil.copytree(source, tmp_path / name, ignore=leave)
        else:
            shutil.copy(source, tmp_path)
    assert not (tmp_path / "tests").exists()
    (built,) = [line.rest for line in lines if "pip wheel" in line.rest]
    assert shlex.split(built)[-1] == "."
    uv("build", "--quiet", "--wheel", "--out-dir", str(tmp_path / "wheels"), str(tmp_path))
    (installed,) = [line.rest for line in lines if "bin/pip install" in line.rest]
    pattern = shlex.split(installed)[-1].removeprefix("/wheels/")
    assert len(list((tmp_path / "wheels").glob(pattern))) == 1


def test_server_starts_answers_its_health_check_and_stops(
    lines: list[Line], fresh: Callable[..., Environment], tmp_path: Path
) -> None:
    """The commands of ENTRYPOINT and HEALTHCHECK do what they are there for."""
    plain = fresh("otakit")
    command = json.loads(only(lines, "ENTRYPOINT"))
    check = json.loads(only(lines, "HEALTHCHECK").partition(" CMD ")[2])
    assert only(lines, "EXPOSE") == "8080"
    assert check[-1].count(":8080/") == 1
    env = plain.variables() | variables(lines) | TOKEN
    started = [*command, "--port", "0"]
    with subprocess.Popen(
        started, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[-1]
            assert url.startswith("http://0.0.0.0:")
            port = url.rpartition(":")[2]
            here = [part.replace(":8080/", f":{port}/") for part in check]
            well = plain.run(*here, cwd=tmp_path)
            gone = plain.run(*[part.replace(":8080/", ":9/") for part in check], cwd=tmp_path)
        finally:
            server.terminate()
            code = server.wait(timeout=20)
    assert well.returncode == 0, said(well)
    assert gone.returncode != 0
    assert code == 0


def test_without_a_control_token_it_says_what_to_do(
    lines: list[Line], fresh: Callable[..., Environment], tmp_path: Path
) -> None:
    """A container that anybody could steer does not start, and one line tells why."""
    command = json.loads(only(lines, "ENTRYPOINT"))
    done = fresh("otakit").run(
        *command, "--port", "0", cwd=tmp_path, env=variables(lines), timeout=60
    )
    assert done.returncode == 1
    assert re.fullmatch(r"Error: --host 0\.0\.0\.0 lets .*--control-token TOKEN.*\n", done.stderr)
