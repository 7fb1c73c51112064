"""GET /logs and /logs/export: what they show of the entries."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from otakit.specs.catalogue import apis, resolved

LOGS = "v1/auditlogs/logs"
EXPORT = "v1/auditlogs/logs/export"
KEY = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""


def entries(management: httpx.Client, **params: Any) -> list[Any]:
    """List entries."""
    answer = management.get(LOGS, params=params)
    assert answer.status_code == 200
    return list(answer.json())


def table(management: httpx.Client, **params: Any) -> list[dict[str, str]]:
    """Read an export."""
    answer = management.get(EXPORT, params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def announce(management: httpx.Client, serial: str) -> str:
    """Preauthorize a device; return its id."""
    asked = {"identity_data": {"sn": serial}, "pubkey": KEY}
    answer = management.post("v2/devauth/devices", json=asked)
    assert answer.status_code == 201
    return str(answer.headers["location"].rpartition("/")[2])


def test_life_of_a_deployment(
    management: httpx.Client,
    device: Any,
    new_artifact: Callable[..., str],
    deploy: Callable[..., str],
) -> None:
    """Each act is told with its object, the last one first."""
    artifact = new_artifact("release-2")
    deployment = deploy(device)
    path = f"v1/deployments/deployments/{deployment}/status"
    assert management.put(path, json={"status": "aborted"}).status_code == 204
    about = {"name": "update", "artifact_name": "release-2"}
    told = [(e["action"], e["object"], e.get("change")) for e in entries(management)]
    serial = f'{{"mac":"{device.identity["mac"]}"}}'
    assert told[:4] == [
        ("abort", {"id": deployment, "type": "deployment", "deployment": about}, None),
        ("create", {"id": deployment, "type": "deployment", "deployment": about}, None),
        (
            "create",
            {
                "id": artifact,
                "type": "deployment",
                "deployment": {"name": "release-2", "artifact_name": "release-2"},
            },
            '+ artifact: "release-2"',
        ),
        (
            "create",
            {
                "id": device.id,
                "type": "device",
                "device": {"id": device.id, "identity_data": serial},
            },
            None,
        ),
    ]


def test_admission_is_told_in_words(
    management: httpx.Client, waiting: Any, set_path: Callable[[], str]
) -> None:
    """To reject is an action of its own; to accept is an update."""
    path = set_path()
    set_id = path.rpartition("/")[2]
    for status in ("accepted", "rejected", "pending"):
        assert management.put(f"{path}/status", json={"status": status}).status_code == 204
    told = [(e["action"], e["change"]) for e in entries(management)[:3]]
    moves = [("pending", "accepted"), ("accepted", "rejected"), ("rejected", "pending")]
    changes = [
        f'- authentication set {set_id}: "{before}"\n+ authentication set {set_id}: "{after}"'
        for before, after in moves
    ]
    assert told == list(zip(["update", "reject", "update"], reversed(changes), strict=True))
    assert waiting.authenticate().status_code == 401


def test_tags_are_told_as_a_difference(management: httpx.Client, device: Any) -> None:
    """What stays is not told; what is described otherwise is."""
    path = f"v1/inventory/devices/{device.id}/tags"
    management.put(path, json=[{"name": "a", "value": "1"}, {"name": "b", "value": "2"}])
    management.put(path, json=[{"name": "b", "value": "3"}, {"name": "c", "value": 4}])
    assert entries(management)[0]["change"] == '- a: "1"\n- b: "2"\n+ b: "3"\n+ c: 4'
    management.patch(path, json=[{"name": "c", "value": 4, "description": "d"}])
    assert entries(management)[0]["change"] == '+ c (description): "d"'


def test_export_is_the_list(management: httpx.Client, device: Any) -> None:
    """Row by row; a missing member is an empty cell."""
    announce(management, '=HYPERLINK("http://x")\n,"quoted"')
    management.delete(f"v2/devauth/devices/{device.id}")
    listed = entries(management)
    rows = table(management)
    assert [row["action"] for row in rows] == [e["action"] for e in listed]
    assert [row["object.device.identity_data"] for row in rows] == [
        e["object"].get("device", {}).get("identity_data", "") for e in listed
    ]
    assert rows[1]["object.device.identity_data"].startswith('{"sn":"=HYPERLINK(')
    assert [row["object.user.email"] for row in rows][-1] == "admin@example.com"
    assert {row["actor.identity_data"] for row in rows} == {""}
    assert table(management, limit=1) == rows[:1]
    assert table(management, sort="asc") == rows[::-1]
    assert table(management, sort="asc", limit=2) == rows[::-1][:2]
    assert table(management, object_type="user") == rows[-1:]


def test_header_of_the_export(management: httpx.Client) -> None:
    """Its names are joined as asked, and columns may be left out under either name."""
    first = management.get(EXPORT).text.splitlines()[0].split(",")
    assert (first[0], first[-1]) == ("actor.id", "change")
    asked = {"format_separator": "::", "ignore": "actor::id, time,object.device.id"}
    left = management.get(EXPORT, params=asked).text.splitlines()[0].split(",")
    gone = {"actor::id", "time", "object::device::id"}
    assert left == [n.replace(".", "::") for n in first if n.replace(".", "::") not in gone]


def test_export_is_a_file_in_chunks(server: Any, management: httpx.Client) -> None:
    """Its length is not told before; it ends where it should, and the connection goes on."""
    for number in range(450):
        announce(management, f"{number:03}")
    with management.stream("GET", EXPORT) as answer:
        assert answer.headers["transfer-encoding"] == "chunked"
        assert "content-length" not in answer.headers
        assert answer.headers["content-disposition"] == 'attachment; filename="audit-logs.csv"'
        assert answer.headers["x-men-requestid"]
        text = "".join(answer.iter_text())
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    serials = [re.sub(r"\D", "", row["object.device.identity_data"]) for row in rows[:450]]
    assert serials == [f"{number:03}" for number in reversed(range(450))]
    assert management.get(LOGS).headers["x-total-count"] == str(len(rows))
    assert httpx.get(f"{server.url}/otakit/v1/health").status_code == 200


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"ignore": "actr.id"}, "ignore: no column 'actr.id'"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit: 'many' is not an integer"),
        ({"sort": "up"}, "sort"),
        ({"actor_type": "ghost"}, "actor_type"),
        ({"object_type": "artifact"}, "object_type"),
        ({"created_before": "yesterday"}, "created_before"),
    ],
)
def test_bad_parameter_of_an_export_is_named(
    management: httpx.Client,
    refused: Callable[[httpx.Response, int], str],
    params: dict[str, str],
    said: str,
) -> None:
    """Before anything is sent."""
    assert said in refused(management.get(EXPORT, params=params), 400)
    if params.keys() - {"ignore", "limit"}:
        assert said in refused(management.get(LOGS, params=params), 400)


def test_export_without_columns_is_refused(
    management: httpx.Client, refused: Callable[[httpx.Response, int], str]
) -> None:
    """There would be nothing to read."""
    names = management.get(EXPORT).text.splitlines()[0]
    answer = management.get(EXPORT, params={"ignore": names})
    assert "no column would be left" in refused(answer, 400)


def test_filters_of_the_web_interface(management: httpx.Client) -> None:
    """By whom, on what, and when; a page beyond the end is empty."""
    device = announce(management, "1")
    me = management.get("v1/useradm/users/me").json()
    mine = {"actor_id": me["id"], "actor_type": "user", "actor_email": "Admin@Example.com"}
    assert [e["object"]["id"] for e in entries(management, **mine)] == [device, me["id"]]
    assert entries(management, object_id=device)[0]["action"] == "create"
    assert entries(management, actor_type="device") == []
    assert entries(management, created_before=0) == []
    assert entries(management, created_after=10**18) == []
    assert len(entries(management, created_after=0, created_before=10**18)) == 2
    assert entries(management, page=3, per_page=1) == []


def test_answer_obeys_the_document(management: httpx.Client, device: Any) -> None:
    """Nothing is shown that the reference has no member for."""
    (api,) = (api for api in apis() if api.name.endswith("auditlogs-v1"))
    schemas = resolved(api)["components"]["schemas"]
    for entry in entries(management):
        for name, shown in (
            ("AuditLog", entry),
            ("Actor", entry["actor"]),
            ("Object", entry["object"]),
            ("Device", entry["object"].get("device", {"identity_data": ""})),
            ("User", entry["object"].get("user", {"email": ""})),
        ):
            assert shown.keys() <= schemas[name]["properties"].keys()
            assert shown.keys() >= set(schemas[name]["required"])
    assert device.id


def test_reset_empties_the_log(server: Any, management: httpx.Client) -> None:
    """Who goes on does so in an empty log."""
    announce(management, "1")
    server.reset()
    assert entries(management) == []
    assert table(management) == []
