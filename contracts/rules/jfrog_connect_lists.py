"""JFrog Connect / Deployments: they are listed."""

from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.connect_project import Project
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_status,
    field_of,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.jfrog_connect_status import PROFILES, time

LIST = "Deployments / Get List of Deployments"
GET = "Deployments / Get Deployment by UUID"
RECORD = ("deployment_uuid", "comment", "created_time", "cve_severity", "type")
NOTHING = "dp-0000-0000"
MOST, USUAL = 1000, 100
"""Deployments on a page: at most, and unless asked otherwise."""


@rule(
    "JFC-API-DEP-030",
    "The list has the new deployment, with the very record that is told of it alone",
    document=LIST,
    operations=["listConnectDeployments", "getConnectDeployment"],
    profiles=PROFILES,
)
def deployment_is_listed(backend: Backend) -> None:
    """Deploy, look at the deployment, and look for it in the list."""
    project = Project(backend)
    uuid = project.deployed()
    alone = project.get(uuid).json()
    answer, found = _page(project, limit=MOST)
    listed = [entry for entry in found if entry.get("deployment_uuid") == uuid]
    expect_equal(answer, listed, [alone], "the record of the deployment in the list")


@rule(
    "JFC-API-DEP-031",
    "A deployment's record has UUID, comment, CVE severities, time of creation and type",
    document=GET,
    operations=["getConnectDeployment"],
    profiles=PROFILES,
)
def record_is_whole(backend: Backend) -> None:
    """Deploy, and look at all fields of the record."""
    project = Project(backend)
    answer = project.get(project.deployed())
    for name in RECORD:
        field_of(answer, name)
    severities = sorted(field_of(answer, "cve_severity"))
    expect_equal(answer, severities, ["Critical", "High", "Low", "Medium"], "the CVE severities")


@rule(
    "JFC-API-DEP-032",
    "'created_time' is when the deployment was created: a later one has a later time",
    document=GET,
    operations=["getConnectDeployment"],
    profiles=PROFILES,
)
def creation_has_a_time(backend: Backend) -> None:
    """Deploy twice, look at both, and again at the first one."""
    project = Project(backend)
    first = project.deployed()
    before = time(project.get(first), "created_time")

    def look() -> None:
        answer = project.get(project.deployed())
        after = time(answer, "created_time")
        expect(
            after > before,
            "the time of a deployment that was created later",
            expected=f"later than {before}",
            actual=str(after),
            answer=answer,
        )

    backend.eventually(look)
    answer = project.get(first)
    again = time(answer, "created_time")
    expect_equal(answer, str(again), str(before), "the time of the first deployment")


@rule(
    "JFC-API-DEP-033",
    "'limit' is the largest number of deployments on a page",
    document=LIST,
    operations=["listConnectDeployments"],
    profiles=PROFILES,
)
def page_is_limited(backend: Backend) -> None:
    """Deploy twice, and list one and two."""
    project = Project(backend)
    for _ in range(2):
        project.deployed()
    for limit in (1, 2):
        answer, found = _page(project, limit=limit)
        expect_equal(answer, len(found), limit, "how many deployments are on the page")


@rule(
    "JFC-API-DEP-034",
    "'after' leads from page to page until all deployments were listed, each once",
    document=LIST,
    operations=["listConnectDeployments"],
    profiles=PROFILES,
)
def pages_lead_on(backend: Backend) -> None:
    """Deploy three times, and go through the list in pages of half its length."""
    project = Project(backend)
    mine = [project.deployed() for _ in range(3)]
    answer, found = _page(project, limit=1)
    limit = min(MOST, (int(field_of(answer, "pagination_info.total")) + 1) // 2)
    answer, found = _page(project, limit=limit)
    listed = [str(entry.get("deployment_uuid")) for entry in found]
    while found and (after := answer.json().get("pagination_info", {}).get("after")):
        answer, found = _page(project, limit=limit, after=after)
        listed += [str(entry.get("deployment_uuid")) for entry in found]
        if len(listed) > 10 * MOST:
            break
    times = {uuid: listed.count(uuid) for uuid in mine}
    expect_equal(answer, times, dict.fromkeys(mine, 1), "how often each deployment was listed")


@rule(
    "JFC-API-DEP-035",
    "'limit' is from 1 to 1000: less or more is refused",
    document=LIST,
    operations=["listConnectDeployments"],
    profiles=PROFILES,
    severity="minor",
)
def limit_has_limits(backend: Backend) -> None:
    """List none, and one more than may be."""
    project = Project(backend)
    for limit in (0, MOST + 1):
        expect_error(project.caller.get(project.path, params={"limit": limit}), 400)
    _page(project, limit=MOST)


@rule(
    "JFC-API-DEP-036",
    "Without 'limit' a page has up to 100 deployments",
    document=LIST,
    operations=["listConnectDeployments"],
    profiles=PROFILES,
    severity="minor",
)
def page_has_a_usual_length(backend: Backend) -> None:
    """Deploy thrice, and list: all there are, or a hundred."""
    project = Project(backend)
    for _ in range(3):
        project.deployed()
    answer, found = _page(project)
    total = int(field_of(answer, "pagination_info.total"))
    expect_equal(answer, len(found), min(total, USUAL), "how many deployments are on the page")


@rule(
    "JFC-API-DEP-037",
    "'total' counts the deployments: one more with each",
    document=LIST,
    operations=["listConnectDeployments"],
    profiles=PROFILES,
)
def total_counts(backend: Backend) -> None:
    """Count, deploy, and count again, however short the page is."""
    project = Project(backend)
    answer, _ = _page(project, limit=1)
    before = int(field_of(answer, "pagination_info.total"))
    for _ in range(2):
        project.deployed()
    answer, _ = _page(project, limit=1)
    total = int(field_of(answer, "pagination_info.total"))
    expect(
        total >= before + 2,
        "'total' after two more deployments",
        expected=f"at least {before + 2}",
        actual=str(total),
        answer=answer,
    )


@rule(
    "JFC-API-DEP-038",
    "A deployment that there is not is answered 404, also for its devices and for one of them",
    document=GET,
    operations=[
        "getConnectDeployment",
        "listConnectDeploymentDevices",
        "getConnectDeploymentDevice",
    ],
    profiles=PROFILES,
)
def unknown_deployment_is_not_found(backend: Backend) -> None:
    """Ask for a UUID that no deployment has."""
    project = Project(backend)
    for below in ((), ("devices",), ("devices", "d-0000-0000")):
        expect_status(project.caller.get(project.of(NOTHING, *below)), 404)


def _page(project: Project, **query: Any) -> tuple[Exchange, list[dict[str, Any]]]:
    """Return a page of the list, and its deployments."""
    answer = expect_status(project.caller.get(project.path, params=query), 200)
    return answer, [dict(entry) for entry in field_of(answer, "deployments")]
