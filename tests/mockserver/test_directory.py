"""The directory finds what Starlette finds by trying one route after another."""

from itertools import chain
from random import Random
from typing import Any

import pytest
from starlette.routing import Match, Route

from otakit.mockserver.directory import Directory
from otakit.specs.catalogue import control, resolved, served

ODD = ("", "x", "x y", "ä", "a\nb", "%2F", "{id}", "..", "null")
METHODS = ("GET", "PUT", "POST")


async def nothing(*_: Any) -> None:
    """Serve nothing."""


def find_by_trying(routes: list[Route], path: str) -> tuple[str, dict[str, str]] | None:
    """Return the first route's path that fits, and its parameters."""
    scope = {"type": "http", "method": "GET", "path": path}
    for route in routes:
        match, found = route.matches(scope)
        if match is not Match.NONE:
            return route.path, found["path_params"]
    return None


def directory_of(paths: list[str]) -> tuple[Directory, dict[Any, str]]:
    """Return a directory of these paths, and which path an operation is of."""
    directory, path_of = Directory(), {}
    for path in paths:
        operations = {"GET": type("Operation", (), {"__call__": nothing})()}
        path_of[operations["GET"]] = path
        directory.add(path, operations)
    return directory, path_of


def requests(paths: list[str], random: Random, number: int) -> list[str]:
    """Make up paths that are like these, some of them with other parts in places."""
    words = [*ODD, *sorted(set(chain.from_iterable(path.split("/")[5:] for path in paths)))]
    made = []
    for _ in range(number):
        parts = random.choice(paths).split("/")
        for place in range(3, len(parts)):
            if parts[place].startswith("{") or random.random() < 0.2:
                parts[place] = random.choice(words)
        made.append("/".join(parts) + random.choice(["", "", "", "/", "/x"]))
    return made


def assert_same(paths: list[str], asked: list[str]) -> None:
    """Compare both ways of finding."""
    directory, path_of = directory_of(paths)
    routes = [Route(path, nothing) for path in paths]
    for path in asked:
        found = directory.find("GET", path)
        expected = find_by_trying(routes, path)
        assert (found and (path_of[found[0]], found[1])) == expected, path


@pytest.mark.parametrize("served_as", [("mender", "documented"), ("mender", "as-built")], ids=str)
def test_all_apis(served_as: tuple[str, str]) -> None:
    """So it is with all paths of all APIs."""
    documents = [(api.base_path, resolved(api)) for api in (*served(*served_as), control())]
    paths = [base + path for base, document in documents for path in document["paths"]]
    assert_same(paths, requests(paths, Random(1), 1500))


@pytest.mark.parametrize("seed", range(20))
def test_paths_that_compete(seed: int) -> None:
    """So it is where many paths fit one request: the first that was added is found."""
    random = Random(seed)
    base = ["", "api", "x", "v1", "y"]
    parts = ("a", "b", "{p}", "{p}")

    def made() -> str:
        chosen = [random.choice(parts) for _ in range(random.randint(1, 4))]
        named = [f"{{p{n}}}" if part == "{p}" else part for n, part in enumerate(chosen)]
        return "/".join([*base, *named])

    paths = list(dict.fromkeys(made() for _ in range(12)))
    assert_same(paths, requests(paths, random, 300))


def test_another_method() -> None:
    """What a path's other methods are told is not the directory's business."""
    directory, _ = directory_of(["/a/{id}"])
    assert directory.find("PUT", "/a/1") is None
    assert directory.find("GET", "/a/1") is not None
