"""A device's token is good until it expires, is revoked, or the device is not accepted."""

from collections.abc import Callable
from typing import Any

import pytest

from otakit.mockserver.domain.admission import DEVICE_TOKEN_LIFETIME
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.tokens import TokenRecord
from otakit.mockserver.domain.world import World


@pytest.fixture
def token(world: World, admit: Callable[..., str]) -> TokenRecord:
    """Return the token of an accepted device."""
    admit("a")
    return world.authenticate_device({"sn": "a"}, "key")


def test_token_is_named_for_its_authentication_set(world: World, token: TokenRecord) -> None:
    """Its subject is the device."""
    assert list(world.devices.device(token.subject).auth_sets) == [token.jti]


def test_token_expires_by_the_worlds_clock(world: World, token: TokenRecord, source: Any) -> None:
    """It is good for seven days, and then no more."""
    source.seconds += DEVICE_TOKEN_LIFETIME - 1
    assert world.admission.check_in(token.jti) is not None
    source.seconds += 1
    assert world.admission.check_in(token.jti) is None


def test_using_a_token_is_noted(world: World, token: TokenRecord, source: Any) -> None:
    """The device was seen now."""
    source.seconds += 60
    device = world.admission.check_in(token.jti)
    assert device is not None
    assert device.checked_in == world.clock.now() == token.issued + 60


@pytest.mark.parametrize("status", ["rejected", "pending"])
def test_token_dies_with_acceptance_for_ever(world: World, token: TokenRecord, status: str) -> None:
    """Accepting again does not wake it; the device has to ask."""
    world.admission.set_status(token.subject, token.jti, status)
    assert world.admission.check_in(token.jti) is None
    world.admission.set_status(token.subject, token.jti, "accepted")
    assert world.admission.check_in(token.jti) is None
    world.authenticate_device({"sn": "a"}, "key")
    assert world.admission.check_in(token.jti) is not None


def test_token_dies_with_its_set(world: World, token: TokenRecord) -> None:
    """The set is deleted."""
    world.delete_auth_set(token.subject, token.jti)
    assert world.admission.check_in(token.jti) is None


def test_token_dies_with_its_device(world: World, token: TokenRecord) -> None:
    """The device is decommissioned."""
    world.decommission_device(token.subject)
    assert world.admission.check_in(token.jti) is None


def test_token_sleeps_while_another_key_is_accepted(
    world: World, token: TokenRecord, ask: Callable[..., str]
) -> None:
    """Only its set's status makes it bad (server facts, 3.3.6)."""
    ask("a", "other")
    other = list(world.devices.device(token.subject).auth_sets)[1]
    world.admission.set_status(token.subject, other, "accepted")
    assert world.admission.check_in(token.jti) is None
    world.admission.set_status(token.subject, token.jti, "accepted")
    assert world.admission.check_in(token.jti) is not None


def test_revoked_token_is_gone_and_can_be_had_again(world: World, token: TokenRecord) -> None:
    """Revoking it leaves the device accepted."""
    world.admission.revoke_token(token.jti)
    assert world.admission.check_in(token.jti) is None
    with pytest.raises(NotFound):
        world.admission.revoke_token(token.jti)
    assert world.authenticate_device({"sn": "a"}, "key").jti == token.jti
    assert world.admission.check_in(token.jti) is not None
