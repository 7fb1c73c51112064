"""Management APIs / Deployments: releases (management/deployments-v1)."""

from typing import Any

from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.api.artifacts import artifact_json, search_of
from otakit.mockserver.domain.artifacts import Release
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import counted, page_of


@operation("listAllReleases")
def list_all_releases(call: Call) -> Answer:
    """List releases, all on one page."""
    return json_answer([_release_json(r) for r in call.world.artifacts.releases(search_of(call))])


@operation("listReleases")
def list_releases(call: Call) -> Answer:
    """List releases page by page."""
    page = page_of(call)
    found = call.world.artifacts.releases(search_of(call), call.params.get("sort", "name:asc"))
    shaped = [_release_json(release) for release in page.of(found)]
    return json_answer(shaped, headers=counted(call, page, len(found)))


def _release_json(release: Release) -> dict[str, Any]:
    artifacts = [artifact_json(artifact) for artifact in release.artifacts.values()]
    return {"name": release.name, "artifacts": artifacts}
