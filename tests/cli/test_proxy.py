"""`otakit proxy`: its exit codes, and its lines."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from ota_bugs.catalogue import load
from ota_bugs.server import served_with
from ota_support.odd_servers import hanging, odd_server, saying
from ota_support.proxies import OTAKIT, TIMEOUT, lines, run_proxy
from ota_support.server import LOGIN, NO_TLS
from otakit.cli.proxy import proxy as command

DEVICES = "/api/management/v2/devauth/devices"
UNKNOWN = f"{DEVICES}/5f0c7a1e-0000-4000-8000-000000000000"


def refused(code: int, *arguments: str) -> str:
    """Return the one line of a proxy that cannot begin."""
    result = CliRunner().invoke(command, ["--port", "0", *arguments])
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("Error: ").rstrip()


def use(url: str, *paths: str) -> httpx.Client:
    """Log in, and get these paths."""
    client = httpx.Client(base_url=url, verify=NO_TLS, timeout=TIMEOUT)
    token = client.post("/api/management/v1/useradm/auth/login", auth=LOGIN).text
    client.headers["Authorization"] = f"Bearer {token}"
    for path in paths:
        client.get(path)
    return client


def test_nobody_there_is_3() -> None:
    """A port that nobody listens on."""
    said = refused(3, "http://127.0.0.1:9")
    assert said == "nobody answers at http://127.0.0.1:9: connection refused"


def test_hanging_target_is_3() -> None:
    """After the time that it has."""
    with odd_server(hanging()) as url:
        assert refused(3, url, "--timeout", "0.3") == "GET /: no answer within 0.3 s"


def test_untrusted_certificate_is_3(tls_server: Any) -> None:
    """With the option that names what to trust."""
    said = refused(3, tls_server.url)
    assert said.startswith("the certificate of 127.0.0.1 is not trusted: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["staging"], "'staging' is no URL of a server, such as https://staging.example.com"),
        (["http://a", "--report", "a.txt"], "--report: 'a.txt' ends in neither .html nor .json"),
        (
            ["http://a", "--report", "no/a.html"],
            "--report: there is no folder 'no' to write it to",
        ),
        (
            ["http://a", "--edition", "mender-1", "--dialect", "as-built"],
            "--dialect: ",
        ),
        (
            ["https://a", "--insecure", "--tls-ca", __file__],
            "--insecure looks at no certificate: leave out --tls-ca, or --insecure",
        ),
    ],
)
def test_what_cannot_be_is_2(arguments: list[str], said: str) -> None:
    """Named before anything is sent."""
    assert refused(2, *arguments).startswith(said)


def test_missing_extra_is_2_and_named() -> None:
    """Without the packages of the extra, the line says how to install them."""
    program = (
        "import sys; sys.modules['openapi_core'] = None; sys.argv = ['otakit', *sys.argv[1:]]; "
        "from otakit.cli.main import main; main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, "proxy", "http://127.0.0.1:9"],
        check=False,
        capture_output=True,
        text=True,
    )
    said = "Error: 'openapi_core' is not installed: this needs pip install 'otakit[check]'\n"
    assert (result.returncode, result.stderr) == (2, said)


def test_broken_target_is_told_and_1() -> None:
    """A line when it is seen first, one for ten of them, and all of it in the end."""
    with (
        served_with(load()["unknown-devices-are-null"]) as url,
        run_proxy(url, "--fail-on-violation") as proxy,
    ):
        use(proxy.url, *([UNKNOWN] * 12)).close()
        report = proxy.stop()
    assert proxy.process.returncode == 1
    what = "the body: None is not of type 'object'"
    assert ("answer", "getDevice", 200, what) in lines(report)
    told = rf"\d\d:\d\d:\d\d answer  GET {UNKNOWN} → 200: {re.escape(what)} \[getDevice\]"
    beginning, end = proxy.stdout.split("operations and the statuses that they answered:\n")
    mine = [line for line in beginning.splitlines() if what in line]
    assert len(mine) == 2
    assert re.fullmatch(told, mine[0])
    assert re.fullmatch(rf"{told} \(10 times\)", mine[1])
    summed_up = end.splitlines()
    assert any(
        re.fullmatch(r"  GET /api/management/v2/devauth/devices/\{id\} +200 \(12\)", line)
        for line in summed_up
    )
    assert f"      12 answer  getDevice 200: {what}" in summed_up
    assert summed_up[-1] == f"24 violations of 2 kinds in 13 requests to {url}"


def test_traffic_that_holds_is_0(server: Any) -> None:
    """And requests that no document has are named, not blamed."""
    with run_proxy(server.url, "--fail-on-violation") as proxy:
        use(proxy.url, DEVICES, "/ui/main.js", "/ui/main.js").close()
        report = proxy.stop()
    assert proxy.process.returncode == 0
    assert (report["held"], report["requests"]) == (True, 4)
    assert report["undocumented"] == {"GET /ui/main.js": 2}
    assert proxy.stdout.splitlines()[-1] == f"no violation in 4 requests to {server.url}"


def test_clients_mistake_is_told(server: Any) -> None:
    """As what it is, whatever the target makes of it."""
    with run_proxy(server.url, "--fail-on-violation") as proxy:
        use(proxy.url, f"{DEVICES}?per_page=many").close()
        report = proxy.stop()
    assert proxy.process.returncode == 1
    what = "query parameter 'per_page': Failed to cast value to integer type: many"
    assert lines(report) == [("request", "listDevices", 400, what)]


def test_json_lines_are_all_that_is_written(server: Any) -> None:
    """After the line that it is ready: one for each violation, and the summary."""
    with run_proxy(server.url, "--json-lines") as proxy:
        use(proxy.url, f"{DEVICES}?page=x", f"{DEVICES}?page=y").close()
        report = proxy.stop()
    assert proxy.process.returncode == 0  # whoever wants another one asks for it
    first, second, last = map(json.loads, proxy.stdout.splitlines())
    assert [(e["event"], e["count"], e["operation"]) for e in (first, second)] == [
        ("violation", 1, "listDevices"),
        ("violation", 2, "listDevices"),
    ]
    assert last == {"event": "summary", **report}


def test_page_is_written(server: Any, tmp_path: Path) -> None:
    """With the violation, and what was asked for; nothing in it is taken for HTML."""
    page = tmp_path / "seen.html"
    with run_proxy(server.url, "--report", str(page)) as proxy:
        use(proxy.url, f"{DEVICES}?page=<b>", "/<i>").close()
        proxy.process.send_signal(signal.SIGTERM)  # which ends it as Ctrl-C does
        assert proxy.process.wait(timeout=TIMEOUT) == 0
    text = page.read_text(encoding="utf-8")
    assert "1 violation of 1 kind in 3 requests to" in text
    assert "Failed to cast value to integer type: &lt;b&gt;" in text
    assert "GET /api/management/v2/devauth/devices</code>" in text
    assert "<b>" not in text.replace('<b class="fail">', "")
    assert "<i>" not in text


def test_target_over_tls(tls_server: Any) -> None:
    """Its certificate is looked at, and its links are its own."""
    with run_proxy(tls_server.url, "--tls-ca", str(tls_server.authority)) as proxy:
        client = use(proxy.url)
        assert client.get(DEVICES).json() == []
        client.close()
        assert lines(proxy.stop()) == []


def test_warnings() -> None:
    """Of other machines that may come, and of a target that sends its callers past the proxy."""
    away = saying(b"", status=301, more="Location: https://staging.example/\r\n")
    everywhere = ("--host", "0.0.0.0")  # noqa: S104 - that is the point
    with odd_server(away) as url, run_proxy(url, *everywhere) as proxy:
        proxy.stop()
    assert f"warning: {url} sends its callers to https://staging.example/" in proxy.stderr
    assert "otakit: warning: --host 0.0.0.0 lets other machines send requests" in proxy.stderr


def test_options_are_variables_too(server: Any) -> None:
    """As of every command."""
    variables = {"OTAKIT_PROXY_PORT": "0", "OTAKIT_PROXY_JSON_LINES": "1"}
    with subprocess.Popen(
        [OTAKIT, "proxy", server.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **variables},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("otakit ready http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert json.loads(process.communicate(timeout=TIMEOUT)[0])["requests"] == 0
