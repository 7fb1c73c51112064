"""Run `otakit serve` with one bug."""

import sys

from ota_bugs.catalogue import load
from otakit.cli.main import main
from otakit.mockserver.api import load_functions

if __name__ == "__main__":
    load_functions()  # the table in which bugs change them
    load()[sys.argv[1]].plant()
    main(["serve", *sys.argv[2:]])
