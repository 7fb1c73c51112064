"""Universes by the control API: made with a login and a tenant token of their own, and deleted."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jwt
import pytest

FORM = {
    "name": "a",
    "type": "single_file",
    "device_types_compatible": "pi",
    "args": '{"filename": "f", "dest_dir": "/"}',
}
ME = "/api/management/v1/useradm/users/me"
LOGIN = "/api/management/v1/useradm/auth/login"

SECRET = ("password", "token", "connect")
"""What only the maker is told."""

NewUniverse = Callable[..., dict[str, Any]]
UserOf = Callable[[dict[str, Any]], httpx.Client]
Refused = Callable[[httpx.Response, int], str]


def test_maker_is_told_all_that_is_needed(new_universe: NewUniverse, user_of: UserOf) -> None:
    """The token works at once, and is this tenant's."""
    made = new_universe(name="checkout tests")
    assert made.keys() == {
        "id",
        "name",
        "plan",
        "tenant_token",
        "email",
        "password",
        "token",
        "connect",
    }
    assert (made["name"], made["plan"]) == ("checkout tests", "enterprise")
    assert user_of(made).get(ME).json()["email"] == made["email"]
    claims = jwt.decode(made["token"], options={"verify_signature": False, "verify_exp": False})
    assert (claims["mender.tenant"], claims["mender.plan"]) == (made["id"], "enterprise")


def test_body_may_be_left_out(control: httpx.Client) -> None:
    """Then there is no name, and the plan is the server's."""
    answer = control.post("universes")
    assert (answer.status_code, answer.json()["name"]) == (201, "")


def test_login_finds_the_universe(new_universe: NewUniverse, server: Any) -> None:
    """By the e-mail address; a password of another universe does not fit."""
    one, other = new_universe(), new_universe()
    answer = httpx.post(server.url + LOGIN, auth=(one["email"].upper(), one["password"]))
    claims = jwt.decode(answer.text, options={"verify_signature": False, "verify_exp": False})
    assert claims["mender.tenant"] == one["id"]
    for email, password in ((one["email"], other["password"]), ("x@example.com", one["password"])):
        assert httpx.post(server.url + LOGIN, auth=(email, password)).status_code == 401


def test_list_has_all_without_passwords(control: httpx.Client, new_universe: NewUniverse) -> None:
    """Oldest first, `default` among them."""
    made = [new_universe(name=name) for name in ("a", "b")]
    listed = control.get("universes").json()
    assert [universe["id"] for universe in listed] == ["default", *(u["id"] for u in made)]
    assert listed[1] == {k: v for k, v in made[0].items() if k not in SECRET}
    assert listed[0]["email"] == "admin@example.com"
    assert len({universe["tenant_token"] for universe in listed}) == 3


def test_deleted_universe_is_gone(
    control: httpx.Client, new_universe: NewUniverse, user_of: UserOf, refused: Refused
) -> None:
    """Its tokens and its login too; what is made next has another name and other keys."""
    made = new_universe()
    user = user_of(made)
    assert control.delete(f"universes/{made['id']}").status_code == 204
    assert refused(user.get(ME), 401)
    assert refused(user.post(LOGIN, auth=(made["email"], made["password"])), 401)
    assert made["id"] in refused(control.delete(f"universes/{made['id']}"), 404)
    following = new_universe()
    for secret in ("id", "email", "tenant_token", *SECRET):
        assert following[secret] != made[secret]


def test_default_universe_stays(control: httpx.Client, refused: Refused) -> None:
    """Requests without a tenant go there."""
    assert "reset" in refused(control.delete("universes/default"), 409)


def test_reset_of_one_leaves_the_others(
    control: httpx.Client, new_universe: NewUniverse, user_of: UserOf
) -> None:
    """And keeps the sessions of its own users."""
    one, other = new_universe(), new_universe()
    path = "/api/management/v2/inventory/filters"
    terms = [{"scope": "identity", "attribute": "mac", "type": "$eq", "value": "1"}]
    for universe in (one, other):
        answer = user_of(universe).post(path, json={"name": "f", "terms": terms})
        assert answer.status_code == 201
    assert control.post(f"universes/{one['id']}/reset").status_code == 204
    assert [len(user_of(universe).get(path).json()) for universe in (one, other)] == [0, 1]


@pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("POST", "/reset")])
def test_upload_does_not_outlive_its_universe(
    control: httpx.Client, new_universe: NewUniverse, user_of: UserOf, method: str, path: str
) -> None:
    """One that is under way when the universe goes, or begins anew, is refused in the end."""
    made = new_universe()
    answered = []

    def form() -> Iterator[bytes]:
        for name, value in FORM.items():
            yield f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
            yield value.encode() + b"\r\n"
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        for _ in range(40):  # more than sockets hold: the server has begun to read it
            yield b"x" * (1 << 20)
        answered.append(control.request(method, f"universes/{made['id']}{path}").status_code)
        yield b"\r\n--b--\r\n"

    answer = user_of(made).post(
        "/api/management/v1/deployments/artifacts/generate",
        content=form(),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert answered == [204]
    assert answer.status_code == 400
    assert "reset or deleted" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"plan": "gold"}, "gold"),
        ({"name": 1}, "name"),
        ({"name": "x" * 257}, "name"),
        ({"nmae": "x"}, "nmae"),
        ([], "object"),
    ],
    ids=str,
)
def test_odd_wishes_are_refused(
    control: httpx.Client, refused: Refused, body: Any, named: str
) -> None:
    """With what is wrong; nothing is made."""
    assert named in refused(control.post("universes", json=body), 400)
    assert len(control.get("universes").json()) == 1


def test_methods_that_there_are_not(control: httpx.Client, refused: Refused) -> None:
    """The answer names those that there are."""
    answer = control.put("universes")
    refused(answer, 405)
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost.evil.example", "null"]
)
def test_pages_of_other_origins_are_refused(
    control: httpx.Client, refused: Refused, origin: str
) -> None:
    """A page in somebody's browser can send requests here without reading the answers."""
    headers = {"Origin": origin}
    for method, path in (
        ("POST", "universes"),
        ("POST", "universes/default/reset"),
        ("DELETE", "universes/default"),
        ("PUT", "universes/default/plan"),
        ("GET", "universes"),
    ):
        assert origin in refused(control.request(method, path, headers=headers), 403)
    assert len(control.get("universes").json()) == 1


def test_pages_of_this_machine_may_call(control: httpx.Client) -> None:
    """As a front end's development server does."""
    headers = {"Origin": "http://localhost:5173"}
    assert control.post("universes", headers=headers).status_code == 201
    assert control.get("health", headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["evil.example:8080", "127.0.0.1.evil.example", "localhost.evil"])
def test_names_from_the_internet_are_refused(
    control: httpx.Client, refused: Refused, host: str
) -> None:
    """A page whose own name points at this machine sends its GET without an origin."""
    for method, path in (("GET", "universes"), ("GET", "universes/default/connect")):
        assert host in refused(control.request(method, path, headers={"Host": host}), 403)
    assert control.get("health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:80", "127.0.0.1:1", "[::1]:8080", "otakit", "host.docker.internal:80"],
)
def test_names_of_this_machine_are_taken(control: httpx.Client, host: str) -> None:
    """Nobody else can have one of these."""
    assert control.get("universes", headers={"Host": host}).status_code == 200


def test_number_is_bounded(ota_serve: Callable[..., str], refused: Refused) -> None:
    """A run that never deletes is told so."""
    with httpx.Client(base_url=f"{ota_serve()}/otakit/v1/") as control:
        for _ in range(999):
            assert control.post("universes").status_code == 201
        assert "1000" in refused(control.post("universes"), 422)
        newest = control.get("universes").json()[-1]["id"]
        assert control.delete(f"universes/{newest}").status_code == 204
        assert control.post("universes").status_code == 201


def test_same_seed_makes_the_same_universes(ota_serve: Callable[..., str]) -> None:
    """Ids and tokens; those of other seeds and of each other differ."""
    made = []
    for seed in (7, 7, 8):
        url = f"{ota_serve(seed=seed)}/otakit/v1/universes"
        universes = [httpx.post(url).json() for _ in range(2)]
        keys = ("id", "tenant_token", "password")
        made.append([tuple(universe[key] for key in keys) for universe in universes])
    assert made[0] == made[1]
    assert len({value for universes in made[1:] for u in universes for value in u}) == 12
