"""At any moment of the stories a snapshot, restored elsewhere, answers the same reads alike."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from ota_stories import (
    artifacts,
    companions,
    deployments,
    devauth,
    device_side,
    jfrog_connect,
    services,
)
from ota_stories.recorder import Place, Recorder
from ota_stories.stage import Stage, expect
from ota_support.server import LOGIN, NO_TLS
from otakit.fixtures.keys import generate_key

pytestmark = pytest.mark.xdist_group("snapshot of stories")

STORIES: dict[str, list[Callable[[Stage], None]]] = {
    "documented": [
        *device_side.STORIES,
        *devauth.STORIES,
        *artifacts.STORIES,
        *deployments.STORIES,
        *services.STORIES,
        *jfrog_connect.STORIES,
        *companions.STORIES,
    ],
    "as-built": [*companions.STORIES, *companions.AS_BUILT, *jfrog_connect.STORIES],
}
"""What happens on a server of each dialect."""

UNIVERSE = "/otakit/v1/universes/default"
CONSTANT = {
    Place("GET", f"/api/management/v2/useradm/{name}") for name in ("roles", "permission_sets")
}
"""Reads that say the same on any server."""

JSON = {"content-type": "application/json"}
LIVE = "/deviceconnect/"
"""Where reads tell of sockets, and none outlives a restoring: another test looks at that."""


class Twins(Recorder):
    """A server with stories, and another that restores its snapshot whenever something is read."""

    def __init__(self, dialect: str, original: str, restored: str) -> None:
        """Watch what is asked of the one, and ask both; time stands still."""
        super().__init__("mender", dialect)
        self._url = original
        self.dialect = dialect
        # They write links with their client's words, and would tell request ids of their own.
        same = {"host": "otakit.test", "x-men-requestid": "the same"}
        self.pair = [
            httpx.Client(base_url=url, headers=same, verify=NO_TLS) for url in (original, restored)
        ]
        self.pair[0].put(f"{UNIVERSE}/clock", json={"speed": 0}).raise_for_status()
        self.read: set[Place] = set()
        self.tokens: list[str] = []

    def see(self, answer: httpx.Response) -> None:
        """Compare a successful read with that of the restored server."""
        super().see(answer)
        asked = answer.request
        place = self.place(asked)
        mine = str(asked.url).startswith(self._url) and LIVE not in asked.url.path
        if asked.method == "GET" and answer.is_success and mine:
            self.restore()
            kept = {k: v for k, v in asked.headers.items() if k in {"authorization", "range"}}
            self.same("GET", asked.url.raw_path.decode(), headers=kept)
            self.tokens += [kept["authorization"]] if "authorization" in kept else []
            self.read |= {place} if place else set()

    def restore(self) -> None:
        """Let the other server be what the original is now."""
        kept = expect(self.pair[0].get(f"{UNIVERSE}/snapshot"), 200)
        expect(self.pair[1].put(f"{UNIVERSE}/snapshot", content=kept.content, headers=JSON), 204)

    def same(self, method: str, path: str, **asked: Any) -> httpx.Response:
        """Ask both the same; return the original's answer, which the other's has to equal."""
        one, other = (client.request(method, path, **asked) for client in self.pair)
        assert shown(one) == shown(other), f"{method} {path}"
        return one

    @property
    def user(self) -> dict[str, str]:
        """Return the headers of the stories' first user."""
        return {"authorization": self.tokens[0]}


def shown(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Return all of an answer but the wall's time."""
    headers = [(k, v) for k, v in answer.headers.multi_items() if k != "date"]
    return answer.status_code, answer.content, headers


@pytest.fixture(scope="module", params=STORIES)
def twins(request: pytest.FixtureRequest, start_server: Callable[..., Any]) -> Iterator[Twins]:
    """Return the two after all stories; every read in them was compared."""
    dialect = request.param
    first, second = (start_server("--seed", n, "--dialect", dialect).url for n in "78")

    def start(*options: str) -> str:
        return str(start_server(*options).url) if options else first

    with ExitStack() as stack:
        twins = Twins(dialect, first, second)
        for client in twins.pair:
            stack.callback(client.close)
        stage = Stage(start, twins, [])
        stack.callback(stage.close)
        twins.tokens.append(stage.user.headers["authorization"])
        for story in STORIES[dialect]:
            story(stage)
        yield twins


def test_every_operation_that_reads_was_compared(twins: Twins) -> None:
    """Byte for byte, signatures and all: the keys are the same."""
    reads = {place for place in twins.known() if place.method == "GET" and LIVE not in place.path}
    if twins.dialect != "documented":
        reads -= Recorder("mender").known()
    assert reads
    assert reads - twins.read - CONSTANT == set()


def test_files_are_the_same(twins: Twins) -> None:
    """Each artifact comes through the link that either server signs, with its dates and tags."""
    twins.restore()
    listed = "/api/management/v1/deployments/artifacts"
    stored = twins.same("GET", listed, headers=twins.user).json()
    assert stored
    for artifact in stored:
        link = twins.same("GET", f"{listed}/{artifact['id']}/download", headers=twins.user).json()
        file = twins.same("GET", httpx.URL(link["uri"]).raw_path.decode())
        assert file.status_code == 200
        assert len(file.content) == artifact["size"]


def test_same_acts_give_the_same_ids(twins: Twins) -> None:
    """What chance makes is made alike: ids, tokens, signatures."""
    twins.restore()
    key = generate_key("ed25519", seed=99)
    asked = {"identity_data": {"sn": "after"}, "pubkey": key.public_pem}
    url = "/api/management/v2/devauth/devices"
    assert twins.same("POST", url, json=asked, headers=twins.user).status_code == 201
    login = "/api/management/v1/useradm/auth/login"
    assert twins.same("POST", login, auth=LOGIN).status_code == 200


def test_runs_go_on(twins: Twins) -> None:
    """Deployments of JFrog Connect that are on their way move with time, alike on both."""
    access = twins.same("GET", f"{UNIVERSE}/connect").json()
    flows = twins.same("GET", f"{UNIVERSE}/connect/fleet").json()["flows"]
    base, token = f"/api/v2/{access['project_key']}", f"Bearer {access['token']}"
    headers = {"authorization": token}
    configuration = {"flow_uuid": flows[0]["uuid"]}
    plan = {"deployment_configuration": configuration, "device_filter": {"filters": []}}
    asked = twins.pair[0].post(f"{base}/deployments", json=plan, headers=headers)
    path = f"{base}/deployments/{expect(asked, 201).json()['deployment_uuid']}/devices"
    twins.restore()
    seen = set()
    for seconds in (2, 2, 3600):
        twins.same("POST", f"{UNIVERSE}/clock/advance", json={"seconds": seconds})
        seen.add(twins.same("GET", path, headers=headers).content)
    assert len(seen) > 1
