"""Other mock servers to compare with: where they are found, and how each is run.

Nothing is installed: one that is missing is named, with the command that gets it. All serve one
OpenAPI file, cut from ours: the measured operations, each with the one answer that is asked for;
moto has AWS's operations instead, of which those that come nearest are asked.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.serving import HEALTH, Server, free_port, running
from benchmarks.tenant import DEPLOYMENTS, NEXT, STATUS
from otakit.specs.catalogue import apis, resolved

WANTED = {
    (DEPLOYMENTS, "post"): "201",
    (f"{DEPLOYMENTS}/{{id}}", "get"): "200",
    (NEXT, "post"): "204",
    (STATUS.format("{id}"), "put"): "204",
}
"""The operations that are measured, with the status of each."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another mock server."""

    name: str
    program: str
    get: str
    arguments: tuple[str, ...]
    ready: str = HEALTH

    def find(self, folder: Path | None) -> str | None:
        """Return where the program is: below the folder of peers, or on the PATH."""
        if folder is None:
            return shutil.which(self.program)
        places = (folder / "node_modules" / ".bin", folder / "bin")
        path = os.pathsep.join(map(str, places)) + os.pathsep + os.environ.get("PATH", "")
        return shutil.which(self.program, path=path)

    @property
    def missing(self) -> str:
        """Say how to get it."""
        return f"{self.name} was not found: `{self.get}`, then `--peers DIR`"

    def command(self, program: str, port: int, file: Path) -> list[str]:
        """Return what runs it."""
        return [
            program,
            *(argument.format(port=port, file=file) for argument in self.arguments),
        ]

    def version(self, program: str, home: Path) -> str:
        """Return which release it is, empty if it does not say."""
        command = [program, "--version"]
        python = Path(program).with_name("python")
        if python.exists():  # a program in Python's has no such option, but a package
            code = f"from importlib.metadata import version; print(version({self.name!r}))"
            command = [str(python), "-c", code]
        told = subprocess.run(
            command, capture_output=True, text=True, check=False, env=quiet(home)
        ).stdout
        numbers = (word.rpartition("/")[2] for word in told.split())
        return next((number for number in numbers if number[:1].isdigit()), "")

    @contextmanager
    def serving(self, program: str, file: Path) -> Iterator[Server]:
        """Run it."""
        port = free_port()
        command, env = self.command(program, port, file), quiet(file.parent)
        with running(command, port, self.ready, env=env) as server:
            yield server


PRISM = Peer(
    "Prism",
    "prism",
    "npm install --prefix DIR @stoplight/prism-cli",
    ("mock", "-v", "silent", "--multiprocess=false", "-p", "{port}", "{file}"),
)
MOCKOON = Peer(
    "Mockoon",
    "mockoon-cli",
    "npm install --prefix DIR @mockoon/cli",
    ("start", "--data", "{file}", "--port", "{port}", "--disable-log-to-file"),
)
MOTO = Peer(
    "moto",
    "moto_server",
    "python3 -m venv DIR && DIR/bin/pip install 'moto[server]'",
    ("-p", "{port}"),
    "/moto-api/data.json",
)


def quiet(home: Path) -> Mapping[str, str]:
    """Return the environment of peers: what they write at home goes into that folder."""
    return {**os.environ, "HOME": str(home), "NO_COLOR": "1"}


def operations_file(folder: Path) -> Path:
    """Write the OpenAPI file that peers serve."""
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {"title": "What is measured", "version": "1"},
        "paths": {},
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }
    for api in apis():
        for path, item in resolved(api)["paths"].items():
            for (wanted, method), status in WANTED.items():
                if api.base_path + path == wanted and method in item:
                    _add(document["paths"], wanted, method, item, status)
    file = folder / "operations.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def _add(paths: dict[str, Any], path: str, method: str, item: dict[str, Any], status: str) -> None:
    operation = item[method]
    kept = {
        key: operation[key]
        for key in ("operationId", "parameters", "requestBody")
        if key in operation
    }
    answer = {key: value for key, value in operation["responses"][status].items() if key != "links"}
    entry = paths.setdefault(path, {})
    entry[method] = {**kept, "responses": {status: answer}}
    if "parameters" in item:
        entry["parameters"] = item["parameters"]
