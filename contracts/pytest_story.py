"""What the report of a failed test shows of each universe that it used."""

import pytest

from otakit.contracts.pytest_worlds import Worlds
from otakit.mockserver.testing import report_of

_USING = "ota_"


def sections(item: pytest.Item, worlds: Worlds) -> list[tuple[str, str]]:
    """Return a section for each universe; none for a test that uses none of the fixtures."""
    names = getattr(item, "fixturenames", ())
    if not any(name.startswith(_USING) for name in names):
        return []
    return [(f"otakit universe {m.universe.name}", report_of(m.universe)) for m in worlds.live()]
