"""The same examples against both dialects, so that each departure is seen to be one."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="session", params=["documented", "as-built"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Return the dialect of the server that the test talks to."""
    return str(request.param)


@pytest.fixture
def either(dialect: str) -> Callable[..., Any]:
    """Return the function that picks what is expected of the test's dialect."""

    def pick(*, documented: Any, as_built: Any) -> Any:
        return as_built if dialect == "as-built" else documented

    return pick
