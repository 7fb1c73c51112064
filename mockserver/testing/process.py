"""`otakit serve` as a process of its own, which ends with the one that started it."""

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress

__all__ = ["Option", "ServerProcess", "StartFailed", "arguments"]

Option = str | int | float | bool | os.PathLike[str]

_READY = "otakit ready "
_STOPPING = 20
"""Seconds that a server may take to stop."""

_SERVE = """
import os, signal, threading
def watch():
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=watch, daemon=True).start()
from otakit.cli.main import main
main()
"""
"""What the process runs. Its standard input ends when its parent does, however that comes about."""


class StartFailed(Exception):
    """The server did not start; the text says why in one line."""


def arguments(options: Mapping[str, Option]) -> list[str]:
    """Write options of `otakit serve` as on its command line: True is a flag, False is left out."""
    words: list[str] = []
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif value is not False:
            words += [option, os.fspath(value) if isinstance(value, os.PathLike) else str(value)]
    return words


class ServerProcess:
    """A running server; `url` is where it answers.

    A process of its own keeps time and sockets of its own, whatever a test does to those of its.
    """

    def __init__(
        self, options: Mapping[str, Option], *, patience: float = 60.0, alive: int | None = None
    ) -> None:
        """Start it and wait until it answers; raises StartFailed.

        It ends when the pipe `alive` does, by default one that this process holds. Variables
        `OTAKIT_SERVE_…` of the environment do not count: only `options` do.
        """
        words = arguments({"port": 0, **options})
        surroundings = {k: v for k, v in os.environ.items() if not k.startswith("OTAKIT_SERVE_")}
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it is open as long as the process
        # -P: what lies in the present folder must not stand in for what the server imports.
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-P", "-c", _SERVE, "serve", *words],
            stdin=subprocess.PIPE if alive is None else alive,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=surroundings,
            start_new_session=True,  # Ctrl-C is for the tests, which may have things to tidy up
        )
        try:
            self.url = self._wait(patience)
        except BaseException:
            self.stop()
            raise

    @property
    def id(self) -> int:
        """The number of the process."""
        return self._process.pid

    def let_go(self) -> None:
        """Leave it to others, who hold its pipe."""
        self._process.returncode = 0  # else Python warns that it is left behind
        self._close()

    def stop(self) -> None:
        """Stop it, and wait until it has."""
        self._process.terminate()
        try:
            self._process.wait(_STOPPING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._close()

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        self._said.close()

    def _wait(self, patience: float) -> str:
        """Return the URL that the server names when it is ready."""
        out = self._process.stdout
        assert out is not None  # noqa: S101 - it is a pipe
        if not select.select([out], [], [], patience)[0]:
            message = f"otakit serve did not answer within {patience:g} s"
            raise StartFailed(message)
        line = out.readline().decode()
        if line.startswith(_READY):
            return line.removeprefix(_READY).strip()
        self._process.wait(_STOPPING)
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        said = lines[-1].removeprefix("Error: ") if lines else "it said nothing"
        message = f"otakit serve did not start: {said}"
        raise StartFailed(message)
