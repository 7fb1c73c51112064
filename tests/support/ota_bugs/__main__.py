"""Run `otakit serve` with one bug."""

import sys

import otakit.mockserver.app  # noqa: F401 - fills the tables that bugs change
from ota_bugs.catalogue import load
from otakit.cli.main import main

if __name__ == "__main__":
    load()[sys.argv[1]].plant()
    main(["serve", *sys.argv[2:]])
