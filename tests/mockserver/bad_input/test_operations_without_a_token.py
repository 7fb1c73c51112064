"""Every operation that needs a token is closed without one."""

import re
from typing import Any

import httpx
import pytest

from otakit.specs.catalogue import resolved, served

OPEN = {"authenticateDevice", "fetchConfiguration", "login"}


def operations() -> dict[str, tuple[str, str]]:
    """Return method and path of all operations but those that anybody may call."""
    found: dict[str, tuple[str, str]] = {}
    for api in served():
        for path, item in resolved(api)["paths"].items():
            for method in item.keys() & {"get", "put", "post", "patch", "delete"}:
                target = api.base_path + re.sub(r"\{.*?\}", "x", path)
                found[item[method]["operationId"]] = (method, target)
    assert found.keys() >= OPEN
    return {name: found[name] for name in sorted(found.keys() - OPEN)}


CLOSED = operations()


@pytest.mark.parametrize("header", [None, "Bearer x"], ids=["none", "bad"])
@pytest.mark.parametrize("name", CLOSED)
def test_the_answer_is_401(shared_server: Any, ota_refusal: Any, name: str, header: str) -> None:
    """Whatever else is wrong with the request."""
    method, path = CLOSED[name]
    headers = {"Authorization": header} if header else {}
    answer = httpx.request(method, shared_server.url + path, headers=headers)
    assert ota_refusal(answer, 401) != ""
    assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_the_others_say_so_in_their_documents() -> None:
    """A device signs, a login takes a password, a link is signed."""
    security = {
        item[method]["operationId"]: item[method].get("security")
        for api in served()
        for item in resolved(api)["paths"].values()
        for method in item.keys() & {"get", "put", "post", "patch", "delete"}
    }
    assert {name for name, needs in security.items() if needs is not None} == OPEN
