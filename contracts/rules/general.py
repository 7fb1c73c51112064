"""Introduction / Authentication: which tokens open which APIs, over all operations."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.caller import Caller
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect
from otakit.contracts.json_web_token import altered, signed_anew, unsigned
from otakit.contracts.operation import Operation
from otakit.contracts.outcomes import NotApplicable
from otakit.contracts.rule import PLANS, rule
from otakit.contracts.rules.management_device_authentication import NOBODY
from otakit.fixtures.keys import generate_key

DOCUMENT = "Introduction / Authentication"
SIDES = "Introduction / Device and Management APIs"
CODES = "Introduction / Common HTTP response codes"

DEVICES, MANAGEMENT = "/api/devices/", "/api/management/"

OPEN = ("authenticateDevice", "fetchConfiguration", "login")
"""Operations without a token: those that give one, and a link that is signed itself."""

DEVICE_OPERATIONS = (
    "assignInventory",
    "checkUpdate",
    "checkUpdateDepends",
    "checkUpdateV2",
    "connectDevice",
    "getOwnConfiguration",
    "getUpdateControlMap",
    "replaceInventory",
    "reportAlerts",
    "reportConfiguration",
    "reportDeploymentLog",
    "reportDeploymentStatus",
    "setMonitorConfiguration",
)
MANAGEMENT_OPERATIONS = (
    "abortDeviceDeployments",
    "addDevicesToGroup",
    "assignTags",
    "connectUser",
    "countDevices",
    "createAccessToken",
    "createDeployment",
    "createGroupDeployment",
    "decommissionDevice",
    "deleteAccessToken",
    "deleteArtifact",
    "deleteAuthSet",
    "deleteGroup",
    "deleteInventory",
    "deployDeviceConfiguration",
    "downloadFile",
    "generateArtifact",
    "getArtifact",
    "getArtifactLink",
    "getAuthSetStatus",
    "getConnection",
    "getDeployment",
    "getDeploymentLog",
    "getDeploymentStatistics",
    "getDevice",
    "getDeviceConfiguration",
    "getDeviceGroup",
    "getDeviceLimit",
    "getInventory",
    "getMonitorConfiguration",
    "getMyUser",
    "getStorageLimit",
    "listAccessTokens",
    "listAlerts",
    "listAllArtifacts",
    "listAllDeploymentDevices",
    "listAllReleases",
    "listArtifacts",
    "listDeploymentDeviceIds",
    "listDeploymentDevices",
    "listDeploymentStatistics",
    "listDeployments",
    "listDevices",
    "listFilterAttributes",
    "listGroupDevices",
    "listGroups",
    "listInventories",
    "listLatestAlerts",
    "listReleases",
    "logout",
    "playbackSession",
    "preauthorizeDevice",
    "putDeviceInGroup",
    "removeDeviceFromGroup",
    "removeDevicesFromGroup",
    "replaceTags",
    "revokeToken",
    "searchDevices",
    "searchInventories",
    "setAuthSetStatus",
    "setDeploymentStatus",
    "setDeviceConfiguration",
    "statFile",
    "triggerInventory",
    "triggerUpdateCheck",
    "updateArtifact",
    "updateDeployment",
    "uploadArtifact",
    "uploadFile",
)
"""All that need a token, in every plan; where a target claims more, the rules ask for more."""

BOTH = (*DEVICE_OPERATIONS, *MANAGEMENT_OPERATIONS)


@rule(
    "MEN-API-AUT-001",
    "Without an Authorization header, every operation of the management APIs is answered 401",
    document=CODES,
    operations=MANAGEMENT_OPERATIONS,
    severity="critical",
)
def management_needs_a_token(backend: Backend) -> None:
    """Ask for each of them without a token."""
    expect_unauthorized(ask(backend.anonymous, closed(backend, MANAGEMENT)))


@rule(
    "MEN-API-AUT-002",
    "Without an Authorization header, every operation of the device APIs is answered 401",
    document=CODES,
    operations=DEVICE_OPERATIONS,
    severity="critical",
)
def devices_need_a_token(backend: Backend) -> None:
    """Ask for each of them without a token."""
    expect_unauthorized(ask(backend.anonymous, closed(backend, DEVICES)))


@rule(
    "MEN-API-AUT-003",
    "With a device's token, every operation of the management APIs is answered 401",
    document=SIDES,
    operations=MANAGEMENT_OPERATIONS,
    severity="critical",
)
def devices_do_not_manage(backend: Backend) -> None:
    """Ask for each of them as a device."""
    device = backend.anonymous.with_token(backend.lent_device().token)
    expect_unauthorized(ask(device, closed(backend, MANAGEMENT)))


@rule(
    "MEN-API-AUT-004",
    "With a user's token, every operation of the device APIs is answered 401",
    document=SIDES,
    operations=DEVICE_OPERATIONS,
    severity="critical",
)
def users_are_no_devices(backend: Backend) -> None:
    """Ask for each of them as a user."""
    user = backend.anonymous.with_token(backend.management.token)
    expect_unauthorized(ask(user, closed(backend, DEVICES)))


@rule(
    "MEN-API-AUT-005",
    "A device's token whose claims were changed is answered 401",
    document=DOCUMENT,
    operations=DEVICE_OPERATIONS,
    severity="critical",
)
def changed_device_token_is_refused(backend: Backend) -> None:
    """Let a device say that it is another one, in one operation of each API."""
    device, other = backend.accepted_device(), backend.lent_device()
    token = _changed(device.token, lambda token: altered(token, sub=other.id))
    expect_unauthorized(ask(backend.anonymous.with_token(token), _samples(backend, DEVICES)))


@rule(
    "MEN-API-AUT-006",
    "A user's token whose claims were changed is answered 401",
    document=DOCUMENT,
    operations=MANAGEMENT_OPERATIONS,
    severity="critical",
)
def changed_user_token_is_refused(backend: Backend) -> None:
    """Give the user's token another end, in one operation of each API."""
    token = _changed(backend.management.token, lambda token: altered(token, exp=1 << 33))
    expect_unauthorized(ask(backend.anonymous.with_token(token), _samples(backend, MANAGEMENT)))


@rule(
    "MEN-API-AUT-007",
    "A token that another server has signed is answered 401",
    document=DOCUMENT,
    operations=BOTH,
    severity="critical",
)
def foreign_token_is_refused(backend: Backend) -> None:
    """Sign the tokens of both sides with a key of our own."""
    key = generate_key("ed25519")
    _expect_both_refused(backend, lambda token: signed_anew(token, key.sign))


@rule(
    "MEN-API-AUT-008",
    "A token that says that it needs no signature is answered 401",
    document=DOCUMENT,
    operations=BOTH,
    severity="critical",
)
def unsigned_token_is_refused(backend: Backend) -> None:
    """Take the signature off the tokens of both sides, with the algorithm 'none'."""
    _expect_both_refused(backend, unsigned)


@rule(
    "MEN-API-AUT-009",
    "A token that is no JWT is answered 401",
    document=CODES,
    operations=BOTH,
    severity="critical",
)
def plain_text_is_refused(backend: Backend) -> None:
    """Send words and an id as tokens."""
    for words in ("otakit", NOBODY, "a.b.c"):
        for side in (DEVICES, MANAGEMENT):
            somebody = backend.anonymous.with_token(words)
            expect_unauthorized(ask(somebody, _samples(backend, side)))


@rule(
    "MEN-API-AUT-010",
    "An Authorization header that is not 'Bearer' and a token is answered 401",
    document=CODES,
    operations=BOTH,
)
def bearer_is_required(backend: Backend) -> None:
    """Send the tokens of both sides without a scheme, and with another one."""
    for side, token in _tokens(backend):
        for header in (token, f"Token {token}"):
            headers = {"Authorization": header}
            operations = _samples(backend, side)
            expect_unauthorized(ask(backend.anonymous, operations, headers=headers))


def closed(backend: Backend, side: str) -> list[Operation]:
    """Return the operations below a path that need a token, as far as the target claims them."""
    claimed = _rank(backend.profile.plan)
    return [
        operation
        for operation in backend.operations.values()
        if operation.path.startswith(side)
        and operation.id not in OPEN
        and _rank(operation.plan) <= claimed
    ]


def ask(caller: Caller, operations: Iterable[Operation], **parts: Any) -> Iterator[Exchange]:
    """Ask for operations on what there is not: nothing is changed even if they are answered."""
    for operation in operations:
        yield caller.request(operation.method, operation.with_ids(NOBODY), **parts)


def expect_unauthorized(answers: Iterable[Exchange]) -> None:
    """Fail unless all requests are answered 401; tells of all that are not."""
    asked = list(answers)
    wrong = [answer for answer in asked if answer.status != 401]  # noqa: PLR2004
    expect(
        not wrong,
        "who has no valid token is refused",
        expected=f"401 Unauthorized from all {len(asked)} operations",
        actual="; ".join(f"{answer.status} from {answer.name}" for answer in wrong),
        answer=wrong[0] if wrong else None,
    )


def _tokens(backend: Backend) -> Iterator[tuple[str, str]]:
    yield DEVICES, backend.lent_device().token
    yield MANAGEMENT, backend.management.token


def _expect_both_refused(backend: Backend, change: Callable[[str], str]) -> None:
    """Fail unless tokens that were changed in some way are refused, by each API of their side."""
    for side, token in _tokens(backend):
        changed = backend.anonymous.with_token(_changed(token, change))
        expect_unauthorized(ask(changed, _samples(backend, side)))


def _changed(token: str, change: Callable[[str], str]) -> str:
    if token.count(".") != 2:  # noqa: PLR2004
        message = "the target's tokens do not consist of three parts, which could be changed"
        raise NotApplicable(message)
    return change(token)


def _samples(backend: Backend, side: str) -> list[Operation]:
    """Return one operation of each API, one that only reads if there is such a one."""
    chosen: dict[str, Operation] = {}
    for operation in sorted(closed(backend, side), key=lambda o: o.method != "GET"):
        chosen.setdefault(operation.api.name, operation)
    return list(chosen.values())


def _rank(plan: str) -> int:
    return next(rank for rank, known in enumerate(PLANS) if known == plan)
