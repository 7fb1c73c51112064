"""Links to configurations: good as they are until they expire, and in no other form."""

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import quote

import httpx
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ota_support.depth import examples
from ota_support.device import AUTH, auth_request
from ota_support.server import LOGIN
from otakit.fixtures.artifact_reader import read_artifact
from otakit.fixtures.keys import KeyPair, generate_key
from otakit.mockserver.domain.clock import Clock, rfc3339
from otakit.mockserver.domain.errors import Forbidden, Invalid
from otakit.mockserver.links import LinkSigner

BEGIN = 1_800_000_000.0
LIFETIME = 15 * 60
PLACE = "/api/devices/v1/deployments/download/configuration"
QUERY = ("tenant_id", "x-men-expire", "x-men-signature")
PARTS = ("deployment", "device_type", "device_id", *QUERY)

texts = st.text(max_size=50)
repeatable = settings(derandomize=True, deadline=None, max_examples=examples(80))


class Site:
    """A server whose clock the test moves, and a device that is offered configurations."""

    def __init__(self, serve: Callable[..., str]) -> None:
        """Let a device in, and configure it."""
        self.time = BEGIN
        self.url = serve(clock=Clock(source=lambda: self.time))
        self.http = httpx.Client(base_url=self.url)
        token = self.http.post("/api/management/v1/useradm/auth/login", auth=LOGIN).text
        self._user = {"Authorization": f"Bearer {token}"}
        key = generate_key("ed25519", seed=1)
        announced = {"identity_data": {"mac": "1"}, "pubkey": key.public_pem}
        path = "/api/management/v2/devauth/devices"
        made = self.http.post(path, json=announced, headers=self._user).raise_for_status()
        self.device_id = made.headers["location"].rpartition("/")[2]
        self._mine = f"/api/management/v1/deviceconfig/configurations/device/{self.device_id}"
        self.authenticate(key)
        wanted = {"timezone": "UTC"}
        self.http.put(self._mine, json=wanted, headers=self._user).raise_for_status()

    def authenticate(self, key: KeyPair) -> None:
        """Log the device in."""
        request = auth_request(key, {"mac": "1"})
        token = self.http.post(f"/api/devices/{AUTH}", **request).raise_for_status().text
        self._device = {"Authorization": f"Bearer {token}"}

    def link(self, device_type: str) -> httpx.URL:
        """Deploy the configuration, ask for it, and return the link that is offered."""
        base = "/api/management/v1/deployments/deployments"
        ended = self.http.delete(f"{base}/devices/{self.device_id}", headers=self._user)
        ended.raise_for_status()
        self.http.post(f"{self._mine}/deploy", json={}, headers=self._user).raise_for_status()
        asked = {"artifact_name": "none", "device_type": device_type}
        path = "/api/devices/v1/deployments/device/deployments/next"
        answer = self.http.post(path, json=asked, headers=self._device)
        assert answer.status_code == 200, answer.text
        artifact = answer.json()["artifact"]
        assert artifact["device_types_compatible"] == [device_type]
        return httpx.URL(artifact["source"]["uri"])


@pytest.fixture(scope="module")
def site(ota_serve: Callable[..., str]) -> Iterator[Site]:
    """Return a site."""
    site = Site(ota_serve)
    with closing(site.http):
        yield site


@pytest.fixture(scope="module")
def parts(site: Site) -> dict[str, str]:
    """Return a genuine link, taken apart."""
    site.time = BEGIN
    link = site.link("rpi 4")
    segments = link.path.removeprefix(f"{PLACE}/").split("/")
    return dict(zip(PARTS, (*segments, *(link.params[name] for name in QUERY)), strict=True))


def put_together(parts: dict[str, str]) -> str:
    """Return the link that has these parts, each percent-encoded."""
    path = "/".join(quote(parts[name], safe="") for name in PARTS[:3])
    return f"{PLACE}/{path}?" + "&".join(f"{n}={quote(parts[n], safe='')}" for n in QUERY)


def test_link_put_together_again_is_good(site: Site, parts: dict[str, str]) -> None:
    """So it is the change that the next test's refusals come from."""
    site.time = BEGIN
    assert site.http.get(put_together(parts)).status_code == 200


@repeatable
@given(
    st.dictionaries(st.sampled_from(PARTS), texts, min_size=1),
    st.sampled_from(["", "prefix", "suffix", "swap case", "cut"]),
)
@example({"tenant_id": ""}, "")
@example({"x-men-expire": "2099-01-01T00:00:00Z"}, "")
@example({"x-men-signature": "="}, "suffix")
@example({"device_type": "/"}, "prefix")
@example({"device_id": "."}, "suffix")
def test_changed_link_is_refused(
    site: Site, parts: dict[str, str], changes: dict[str, str], how: str
) -> None:
    """Any part, in any way: nothing but 4xx comes of it."""
    site.time = BEGIN
    changed = {**parts, **{name: changed_text(parts[name], t, how) for name, t in changes.items()}}
    assume(changed != parts)
    answer = site.http.get(put_together(changed))
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["error"]


def changed_text(text: str, other: str, how: str) -> str:
    """Return another text, or a change of this one."""
    return {
        "": other,
        "prefix": other + text,
        "suffix": text + other,
        "swap case": text.swapcase(),
        "cut": text[: len(other)],
    }[how]


@repeatable
@given(
    st.tuples(texts, texts, st.floats(0, 4e9), st.binary(min_size=1)),
    st.dictionaries(st.sampled_from(["path", *QUERY]), texts),
    st.floats(0, 4e9),
)
def test_signature_is_good_for_one_path_moment_and_tenant(
    signed: tuple[str, str, float, bytes], changes: dict[str, str], now: float
) -> None:
    """It is taken unchanged until it expires, and in no other case."""
    path, tenant, expires, secret = signed
    signer = LinkSigner(tenant, secret)
    link = httpx.URL(signer.sign(f"/{path}", expires)[0])
    genuine = {"path": f"/{path}", **dict(link.params)}
    given_ = {**genuine, **changes}
    good = given_ == genuine and now < int(expires)
    try:
        signer.check(given_["path"], {name: given_[name] for name in QUERY}, now)
    except (Forbidden, Invalid):
        assert not good
    else:
        assert good


def test_link_lives_a_quarter_of_an_hour(site: Site) -> None:
    """To the second, and says so."""
    site.time = BEGIN + 0.5
    link = site.link("rpi")
    assert link.params["x-men-expire"] == rfc3339(BEGIN + LIFETIME)
    site.time = BEGIN + LIFETIME - 0.001
    assert site.http.get(link).status_code == 200
    site.time = BEGIN + LIFETIME
    answer = site.http.get(link)
    assert (answer.status_code, answer.json()["error"]) == (
        403,
        f"URL expired at {rfc3339(BEGIN + LIFETIME)}",
    )


@repeatable
@given(st.text(min_size=1, max_size=300))
@example("a/b")
@example("a%2Fb")
@example("%")
@example("..")
@example(".")
@example("/")
@example("a//b/../c")
@example("rpi 4 + ü?x=1#y&z;\\")
@example("\x00\r\n\t\x7f")
@example("💡" * 4096)
def test_link_works_for_every_device_type(site: Site, device_type: str) -> None:
    """Also with what a path cannot have; the real server answers 404 to a slash."""
    site.time = BEGIN
    answer = site.http.get(site.link(device_type))
    assert answer.status_code == 200, answer.text
    assert read_artifact(io.BytesIO(answer.content)).device_types == (device_type,)
