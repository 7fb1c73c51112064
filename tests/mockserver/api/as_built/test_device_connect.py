"""Device connect and device monitor as built (facts 3.3, 8.1 and 8.2)."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from ota_support.sockets import obliging, open_socket

Pick = Callable[..., Any]
CONNECT = "v1/deviceconnect/connect"
DEVICES = "v1/deviceconnect/devices"

REQUESTS = [
    ("GET", CONNECT),
    ("POST", "v1/devicemonitor/alert"),
    ("POST", "v1/devicemonitor/config"),
    ("GET", "v1/deviceconfig/configuration"),
]


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_bad_tokens_are_told_nothing(
    method: str, path: str, device: Any, server: Any, either: Pick
) -> None:
    """A token of the other side, and one that is good no more; that there is none is told."""
    device.http.headers["Authorization"] = f"Bearer {server.login()}"
    answer = device.http.request(method, path)
    assert (answer.status_code, bool(answer.content)) == (
        401,
        either(documented=True, as_built=False),
    )
    assert "www-authenticate" in answer.headers
    del device.http.headers["Authorization"]
    missing = device.http.request(method, path)
    assert (missing.status_code, missing.json()["error"]) == (
        401,
        "Authorization not present in header",
    )


def handshake(server: Any, headers: dict[str, str], path: str = f"/api/devices/{CONNECT}") -> Any:
    """Try to open a websocket; return the answer that refuses it."""
    with pytest.raises(InvalidStatus) as refused, open_socket(server.url, path, headers):
        pass
    return refused.value.response


def test_handshakes_with_bad_tokens_are_told_nothing(server: Any, either: Pick) -> None:
    """As other requests."""
    answer = handshake(server, {"Authorization": f"Bearer {server.login()}"})
    told = either(documented=True, as_built=False)
    assert (answer.status_code, bool(answer.body)) == (401, told)
    missing = handshake(server, {})
    assert (missing.status_code, b"not present" in missing.body) == (401, True)


def test_cookies_are_not_looked_at(
    device: Any, server: Any, management: httpx.Client, either: Pick
) -> None:
    """The documents let a device put its token into one."""
    token = device.http.headers["authorization"].removeprefix("Bearer ")
    headers = {"Cookie": f"JWT={token}"}
    path = f"/api/devices/{CONNECT}"
    refused = httpx.get(server.url + path, headers=headers)
    assert refused.status_code == either(documented=400, as_built=401)
    if refused.status_code == 401:
        assert handshake(server, headers).status_code == 401
    else:
        with open_socket(server.url, path, headers):
            assert management.get(f"{DEVICES}/{device.id}").is_success


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("POST", "{}/check-update", "device not connected"),
        ("POST", "{}/send-inventory", "device not connected"),
        ("GET", "{}/connect", "failed to connect to device: device disconnected"),
        ("GET", "none", "device not found"),
    ],
)
def test_words(  # noqa: PLR0913, PLR0917 - a case and fixtures
    method: str, path: str, words: str, device: Any, management: httpx.Client, either: Pick
) -> None:
    """A device that is not connected, and one that there is not."""
    answer = management.request(method, f"{DEVICES}/{path.format(device.id)}")
    assert answer.status_code == 404
    own = answer.json()["error"].startswith(words) and len(answer.json()["error"]) > len(words)
    assert own is either(documented=True, as_built=False)
    assert answer.json()["error"].startswith(words)


def test_terminal_of_a_disconnected_device(
    device: Any, server: Any, management: httpx.Client, either: Pick
) -> None:
    """In the same words, when it is a handshake."""
    headers = {"Authorization": management.headers["authorization"]}
    path = f"/api/management/{DEVICES}/{device.id}/connect"
    answer = handshake(server, headers, path)
    told = b'"error":"failed to connect to device: device disconnected"'
    assert answer.status_code == 404
    assert (told in answer.body) is either(documented=False, as_built=True)
    with obliging(server.url, device.http.headers["authorization"]):
        pass
    assert handshake(server, headers, path).status_code == 404
