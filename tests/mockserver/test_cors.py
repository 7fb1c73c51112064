"""CORS: pages of a front end on any localhost port may call, others may not."""

import httpx
import pytest

LOGIN = "/api/management/v1/useradm/auth/login"
ALLOWED = "authorization,content-type,if-match,x-men-requestid"
EXPOSED = {"X-Total-Count", "Link", "ETag", "Location", "X-MEN-RequestID", "Content-Disposition"}


class HasUrl:
    """A running server, as far as these tests care."""

    url: str


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:3000", "http://127.0.0.1:5173", "https://localhost", "http://[::1]:8"],
)
def test_preflight_of_a_local_page_is_allowed(server: HasUrl, origin: str) -> None:
    """A browser may send the request that it asks for, with Authorization."""
    answer = httpx.options(
        server.url + LOGIN,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": ALLOWED,
        },
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == ALLOWED
    assert answer.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_every_method_is_allowed(server: HasUrl, method: str) -> None:
    """Of those that the APIs have."""
    headers = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": method}
    answer = httpx.options(server.url + LOGIN, headers=headers)
    assert answer.status_code == 200
    assert method in answer.headers["access-control-allow-methods"]


def test_answers_and_errors_can_be_read_by_a_local_page(server: HasUrl) -> None:
    """Also an error's body and the headers that lists need."""
    answer = httpx.post(server.url + LOGIN, headers={"Origin": "http://localhost:3000"})
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
    exposed = answer.headers["access-control-expose-headers"]
    assert set(exposed.split(", ")) >= EXPOSED


@pytest.mark.parametrize("origin", ["https://example.com", "http://localhost.example.com", "null"])
def test_other_pages_are_not_let_in(server: HasUrl, origin: str) -> None:
    """A page from elsewhere gets no permission."""
    answer = httpx.post(server.url + LOGIN, headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers
