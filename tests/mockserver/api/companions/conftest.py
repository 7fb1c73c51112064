"""What only servers as built have is tested against one: `server` is of that dialect."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

LOGIN = "v1/useradm/auth/login"
USERS = "v1/useradm/users"
PASSWORD = "difference engine"


@pytest.fixture(scope="session")
def as_built_server(start_server: Callable[..., Any]) -> Any:
    """Return one server as built for all tests of a worker."""
    return start_server("--dialect", "as-built")


@pytest.fixture
def server(as_built_server: Any) -> Any:
    """Return a running server as built, without any state but the login."""
    as_built_server.reset()
    return as_built_server


class Person:
    """A user who can log in; `http` is logged in."""

    def __init__(self, user_id: str, email: str, password: str, http: httpx.Client) -> None:
        """Hold what is known of it."""
        self.id, self.email, self.password, self.http = user_id, email, password, http

    def log_in(self, password: str | None = None, email: str | None = None) -> httpx.Response:
        """Ask for a session."""
        return self.http.post(LOGIN, auth=(email or self.email, password or self.password))

    def status(self, token: str | None = None) -> int:
        """Return how the server answers the bearer of a token, or `http`."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.get(f"{USERS}/me", headers=headers).status_code


@pytest.fixture
def new_user(server: Any, management: httpx.Client) -> Any:
    """Return a function that makes a user, who is logged in."""
    with ExitStack() as stack:

        def make(email: str = "ada@example.com", password: str = PASSWORD) -> Person:
            answer = management.post(USERS, json={"email": email, "password": password})
            assert answer.status_code == 201, answer.text
            user_id = answer.headers["location"].rpartition("/")[2]
            http = stack.enter_context(server.management())
            person = Person(user_id, email, password, http)
            http.headers["Authorization"] = f"Bearer {person.log_in().text}"
            return person

        yield make


@pytest.fixture
def ada(new_user: Callable[..., Person]) -> Person:
    """Return a second user, logged in."""
    return new_user()
