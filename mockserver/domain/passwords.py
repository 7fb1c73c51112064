"""What e-mail addresses and passwords have to be like.

Section 10.3 of the server facts.
"""

import hashlib
import hmac
import re

from otakit.mockserver.domain.errors import Invalid, Unprocessable

MIN_PASSWORD = 8
MAX_BYTES = 256

_EMAIL = re.compile(r"[^@\s\0-\x1f]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")


def check_email(email: str) -> None:
    """Raise Invalid for what is no e-mail address, or too long a one."""
    if not email.isascii():
        message = "email: must contain ASCII characters only."
        raise Invalid(message)
    if len(email) > MAX_BYTES:
        message = f"email: the length must be no more than {MAX_BYTES}."
        raise Invalid(message)
    if not _EMAIL.fullmatch(email):
        message = f"email: must be a valid email address, as in 'ada@example.com', not '{email}'."
        raise Invalid(message)


def check_password(password: str, *emails: str) -> None:
    """Refuse a password that is too long (Invalid), too short or part of an address.

    The last two are Unprocessable; case does not count.
    """
    if len(password.encode(errors="surrogatepass")) > MAX_BYTES:
        message = f"password: the length must be no more than {MAX_BYTES}."
        raise Invalid(message)
    if len(password) < MIN_PASSWORD:
        message = f"password: must be minimum {MIN_PASSWORD} characters long"
        raise Unprocessable(message)
    if any(password.lower() in email.lower() for email in emails):
        message = "password is too similar to the email"
        raise Unprocessable(message)


def hash_password(salt: str, password: str) -> bytes:
    """Return what is kept of a password.

    One round: the mock guards nothing but its own test data, and a login is on the request path.
    """
    return hashlib.sha256(f"{salt}\0{password}".encode(errors="surrogatepass")).digest()


def is_password(kept: bytes, salt: str, password: str) -> bool:
    """Say whether this is the password that something was kept of."""
    return hmac.compare_digest(kept, hash_password(salt, password))
