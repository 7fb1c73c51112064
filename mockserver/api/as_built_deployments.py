"""Management APIs / Deployments as built: what the documents have otherwise, or not at all.

Sections 5.4, 5.5, 5.8, 6.5 and 9.5 of the server facts.
"""

from collections.abc import Callable

from otakit.mockserver.answers import Answer, empty, json_answer
from otakit.mockserver.api.artifacts import artifact_json, search_of
from otakit.mockserver.api.deployment_devices import device_json
from otakit.mockserver.api.deployments import (
    Test,
    common_tests,
    deployment_json,
    deployments_page,
    statistics_of,
)
from otakit.mockserver.audit_trail import about_device, removed
from otakit.mockserver.domain.artifacts import Search
from otakit.mockserver.domain.audit import UPDATE
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.device import ACCEPTED, PENDING
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.domain.filters import Predicate
from otakit.mockserver.domain.index import Page
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import counted, lenient_page_of, page_of, uncounted

TIERS = ("standard", "micro", "system")
"""What kinds of devices are counted apart; here all are standard."""


@operation("countDevicesOfDeployments")
def count_devices_of_deployments(call: Call) -> Answer:
    """Count the devices of several deployments by status; unknown ones are left out."""
    asked = call.body.get("deployment_ids") or ()
    if not asked:
        return json_answer({})
    return statistics_of(call, dict.fromkeys(map(str.lower, asked)))


@operation("listDeviceDeployments")
def list_device_deployments(call: Call) -> Answer:
    """List what a device has had a part in, the newest first."""
    page = page_of(call)
    parts, total = call.world.deployments.history.page(call.params["id"], page)
    shaped = [
        {
            "id": part.id,
            "deployment": deployment_json(deployment, call.world),
            "device": device_json(call.world, deployment, part),
        }
        for deployment, part in parts
    ]
    return json_answer(shaped, headers=counted(call, page, total))


@operation("deleteDeviceHistory")
def delete_device_history(call: Call) -> Answer:
    """Strike out all that is over for a device."""
    device_id = call.params["id"]
    struck = call.world.deployments.clear_history(device_id)
    told = removed("history", [deployment.id for deployment in struck])
    call.audit(UPDATE, about_device(call.world, device_id), told)
    return empty()


@operation("listDeploymentsV2")
def list_deployments_v2(call: Call) -> Answer:
    """List deployments by age, those of exact ids or names if any are given.

    Where no deployment has such a name, it may be a device's: the value of its `id_attribute`.
    """
    ids, names = (set(call.params.get(key, ())) for key in ("id", "name"))
    tests = common_tests(call)
    if ids:
        tests.append(lambda deployment: deployment.id in ids)
    if names:
        tests.append(_named(call, names))
    return deployments_page(call, tests)


@operation("listArtifactsLeniently")
def list_artifacts_leniently(call: Call) -> Answer:
    """List artifacts page by page; a page that makes no sense is the first."""
    page = lenient_page_of(call)
    found = call.world.artifacts.search(search_of(call), call.params.get("sort", ""))
    shaped = [artifact_json(artifact) for artifact in page.of(found)]
    return json_answer(shaped, headers=counted(call, page, len(found)))


@operation("listArtifactsV2")
def list_artifacts_v2(call: Call) -> Answer:
    """List artifacts of exact names, or whose names begin alike."""
    page = page_of(call)
    found = call.world.artifacts.search(Search())
    if names := call.params.get("name"):
        fits = _names_test(names)
        found = [artifact for artifact in found if fits(artifact.name)]
    shaped = [artifact_json(artifact) for artifact in page.of(found)]
    return json_answer(shaped, headers=uncounted(call, page, more=len(found) > page.stop))


@operation("countDevicesByTier")
def count_devices_by_tier(call: Call) -> Answer:
    """Count the accepted and the pending devices."""
    devices = call.world.devices
    shaped = {
        status: dict.fromkeys(TIERS, 0) | {"standard": devices.count(status)}
        for status in (ACCEPTED, PENDING)
    }
    return json_answer({"devices_by_status": shaped})


def _named(call: Call, names: set[str]) -> Test:
    """Return the test for deployments of these names, or for those of the device that has one."""
    attribute, world = call.params.get("id_attribute"), call.world
    if attribute is None and "id_scope" in call.params:
        message = "id_scope requires id_attribute"
        raise Invalid(message)

    def has_name(deployment: Deployment) -> bool:
        return deployment.plan.name in names

    if attribute is None:
        return has_name
    if world.deployments.find(Page(size=1), wanted=has_name, newest_first=True)[1]:
        return has_name
    scope = call.params.get("id_scope", "identity")
    first = call.params["name"][0]
    term = Predicate(scope=scope, attribute=attribute, type="$eq", value=first)
    devices, _ = world.profiles.search(Page(size=1), predicates=[term])
    return lambda deployment: any(deployment.means(device) for device in devices)


def _names_test(names: list[str]) -> Callable[[str], bool]:
    """Return the test for artifact names: exact ones, or one beginning, marked by a star."""
    starred = [name for name in names if name.endswith("*") and not name.endswith("\\*")]
    if not starred:
        exact = {f"{name[:-2]}*" if name.endswith("\\*") else name for name in names}
        return exact.__contains__
    if len(names) > 1:
        message = "invalid filter: cannot filter by both exact names and name prefix"
        raise Invalid(message)
    start = starred[0][:-1].lower()
    return lambda name: name.lower().startswith(start)
