"""E-mail addresses and passwords are looked at before a user is made of them."""

import pytest

from otakit.mockserver.domain.errors import Invalid, Unprocessable
from otakit.mockserver.domain.passwords import (
    check_email,
    check_password,
    hash_password,
    is_password,
)


@pytest.mark.parametrize(
    "email", ["a@b.de", "ada.lovelace+ota@mail.example.com", "o'neil@x-y.example", "1@2.example"]
)
def test_address_is_taken(email: str) -> None:
    """Nothing is raised."""
    check_email(email)


@pytest.mark.parametrize(
    "email",
    ["", "a", "a@b", "a@@b.de", "a@b.de ", "a@.de", "a@b-.de", "a\0@b.de", "é@b.de", "a@b.d1"],
)
def test_address_is_refused(email: str) -> None:
    """The message begins with what is wrong."""
    with pytest.raises(Invalid, match=r"^email: must "):
        check_email(email)


def test_address_has_a_bound() -> None:
    """Of 256 bytes."""
    check_email("a" * (256 - 5) + "@b.de")
    with pytest.raises(Invalid, match="256"):
        check_email("a" * (257 - 5) + "@b.de")


def test_password_has_bounds() -> None:
    """Eight characters, 256 bytes."""
    check_password("12345678")
    check_password("ß" * 128)
    with pytest.raises(Unprocessable, match="8 characters"):
        check_password("1234567")
    with pytest.raises(Invalid, match="256"):
        check_password("ß" * 129)


def test_password_is_no_part_of_an_address() -> None:
    """Whatever the case; an address may be part of it."""
    with pytest.raises(Unprocessable, match="similar"):
        check_password("B.EXAMPLE", "x@a.example", "y@b.example")
    check_password("y@b.example!", "y@b.example")


def test_kept_password_is_salted() -> None:
    """Two users with one password have two hashes."""
    kept = hash_password("1", "secret")
    assert kept != hash_password("2", "secret")
    assert is_password(kept, "1", "secret")
    assert not is_password(kept, "1", "Secret")
    assert not is_password(kept, "2", "secret")
