"""Writes the resolved documents anew: `python -m otakit.specs.build`, after a YAML file changed.

The same YAML files give the same bytes: keys are sorted, and nothing depends on time or place.
"""

import json
import sys
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from otakit.specs.catalogue import AS_BUILT, CONTROL, NAMES, PACKAGE, resolve_name, resolved_file


def render(document: dict[str, Any]) -> str:
    """Render a resolved document as the text of its file."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def build(folder: Path) -> list[Path]:
    """Resolve every API into `folder`, remove files of no API, and tell what is there."""
    folder.mkdir(exist_ok=True)
    every = (name for names in (*NAMES.values(), AS_BUILT, (CONTROL,)) for name in names)
    names = dict.fromkeys(every)
    texts = {folder / resolved_file(name).name: render(resolve_name(name)) for name in names}
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    for path in set(folder.glob("*.json")) - texts.keys():
        path.unlink()
    return sorted(texts)


def main() -> int:
    """Write all resolved documents into the package's own folder."""
    with as_file(files(PACKAGE)) as package:
        for path in build(package / "resolved"):
            sys.stdout.write(f"{path.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
