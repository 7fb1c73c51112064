"""Which APIs there are, and the OpenAPI document of each.

The YAML files are what people edit. `resolved` reads what `build` made of them: JSON without
references, which ships with the package, so that nothing but the standard library is needed to load
it. `python -m otakit.specs.build` makes it anew.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from typing import Any, Literal, cast, get_args

PACKAGE = "otakit.specs"

DEFAULT_EDITION = "mender"

Side = Literal["devices", "management"]
"""Who talks to an API: devices, or users and their programs."""

NAMES: dict[str, tuple[str, ...]] = {
    "mender": (
        "mender/devices/authentication-v1",
        "mender/devices/deployments-v1",
        "mender/devices/deployments-v2",
        "mender/devices/inventory-v1",
        "mender/management/deployments-v1",
        "mender/management/deployments-v2",
        "mender/management/devauth-v2",
        "mender/management/inventory-v1",
        "mender/management/inventory-v2",
        "mender/management/useradm-v1",
    ),
}
"""The APIs of each edition; a name is the path of its YAML file without the ending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One API: one OpenAPI file, one service in one version, on one side."""

    name: str
    edition: str
    side: Side
    base_path: str
    title: str


def apis(edition: str = DEFAULT_EDITION) -> tuple[Api, ...]:
    """All APIs of an edition, sorted by name."""
    if edition not in NAMES:
        known = ", ".join(repr(name) for name in sorted(NAMES))
        message = f"no edition {edition!r}; there are {known}"
        raise ValueError(message)
    return _apis(edition)


def resolved(api: Api) -> dict[str, Any]:
    """Load the document of an API, without references, as it ships with the package.

    Each call makes a new object, which the caller may change.
    """
    return _load(api.name)


def resolve(api: Api) -> dict[str, Any]:
    """Make the document of an API out of its YAML file; needs prance."""
    return resolve_name(api.name)


def resolve_name(name: str) -> dict[str, Any]:
    """Make the document called `name` out of its YAML file; needs prance.

    The document is checked on the way: one that is no valid OpenAPI raises prance's error. Times
    come out as text, also where the YAML has them without quotes.
    """
    from prance import ResolvingParser  # noqa: PLC0415  # installed for building and testing only

    with as_file(files(PACKAGE)) as folder:
        parser = ResolvingParser(
            str(folder / f"{name}.yaml"), backend="openapi-spec-validator", strict=True
        )
        text = json.dumps(parser.specification, default=lambda moment: moment.isoformat())
        return cast("dict[str, Any]", json.loads(text))


def resolved_file(name: str) -> Traversable:
    """Tell where the resolved document called `name` is kept."""
    return files(PACKAGE).joinpath("resolved", f"{name.replace('/', '__')}.json")


@cache
def _apis(edition: str) -> tuple[Api, ...]:
    return tuple(_describe(edition, name) for name in sorted(NAMES[edition]))


def _describe(edition: str, name: str) -> Api:
    document = _load(name)
    return Api(
        name=name,
        edition=edition,
        side=_side(name),
        base_path=document["servers"][0]["url"],
        title=document["info"]["title"],
    )


def _side(name: str) -> Side:
    sides: tuple[Side, ...] = get_args(Side)
    return next(side for side in sides if f"/{side}/" in name)


def _load(name: str) -> dict[str, Any]:
    text = resolved_file(name).read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))
