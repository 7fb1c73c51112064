"""Run `otakit serve` with one bug: `python -m ota_bugs NAME`, and options of `otakit serve`."""

import sys

from ota_bugs.catalogue import load
from otakit.cli.main import main
from otakit.mockserver.api import load_functions

if __name__ == "__main__":
    load_functions()  # the table in which bugs change them
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in load():
        sys.exit(f"no bug has the name '{name}': python -m ota_bugs NAME [OPTIONS OF otakit serve]")
    load()[name].plant()
    main(["serve", *sys.argv[2:]])
