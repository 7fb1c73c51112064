"""One run of a fleet, told as JSON: `python -m benchmarks.fleet_once DEVICES [OPTION]...`.

A child's peak of memory counts from what its parent had when it was forked. So a fleet whose memory
is measured is no child of the process that measures everything else.
"""

import json
import sys
from dataclasses import asdict

from benchmarks import fleet


def main() -> int:
    """Run it; a broken promise is told in place of the figures, with status 1."""
    try:
        result = fleet.run(int(sys.argv[1]), *sys.argv[2:])
    except RuntimeError as error:
        sys.stdout.write(str(error))
        return 1
    sys.stdout.write(json.dumps(asdict(result)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
