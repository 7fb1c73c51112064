"""Identifiers and chance, drawn from the World's seed."""

import re
from hashlib import blake2b
from random import Random

from otakit.mockserver.domain.errors import BadId

_VERSION_4 = 0x4000_8000_0000_0000_0000
_RANDOM_BITS = ~0xF000_C000_0000_0000_0000
"""What RFC 9562, 5.4 says of a UUID's bits; Python's own UUID takes ten times as long."""

_UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Ids:
    """Make the ids of one World: the same seed gives the same ids in the same order."""

    _random: Random

    def __init__(self, seed: int, purpose: str = "world") -> None:
        """Start the sequence that belongs to this seed and purpose."""
        self._random = Random(f"{purpose} {seed}")  # noqa: S311 - a mock's: repeatable, not secret

    def uuid(self) -> str:
        """Return the next random UUIDv4, lower case with dashes."""
        digits = (self._random.getrandbits(128) & _RANDOM_BITS | _VERSION_4).to_bytes(16).hex()
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def secret(self, size: int = 32) -> bytes:
        """Return the next `size` bytes, for keys that have to come out alike for one seed."""
        return self._random.randbytes(size)


def is_uuid(text: str) -> bool:
    """Say whether the text has the form of a UUID with dashes."""
    return _UUID.fullmatch(text) is not None


def chance(*names: object) -> float:
    """Return a number from 0 to under 1 that belongs to these names, always the same one.

    For what shall not depend on the order in which things are asked.
    """
    text = "\0".join(map(str, names)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest()) / 2**64


def uuid_of(text: str) -> str:
    """Return an id as it is kept; raises BadId where it has not the form of one."""
    if not is_uuid(text):
        message = f"ID is not a valid UUID: '{text[:80]}'"
        raise BadId(message)
    return text.lower()
