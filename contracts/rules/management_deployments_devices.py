"""Management APIs / Deployments: the devices of a deployment, each with its status and log."""

from otakit.contracts.backend import DEPLOYMENTS, Backend
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_status,
    json_of,
)
from otakit.contracts.rollout import UNKNOWN, begun, expect_entry, ids_in, rollout, rollout_to
from otakit.contracts.rule import rule

SECTION = "Management APIs / Deployments"
LIST = f"{SECTION} / List Devices in Deployment"
ALL = f"{SECTION} / List All Devices in Deployment"
IDS = f"{SECTION} / List Device IDs in Deployment"
LOG = f"{SECTION} / Get Deployment Log for Device"
DEVICE = f"{SECTION} / Schemas / Device"

LISTED = ["listDeploymentDevices"]
MESSAGE = {"timestamp": "2016-03-11T13:03:17.063Z", "level": "INFO", "message": "otakit was here"}


@rule(
    "MEN-MGT-DEP-080",
    "All devices of a deployment are listed with their status, also those that have not begun",
    document=LIST,
    operations=LISTED,
)
def all_devices_are_listed(backend: Backend) -> None:
    """Let one of two devices install, and list them."""
    made = rollout(backend, 2)
    made.offered(made.device).reported("installing", made.device)
    answer = made.listed()
    expect_entry(answer, made.devices[0], "installing")
    expect_entry(answer, made.devices[1], "pending")
    expect_equal(answer, len(ids_in(answer)), 2, "how many devices are listed")


@rule(
    "MEN-MGT-DEP-081",
    "Devices are filtered by their status within the deployment",
    document=LIST,
    operations=LISTED,
)
def devices_are_filtered_by_status(backend: Backend) -> None:
    """Let each of two devices end in its own way, and list them by status."""
    made = begun(backend, 2)
    good, bad = made.devices
    made.reported("success", good).reported("failure", bad)
    for status, ids in (("success", [good.id]), ("failure", [bad.id]), ("rebooting", [])):
        answer = made.listed(status=status)
        expect_equal(answer, ids_in(answer), ids, f"the devices with the status '{status}'")


@rule(
    "MEN-MGT-DEP-082",
    "The filter 'pause' finds a device that pauses, and none that does not",
    document=LIST,
    operations=LISTED,
    severity="minor",
)
def pausing_devices_are_found(backend: Backend) -> None:
    """Let one of two devices pause before its reboot, and list by 'pause'."""
    made = begun(backend, 2)
    pausing, busy = made.devices
    made.reported("pause_before_rebooting", pausing).reported("installing", busy)
    answer = made.listed(status="pause")
    expect_equal(answer, ids_in(answer), [pausing.id], "the devices that pause")


@rule(
    "MEN-MGT-DEP-083",
    "The pages of a deployment's devices have as many as was asked for, and each device once",
    document=LIST,
    operations=LISTED,
)
def devices_come_in_pages(backend: Backend) -> None:
    """Let three devices ask, and list them in pages of two."""
    made = begun(backend, 3)
    pages = [made.listed(page=number, per_page=2) for number in (1, 2)]
    sizes = [len(ids_in(page)) for page in pages]
    expect_equal(pages[0], sizes, [2, 1], "how many devices the two pages have")
    found = sorted(name for page in pages for name in ids_in(page))
    expect_equal(pages[1], found, sorted(d.id for d in made.devices), "the devices of both pages")


@rule(
    "MEN-MGT-DEP-084",
    "The devices of a deployment that there is not are answered 404",
    document=LIST,
    operations=LISTED,
)
def unknown_deployment_has_no_list(backend: Backend) -> None:
    """Ask for an id that no deployment has."""
    expect_error(backend.management.get(f"{DEPLOYMENTS}/{UNKNOWN}/devices/list"), 404)


@rule(
    "MEN-MGT-DEP-085",
    "The list shows when a device was done, once it is",
    document=DEVICE,
    operations=LISTED,
)
def end_of_a_device_is_shown(backend: Backend) -> None:
    """Let one of two devices succeed, and look at both."""
    made = begun(backend, 2)
    made.reported("success", made.device).reported("installing", made.devices[1])
    answer = made.listed()
    done = expect_entry(answer, made.devices[0], "success")
    busy = expect_entry(answer, made.devices[1], "installing")
    expect(
        done.get("finished") and not busy.get("finished"),
        "when devices were done",
        expected="a time in 'finished' of the device that is done, and of no other",
        actual=[done.get("finished"), busy.get("finished")],
        answer=answer,
    )


@rule(
    "MEN-MGT-DEP-086",
    "The list shows the type of a device that has told it",
    document=DEVICE,
    operations=LISTED,
)
def device_type_is_shown(backend: Backend) -> None:
    """Let a device ask, and look at it."""
    made = begun(backend)
    entry = made.expect_device("pending")
    expect_equal(None, entry.get("device_type"), made.device.device_type, "the device's type")


@rule(
    "MEN-MGT-DEP-087",
    "The list shows whether a device's log is available",
    document=DEVICE,
    operations=LISTED,
)
def availability_of_a_log_is_shown(backend: Backend) -> None:
    """Look at a device before and after it sends its log."""
    made = begun(backend)
    found = [made.expect_device("pending").get("log")]
    with backend.building("a log"):
        expect_status(made.send_log(MESSAGE), 204)
    found.append(made.expect_device("pending").get("log"))
    expect_equal(None, found, [False, True], "'log' before and after the log was sent")


@rule(
    "MEN-MGT-DEP-088",
    "The deprecated list has all devices of a deployment with their status",
    document=ALL,
    operations=["listAllDeploymentDevices"],
)
def deprecated_list_has_all(backend: Backend) -> None:
    """Let two devices end in different ways, and list them without pages."""
    made = begun(backend, 2)
    good, bad = made.devices
    answer = made.reported("success", good).reported("failure", bad).listed("devices")
    expect_entry(answer, good, "success")
    expect_entry(answer, bad, "failure")


@rule(
    "MEN-MGT-DEP-089",
    "The deprecated list of a deployment that there is not is answered 404",
    document=ALL,
    operations=["listAllDeploymentDevices"],
)
def unknown_deployment_has_no_deprecated_list(backend: Backend) -> None:
    """Ask for an id that no deployment has."""
    expect_error(backend.management.get(f"{DEPLOYMENTS}/{UNKNOWN}/devices"), 404)


@rule(
    "MEN-MGT-DEP-090",
    "The list of device ids has the devices that are part of the deployment, and no others",
    document=IDS,
    operations=["listDeploymentDeviceIds"],
)
def device_ids_are_listed(backend: Backend) -> None:
    """Deploy to two devices, and ask for their ids."""
    made = rollout(backend, 2)
    answer = expect_status(backend.management.get(f"{made.path}/device_list"), 200)
    found = sorted(json_of(answer))
    expect_equal(answer, found, sorted(d.id for d in made.devices), "the ids of the devices")


@rule(
    "MEN-MGT-DEP-091",
    "The device ids of a deployment that there is not are answered 404",
    document=IDS,
    operations=["listDeploymentDeviceIds"],
)
def unknown_deployment_has_no_device_ids(backend: Backend) -> None:
    """Ask for an id that no deployment has."""
    expect_error(backend.management.get(f"{DEPLOYMENTS}/{UNKNOWN}/device_list"), 404)


@rule(
    "MEN-MGT-DEP-092",
    "A device's log is answered as text/plain",
    document=LOG,
    operations=["getDeploymentLog"],
)
def log_is_plain_text(backend: Backend) -> None:
    """Read a log that was sent."""
    made = begun(backend)
    with backend.building("a log"):
        expect_status(made.send_log(MESSAGE), 204)
    answer = expect_status(made.log_of(made.device), 200)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    expect_equal(answer, kind, "text/plain", "the media type of a log")


@rule(
    "MEN-MGT-DEP-093",
    "A log that no device has sent is answered 404",
    document=LOG,
    operations=["getDeploymentLog"],
)
def missing_log_is_not_found(backend: Backend) -> None:
    """Ask for the log of a device that has sent none."""
    made = begun(backend)
    expect_error(made.log_of(made.device), 404)


@rule(
    "MEN-MGT-DEP-094",
    "A log is that of one device in one deployment",
    document=LOG,
    operations=["getDeploymentLog"],
)
def log_is_of_one_deployment(backend: Backend) -> None:
    """Let a device send its log of the first of two deployments, and ask for the second's."""
    made = begun(backend)
    with backend.building("a log"):
        expect_status(made.send_log(MESSAGE), 204)
    other = rollout_to(backend, [made.device])
    expect_error(other.log_of(made.device), 404)
    answer = expect_status(made.log_of(made.device), 200)
    expect(
        MESSAGE["message"] in answer.text,
        "what the log has",
        expected=f"'{MESSAGE['message']}'",
        actual=answer.text,
        answer=answer,
    )
