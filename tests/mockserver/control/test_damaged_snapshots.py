"""A snapshot that is damaged, in whatever way, is refused, and leaves everything as it was."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ota_stories import companions, deployments, jfrog_connect, services
from ota_stories.recorder import Recorder
from ota_stories.stage import Stage, artifact_file
from ota_support.depth import examples
from ota_support.server import LOGIN
from ota_support.snapshots import resealed, restore, seal, take

pytestmark = pytest.mark.xdist_group("damaged snapshots")  # which share a server with a history

SETTINGS = settings(
    derandomize=True,
    deadline=None,
    max_examples=examples(50),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
OTHERS: tuple[Any, ...] = (None, True, -7, 0.5, "text", [], ["x"], {}, {"x": 1})


@dataclass(repr=False)
class Kept:
    """A snapshot; too long to be shown whenever a test fails."""

    text: bytes


@pytest.fixture(scope="module")
def control(start_server: Callable[..., Any]) -> Iterator[httpx.Client]:
    """Return a client of the control API of a server with a history, whose time stands still."""
    url = start_server("--clock", "frozen").url
    stage = Stage(lambda *_: url, Recorder("mender"), [])
    for story in (
        *(services.configuration_deployment, services.monitoring, companions.filters),
        *(deployments.dynamic, jfrog_connect.deployments),
    ):
        story(stage)
    stage.upload(artifact_file("kept", "pi")).raise_for_status()
    stage.close()
    with httpx.Client(base_url=f"{url}/otakit/v1/") as client:
        yield client


@pytest.fixture(scope="module")
def kept(control: httpx.Client) -> Kept:
    """Return its snapshot."""
    return Kept(take(control))


def refused(control: httpx.Client, damaged: bytes, kept: Kept, *, named: str = "") -> None:
    """Make sure that a text is refused in one clear line, and that nothing has changed."""
    answer = restore(control, damaged)
    assert answer.status_code == 400, answer.text
    message = answer.json()["error"]
    assert "snapshot" in message
    assert named in message
    assert "\n" not in message
    assert len(message) < 500
    assert take(control) == kept.text


@given(data=st.data())
@SETTINGS
def test_any_other_byte_is_noticed(control: httpx.Client, kept: Kept, data: st.DataObject) -> None:
    """Wherever it stands: the digest covers all that is said."""
    place = data.draw(st.integers(0, len(kept.text) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != kept.text[place]))
    refused(control, kept.text[:place] + bytes([byte]) + kept.text[place + 1 :], kept)


@given(data=st.data())
@SETTINGS
def test_a_part_of_one_is_noticed(control: httpx.Client, kept: Kept, data: st.DataObject) -> None:
    """Cut off, or with a piece missing."""
    begin = data.draw(st.integers(0, len(kept.text) - 1))
    end = data.draw(st.integers(begin + 1, len(kept.text)))
    refused(control, kept.text[:begin], kept)
    refused(control, kept.text[:begin] + kept.text[end:], kept)


def places(plain: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Go through the ways to all values."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(plain, dict):
        inner = plain.items()
    elif isinstance(plain, list):
        inner = enumerate(plain)
    for key, value in inner:
        yield (*way, key)
        yield from places(value, (*way, key))


@given(data=st.data())
@SETTINGS
def test_forged_ones_break_nothing(control: httpx.Client, kept: Kept, data: st.DataObject) -> None:
    """With a digest that fits: values of another type, missing keys, wherever."""
    document = json.loads(kept.text)
    ways = [way for way in places(document) if way != ("digest",)]
    *before, last = ways[data.draw(st.integers(0, len(ways) - 1))]
    holder = document
    for key in before:
        holder = holder[key]
    if data.draw(st.booleans()):
        del holder[last]
    else:
        holder[last] = data.draw(st.sampled_from(OTHERS))
    try:
        forged = seal(document)
    except (AttributeError, TypeError, ValueError):  # there is nothing left to seal
        forged = json.dumps(document).encode()
    answer = restore(control, forged)
    if answer.status_code == 204:  # a value that may be so: a text more in a list, any JSON
        assert take(control) != b""
        assert restore(control, kept.text).status_code == 204
    else:
        assert answer.status_code == 400, answer.text
        assert "\n" not in answer.json()["error"]
    assert take(control) == kept.text


def device(document: dict[str, Any]) -> dict[str, Any]:
    """Return the first device in a snapshot."""
    found: dict[str, Any] = next(iter(document["world"]["parts"]["devices"]["_devices"].values()))
    return found


def artifact(document: dict[str, Any]) -> dict[str, Any]:
    """Return the first artifact's file in a snapshot."""
    found: dict[str, Any] = document["artifacts"][0]
    return found


FORGED: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "format": (lambda d: d.update(otakit_snapshot=2), "has format 2, and otakit"),
    "layout": (
        lambda d: d.update(layout="0", made_by="9.9"),
        "was made by otakit 9.9, whose state is laid out otherwise",
    ),
    "dialect": (
        lambda d: d.update(dialect="as-built"),
        "is of dialect 'as-built', this server of 'documented': restore it with `otakit serve",
    ),
    "plan": (lambda d: d["universe"].update(plan="gold"), "plan is none of os, professional"),
    "clock": (lambda d: d["world"]["clock"].update(moment=1e300), "no moment of the calendar"),
    "speed": (lambda d: d["world"]["clock"].update(speed=-1), "a speed of 0 or more"),
    "type": (lambda d: device(d).update(created="now"), "created: number is expected, not a text"),
    "key": (lambda d: device(d).pop("status"), "'status' is missing"),
    "more": (lambda d: device(d).update(more=1), "'more' is not known"),
    "number": (lambda d: device(d).update({"#": "1"}), "'#': an integer is expected"),
    "deep": (
        lambda d: device(d).update(identity_data=json.loads('{"a":' * 520 + "1" + "}" * 520)),
        "nested over 500 levels deep",
    ),
    "file": (lambda d: artifact(d).update(data="AAAA"), "has another SHA-256 than it should have"),
    "base64": (lambda d: artifact(d).update(data="é!"), "is not Base64"),
    "no file": (lambda d: d["artifacts"].pop(), "files are not those of the world's artifacts"),
    "two files": (lambda d: d["artifacts"].append(artifact(d)), "files are not those"),
    "time": (lambda d: artifact(d).update(modified_ns=-1), "or its file of no time"),
}


@pytest.mark.parametrize("kind", FORGED)
def test_each_kind_of_damage_is_named(control: httpx.Client, kept: Kept, kind: str) -> None:
    """The fault, the place, and the way out where there is one."""
    change, named = FORGED[kind]
    refused(control, resealed(kept.text, change), kept, named=named)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b"", "it is empty"),
        (b"otakit", "malformed"),
        (b"{}", "it has no 'otakit_snapshot'"),
        (b"[1]", "it has no 'otakit_snapshot'"),
        (b'{"otakit_snapshot": 1}', "missing required field `made_by`"),
        (b"[" * 100_000, "snapshot"),
        (b"\xff\xfe{}", "malformed"),
    ],
)
def test_what_is_no_snapshot_is_told(
    control: httpx.Client, kept: Kept, text: bytes, named: str
) -> None:
    """In words of its own."""
    refused(control, text, kept, named=named)


def test_ids_make_no_paths(control: httpx.Client, kept: Kept) -> None:
    """An artifact whose id leads out of the storage is none."""
    old = artifact(json.loads(kept.text))["id"]
    forged = kept.text.replace(old.encode(), b"../../../../../../../../tmp/otakit-x")
    refused(control, seal(json.loads(forged)), kept, named="is no id")


def test_other_types_and_missing_universes_are_refused(control: httpx.Client, kept: Kept) -> None:
    """As everywhere in the API."""
    url = "universes/default/snapshot"
    assert (
        control.put(url, content=kept.text, headers={"content-type": "text/plain"}).status_code
        == 415
    )
    assert restore(control, kept.text, "nowhere").status_code == 404
    assert control.get("universes/nowhere/snapshot").status_code == 404


def test_size_is_bounded(ota_serve: Callable[..., str], kept: Kept) -> None:
    """Neither is a larger one read, nor one made that could not be read."""
    url = ota_serve(snapshot_limit=50_000)
    login = httpx.post(f"{url}/api/management/v1/useradm/auth/login", auth=LOGIN).text
    headers = {"Authorization": f"Bearer {login}"}
    with httpx.Client(base_url=f"{url}/otakit/v1/", headers=headers) as client:
        small = take(client)
        assert len(small) < 50_000
        assert restore(client, small).status_code == 204
        answer = restore(client, kept.text + b" " * 50_000)
        assert answer.status_code == 413
        chunks = client.put(
            "universes/default/snapshot",
            content=iter([kept.text, b" " * 50_000]),
            headers={"content-type": "application/json"},
        )
        assert chunks.status_code == 413
        for number in range(9):
            content = artifact_file(f"v{number}", base64.b32encode(bytes(2000)).decode())
            upload = {"artifact": ("a.mender", content)}
            url = f"{client.base_url.copy_with(path='/api/management/v1/deployments/artifacts')}"
            assert client.post(url, files=upload).status_code == 201
        answer = client.get("universes/default/snapshot")
        assert answer.status_code == 422
        assert "delete artifacts first" in answer.json()["error"]
