"""What happened is verified over HTTP, with a real deployment that is aborted."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from ota_support.device import Device
from ota_support.server import NO_TLS
from otakit.specs.catalogue import control as control_api
from otakit.specs.catalogue import resolved

VERIFICATION = "universes/default/journal/verification"


class Rollout:
    """One deployment to device 17 and to another one."""

    def __init__(self, user: httpx.Client, devices: list[Device]) -> None:
        """Make an artifact and deploy it; both devices fetch it."""
        self.user, self.devices = user, devices
        for device in devices:
            known = {"identity_data": device.identity, "pubkey": device.key.public_pem}
            device.id = self._made(user.post("v2/devauth/devices", json=known))
            assert device.authenticate().status_code == 200
        form = {"name": "v2", "device_types_compatible": "rpi", "type": "single_file"}
        form["args"] = '{"filename": "f", "dest_dir": "/"}'
        path = "v1/deployments/artifacts/generate"
        self._made(user.post(path, data=form, files={"file": b"x"}))
        asked = {"name": "all", "artifact_name": "v2", "devices": [d.id for d in devices]}
        self.id = self._made(user.post("v1/deployments/deployments", json=asked))
        for device in devices:
            assert device.next().json()["id"] == self.id
            assert device.report(self.id, "installing").status_code == 204

    def abort(self) -> None:
        """Abort it."""
        path = f"v1/deployments/deployments/{self.id}/status"
        assert self.user.put(path, json={"status": "aborted"}).status_code == 204

    @staticmethod
    def _made(answer: httpx.Response) -> str:
        assert answer.status_code == 201, answer.text
        return answer.headers["location"].rpartition("/")[2]


@pytest.fixture
def rollout(server: Any, management: httpx.Client) -> Iterator[Rollout]:
    """Return a deployment that is under way."""
    with (
        httpx.Client(base_url=server.url, verify=NO_TLS) as one,
        httpx.Client(base_url=server.url, verify=NO_TLS) as other,
    ):
        devices = [Device(one, 17, "/api/devices/"), Device(other, 18, "/api/devices/")]
        yield Rollout(management, devices)


def reported_success_once_after_the_abort(
    control: httpx.Client, rollout: Rollout
) -> dict[str, Any]:
    """Ask whether device 17 reported success exactly once after the abort."""
    question = {
        "match": {
            "caller": rollout.devices[0].id,
            "operation": "reportDeploymentStatus",
            "body": {"status": "success"},
        },
        "times": {"exactly": 1},
        "after": {"operation": "setDeploymentStatus", "path": f"*/{rollout.id}/status"},
    }
    answer = control.post(VERIFICATION, json=question)
    assert answer.status_code == 200, answer.text
    verdict: dict[str, Any] = answer.json()
    return verdict


def test_device_17_reported_success_exactly_once_after_the_abort(
    control: httpx.Client, rollout: Rollout
) -> None:
    """It comes too late, and is refused; the other device's report is another one's."""
    rollout.abort()
    for device in rollout.devices:
        assert device.report(rollout.id, "success").status_code == 409
    verdict = reported_success_once_after_the_abort(control, rollout)
    assert (verdict["verified"], verdict["count"], verdict["nearest"]) == (True, 1, None)
    (number,) = verdict["matches"]
    entry = control.get(f"universes/default/journal/{number}").json()
    assert (entry["caller"], entry["status"]) == (rollout.devices[0].id, 409)


def test_it_reported_something_else(control: httpx.Client, rollout: Rollout) -> None:
    """The answer shows what."""
    rollout.abort()
    for device, status in zip(rollout.devices, ("failure", "success"), strict=True):
        device.report(rollout.id, status)
    verdict = reported_success_once_after_the_abort(control, rollout)
    assert (verdict["verified"], verdict["count"], verdict["matches"]) == (False, 0, [])
    nearest = verdict["nearest"]
    assert nearest["differs"] == ["body.status: 'failure' instead of 'success'"]
    assert nearest["entry"]["caller"] == rollout.devices[0].id
    assert nearest["differs"][0] in verdict["message"]
    assert "\n" not in verdict["message"]


def test_it_reported_success_before_the_abort(control: httpx.Client, rollout: Rollout) -> None:
    """The answer says that this was too early."""
    rollout.devices[0].report(rollout.id, "success")
    rollout.abort()
    verdict = reported_success_once_after_the_abort(control, rollout)
    (differs,) = verdict["nearest"]["differs"]
    assert differs.startswith("after: it did not come after entry ")
    assert verdict["nearest"]["entry"]["status"] == 204


def test_it_reported_success_twice(control: httpx.Client, rollout: Rollout) -> None:
    """The answer names both."""
    rollout.abort()
    for _ in range(2):
        rollout.devices[0].report(rollout.id, "success")
    verdict = reported_success_once_after_the_abort(control, rollout)
    assert (verdict["verified"], verdict["count"], verdict["nearest"]) == (False, 2, None)
    for number in verdict["matches"]:
        assert f"entry {number} (PUT reportDeploymentStatus: 409)" in verdict["message"]


def test_nobody_aborted(control: httpx.Client, rollout: Rollout) -> None:
    """Then the question makes no sense, and the answer is no."""
    rollout.devices[0].report(rollout.id, "success")
    verdict = reported_success_once_after_the_abort(control, rollout)
    assert (verdict["verified"], verdict["count"]) == (False, 0)
    assert "nothing matches 'after'" in verdict["message"]


def test_answers_are_matched_too(control: httpx.Client, rollout: Rollout) -> None:
    """In part; JSON or text."""
    match: dict[str, Any] = {"operation": "checkUpdate", "answer": {"id": rollout.id}}
    question = {"match": match, "times": {"exactly": 2}}
    assert control.post(VERIFICATION, json=question).json()["verified"]
    match["answer"]["artifact"] = {"artifact_name": "v3"}
    nearest = control.post(VERIFICATION, json=question).json()["nearest"]
    assert nearest["differs"] == ["answer.artifact.artifact_name: 'v2' instead of 'v3'"]


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ({}, "match"),
        ({"match": {"who": 1}}, "who"),
        ({"match": {"status": 600}}, "status"),
        ({"match": {"status": "4x"}}, "status"),
        ({"match": {"status": True}}, "status"),
        ({"match": {"operation": "reportStatus"}}, "did you mean reportDeploymentStatus"),
        ({"match": {}, "after": {"operation": "abort"}}, "there is no 'abort'"),
        ({"match": {"from": "yesterday"}}, "from"),
        ({"match": {}, "times": {}}, "times"),
        ({"match": {}, "times": {"exactly": -1}}, "exactly"),
        ({"match": {}, "times": {"exactly": 1, "at_most": 1}}, "stands alone"),
        ({"match": {}, "times": {"at_least": 2, "at_most": 1}}, "more than"),
        ({"match": {}, "time": {}}, "time"),
        ([], "object"),
    ],
)
def test_senseless_questions_are_refused(
    control: httpx.Client,
    refused: Callable[[httpx.Response, int], str],
    question: Any,
    named: str,
) -> None:
    """The message names the key."""
    assert named in refused(control.post(VERIFICATION, json=question), 400)


def test_documented_question_is_good(control: httpx.Client) -> None:
    """The example of the OpenAPI file."""
    path = "/universes/{universe_id}/journal/verification"
    body = resolved(control_api())["paths"][path]["post"]["requestBody"]
    answer = control.post(VERIFICATION, json=body["content"]["application/json"]["example"])
    assert (answer.status_code, answer.json()["verified"]) == (200, False)


def test_long_questions_are_refused(
    control: httpx.Client, refused: Callable[[httpx.Response, int], str]
) -> None:
    """They would take long to answer."""
    question = {"match": {"body": ["x" * 100_000]}}
    assert "65536" in refused(control.post(VERIFICATION, json=question), 413)


def test_deep_bodies_are_compared(control: httpx.Client, management: httpx.Client) -> None:
    """As deep as bodies may be; so they are shown, too."""
    text = '{"a":' * 490 + "1" + "}" * 490
    headers = {"Content-Type": "application/json"}
    management.post("v2/devauth/devices", content=text, headers=headers)
    question = f'{{"match": {{"body": {text}}}}}'
    verdict = control.post(VERIFICATION, content=question, headers=headers).json()
    assert verdict["verified"]
    entry = control.get(f"universes/default/journal/{verdict['matches'][0]}")
    assert entry.json()["request"]["body"]["size"] == len(text)
