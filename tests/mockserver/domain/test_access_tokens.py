"""Personal access tokens: named, at most ten, revoked one by one."""

from typing import Any

import pytest

from otakit.mockserver.domain.errors import Conflict, Unprocessable
from otakit.mockserver.domain.user import User
from otakit.mockserver.domain.world import World


@pytest.fixture
def ann(world: World) -> User:
    """Return a user."""
    return world.users.create("ann@example.com", "pw")


def test_expires_when_asked_to(world: World, ann: User, source: Any) -> None:
    """Zero is without end."""
    short = world.users.create_access_token(ann.id, "short", 60)
    endless = world.users.create_access_token(ann.id, "endless", 0)
    source.seconds += 60
    assert world.users.check_in(short.jti) is None
    assert world.users.check_in(endless.jti) is ann


def test_use_is_noted(world: World, ann: User, source: Any) -> None:
    """Only of the token that was used."""
    token = world.users.create_access_token(ann.id, "one", 0)
    world.users.create_access_token(ann.id, "two", 0)
    source.seconds += 7
    world.users.check_in(token.jti)
    now = world.clock.now()
    assert [(t.name, t.used) for t in world.users.access_tokens(ann.id)] == [
        ("one", now),
        ("two", None),
    ]


def test_name_is_unique_for_a_user(world: World, ann: User) -> None:
    """Another user may take it."""
    world.users.create_access_token(ann.id, "ci", 0)
    with pytest.raises(Conflict):
        world.users.create_access_token(ann.id, "ci", 0)
    bob = world.users.create("bob@example.com", "pw")
    world.users.create_access_token(bob.id, "ci", 0)


def test_at_most_ten(world: World, ann: User) -> None:
    """Deleting one makes room."""
    tokens = [world.users.create_access_token(ann.id, str(n), 0) for n in range(10)]
    with pytest.raises(Unprocessable):
        world.users.create_access_token(ann.id, "more", 0)
    world.users.delete_access_token(ann.id, tokens[0].jti)
    world.users.create_access_token(ann.id, "more", 0)


def test_deleting_revokes_only_ones_own(world: World, ann: User) -> None:
    """Somebody else's, or a session, is left alone."""
    token = world.users.create_access_token(ann.id, "ci", 0)
    session = world.users.login("ann@example.com", "pw")
    bob = world.users.create("bob@example.com", "pw")
    world.users.delete_access_token(bob.id, token.jti)
    world.users.delete_access_token(ann.id, session.jti)
    assert world.users.check_in(token.jti) is ann
    assert world.users.check_in(session.jti) is ann
    world.users.delete_access_token(ann.id, token.jti)
    assert world.users.check_in(token.jti) is None
    assert world.users.access_tokens(ann.id) == []
