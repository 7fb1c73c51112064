"""Management APIs / Device configure: users say how devices shall be, and deploy it."""

from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_contains,
    expect_error,
    expect_field,
    expect_status,
    field_of,
)
from otakit.contracts.ledger import DEPLOYMENT
from otakit.contracts.rule import rule
from otakit.contracts.signing_device import SigningDevice

SECTION = "Management APIs / Device configure"
GET = f"{SECTION} / Get Device Configuration"
SET = f"{SECTION} / Set Device Configuration"
DEPLOY = f"{SECTION} / Deploy Device Configuration"
CONFIGURATIONS = "v1/deviceconfig/configurations/device"

NOBODY = "00000000-0000-4000-8000-000000000000"
"""An id that no device has."""


@rule(
    "MEN-MGT-CFG-001",
    "What is set for a device is shown as configured, under the device's id",
    document=GET,
    operations=["getDeviceConfiguration", "setDeviceConfiguration"],
)
def configuration_is_shown(backend: Backend) -> None:
    """Configure a device, and look."""
    device = configured(backend, {"timezone": "Europe/Oslo", "greeting": "Grüß Gott"})
    shown = expect_status(backend.management.get(configuration_path(device)), 200)
    expect_field(shown, "id", device.id)
    expect_field(shown, "configured", {"timezone": "Europe/Oslo", "greeting": "Grüß Gott"})


@rule(
    "MEN-MGT-CFG-002",
    "Setting a configuration takes the place of the one that was set before",
    document=SET,
    operations=["setDeviceConfiguration", "getDeviceConfiguration"],
)
def configuration_is_replaced(backend: Backend) -> None:
    """Configure a device twice, with different keys."""
    device = configured(backend, {"timezone": "Europe/Oslo"})
    expect_status(_set(backend, device, {"log": "debug"}), 204)
    shown = expect_status(backend.management.get(configuration_path(device)), 200)
    expect_field(shown, "configured", {"log": "debug"})


@rule(
    "MEN-MGT-CFG-003",
    "The configuration of a device that there is not is answered 404",
    document=GET,
    operations=["getDeviceConfiguration"],
)
def unknown_device_has_no_configuration(backend: Backend) -> None:
    """Ask for the configuration of an id that no device has."""
    expect_error(backend.management.get(f"{CONFIGURATIONS}/{NOBODY}"), 404)


@rule(
    "MEN-MGT-CFG-004",
    "The configuration of what cannot be a device's id is answered 400",
    document=GET,
    operations=["getDeviceConfiguration"],
    severity="minor",
)
def bad_id_has_no_configuration(backend: Backend) -> None:
    """Ask for the configuration of 'nobody': ids are UUIDs."""
    expect_error(backend.management.get(f"{CONFIGURATIONS}/nobody"), 400)


@rule(
    "MEN-MGT-CFG-005",
    "A configuration with other values than texts is answered 400, and changes nothing",
    document=f"{SECTION} / Schemas / ManagementAPIConfiguration",
    operations=["setDeviceConfiguration", "getDeviceConfiguration"],
)
def configured_values_are_texts(backend: Backend) -> None:
    """Set a number."""
    device = configured(backend, {"log": "debug"})
    expect_error(_set(backend, device, {"retries": 3}), 400)
    shown = expect_status(backend.management.get(configuration_path(device)), 200)
    expect_field(shown, "configured", {"log": "debug"})


@rule(
    "MEN-MGT-CFG-006",
    "A configuration that is no set of key-value pairs is answered 400",
    document=f"{SECTION} / Schemas / ManagementAPIConfiguration",
    operations=["setDeviceConfiguration"],
)
def configurations_are_objects(backend: Backend) -> None:
    """Set a list."""
    expect_error(_set(backend, backend.lent_device(), ["log"]), 400)


@rule(
    "MEN-MGT-CFG-010",
    "Deploying a configuration makes a deployment to the device, whose id is answered",
    document=DEPLOY,
    operations=["deployDeviceConfiguration", "getDeployment"],
)
def configuration_is_deployed(backend: Backend) -> None:
    """Deploy a configuration, and look for the deployment."""
    device = configured(backend, {"log": "debug"})
    found = _deployed(backend, device)
    path = f"v1/deployments/deployments/{in_path(found)}"
    shown = backend.eventually(lambda: expect_status(backend.management.get(path), 200))
    expect_field(shown, "type", "configuration")


@rule(
    "MEN-MGT-CFG-011",
    "'deployment_id' of a configuration is the id of its latest deployment",
    document=GET,
    operations=["deployDeviceConfiguration", "getDeviceConfiguration"],
)
def latest_deployment_is_shown(backend: Backend) -> None:
    """Deploy a configuration twice, and look each time."""
    device = configured(backend, {"log": "debug"})
    for _ in range(2):
        found = _deployed(backend, device)
        shown = expect_status(backend.management.get(configuration_path(device)), 200)
        expect_field(shown, "deployment_id", found)


@rule(
    "MEN-MGT-CFG-012",
    "The device is offered its configuration once it is deployed, and not before",
    document=DEPLOY,
    operations=["setDeviceConfiguration", "deployDeviceConfiguration", "checkUpdate"],
    severity="critical",
)
def deployed_configuration_is_offered(backend: Backend) -> None:
    """Let a device ask when its configuration is set, and when it is deployed."""
    device = configured(backend, {"log": "debug"})
    expect_status(device.poll(), 204)
    found = _deployed(backend, device)
    offer = backend.eventually(lambda: expect_status(device.poll(), 200))
    expect_field(offer, "id", found)
    types = field_of(offer, "artifact.device_types_compatible")
    expect_contains(offer, types, device.device_type, "the device types of the offer")


@rule(
    "MEN-MGT-CFG-013",
    "Deploying the configuration of a device that there is not is answered 404",
    document=DEPLOY,
    operations=["deployDeviceConfiguration"],
)
def unknown_device_gets_no_deployment(backend: Backend) -> None:
    """Deploy the configuration of an id that no device has."""
    answer = backend.management.post(f"{CONFIGURATIONS}/{NOBODY}/deploy", json={})
    expect_error(answer, 404)


def configuration_path(device: SigningDevice) -> str:
    """Return where a device's configuration is, below /api/management/."""
    return f"{CONFIGURATIONS}/{in_path(device.id)}"


def configured(backend: Backend, values: dict[str, str]) -> SigningDevice:
    """Return a new device for which this is configured; raises NotReached."""
    device = backend.accepted_device()
    with backend.building("a configured device"):
        backend.eventually(lambda: expect_status(_set(backend, device, values), 204))
    return device


def _set(backend: Backend, device: SigningDevice, values: Any) -> Exchange:
    return backend.management.put(configuration_path(device), json=values)


def _deployed(backend: Backend, device: SigningDevice) -> str:
    """Deploy a device's configuration, and return the deployment's id."""
    path = f"{configuration_path(device)}/deploy"
    answer = expect_status(backend.management.post(path, json={"retries": 0}), 200)
    found = str(field_of(answer, "deployment_id"))
    backend.ledger.made(DEPLOYMENT, found)
    return found
