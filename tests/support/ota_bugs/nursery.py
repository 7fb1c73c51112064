"""A process that has the mock in memory, and forks a server with a bug when it is asked for one.

So a server with a bug costs a fraction of a start. Each line of standard input is a JSON list: the
bug's name and the options of `otakit serve`. The server's own ready line comes on standard output;
the next line of input, whatever it is, ends that server, and `ended` says that it is gone.
"""

import json
import os
import signal
import sys

from ota_bugs.catalogue import Bug, load
from otakit.cli.main import main
from otakit.mockserver.app import create_server
from otakit.mockserver.settings import Settings


def serve(bug: Bug, options: list[str]) -> None:
    """Be a server with a bug, until the end of the process."""
    status = 1
    try:
        bug.plant()
        main(["serve", "--port", "0", *options], standalone_mode=False)
        status = 0
    except Exception as error:  # noqa: BLE001 - who waits for the ready line hears of it instead
        print(f"no server with the bug {bug.name}: {error!r}".replace("\n", " "))  # noqa: T201
    finally:
        sys.stdout.flush()
        os._exit(status)  # nothing of the parent's is this process's to tidy up


def nurse() -> None:
    """Fork servers, one after another, until the input ends."""
    create_server(Settings())  # so that all is imported, and all documents are read
    bugs = load()
    while line := sys.stdin.readline():
        name, *options = json.loads(line)
        child = os.fork()
        if not child:
            serve(bugs[name], options)
        sys.stdin.readline()
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        print("ended", flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    nurse()
