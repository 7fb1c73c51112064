"""What tests of `otakit serve` share: a start that is refused."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def refuse_start() -> Callable[..., str]:
    """Return a function that runs `otakit serve` with impossible options; it returns the line."""

    def refuse(*options: str) -> str:
        otakit = str(Path(sys.executable).with_name("otakit"))
        result = subprocess.run(
            [otakit, "serve", "--port", "0", *options],
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
        )
        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
        return result.stderr.removeprefix("Error: ").rstrip()

    return refuse
