"""`otakit check`: exit codes, and one clear line for whatever keeps a server from being checked.

The command is called in the test's own process, which saves a second each time; where it is
interrupted or killed, which the tests of what a run leaves behind do, it has one of its own.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Protocol
from xml.etree import ElementTree as ET

import pytest
from click.testing import Result

from ota_bugs.catalogue import load
from ota_bugs.server import served_with
from ota_support.commands import otakit
from ota_support.odd_servers import Answer, closing, dripping, hanging, odd_server, saying
from ota_support.server import EMAIL, PASSWORD

LOGIN = ("--email", EMAIL, "--password", PASSWORD)
RULE = "MEN-DEV-AUT-001"

TIMEOUT = 0.5


class Server(Protocol):
    """What these tests need of the fixture's servers."""

    url: str


class TlsServer(Server, Protocol):
    """One over TLS."""

    authority: Path


def run(url: str, *options: str, **environment: str) -> Result:
    """Run `otakit check`."""
    return otakit("check", url, *options, **environment)


def refused(code: int, url: str, *options: str) -> str:
    """Return the one line of a check that cannot begin."""
    result = run(url, *options)
    assert (result.exit_code, result.stdout) == (code, "")
    line = result.stderr.strip().splitlines()[-1]
    assert line.startswith("Error: ")
    assert "Traceback" not in result.stderr
    return line.removeprefix("Error: ")


def test_contract_that_holds_is_0(server: Server) -> None:
    """A rule that holds is counted, and nothing else is said."""
    result = run(server.url, *LOGIN, "--rule", RULE)
    assert (result.exit_code, result.stderr) == (0, "")
    first, second, third = result.stdout.splitlines()
    assert first.startswith(f"otakit checks {server.url} as mender-enterprise: 1 rule; all that")
    assert second == f"contract held: 1 rule at {server.url} as mender-enterprise"
    assert third.startswith("    1 pass (")


def test_broken_contract_is_1_and_says_how_to_repeat_it() -> None:
    """What is broken comes with its statement, what was expected, what came, and a command."""
    with served_with(load()["unknown-devices-are-let-in"]) as url:
        result = run(url, *LOGIN, "--rule", RULE)
    assert (result.exit_code, result.stderr) == (1, "")
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines[1].startswith(f"✗ {RULE} critical: The very first authentication request")
    assert lines[2] == "Device APIs / Device authentication / Authenticate Device"
    assert lines[4] == "expected  401 Unauthorized"
    assert lines[5] == "got       200 OK TOKEN"
    assert lines[6].startswith("repeat    curl -i -X POST -H 'content-type: application/json'")
    assert lines[6].endswith(f"{url}/api/devices/v1/authentication/auth_requests")
    assert lines[7] == f"contract broken: 1 of 1 rule at {url} as mender-enterprise"


def test_waived_rule_breaks_nothing(tmp_path: Path) -> None:
    """A broken rule that somebody answers for is shown with the reason, and the exit code is 0."""
    waivers = tmp_path / "waivers.yaml"
    entry = f"rule: {RULE}, reason: we trust everybody, owner: ann, expires: 2999-01-01"
    waivers.write_text(f"- {{{entry}}}\n")
    with served_with(load()["unknown-devices-are-let-in"]) as url:
        result = run(url, *LOGIN, "--rule", RULE, "--waivers", str(waivers))
    assert result.exit_code == 0
    assert "~ 1 waived: we trust everybody (ann, until 2999-01-01)" in result.stdout


def test_reports_are_written(server: Server, tmp_path: Path) -> None:
    """The folder has the page, the JSON and the JUnit report; GitHub its summary."""
    summary = tmp_path / "summary.md"
    folder = tmp_path / "new" / "reports"
    options = ("--rule", RULE, "--report-dir", str(folder), "--ci", "github")
    result = run(server.url, *LOGIN, *options, GITHUB_STEP_SUMMARY=str(summary))
    assert result.exit_code == 0
    assert json.loads((folder / "check.json").read_text())["counts"]["pass"] == 1
    junit = ET.fromstring((folder / "check.junit.xml").read_text())  # noqa: S314 - our own
    assert junit.get("tests") == "1"
    assert RULE in (folder / "check.html").read_text()
    assert "## ✅ otakit check" in summary.read_text()


def test_json_is_all_that_is_written(server: Server) -> None:
    """A program reads the whole standard output as JSON."""
    result = run(server.url, *LOGIN, "--rule", RULE, "--json")
    report = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert (report["held"], [r["id"] for r in report["rules"]]) == (True, [RULE])


def test_options_are_variables_too(server: Server) -> None:
    """A password need not stand in a command line."""
    variables = {"OTAKIT_CHECK_EMAIL": EMAIL, "OTAKIT_CHECK_PASSWORD": PASSWORD}
    chosen = {"OTAKIT_CHECK_RULE": RULE, "OTAKIT_CHECK_JSON": "1"}
    result = run(server.url, **variables, **chosen)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["counts"]["pass"] == 1


def test_api_that_no_document_describes_can_be_chosen(server: Server) -> None:
    """Inventory v1 is a companion, with cited rules about how the others use it."""
    options = ("--api", "management/inventory-v1", "--rule", "MEN-MGT-INV-030")
    result = run(server.url, *LOGIN, *options)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 pass" in result.stdout


def test_nobody_there_is_3() -> None:
    """A port that nobody listens on."""
    said = refused(3, "http://127.0.0.1:9", *LOGIN)
    assert said == "nobody answers at http://127.0.0.1:9: connection refused"


def test_unknown_host_is_3() -> None:
    """A name that there is not (RFC 2606)."""
    assert refused(3, "http://nobody.invalid", *LOGIN).startswith(
        "nobody answers at http://nobody.invalid: "
    )


def test_wrong_password_is_3(server: Server) -> None:
    """The user is named, the password is not."""
    said = refused(3, server.url, "--email", EMAIL, "--password", "not-it")
    assert said.startswith(f"{server.url} does not let '{EMAIL}' in: 401 Unauthorized")
    assert "not-it" not in said


def test_wrong_token_is_3(server: Server) -> None:
    """A token that the server did not make."""
    said = refused(3, server.url, "--token", "a.b.c")
    assert said.startswith(f"{server.url} refuses the token: 401 Unauthorized")


@pytest.mark.parametrize("way_in", [LOGIN, ("--token", "a.b.c")], ids=["login", "token"])
@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (saying(b"<!doctype html><p>Hello</p>"), "200 and text/html"),
        (saying(b"<p>Not here</p>", status=404), "404 and text/html"),
        (saying(b"no.thing.much", status=302), "302 and text/html"),
        (saying(b'"word"', status=500, kind="application/json"), "500 and application/json"),
    ],
    ids=["page", "not found", "redirect", "error"],
)
def test_web_site_is_3(answer: Answer, what: str, way_in: tuple[str, ...]) -> None:
    """Something that is none of the documented APIs is named as what it is."""
    with odd_server(answer) as url:
        said = refused(3, url, *way_in)
    assert "is none of the documented APIs" in said
    assert f"was answered {what}, not" in said


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (hanging(), f"no answer within {TIMEOUT:g} s"),
        (dripping(), f"no answer within {TIMEOUT:g} s"),
        (closing(), "the connection ended without an answer"),
    ],
    ids=["hanging", "dripping", "closing"],
)
def test_silent_server_is_3_within_the_timeout(answer: Answer, what: str) -> None:
    """Who does not answer, or not to the end, is not waited for.

    In a minute these servers end the connection: that is what would be told then.
    """
    with odd_server(answer) as url:
        assert what in refused(3, url, *LOGIN, "--timeout", str(TIMEOUT))


def test_untrusted_certificate_is_3(tls_server: TlsServer) -> None:
    """The way out is named; with it, or without looking, the check goes on."""
    said = refused(3, tls_server.url, *LOGIN)
    assert said.startswith("the certificate of 127.0.0.1 is not trusted: ")
    assert said.endswith("--authority names a file to trust")
    for way_out in (("--authority", str(tls_server.authority)), ("--insecure",)):
        assert run(tls_server.url, *LOGIN, "--rule", RULE, *way_out).exit_code == 0


def test_https_where_there_is_none_is_3(server: Server) -> None:
    """A server that speaks plain HTTP is no TLS server."""
    assert refused(3, server.url.replace("http:", "https:"), *LOGIN).startswith(
        "no TLS with 127.0.0.1: "
    )


@pytest.mark.parametrize(
    ("url", "options", "said"),
    [
        ("localhost:8080", LOGIN, "'localhost:8080' is no URL of a server"),
        ("http://ann:secret@x", LOGIN, "the URL of x has a login in it: --email and --password"),
        ("http://x/?a=b", LOGIN, "'http://x/?a=b' has more than scheme, host, port and path"),
        ("http://x", (), "who are we there? Give --email and --password, or --token"),
        ("http://x", (*LOGIN, "--token", "a"), "--token takes the place of --email and --password"),
        ("http://x", (*LOGIN, "--rule", "MEN-DEV-AUT-01"), "did you mean 'MEN-DEV-AUT-01"),
        ("http://x", (*LOGIN, "--api", "devauth"), "--api: there is no API 'devauth'; there are"),
        ("http://x", (*LOGIN, "--clean", "fleet"), "'fleet' is no name of a run"),
        ("http://x", (*LOGIN, "--waivers", "/nowhere"), "cannot be read: no such file"),
        ("http://x", (*LOGIN, "--authority", "/nowhere"), "no file '/nowhere' with certificates"),
        ("http://x", ("--profile", "jfrog-connect"), "needs --project-key and --token"),
        (
            "http://x",
            (*LOGIN, "--profile", "mender-1", "--dialect", "as-built"),
            "--dialect: edition 'mender-1' has no dialect 'as-built'",
        ),
    ],
)
def test_command_that_cannot_be_carried_out_is_2(
    url: str, options: tuple[str, ...], said: str
) -> None:
    """One line names the thing, the value and the way out; nothing is sent."""
    assert said in refused(2, url, *options)


def test_missing_extra_is_2_and_named() -> None:
    """Without the packages of the extra, the line says how to install them."""
    code = (
        "import sys; sys.modules['openapi_core'] = None;"
        "from otakit.cli.main import main; main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, "check", "http://x", *LOGIN]
    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "Error: 'openapi_core' is not installed: this needs pip install 'otakit[check]'\n"
    )
