"""What tests of the plugin share: a user's pytest, in a process of its own."""

import os
from collections.abc import Callable
from typing import Any

import pytest

RunPytest = Callable[..., pytest.RunResult]


@pytest.fixture
def run_pytest(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> RunPytest:
    """Return a function that runs a user's test module with otakit's plugin and these options."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # others take longer than the tests
    for name in [name for name in os.environ if name.startswith("OTAKIT_")]:
        monkeypatch.delenv(name)

    def run(source: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(test_theirs=source)
        workers = ("-p", "xdist.plugin") if "-n" in options else ()
        plugins = ("-p", "otakit.contracts.plugin", *workers)
        return pytester.runpytest_subprocess(*plugins, "-W", "error", *options)

    return run


@pytest.fixture
def run_at(run_pytest: RunPytest, edition_server: Callable[[str, str], Any]) -> RunPytest:
    """Return the same on a server that is running already, which takes no time to start."""
    url = edition_server("mender", "documented").url
    return lambda source, *options: run_pytest(source, "--otakit-url", url, *options)
