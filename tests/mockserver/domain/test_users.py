"""Users log in and out."""

from typing import Any

import pytest

from otakit.mockserver.domain.errors import NotFound, Unauthorized, Unprocessable
from otakit.mockserver.domain.users import SESSION_LIFETIME
from otakit.mockserver.domain.world import World


def test_login_needs_the_password(world: World) -> None:
    """The address is compared without regard to case, the password is not."""
    user = world.users.create("Ann@example.com", "Secret-1")
    assert world.users.login("aNN@EXAMPLE.com", "Secret-1").subject == user.id
    for email, password in (("ann@example.com", "secret-1"), ("bob@example.com", "Secret-1")):
        with pytest.raises(Unauthorized):
            world.users.login(email, password)


def test_address_is_unique(world: World) -> None:
    """Also in capitals."""
    world.users.create("ann@example.com", "one")
    with pytest.raises(Unprocessable):
        world.users.create("ANN@example.com", "two")


def test_session_expires(world: World, source: Any) -> None:
    """Unless it was asked for without end."""
    user = world.users.create("ann@example.com", "pw")
    session = world.users.login("ann@example.com", "pw")
    endless = world.users.login("ann@example.com", "pw", no_expiry=True)
    source.seconds += SESSION_LIFETIME - 1
    assert world.users.check_in(session.jti) is user
    source.seconds += 1
    assert world.users.check_in(session.jti) is None
    assert world.users.check_in(endless.jti) is user


def test_eleventh_session_ends_the_oldest(world: World) -> None:
    """Ten stay."""
    world.users.create("ann@example.com", "pw")
    sessions = [world.users.login("ann@example.com", "pw").jti for _ in range(12)]
    alive = [jti for jti in sessions if world.users.check_in(jti)]
    assert alive == sessions[2:]


def test_logout_makes_room(world: World) -> None:
    """A session that was ended does not count."""
    world.users.create("ann@example.com", "pw")
    first, second, *_ = sessions = [
        world.users.login("ann@example.com", "pw").jti for _ in range(10)
    ]
    world.users.logout(second)
    world.users.logout(second)
    sessions.append(world.users.login("ann@example.com", "pw").jti)
    assert world.users.check_in(second) is None
    assert world.users.check_in(first) is not None
    assert sum(world.users.check_in(jti) is not None for jti in sessions) == 10


def test_login_is_noted(world: World, source: Any) -> None:
    """With its time."""
    user = world.users.create("ann@example.com", "pw")
    assert world.users.user(user.id).logged_in is None
    source.seconds += 5
    world.users.login("ann@example.com", "pw")
    assert user.logged_in == user.created + 5


def test_unknown_user_is_not_found(world: World) -> None:
    """By id."""
    with pytest.raises(NotFound):
        world.users.user("x")
