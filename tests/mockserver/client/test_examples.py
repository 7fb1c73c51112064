"""The examples of the client's docstrings run as they stand."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

import otakit.mockserver.client as package
from otakit.mockserver.client import ControlClient, NewUniverse

BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
MODULES = [
    importlib.import_module(f"{package.__name__}.{found.name}")
    for found in pkgutil.iter_modules(package.__path__)
]
SOURCES = {module.__name__: inspect.getsource(module) for module in [package, *MODULES]}
EXAMPLES = [
    pytest.param(inspect.cleandoc("\n" + block), id=f"{name} {number}")
    for name, source in SOURCES.items()
    for number, block in enumerate(BLOCK.findall(source))
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_runs(
    example: str,
    client: ControlClient,
    universe: NewUniverse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On this server; verdicts about what nobody did are no."""
    (tmp_path / "ours.yaml").write_text("title: Ours\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"client": client, "universe": universe, "Path": Path}
    code = example.replace("http://127.0.0.1:8080", client.url)
    try:
        exec(code, names)  # noqa: S102 - that is what is tested
    except AssertionError as error:
        assert str(error).startswith("not verified: ")  # noqa: PT017 - it shows the message
