"""Device APIs / Deployments / Fetch Configuration: the link that a configuration comes by."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect, expect_error, expect_status, field_of
from otakit.contracts.ledger import DEPLOYMENT
from otakit.contracts.rule import rule
from otakit.contracts.signing_device import SigningDevice

DOCUMENT = "Device APIs / Deployments / Fetch Configuration"
FETCH = ["fetchConfiguration"]
CONFIGURATION = {"otakit-zone": "Europe/Oslo"}
EXPIRE, SIGNATURE = "x-men-expire", "x-men-signature"


@rule(
    "MEN-DEV-DEP-080",
    "The link of a configuration deployment delivers the device's configuration, without a token",
    document=DOCUMENT,
    operations=FETCH,
)
def link_delivers_the_configuration(backend: Backend) -> None:
    """Deploy a configuration, and fetch what the device is offered."""
    _, uri = _offered_configuration(backend)
    answer = expect_status(backend.anonymous.get(uri), 200)
    expect(
        b"otakit-zone" in answer.content,
        "what the link delivers",
        expected="an artifact with the configuration's key 'otakit-zone' in it",
        actual=f"{len(answer.content)} bytes without it",
        answer=answer,
    )


@rule(
    "MEN-DEV-DEP-081",
    "A configuration's link with another signature is answered 403",
    document=DOCUMENT,
    operations=FETCH,
    severity="critical",
)
def foreign_signature_is_refused(backend: Backend) -> None:
    """Change the link's signature."""
    _, uri = _offered_configuration(backend)
    signature = dict(parse_qsl(urlsplit(uri).query)).get(SIGNATURE, "")
    changed = signature[::-1] if signature != signature[::-1] else f"{signature}A"
    expect_status(_fetch(backend, uri, **{SIGNATURE: changed}), 403)


@rule(
    "MEN-DEV-DEP-082",
    "A configuration's link for another device is answered 403: its signature is not for that one",
    document=DOCUMENT,
    operations=FETCH,
    severity="critical",
)
def link_is_for_one_device(backend: Backend) -> None:
    """Put another device's id into the link."""
    device, uri = _offered_configuration(backend)
    other = uri.replace(in_path(device.id), in_path(backend.lent_device().id))
    expect_status(backend.anonymous.get(other), 403)


@rule(
    "MEN-DEV-DEP-083",
    "A configuration's link with a later time of expiry is answered 403: the time is signed",
    document=DOCUMENT,
    operations=FETCH,
    severity="critical",
)
def expiry_is_signed(backend: Backend) -> None:
    """Let the link last until 2999."""
    _, uri = _offered_configuration(backend)
    expect_status(_fetch(backend, uri, **{EXPIRE: "2999-01-01T00:00:00Z"}), 403)


@rule(
    "MEN-DEV-DEP-084",
    "A configuration's link whose time of expiry is past is answered 403",
    document=DOCUMENT,
    operations=FETCH,
    severity="critical",
)
def past_expiry_is_refused(backend: Backend) -> None:
    """Let the link have expired in 2001."""
    _, uri = _offered_configuration(backend)
    expect_status(_fetch(backend, uri, **{EXPIRE: "2001-01-01T00:00:00Z"}), 403)


@rule(
    "MEN-DEV-DEP-085",
    "A configuration's link without signature or without time of expiry is answered 400",
    document=DOCUMENT,
    operations=FETCH,
)
def incomplete_link_is_malformed(backend: Backend) -> None:
    """Leave out one after the other."""
    _, uri = _offered_configuration(backend)
    for name in (SIGNATURE, EXPIRE):
        expect_error(_fetch(backend, uri, **{name: None}), 400)


def _fetch(backend: Backend, uri: str, **query: str | None) -> Exchange:
    """Fetch a link with other parameters; one that is None is left out."""
    parts = urlsplit(uri)
    told = {name: value for name, value in (dict(parse_qsl(parts.query)) | query).items() if value}
    return backend.anonymous.get(urlunsplit(parts._replace(query=urlencode(told))))


def configuration_rollout(backend: Backend) -> tuple[SigningDevice, str]:
    """Return a new device and the id of the deployment of its configuration; raises NotReached."""
    device = backend.accepted_device()
    path = f"v1/deviceconfig/configurations/device/{in_path(device.id)}"

    def configure() -> None:
        expect_status(backend.management.put(path, json=CONFIGURATION), 200, 201, 204)

    with backend.building("a deployment of a configuration"):
        backend.eventually(configure)
        answer = expect_status(backend.management.post(f"{path}/deploy", json={}), 200, 201)
        deployment_id = str(field_of(answer, "deployment_id"))
        backend.ledger.made(DEPLOYMENT, deployment_id)
    return device, deployment_id


def _offered_configuration(backend: Backend) -> tuple[SigningDevice, str]:
    """Return a device that was offered its configuration, and the link; raises NotReached."""
    device, _ = configuration_rollout(backend)
    with backend.building("a device that was offered its configuration"):
        offer = backend.eventually(lambda: expect_status(device.poll(), 200))
        return device, str(field_of(offer, "artifact.source.uri"))
