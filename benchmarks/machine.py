"""The machine that figures were taken on, and the versions of what took part."""

import os
import platform
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers import MOCKOON, MOTO, PRISM

PACKAGES = ("otakit", "connexion", "starlette", "uvicorn", "uvloop", "httptools", "cryptography")


def today() -> str:
    """Return the date."""
    return datetime.now(UTC).date().isoformat()


def machine() -> str:
    """Describe the machine in a line, without its name."""
    cores = f"{os.cpu_count()} cores"
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{_processor()}, {cores}, {memory:.0f} GiB, Linux {platform.release().partition('-')[0]}"
    )


def versions() -> str:
    """Name Python and the packages."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return ", ".join([python, *(f"{name} {version(name)}" for name in PACKAGES)])


def versions_of_all(peers: Path | None) -> str:
    """Name Python, the packages, and the peers that are found."""
    return ", ".join([versions(), *_peers(peers)])


def _peers(folder: Path | None) -> list[str]:
    found = ((peer, peer.find(folder)) for peer in (PRISM, MOCKOON, MOTO))
    with tempfile.TemporaryDirectory() as home:
        return [
            f"{peer.name} {peer.version(program, Path(home))}".strip()
            for peer, program in found
            if program is not None
        ]


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
