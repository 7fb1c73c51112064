"""Device APIs / Device configure: devices read what users want of them, and say what they are."""

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_equal,
    expect_error,
    expect_field,
    expect_status,
    field_of,
    json_of,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_configuration import configuration_path, configured
from otakit.contracts.signing_device import SigningDevice

SECTION = "Device APIs / Device configure"
GET = f"{SECTION} / Get Device Configuration"
REPORT = f"{SECTION} / Report Device Configuration"
CONFIGURATION = "v1/deviceconfig/configuration"


@rule(
    "MEN-DEV-CFG-001",
    "A device retrieves all key-value pairs that are configured for it",
    document=GET,
    operations=["getOwnConfiguration", "setDeviceConfiguration"],
    severity="critical",
)
def device_reads_its_configuration(backend: Backend) -> None:
    """Configure two devices differently, and let both ask."""
    wishes = ({"timezone": "Europe/Oslo", "log": "debug"}, {"timezone": "Asia/Tokyo"})
    devices = [configured(backend, values) for values in wishes]
    for device, values in zip(devices, wishes, strict=True):
        answer = expect_status(device.request("GET", CONFIGURATION), 200)
        expect_equal(answer, json_of(answer), values, "what the device is told")


@rule(
    "MEN-DEV-CFG-002",
    "A device without any configuration is told that there are no key-value pairs",
    document=GET,
    operations=["getOwnConfiguration"],
)
def unconfigured_device_reads_nothing(backend: Backend) -> None:
    """Let a new device ask; perhaps the service hears of it a little later."""
    device = backend.accepted_device()
    answer = backend.eventually(lambda: expect_status(device.request("GET", CONFIGURATION), 200))
    expect_equal(answer, json_of(answer), {}, "what the device is told")


@rule(
    "MEN-DEV-CFG-003",
    "What a device reports is shown to users as reported, not as configured",
    document=REPORT,
    operations=["reportConfiguration", "getDeviceConfiguration"],
    severity="critical",
)
def report_is_shown(backend: Backend) -> None:
    """Configure a device, and let it report something else."""
    device = configured(backend, {"timezone": "Europe/Oslo"})
    _report(device, {"timezone": "Asia/Tokyo", "kernel": "6.1"})
    shown = _shown(backend, device)
    expect_field(shown, "reported", {"timezone": "Asia/Tokyo", "kernel": "6.1"})
    expect_field(shown, "configured", {"timezone": "Europe/Oslo"})


@rule(
    "MEN-DEV-CFG-004",
    "A report updates what the device has reported before",
    document=REPORT,
    operations=["reportConfiguration", "getDeviceConfiguration"],
)
def report_updates(backend: Backend) -> None:
    """Let a device report one value after the other."""
    device = backend.accepted_device()
    for value in ("debug", "info"):
        _report(device, {"log": value})
        expect_field(_shown(backend, device), "reported.log", value)


@rule(
    "MEN-DEV-CFG-005",
    "An empty report removes what the device has reported before",
    document=REPORT,
    operations=["reportConfiguration", "getDeviceConfiguration"],
)
def empty_report_removes(backend: Backend) -> None:
    """Let a device report something, and then nothing."""
    device = backend.accepted_device()
    _report(device, {"log": "debug"})
    with backend.building("a report"):
        expect_field(_shown(backend, device), "reported", {"log": "debug"})
    _report(device, {})
    expect_field(_shown(backend, device), "reported", {})


@rule(
    "MEN-DEV-CFG-006",
    "A report with other values than texts is answered 400, and changes nothing",
    document=f"{SECTION} / Schemas / DeviceAPIConfiguration",
    operations=["reportConfiguration", "getDeviceConfiguration"],
)
def reported_values_are_texts(backend: Backend) -> None:
    """Let a device report a number."""
    device = backend.accepted_device()
    _report(device, {"log": "debug"})
    expect_error(device.request("PUT", CONFIGURATION, json={"retries": 3}), 400)
    expect_field(_shown(backend, device), "reported", {"log": "debug"})


@rule(
    "MEN-DEV-CFG-007",
    "A report that is no set of key-value pairs is answered 400",
    document=f"{SECTION} / Schemas / DeviceAPIConfiguration",
    operations=["reportConfiguration"],
)
def reports_are_objects(backend: Backend) -> None:
    """Let a device report a list, and half an object."""
    device = backend.lent_device()
    expect_error(device.request("PUT", CONFIGURATION, json=["log"]), 400)
    headers = {"Content-Type": "application/json"}
    expect_error(device.request("PUT", CONFIGURATION, content=b'{"log"', headers=headers), 400)


def _report(device: SigningDevice, values: dict[str, str]) -> None:
    expect_status(device.request("PUT", CONFIGURATION, json=values), 204)


def _shown(backend: Backend, device: SigningDevice) -> Exchange:
    answer = expect_status(backend.management.get(configuration_path(device)), 200)
    field_of(answer, "reported")
    return answer
