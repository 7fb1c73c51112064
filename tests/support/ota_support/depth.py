"""How deep searches by chance go: deeper where OTAKIT_DEPTH says so, as `tox -e deep` does."""

import os

DEPTH = float(os.environ.get("OTAKIT_DEPTH", "1"))
"""How many times as many examples are tried as usual."""


def examples(usual: int) -> int:
    """Return how many examples are tried where it is usually so many."""
    return max(1, round(usual * DEPTH))
