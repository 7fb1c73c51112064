"""The control API's list of what the server has: APIs, and the operations of each."""

from functools import cache
from importlib.metadata import version
from typing import Any

from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.operations import Call, operation
from otakit.specs.catalogue import Api, control, resolved, served


@operation("listApis")
def list_apis(call: Call) -> Answer:
    """List the APIs of the server's edition and dialect."""
    settings = call.server.settings
    return json_answer(_listed(settings.edition, settings.dialect))


@cache
def _listed(edition: str, dialect: str) -> dict[str, Any]:
    return {
        "version": version("otakit"),
        "edition": edition,
        "dialect": dialect,
        "apis": [_api_json(api) for api in (*served(edition, dialect), control())],
    }


def _api_json(api: Api) -> dict[str, Any]:
    return {
        "title": api.title,
        "side": api.side,
        "base_path": api.base_path,
        "operations": [
            {"id": described["operationId"], "method": method.upper(), "path": path}
            for path, operations in resolved(api)["paths"].items()
            for method, described in operations.items()
            if isinstance(described, dict) and "operationId" in described
        ],
    }
