"""`--otakit-url`: what is said where the server is not there, or needs a token."""

from collections.abc import Callable
from typing import Any

import pytest

ONE = "def test_it(ota_mender): assert ota_mender.management.get('v2/devauth/devices').is_success"


def test_nobody_there(run_pytest: Callable[..., pytest.RunResult]) -> None:
    """One line, and no traceback."""
    result = run_pytest(ONE, "--otakit-url", "http://127.0.0.1:9")
    result.assert_outcomes(errors=1)
    said = "--otakit-url: no otakit server answers at http://127.0.0.1:9: "
    assert said in result.stdout.str()
    assert "Traceback" not in result.stdout.str()


def test_control_token_and_variables(
    run_pytest: Callable[..., pytest.RunResult],
    start_server: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Options are variables, too; without the token the test fails in a line."""
    server = start_server("--control-token", "letmein-letmein-letmein")
    monkeypatch.setenv("OTAKIT_URL", server.url)
    run_pytest(ONE).assert_outcomes(errors=1)
    monkeypatch.setenv("OTAKIT_CONTROL_TOKEN", "letmein-letmein-letmein")
    run_pytest(ONE).assert_outcomes(passed=1)
