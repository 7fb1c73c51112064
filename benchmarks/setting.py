"""What a part of the benchmarks is given."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setting:
    """How to measure, and where things are; `folder` is empty and goes with the part."""

    quick: bool
    folder: Path
    peers: Path | None
    tell: Callable[[str], None]

    def few(self, quick: int, full: int) -> int:
        """Choose between a number that shows that it works, and one that shows how well."""
        return quick if self.quick else full
