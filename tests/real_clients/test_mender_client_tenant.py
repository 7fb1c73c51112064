"""mender-client reaches the universe whose tenant token is in its configuration."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.real_clients.conftest import MenderClient, Operator

NAME = "release-1"


@pytest.fixture
def universe(server: Any) -> Iterator[dict[str, str]]:
    """Return what the maker of a universe is told; it is deleted in the end."""
    url = f"{server.url}/otakit/v1/universes"
    made = httpx.post(url, json={"plan": "os"}).raise_for_status().json()
    yield made
    httpx.delete(f"{url}/{made['id']}").raise_for_status()


def test_tenant_token_leads_to_its_universe(
    universe: dict[str, str],
    server: Any,
    operator: "Operator",
    management: httpx.Client,
    mender_client: Callable[..., "MenderClient"],
) -> None:
    """The device is let in and updated there, and `default` knows nothing of it.

    The universe is an open-source one: the client offers to follow control maps, and is updated
    without.
    """
    headers = {"Authorization": f"Bearer {universe['token']}"}
    base = f"{server.url}/api/management/"
    with httpx.Client(base_url=base, headers=headers) as client_of_tenant:
        tenant = type(operator)(client_of_tenant)
        client = mender_client(tenant_token=universe["tenant_token"])
        tenant.generate(NAME, b"of the tenant\n", filename="motd", dest_dir=str(client.disk))
        client.start()
        device = tenant.accept(client)
        deployment = tenant.deploy(NAME, device)
        client.until(lambda: tenant.finished(deployment), "the deployment is finished")
        assert tenant.statistics(deployment) == {"success": 1}
    assert (client.disk / "motd").read_bytes() == b"of the tenant\n"
    assert management.get("v2/devauth/devices").json() == []


def test_unknown_tenant_token_is_refused(
    management: httpx.Client, mender_client: Callable[..., "MenderClient"]
) -> None:
    """The client says why, and turns up nowhere."""
    client = mender_client(tenant_token="of-another-server")
    client.start()
    client.until(lambda: "no tenant has the tenant_token" in client.log(), "it is refused")
    assert management.get("v2/devauth/devices").json() == []
