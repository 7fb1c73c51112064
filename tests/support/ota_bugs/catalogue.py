"""The bugs there are, and how a function becomes one.

A module here is found by itself. A bug is a function that changes the mock before it starts; its
name is the bug's, its docstring says what is wrong with the server then.
"""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import ota_bugs
from otakit.mockserver import app
from otakit.mockserver.operations import FUNCTIONS
from otakit.specs.catalogue import Api


@dataclass(frozen=True, kw_only=True)
class Bug:
    """One bug; every rule of `caught_by` has to fail with it.

    `options` are for `otakit serve`, `profile` is what the server is checked as.
    """

    name: str
    sentence: str
    plant: Callable[[], None]
    caught_by: tuple[str, ...]
    options: tuple[str, ...]
    profile: str


BUGS: dict[str, Bug] = {}
"""All bugs by name, once `load` was called."""


def bug(
    *caught_by: str, options: tuple[str, ...] = (), profile: str = "mender-enterprise"
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Make a bug of the function below, which these rules have to catch."""

    def register(plant: Callable[[], None]) -> Callable[[], None]:
        name = plant.__name__.replace("_", "-")
        if name in BUGS or not plant.__doc__ or not caught_by:
            message = f"bug '{name}' is there twice, or has no docstring, or no rule"
            raise ValueError(message)
        BUGS[name] = Bug(
            name=name,
            sentence=plant.__doc__.strip(),
            plant=plant,
            caught_by=caught_by,
            options=options,
            profile=profile,
        )
        return plant

    return register


def load() -> dict[str, Bug]:
    """Return all bugs by name."""
    for module in pkgutil.iter_modules(ota_bugs.__path__):
        if module.name != "__main__":
            import_module(f"ota_bugs.{module.name}")
    return dict(sorted(BUGS.items()))


def instead_of(owner: Any, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put the function below in place of a method or function; it gets the real one first."""
    real = getattr(owner, name)

    def put(function: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*args: Any, **options: Any) -> Any:
            return function(real, *args, **options)

        setattr(owner, name, instead)
        return function

    return put


def answering(operation_id: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let the function below answer an operation; it gets the real function, then the call."""
    real = FUNCTIONS[operation_id]

    def put(function: Callable[..., Any]) -> Callable[..., Any]:
        FUNCTIONS[operation_id] = lambda call: function(real, call)
        return function

    return put


def without_checks(operation_id: str) -> None:
    """Let an operation take any request: its parameters and body are not checked any more."""

    @instead_of(app, "resolved")
    def resolved(real: Any, api: Api) -> dict[str, Any]:
        document: dict[str, Any] = real(api)
        for item in document["paths"].values():
            for operation in item.values():
                if isinstance(operation, dict) and operation.get("operationId") == operation_id:
                    _loosen(operation)
        return document


def _loosen(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] != "path":
            kept = {k: v for k, v in parameter["schema"].items() if k in {"default", "items"}}
            parameter["required"] = False
            parameter["schema"] = {**kept, "type": parameter["schema"].get("type", "string")}
    for media in operation.get("requestBody", {}).get("content", {}).values():
        media["schema"] = {}
        media.pop("example", None)
