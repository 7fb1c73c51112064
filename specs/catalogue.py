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

Side = Literal["devices", "management", "control"]
"""Who talks to an API: devices, users and their programs, or whoever steers the server itself."""

_MENDER = (
    "mender/devices/authentication-v1",
    "mender/devices/configuration-v1",
    "mender/devices/connect-v1",
    "mender/devices/deployments-v1",
    "mender/devices/deployments-v2",
    "mender/devices/inventory-v1",
    "mender/devices/monitor-v1",
    "mender/management/auditlogs-v1",
    "mender/management/configuration-v1",
    "mender/management/connect-v1",
    "mender/management/deployments-v1",
    "mender/management/deployments-v2",
    "mender/management/devauth-v2",
    "mender/management/inventory-v1",
    "mender/management/inventory-v2",
    "mender/management/monitor-v1",
    "mender/management/useradm-v1",
)

_OLDER = {
    "mender-1": ("mender_1/management/deployments-v1",),
    "mender-2": ("mender_2/management/deployments-v1", "mender_2/management/deployments-v2"),
}
"""What the older editions have in place of the current management of deployments."""

_REPLACED = ("mender/management/deployments-v1", "mender/management/deployments-v2")


def _older(own: tuple[str, ...]) -> tuple[str, ...]:
    return (*own, *(name for name in _MENDER if name not in _REPLACED))


NAMES: dict[str, tuple[str, ...]] = {
    "mender": _MENDER,
    **{edition: _older(own) for edition, own in _OLDER.items()},
    "jfrog-connect": ("jfrog_connect/deployments-v2",),
}
"""The APIs of each edition; a name is the path of its YAML file without the ending."""

AS_BUILT: tuple[str, ...] = (
    "as_built/devices/configuration-v1",
    "as_built/devices/connect-v1",
    "as_built/devices/deployments-v1",
    "as_built/devices/deployments-v2",
    "as_built/devices/inventory-v1",
    "as_built/devices/monitor-v1",
    "as_built/management/configuration-v1",
    "as_built/management/deployments-v1",
    "as_built/management/deployments-v2",
    "as_built/management/devauth-v2",
    "as_built/management/inventory-v2",
    "as_built/management/iot-manager-v1",
    "as_built/management/tenantadm-v1",
    "as_built/management/useradm-v1",
    "as_built/management/useradm-v2",
)
"""The APIs as the real server has them, below `as_built/`.

One that is called like an API of `mender` has the operations that differ or are missing there, and
is built from both: an operation of the same path and method is laid over the documented one, so
that it needs to say only what differs; among its responses, too.
"""

CONTROL = "otakit/control-v1"
"""The server's own API, which stands beside every edition."""

DOCUMENTED = "documented"
DIALECTS = (DOCUMENTED, "as-built")
"""The documents' word, or what the real server makes of it; the latter has only one edition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One API: one OpenAPI file, one service in one version, on one side."""

    name: str
    edition: str
    side: Side
    base_path: str
    title: str


def apis(edition: str = DEFAULT_EDITION, dialect: str = DOCUMENTED) -> tuple[Api, ...]:
    """All APIs of an edition in a dialect, sorted by name.

    Raises ValueError for names that there are not, and for an older edition as built.
    """
    if edition not in NAMES:
        known = ", ".join(repr(name) for name in sorted(NAMES))
        message = f"no edition {edition!r}; there are {known}"
        raise ValueError(message)
    if dialect not in DIALECTS:
        message = f"no dialect {dialect!r}; there are {', '.join(map(repr, DIALECTS))}"
        raise ValueError(message)
    if dialect != DOCUMENTED and edition != DEFAULT_EDITION:
        message = (
            f"edition {edition!r} has no dialect {dialect!r}: only {DEFAULT_EDITION!r} is known as"
            " built"
        )
        raise ValueError(message)
    return _apis(edition, dialect)


def served(edition: str = DEFAULT_EDITION, dialect: str = DOCUMENTED) -> tuple[Api, ...]:
    """All APIs that a server of an edition has: its own, and JFrog Connect's beside Mender's."""
    mine = apis(edition, dialect)
    others = apis("jfrog-connect") if "jfrog-connect" in NAMES else ()
    return mine if set(others) <= set(mine) else (*mine, *others)


def control() -> Api:
    """Return the API that steers the server itself; no document has it."""
    return _describe("otakit", CONTROL)


def resolved(api: Api) -> dict[str, Any]:
    """Load the document of an API, without references, as it ships with the package.

    Each call makes a new object, which the caller may change.
    """
    return _load(api.name)


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
        document = cast("dict[str, Any]", json.loads(text))
    under = documented(name)
    return document if under is None else _over(resolve_name(under), document)


def resolved_file(name: str) -> Traversable:
    """Tell where the resolved document called `name` is kept."""
    return files(PACKAGE).joinpath("resolved", f"{name.replace('/', '__')}.json")


@cache
def _apis(edition: str, dialect: str) -> tuple[Api, ...]:
    names = dict.fromkeys(NAMES[edition])
    if dialect != DOCUMENTED:
        names = dict.fromkeys(n for n in names if as_built(n) not in AS_BUILT)
        names |= dict.fromkeys(AS_BUILT)
    return tuple(_describe(edition, name) for name in sorted(names))


def as_built(name: str) -> str:
    """Name the API as built that an API of `mender` becomes, if there is one."""
    return f"as_built/{name.removeprefix('mender/')}"


def documented(name: str) -> str | None:
    """Name the documented API that one as built is made from, or None."""
    under = f"mender/{name.removeprefix('as_built/')}"
    return under if name.startswith("as_built/") and under in _MENDER else None


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
    return next((side for side in sides if f"/{side}" in name), "management")


def _over(under: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Lay a document's operations over those below, or beside them, and its components."""
    paths = under["paths"]
    for path, item in document["paths"].items():
        below = paths.get(path, item)  # known operations have their parameters already
        operations = {
            method: _laid_over(below.get(method, {}), operation)
            for method, operation in item.items()
            if method != "parameters"
        }
        paths[path] = {**below, **operations}
    components = under["components"]
    for kind, things in document.get("components", {}).items():
        components[kind] = {**components.get(kind, {}), **things}
    kept = {"paths": paths, "components": components}
    return {**under, **document, **kept}


def _laid_over(under: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """Return an operation with what another one says otherwise, response by response."""
    responses = {**under.get("responses", {}), **operation["responses"]}
    return {**under, **operation, "responses": responses}


def _load(name: str) -> dict[str, Any]:
    text = resolved_file(name).read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))
