"""Device APIs / Deployments / Report Deployment Log: what devices logged, as users read it."""

from otakit.contracts.backend import Backend
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_status,
)
from otakit.contracts.rollout import ON_DEVICE, UNKNOWN, begun
from otakit.contracts.rule import rule

SECTION = "Device APIs / Deployments"
LOG = f"{SECTION} / Report Deployment Log"
LOG_SCHEMA = f"{SECTION} / Schemas / DeploymentLog"

LOGGED = ["reportDeploymentLog", "getDeploymentLog"]

FIRST = {"timestamp": "2016-03-11T13:03:17.063Z", "level": "INFO", "message": "otakit begins"}
SECOND = {"timestamp": "2016-03-11T13:03:18.023Z", "level": "DEBUG", "message": "otakit is done"}


@rule(
    "MEN-DEV-DEP-060",
    "The log that a device uploads can be read: each message with its level, on a line of its own",
    document=LOG,
    operations=LOGGED,
)
def log_is_read_line_by_line(backend: Backend) -> None:
    """Send two messages, and read the log."""
    made = begun(backend)
    expect_status(made.send_log(FIRST, SECOND), 204)
    answer = expect_status(made.log_of(made.device), 200)
    lines = [line for line in answer.text.splitlines() if line.strip()]
    expect_equal(answer, len(lines), 2, "how many lines the log has")
    for line, sent in zip(lines, (FIRST, SECOND), strict=True):
        expect(
            sent["message"] in line and sent["level"].lower() in line.lower(),
            "a line of the log",
            expected=f"'{sent['message']}' and '{sent['level']}' in it",
            actual=line,
            answer=answer,
        )


@rule(
    "MEN-DEV-DEP-061",
    "A log that a device uploads is set: it takes the place of an earlier one",
    document=LOG,
    operations=LOGGED,
)
def log_is_replaced(backend: Backend) -> None:
    """Send one message, then another, and read the log."""
    made = begun(backend)
    for message in (FIRST, SECOND):
        expect_status(made.send_log(message), 204)
    answer = expect_status(made.log_of(made.device), 200)
    expect(
        SECOND["message"] in answer.text and FIRST["message"] not in answer.text,
        "what the log has",
        expected=f"only '{SECOND['message']}', which was sent last",
        actual=answer.text,
        answer=answer,
    )


@rule(
    "MEN-DEV-DEP-062",
    "A log without messages is answered 400",
    document=LOG_SCHEMA,
    operations=["reportDeploymentLog"],
)
def log_needs_messages(backend: Backend) -> None:
    """Send an object without them."""
    made = begun(backend)
    path = f"{ON_DEVICE}/{made.id}/log"
    expect_error(made.device.request("PUT", path, json={}), 400)


@rule(
    "MEN-DEV-DEP-063",
    "A log whose message lacks its timestamp, level or text is answered 400",
    document=LOG_SCHEMA,
    operations=["reportDeploymentLog"],
)
def log_needs_whole_messages(backend: Backend) -> None:
    """Leave out one field after the other."""
    made = begun(backend)
    for field in FIRST:
        message = {name: value for name, value in FIRST.items() if name != field}
        expect_error(made.send_log(message), 400, because=f"a message without {field} is refused")


@rule(
    "MEN-DEV-DEP-064",
    "A log of a deployment that there is not is answered 404",
    document=LOG,
    operations=["reportDeploymentLog"],
)
def unknown_deployment_takes_no_log(backend: Backend) -> None:
    """Send the log of an id that no deployment has."""
    path = f"{ON_DEVICE}/{UNKNOWN}/log"
    answer = backend.lent_device().request("PUT", path, json={"messages": [FIRST]})
    expect_error(answer, 404)


@rule(
    "MEN-DEV-DEP-065",
    "A log of a deployment that is not the device's is answered 404 and shown nowhere",
    document=LOG,
    operations=LOGGED,
    severity="critical",
)
def foreign_deployment_takes_no_log(backend: Backend) -> None:
    """Send the log of another device's deployment."""
    made = begun(backend)
    stranger = backend.accepted_device()
    expect_error(made.send_log(FIRST, device=stranger), 404)
    for device in (made.device, stranger):
        expect_error(made.log_of(device), 404, because="nobody has a log of this deployment")
