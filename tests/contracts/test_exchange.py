"""Exchanges as reports show them: repeatable, and without secrets."""

import shlex
from typing import Any

import httpx
import pytest

from ota_support.checks import RUN, documents, target
from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.profiles import PROFILES
from otakit.contracts.session import Session

TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"


def an_exchange(
    method: str = "GET", url: str = "https://x/api/a", answer: bytes = b"", **parts: Any
) -> Exchange:
    """Return an exchange that never took place."""
    request = httpx.Request(method, url, **parts)
    request.read()
    response = httpx.Response(200, content=answer, request=request)
    return Exchange(request=request, response=response, seconds=0.0)


def test_command_has_method_headers_and_body() -> None:
    """What a shell makes of it is the request."""
    body = {"name": "it's", "size": 1}
    exchange = an_exchange("POST", "https://x/api/a?b=c d&e", json=body)
    words = shlex.split(exchange.curl())
    assert words[:4] == ["curl", "-i", "-X", "POST"]
    assert words[4:6] == ["-H", "content-type: application/json"]
    assert words[6:8] == ["--data-raw", '{"name":"it\'s","size":1}']
    assert words[8] == "https://x/api/a?b=c%20d&e"


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        ({"Authorization": f"Bearer {TOKEN}"}, "Authorization: Bearer $TOKEN"),
        ({"Authorization": "Basic YTpi"}, "$EMAIL:$PASSWORD"),
        ({"Cookie": f"JWT={TOKEN}"}, "Cookie: $COOKIE"),
        ({"Authorization": "Bearer none"}, "authorization: Bearer none"),
    ],
)
def test_tokens_and_logins_are_variables(headers: dict[str, str], shown: str) -> None:
    """A wrong token that a rule made up is no secret, and part of what is shown."""
    assert shown in shlex.split(an_exchange(headers=headers).curl())


def test_tokens_and_signatures_are_hidden_everywhere() -> None:
    """In bodies, in answers and in links."""
    link = "https://x/file?expire=1&x-men-signature=abc%3D&X-Amz-Credential=key"
    exchange = an_exchange("PUT", link, answer=f"{TOKEN} {link}".encode(), json={"token": TOKEN})
    shown = f"{exchange.curl()} {exchange.answer()} {exchange.name}"
    assert "eyJ" not in shown
    assert "abc" not in shown
    assert "=key" not in shown
    assert "x-men-signature=HIDDEN" in shown


def test_bytes_are_counted() -> None:
    """A body that is no text is not written to a terminal."""
    exchange = an_exchange("PUT", content=b"\0\xff", answer=b"\0\x1b[2J")
    assert "--data-binary @BODY_OF_2_BYTES" in exchange.curl()
    assert exchange.answer() == "200 OK (5 bytes)"


def test_long_bodies_are_cut() -> None:
    """The beginning is enough to recognise one."""
    assert an_exchange(answer=b"x" * 5000).answer().endswith("x… (5000 characters)")


def test_token_goes_to_nobody_but_the_target(server: Any) -> None:
    """A link may lead anywhere: what follows it sends our token to the target only."""
    session = Session(target(server.url), PROFILES["mender-enterprise"], documents("mender"), RUN)
    try:
        backend = Backend(session)
        own = backend.management.get(f"{server.url}/api/management/v2/devauth/devices/count")
        other = server.url.replace("127.0.0.1", "localhost")
        foreign = backend.management.get(f"{other}/api/management/v2/devauth/devices/count")
    finally:
        session.close()
    assert (own.status, foreign.status) == (200, 401)
    assert "authorization" not in foreign.request.headers


def test_form_is_shown_as_curl_takes_it(server: Any) -> None:
    """Fields and files, without the file's bytes."""
    session = Session(target(server.url), PROFILES["mender-enterprise"], documents("mender"), RUN)
    try:
        answer = Backend(session).upload(b"no artifact", "a text")
    finally:
        session.close()
    assert answer.status == 400
    assert "-F size=11 -F 'description=a text' -F artifact=@otakit.mender" in answer.curl()
