"""Measure what otakit costs, next to others, and write benchmarks/RESULTS.md.

`python -m benchmarks` measures all of it, in about 25 minutes, on an idle machine with Linux;
`python -m benchmarks requests growth` some parts of it, and leaves the figures of the others. With
`--quick` it shows in a minute or two that the benchmarks work, and writes nothing unless `--into`
says where. Other servers to compare with are looked for on the PATH and below `--peers`; nothing is
installed: what is missing is named, with the command that gets it.
"""

import argparse
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from benchmarks import figures
from benchmarks.figures import Measured
from benchmarks.interruption import ending_all, limited
from benchmarks.machine import machine, today, versions_of_all
from benchmarks.results import HERE, PARTS, section, write
from benchmarks.setting import Setting


def main() -> int:
    """Run the parts that are named."""
    options = _options()
    folder: Path | None = options.into or (None if options.quick else HERE)
    with ending_all():
        try:
            return _run(options.parts or list(PARTS), folder, options)
        except KeyboardInterrupt:
            _say("interrupted; what was started has been stopped")
            return 130


def _run(parts: list[str], folder: Path | None, options: argparse.Namespace) -> int:
    """Measure part after part, and write after each; return 1 if one failed."""
    measured = figures.read(folder) if folder else {}
    where = (machine(), versions_of_all(options.peers))
    for number, name in enumerate(parts, start=1):
        _say(f"[{number}/{len(parts)}] {name}")
        measured[name] = _measure(name, options, where)
        print(section(name, measured[name]), flush=True)  # noqa: T201 - what was asked for
        if folder is not None:
            write(folder, measured)
    return 1 if any(measured[name].section is None for name in parts) else 0


def _measure(name: str, options: argparse.Namespace, where: tuple[str, str]) -> Measured:
    """Measure one part; that it failed is a result, too."""
    began = time.perf_counter()
    found, failure = None, ""
    with tempfile.TemporaryDirectory(prefix="otakit-benchmarks-") as scratch:
        setting = Setting(
            options.quick, Path(scratch), options.peers, lambda text: _say(f"    {text}")
        )
        try:
            with limited(PARTS[name]):
                found = import_module(f"benchmarks.parts.{name}").measure(setting)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other parts go on
            failure = f"{type(error).__name__}: {error}".replace("\n", " ")
            _say(f"    failed: {failure}")
        return Measured(
            day=today(),
            machine=where[0],
            versions=where[1],
            seconds=time.perf_counter() - began,
            quick=options.quick,
            section=found,
            failure=failure,
        )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - progress


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all without it"
    )
    parser.add_argument("--quick", action="store_true", help="a few requests of each")
    parser.add_argument(
        "--peers", type=Path, metavar="DIR", help="has node_modules/.bin or bin with other servers"
    )
    parser.add_argument(
        "--into",
        type=Path,
        metavar="DIR",
        help="where RESULTS.md and what belongs to it go; benchmarks/ without it",
    )
    options = parser.parse_args()
    unknown = [name for name in options.parts if name not in PARTS]
    if unknown:
        parser.error(f"there is no part '{unknown[0]}'; there are {', '.join(PARTS)}")
    if options.peers is not None and not options.peers.is_dir():
        parser.error(f"--peers: there is no folder '{options.peers}'")
    options.peers = options.peers and options.peers.resolve()
    return options


if __name__ == "__main__":
    sys.exit(main())
