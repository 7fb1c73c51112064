"""Schemathesis finds nothing: no answer of the server is off the documents, whatever is asked.

It tries the documents' examples, boundary values, random data, valid and not, and sequences of
requests; it looks at status, type, headers and body of each answer, that what is invalid is
refused, and that no operation works without its token. `checks.toml` says what is left out.

To look for more than CI has time for: OTAKIT_FUZZ_EXAMPLES=80 OTAKIT_FUZZ_SEED=7 pytest tests/fuzz
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from otakit.specs.catalogue import NAMES, Api, apis, control, resolved, served

HERE = Path(__file__).parent
EXAMPLES = os.environ.get("OTAKIT_FUZZ_EXAMPLES", "8")
SEED = os.environ.get("OTAKIT_FUZZ_SEED", "20261120")
CONTROL_TOKEN = "fuzz-0123456789abcdef"
EMAIL, PASSWORD = "admin@example.com", "otakit-password"

ALIVE = {
    "managementToken": "/api/management/v1/useradm/users/me",
    "deviceToken": "/api/devices/v1/deployments/device/deployments/next"
    "?artifact_name=none&device_type=none",
}
"""What answers 2xx as long as a token is good."""

MEANINGS = (
    ("/universes/", "path.universe_id", "universes"),
    ("/universes/", "path.device_uuid", "fleet_devices"),
    ("/universes/", "path.number", "numbers"),
    ("/universes/", "path.fault_id", "faults"),
    ("/{project_key}/", "path.project_key", "fleets"),
    ("/{project_key}/", "path.deployment_uuid", "fleet_deployments"),
    ("/{project_key}/", "path.device_uuid", "fleet_devices"),
    ("/{project_key}/", "query.after", "fleet_pages"),
    ("/{project_key}/", "body.deployment_configuration.flow_uuid", "flows"),
    ("/configurations/device/", "path.deviceId", "devices"),
    ("/download/configuration/", "path.deployment_id", "configured_deployments"),
    ("/download/configuration/", "path.device_type", "configured_types"),
    ("/download/configuration/", "path.device_id", "configured_devices"),
    ("/download/configuration/", "query.tenant_id", "link_tenants"),
    ("/download/configuration/", "query.x-men-expire", "link_moments"),
    ("/download/configuration/", "query.x-men-signature", "link_signatures"),
    ("/tokens/", "path.id", "auth_sets"),
    ("/settings/tokens/", "path.id", "access_tokens"),
    ("/users/{", "path.id", "users"),
    ("/users", "query.id[*]", "users"),
    ("/integrations/{", "path.id", "integrations"),
    ("/events", "query.integration_id", "integrations"),
    ("/artifacts/", "path.id", "artifacts"),
    ("/filters/", "path.id", "filters"),
    ("/deployments/devices/", "path.id", "devices"),
    ("/deployments/releases/", "path.name", "releases"),
    ("/deployments/releases", "query.name[*]", "releases"),
    ("/deployments/", "path.id", "deployments"),
    ("/device/deployments/", "path.id", "deployments"),
    ("/devices/", "path.id", "devices"),
    ("/devices/", "path.aid", "auth_sets"),
    ("/groups/", "path.name", "groups"),
    ("/", "path.name", "groups"),
    ("/", "path.deployment_id", "deployments"),
    ("/", "path.device_id", "devices"),
    ("/", "body.artifact_name", "releases"),
    ("/", "body.devices[*]", "devices"),
    ("/", "body.deployment_ids[*]", "deployments"),
    ("/", "body.filter_id", "filters"),
    ("/", "body.pubkey", "keys"),
    ("/", "body.id_data", "identities"),
    ("/", "body.args", "arguments"),
)
"""What parameters mean, by the beginning of the path; the first that fits counts."""


EDITIONS = {
    api.name: pytest.param(("--edition", edition), api, id=api.name)
    for edition in reversed(NAMES)
    for api in served(edition)
}
"""Each API of any edition once, and with what options its server is started.

What several editions have is tried in the current one, which is the last here.
"""
CONTROL = pytest.param(("--control-token", CONTROL_TOKEN), control(), id=control().name)
AS_BUILT = [
    pytest.param(("--dialect", "as-built"), api, id=f"as-built:{api.name}")
    for api in apis(dialect="as-built")
]
"""All APIs of the other dialect: it answers otherwise also where a file says the same."""


@pytest.mark.parametrize(("options", "api"), [*EDITIONS.values(), CONTROL, *AS_BUILT])
def test_schemathesis_finds_nothing(
    options: tuple[str, ...], api: Api, ota_target: Any, tmp_path: Path
) -> None:
    """Run all phases over one API."""
    del options  # are what `ota_target` was started with
    (tmp_path / "run.toml").write_text(configuration(api, ota_target), encoding="utf-8")
    (tmp_path / "upload.mender").write_bytes(ota_target.artifact)
    url = ota_target.url + api.base_path
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", "run.toml"]
    command += ["run", f"{url}/openapi.json", "--url", url, "--max-examples", EXAMPLES]
    command += ["--seed", SEED, "--continue-on-failure", "--generation-database", "none"]
    environment = {
        **os.environ,
        "OTAKIT_FUZZ_TOKEN": ota_target.tokens["managementToken"],
    }
    done = subprocess.run(
        [*command, "--no-color"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-60_000:] + done.stderr
    for scheme in resolved(api)["components"].get("securitySchemes", {}).keys() & ALIVE.keys():
        headers = {"Authorization": f"Bearer {ota_target.tokens[scheme]}"}
        answer = httpx.get(ota_target.url + ALIVE[scheme], headers=headers)
        assert answer.is_success, f"the run ended the {scheme}: it showed less than it seems"


def configuration(api: Api, target: Any) -> str:
    """Return the configuration of a run: tokens, names of things, and what is left out."""
    document = resolved(api)
    lines = [f"hooks = {quoted(HERE / 'hooks.py')}"]
    lines += [(HERE / "checks.toml").read_text(encoding="utf-8")]
    for scheme in document["components"].get("securitySchemes", {}):
        if scheme == "basicAuth":
            lines += ["[auth.openapi.basicAuth]", f"username = {quoted(EMAIL)}"]
            lines += [f"password = {quoted(PASSWORD)}"]
        elif scheme in target.tokens:  # not the cookie that may stand in for one
            lines += [f"[auth.openapi.{scheme}]", f"bearer = {quoted(target.tokens[scheme])}"]
    for name, values in target.names.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    for path in document["paths"]:
        fitting = [m for m in MEANINGS if path.startswith(m[0])]
        meaning = {parameter: name for _, parameter, name in reversed(fitting)}
        lines += ["[[operations]]", f"include-path = {quoted(path)}", "[operations.parameters]"]
        lines += [
            f"{quoted(parameter)} = {{ dictionary = {quoted(name)}, probability = 0.7 }}"
            for parameter, name in meaning.items()
        ]
    return "\n".join(lines)


def quoted(value: object) -> str:
    """Write a text in TOML."""
    return json.dumps(str(value))
