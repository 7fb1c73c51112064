"""Built distributions, and fresh environments into which they are installed."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
"""The checkout."""


@dataclass(frozen=True)
class Distributions:
    """A wheel that was built from a source distribution."""

    sdist: Path
    wheel: Path


@dataclass(frozen=True)
class Environment:
    """A virtual environment, with nothing in it but what was asked for."""

    folder: Path

    @property
    def python(self) -> Path:
        """Return its interpreter."""
        return self.folder / "bin/python"

    def run(
        self, *command: str, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 120
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program as in a shell in which the environment is active."""
        return subprocess.run(
            command,
            cwd=cwd,
            env=self.variables() | dict(env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def serving(self, *options: str, cwd: Path) -> "AbstractContextManager[subprocess.Popen[str]]":
        """Run `otakit serve` with these options; it is stopped at the block's end."""
        command = [str(self.folder / "bin/otakit"), "serve", *options]
        return _stopped(command, cwd, self.variables())

    def variables(self) -> dict[str, str]:
        """Return the variables of such a shell; those for otakit and pytest are not passed on."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("OTAKIT_", "PYTEST_"))}
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return kept | {"PATH": path, "VIRTUAL_ENV": str(self.folder)}


@contextmanager
def _stopped(
    command: list[str], cwd: Path, env: dict[str, str]
) -> "Iterator[subprocess.Popen[str]]":
    out = subprocess.PIPE
    with subprocess.Popen(command, cwd=cwd, env=env, stdout=out, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=20)


def uv(*arguments: str, cwd: Path = ROOT) -> str:
    """Run uv, and return what it says."""
    program = shutil.which("uv")
    assert program, "uv builds and installs here: python3 -m pip install uv"
    done = subprocess.run(
        [program, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def said(done: "subprocess.CompletedProcess[str]") -> str:
    """Return all that a program has written, for a failure's message."""
    return f"{done.args}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
