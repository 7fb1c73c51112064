"""Copies of bodies that pass by: kept until they are checked, within bounds."""

import threading
import zlib

MOST_OF_ONE = 2 * 2**20
"""Bytes that are kept of one body."""

MOST_OF_ALL = 64 * 2**20
"""Bytes that are kept of all bodies at the same time."""

_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 47}
"""zlib's numbers for how a body is packed."""


class Allowance:
    """How many bytes may be kept; taken in one thread and given back in another."""

    def __init__(self, size: int = MOST_OF_ALL) -> None:
        """Begin with all of it."""
        self._left = size
        self._lock = threading.Lock()

    def take(self, count: int) -> bool:
        """Take so many bytes, if there are."""
        with self._lock:
            if count > self._left:
                return False
            self._left -= count
            return True

    def give_back(self, count: int) -> None:
        """Return what was taken."""
        with self._lock:
            self._left += count


class Copy:
    """What is kept of one body.

    `whole` says whether that is all of it, and all of it was sent; `too_long` that it was given up.
    """

    def __init__(self, allowance: Allowance, *, wanted: bool, most: int = MOST_OF_ONE) -> None:
        """Keep what comes if it is wanted, as far as the allowance goes."""
        self.whole = False
        self.too_long = False
        self._size = 0
        self._allowance = allowance
        self._wanted = wanted
        self._most = most
        self._kept = bytearray()

    def add(self, chunk: bytes) -> None:
        """See more of the body."""
        if not self._wanted:
            return
        self._size += len(chunk)
        if self._size > self._most or not self._allowance.take(len(chunk)):
            self.drop()
            self.too_long = True
            return
        self._kept += chunk

    def end(self) -> None:
        """Learn that the body has ended as it should."""
        self.whole = self._wanted

    def drop(self) -> None:
        """Give up what is kept."""
        self._allowance.give_back(len(self._kept))
        self._kept = bytearray()
        self._wanted = self.whole = False

    def content(self, encoding: str) -> bytes | None:
        """Return the body unpacked; None if not all of it is here, or it cannot be unpacked."""
        if not self.whole:
            return None
        packed = bytes(self._kept)
        if encoding in {"", "identity"} or not packed:
            return packed
        if encoding not in _WINDOWS:
            self.too_long = True
            return None
        unpacker = zlib.decompressobj(_WINDOWS[encoding])
        try:
            content = unpacker.decompress(packed, 4 * self._most)
        except zlib.error:
            return None
        self.too_long = bool(unpacker.unconsumed_tail)
        return content if unpacker.eof else None
