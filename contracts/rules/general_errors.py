"""What holds for all APIs besides tokens: request ids, bodies, browsers, what is internal."""

from collections.abc import Iterable

from otakit.contracts.backend import Backend
from otakit.contracts.caller import Caller
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_field,
    expect_header,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.general import (
    BOTH,
    DEVICE_OPERATIONS,
    DEVICES,
    MANAGEMENT,
    MANAGEMENT_OPERATIONS,
    ask,
    closed,
)
from otakit.contracts.rules.management_device_authentication import NOBODY

REQUEST_ID = "X-MEN-RequestID"

DEVICE_BODIES = (
    "assignInventory",
    "checkUpdateDepends",
    "checkUpdateV2",
    "replaceInventory",
    "reportAlerts",
    "reportConfiguration",
    "reportDeploymentLog",
    "reportDeploymentStatus",
    "setMonitorConfiguration",
)
MANAGEMENT_BODIES = (
    "addDevicesToGroup",
    "assignTags",
    "createAccessToken",
    "createDeployment",
    "createDynamicDeployment",
    "createFilter",
    "createGroupDeployment",
    "deployDeviceConfiguration",
    "listDeploymentStatistics",
    "preauthorizeDevice",
    "putDeviceInGroup",
    "removeDevicesFromGroup",
    "replaceTags",
    "searchDevices",
    "searchInventories",
    "setAuthSetStatus",
    "setDeploymentStatus",
    "setDeviceConfiguration",
    "updateArtifact",
    "updateDeployment",
)
"""Operations whose body is JSON."""

ENTERPRISE = ("createDynamicDeployment", "createFilter")
"""Those of them that not every target claims."""

MALFORMED = b'{"half": '


@rule(
    "MEN-API-ERR-001",
    "An error of the device APIs names the request as the header X-MEN-RequestID does",
    document="Device APIs / Deployments / Schemas / Error",
    operations=["assignInventory", "authenticateDevice", "checkUpdate"],
    severity="minor",
)
def device_errors_name_the_request(backend: Backend) -> None:
    """Make three requests that are malformed."""
    device = backend.lent_device()
    _expect_named(device.request("PATCH", "v1/inventory/device/attributes", json={}))
    _expect_named(backend.new_device().authenticate(signature=""))
    _expect_named(device.request("GET", "v1/deployments/device/deployments/next"))


@rule(
    "MEN-API-ERR-002",
    "An error of the management APIs names the request as the header X-MEN-RequestID does",
    document="Management APIs / Deployments / Schemas / Error",
    operations=["createAccessToken", "createDeployment", "getArtifact", "getInventory"],
    severity="minor",
)
def management_errors_name_the_request(backend: Backend) -> None:
    """Ask for what there is not, and make what cannot be."""
    management = backend.management
    _expect_named(management.post("v1/useradm/settings/tokens", json={}))
    _expect_named(management.post("v1/deployments/deployments", json={}))
    _expect_named(management.get(f"v1/deployments/artifacts/{NOBODY}"))
    _expect_named(management.get(f"v1/inventory/devices/{NOBODY}"))


@rule(
    "MEN-API-ERR-003",
    "An error of Device configure has the request id that was passed with the request",
    document="Device APIs / Device configure / Schemas / Error",
    operations=["reportConfiguration"],
    severity="minor",
)
def passed_request_id_is_used(backend: Backend) -> None:
    """Send a malformed configuration under a name of its own."""
    _expect_passed_id(backend, "PUT", "v1/deviceconfig/configuration")


@rule(
    "MEN-API-ERR-006",
    "An error of Device monitor has the request id that was passed with the request",
    document="Device APIs / Device monitor / Schemas / Error",
    operations=["reportAlerts"],
    severity="minor",
)
def passed_request_id_is_used_for_alerts(backend: Backend) -> None:
    """Send a malformed alert under a name of its own."""
    _expect_passed_id(backend, "POST", "v1/devicemonitor/alert")


@rule(
    "MEN-API-ERR-004",
    "A body that is no JSON is answered 400 by every operation of the device APIs that takes one",
    document="Device APIs / Device inventory / Assign Attributes",
    operations=DEVICE_BODIES,
)
def devices_bodies_are_json(backend: Backend) -> None:
    """Send half an object to each of them."""
    device = backend.anonymous.with_token(backend.lent_device().token)
    _expect_malformed(backend, device, DEVICES, DEVICE_BODIES)


@rule(
    "MEN-API-ERR-005",
    "A body that is no JSON is answered 400 by every operation of the management APIs that takes"
    " one",
    document="Management APIs / Deployments / Create Deployment",
    operations=[name for name in MANAGEMENT_BODIES if name not in ENTERPRISE],
)
def management_bodies_are_json(backend: Backend) -> None:
    """Send half an object to each of them."""
    user = backend.anonymous.with_token(backend.management.token)
    _expect_malformed(backend, user, MANAGEMENT, MANAGEMENT_BODIES)


@rule(
    "MEN-API-WEB-001",
    "A browser's OPTIONS request, which asks whether a page may call, is answered with what it may",
    document="Introduction / REST",
    operations=[*DEVICE_OPERATIONS, *MANAGEMENT_OPERATIONS],
    severity="minor",
)
def browsers_may_ask(backend: Backend) -> None:
    """Ask as a page of the target's own origin does, before it sends a token."""
    headers = {
        "Origin": backend.origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    path = f"{MANAGEMENT}v2/devauth/devices"
    answer = backend.anonymous.request("OPTIONS", path, headers=headers)
    expect(
        answer.status in (200, 204),
        "a browser's OPTIONS request is answered",
        expected="200 OK or 204 No Content",
        actual=answer.answer(),
        answer=answer,
    )
    expect_header(answer, "Access-Control-Allow-Methods")


@rule(
    "MEN-API-WEB-002",
    "Internal APIs are not exposed",
    document="Introduction / Internal APIs",
    operations=BOTH,
    severity="critical",
)
def internal_apis_stay_inside(backend: Backend) -> None:
    """Ask for internal end-points of four services, as a user and as nobody."""
    paths = (
        "/api/internal/v1/deployments/health",
        "/api/internal/v1/devauth/health",
        "/api/internal/v1/inventory/health",
        "/api/internal/v1/useradm/health",
    )
    user = backend.anonymous.with_token(backend.management.token)
    for caller in (backend.anonymous, user):
        for answer in [caller.get(path) for path in paths]:
            expect(
                answer.status >= 400,  # noqa: PLR2004
                f"{answer.name} is refused",
                expected="an error, such as 404 Not Found",
                actual=answer.answer(),
                answer=answer,
            )


def _expect_named(answer: Exchange) -> None:
    """Fail unless an error has the id of its request, the same in body and header."""
    expect_error(answer, 400, 404)
    expect_field(answer, "request_id", expect_header(answer, REQUEST_ID))


def _expect_passed_id(backend: Backend, method: str, path: str) -> None:
    """Fail unless the error that a malformed request gets has the request id that it brought."""
    request_id = backend.name("request")
    headers = {REQUEST_ID: request_id, "Content-Type": "application/json"}
    answer = backend.lent_device().request(method, path, content=MALFORMED, headers=headers)
    expect_error(answer, 400)
    expect_field(answer, "request_id", request_id)


def _expect_malformed(backend: Backend, caller: Caller, side: str, names: Iterable[str]) -> None:
    """Fail unless operations refuse half an object; tells of all that do not."""
    operations = [operation for operation in closed(backend, side) if operation.id in names]
    headers = {"Content-Type": "application/json"}
    answers = list(ask(caller, operations, content=MALFORMED, headers=headers))
    wrong = [answer for answer in answers if answer.status != 400]  # noqa: PLR2004
    expect_equal(
        wrong[0] if wrong else None,
        [f"{answer.status} from {answer.name}" for answer in wrong],
        [],
        "answers other than 400 to a body that is no JSON",
    )
