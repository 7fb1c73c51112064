"""Options of `otakit serve` that click alone would let through."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from otakit.cli.serve import serve

SECRET = "sesame-sesame-sesame"


@pytest.mark.parametrize("token", ["", "sesame", "sesame sesame sesame", "sésame-sésame-sésame"])
def test_weak_token_is_refused(token: str) -> None:
    """The message says what there has to be, not what there was."""
    result = CliRunner().invoke(serve, ["--control-token", token])
    assert result.exit_code == 2
    assert "'--control-token': at least 16 ASCII characters" in result.stderr
    assert "same" not in result.stderr


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "",
        "shop.example",
        "http://shop.example/",
        "http://shop.example/cart",
        "http://user@shop.example",
        "http://shop.example:port",
        "http://*.shop.example",
        "http://a.example http://b.example",
        "https://bücher.example",
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    """The message shows it, and what one looks like."""
    result = CliRunner().invoke(serve, ["--cors-origin", origin])
    assert result.exit_code == 2
    assert f"'--cors-origin': '{origin}' is no origin" in result.stderr
    assert "http://localhost:3000" in result.stderr


def test_origins_are_a_variable_too(
    start_server: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Separated by spaces; written as people do, not as browsers do."""
    monkeypatch.setenv(
        "OTAKIT_SERVE_CORS_ORIGIN", "https://Shop.example:443 http://till.example:80"
    )
    server = start_server()
    for origin in ("https://shop.example", "http://till.example"):
        answer = httpx.get(f"{server.url}/otakit/v1/health", headers={"Origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin


def test_token_is_a_variable_too_and_never_told(
    start_server: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither when the server starts nor when somebody brings a wrong one."""
    monkeypatch.setenv("OTAKIT_SERVE_CONTROL_TOKEN", SECRET)
    server = start_server()
    url = f"{server.url}/otakit/v1/universes"
    answer = httpx.get(url, headers={"Authorization": f"Bearer {SECRET}x"})
    assert answer.status_code == 401
    assert SECRET not in answer.text
    assert httpx.get(url, headers={"Authorization": f"Bearer {SECRET}"}).is_success
    assert SECRET not in "".join(capfd.readouterr())


def test_help_has_every_option_below_its_heading() -> None:
    """Those in no group come last."""
    lines = CliRunner().invoke(serve, ["--help"], terminal_width=100).output.splitlines()
    headings = [line for line in lines if line.endswith(":") and line[0] != " "]
    expected = ["World:", "Address:", "Documents:", "Time and seed:", "Who may call:", "TLS:"]
    assert headings[: len(expected)] == expected
    assert headings[-1] == "Options:"
    told = {line.split()[0] for line in lines if line.startswith("  --")}
    assert told - {"--help"} == {option.opts[0] for option in serve.params}
