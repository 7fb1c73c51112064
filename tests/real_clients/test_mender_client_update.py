"""mender-client against the mock: from a first, refused request to a file on its disk."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_pem_public_key,
)

if TYPE_CHECKING:
    from tests.real_clients.conftest import MenderClient, Operator

NAME = "release-1"
CONTENT = b"made for the device\n"


@pytest.fixture(params=["its own RSA", "Ed25519", "ECDSA"])
def key_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """Return the file of a device's private key, or none where it is to make its own."""
    key: Ed25519PrivateKey | EllipticCurvePrivateKey
    match request.param:
        case "Ed25519":
            key = Ed25519PrivateKey.generate()
        case "ECDSA":
            key = generate_private_key(SECP256R1())
        case _:
            return None
    file = tmp_path / "device.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


def test_uploaded_artifact_is_installed(
    key_file: Path | None,
    operator: "Operator",
    mender_client: Callable[..., "MenderClient"],
    write_artifact: Callable[..., Path],
) -> None:
    """A device with any kind of key gets in, and installs what mender-artifact packed."""
    client = mender_client(key_file)
    files = {"dest_dir": str(client.disk), "filename": "motd", "motd": CONTENT}
    operator.upload(write_artifact(NAME, "single-file", **files))

    device = update(client, operator)

    [auth_set] = operator.device(device)["auth_sets"]
    private_pem = (key_file or client.root / "data" / "mender-agent.pem").read_bytes()
    key = load_pem_private_key(private_pem, password=None).public_key()
    assert load_pem_public_key(auth_set["pubkey"].encode()) == key


@pytest.mark.parametrize("dialect", ["documented", "as-built"], indirect=True, scope="session")
def test_generated_artifact_is_installed(
    operator: "Operator", mender_client: Callable[..., "MenderClient"]
) -> None:
    """A device installs what the server itself packed."""
    client = mender_client()
    operator.generate(NAME, CONTENT, filename="motd", dest_dir=str(client.disk))
    update(client, operator)


@pytest.mark.parametrize("edition", ["mender-1", "mender-2"])
def test_older_edition_sees_an_update_through(
    operator: "Operator",
    mender_client: Callable[..., "MenderClient"],
    write_artifact: Callable[..., Path],
) -> None:
    """Devices do not notice which edition manages them."""
    client = mender_client()
    files = {"dest_dir": str(client.disk), "filename": "motd", "motd": CONTENT}
    operator.upload(write_artifact(NAME, "single-file", **files))
    update(client, operator)


def update(client: "MenderClient", operator: "Operator") -> str:
    """See a new device through the deployment of the artifact, and return its id."""
    client.start()
    device = operator.accept(client)
    client.until(lambda: "artifact_name" in operator.attributes(device), "the inventory has come")
    known = operator.attributes(device)
    assert known["artifact_name"] == "factory-image"
    assert known["slot"] == ["a", "b"]

    deployment = operator.deploy(NAME, device)
    client.until(lambda: operator.finished(deployment), "the deployment is finished")

    assert operator.statistics(deployment) == {"success": 1}
    assert (client.disk / "motd").read_bytes() == CONTENT
    client.until(
        lambda: operator.attributes(device)["artifact_name"] == NAME, "the inventory is new"
    )
    return device
