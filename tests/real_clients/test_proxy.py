"""mender-client and its operator through `otakit proxy`: a whole update, and no violation."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from ota_support.proxies import lines, run_proxy
from ota_support.server import NO_TLS

if TYPE_CHECKING:
    from tests.conftest import RunningServer
    from tests.real_clients.conftest import MenderClient, Operator

NAME = "release-1"
CONTENT = b"made for the device\n"


def test_whole_update_passes_unharmed(
    server: "RunningServer",
    ota_parts: "tuple[type[MenderClient], type[Operator]]",
    mender_client: Callable[..., "MenderClient"],
    write_artifact: Callable[..., Path],
) -> None:
    """From the first refused request to the file on the disk; the download goes past the proxy."""
    with run_proxy(server.url) as proxy:
        client = mender_client(url=proxy.url)
        headers = {"Authorization": f"Bearer {server.login()}"}
        with httpx.Client(
            base_url=f"{proxy.url}/api/management/", headers=headers, verify=NO_TLS
        ) as user:
            operator = ota_parts[1](user)
            files = {"dest_dir": str(client.disk), "filename": "motd", "motd": CONTENT}
            operator.upload(write_artifact(NAME, "single-file", **files))
            client.start()
            device = operator.accept(client)
            deployment = operator.deploy(NAME, device)
            client.until(lambda: operator.finished(deployment), "the deployment is finished")
            assert operator.statistics(deployment) == {"success": 1}
        assert (client.disk / "motd").read_bytes() == CONTENT
        report = proxy.stop()
    assert lines(report) == []
    reached = {o["operation"]: set(o["reached"]) for o in report["operations"]}
    assert {"401", "200"} <= reached["authenticateDevice"]
    assert "204" in reached["reportDeploymentStatus"]
    assert reached["uploadArtifact"] == {"201"}
    assert report["undocumented"] == {}
