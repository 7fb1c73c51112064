"""Recordings of what shells printed, by session; a bounded number of bytes of them.

Section 8.2 of the server facts: a terminal session can be played back.
"""

from otakit.mockserver.domain.errors import NotFound

CAPACITY = 64 << 20
"""Bytes of all recordings of a universe; above it the oldest go."""

OVERHEAD = 64
"""Bytes that a message costs beside what it says: an empty one is kept, too."""

MAX_FRAMES = 100_000
"""Messages of one recording; what a shell prints in more of them is not recorded."""


class Recordings:
    """The recordings of one universe."""

    _frames: dict[str, list[bytes]]
    _sizes: dict[str, int]
    _size: int

    def __init__(self) -> None:
        """Begin without any."""
        self._frames = {}
        self._sizes = {}
        self._size = 0

    def add(self, sid: str, frame: bytes) -> None:
        """Record a message of a session."""
        frames = self._frames.setdefault(sid, [])
        if len(frames) < MAX_FRAMES:
            frames.append(frame)
            self._sizes[sid] = self._sizes.get(sid, 0) + OVERHEAD + len(frame)
            self._size += OVERHEAD + len(frame)
        while self._size > CAPACITY:
            self._drop(next(iter(self._frames)))

    def of(self, sid: str) -> list[bytes]:
        """Return a session's messages, oldest first; raises NotFound."""
        try:
            return list(self._frames[sid])
        except KeyError:
            message = f"session not found: nothing is recorded of '{sid}'"
            raise NotFound(message) from None

    def clear(self) -> None:
        """Forget all."""
        self._frames.clear()
        self._sizes.clear()
        self._size = 0

    def _drop(self, sid: str) -> None:
        del self._frames[sid]
        self._size -= self._sizes.pop(sid)
