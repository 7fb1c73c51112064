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


@pytest.fixture
def pair(new_device: Callable[..., Any], new_artifact: Callable[..., str]) -> list[Any]:
    """Return two devices, and make release-2 for them."""
    new_artifact()
    return [new_device(), new_device()]
