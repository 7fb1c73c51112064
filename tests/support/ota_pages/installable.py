"""Stand in for pip and tox on a page: look whether what is asked for can be had.

`python installable.py install 'otakit[check]'` and `python installable.py tox -e docs`.
"""

import configparser
import re
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REQUIREMENT = re.compile(r"(\.|[\w-]+)(?:\[([\w,]+)\])?")


def known() -> set[str]:
    """Return the packages that the project itself has to do with."""
    project = PROJECT["project"]
    groups = [*project["optional-dependencies"].values(), *PROJECT["dependency-groups"].values()]
    wanted = [*project["dependencies"], *(entry for group in groups for entry in group)]
    names = {re.split(r"[^\w-]", entry)[0] for entry in wanted if isinstance(entry, str)}
    return {".", "otakit", "pip", "tox", *names}


def refused_requirements(words: list[str]) -> list[str]:
    """Return those that nobody can install."""
    extras = set(PROJECT["project"]["optional-dependencies"])
    found = [(word, REQUIREMENT.fullmatch(word)) for word in words]
    return [
        word
        for word, match in found
        if match is None
        or match[1] not in known()
        or not set(filter(None, (match[2] or "").split(","))) <= extras
    ]


def refused_environments(words: list[str]) -> list[str]:
    """Return those that tox does not have."""
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    there = {section.removeprefix("testenv:") for section in tox.sections()}
    there |= set(re.findall(r"[\w]+", tox["tox"]["env_list"]))
    wanted = [after for word, after in pairwise(words) if word == "-e"]
    return [name for name in wanted if name not in there]


def main(command: str, *words: str) -> str:
    """Return what is wrong with a command, or nothing."""
    if command == "install":
        return " ".join(refused_requirements([w for w in words if not w.startswith("-")]))
    if command == "tox":
        return " ".join(refused_environments(list(words)))
    return f"the pages know no 'python3 -m {command}'"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) or None)
