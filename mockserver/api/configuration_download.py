"""Device APIs / Deployments / Fetch Configuration: a configuration comes by a signed link.

Part of devices/deployments-v1; section 4.10 of the server facts.
"""

import io
import re
from urllib.parse import unquote

from otakit.fixtures.configuration_artifact import write_configuration_artifact
from otakit.mockserver.answers import OK, Answer
from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.errors import DomainError, NotFound
from otakit.mockserver.downloads import MEDIA_TYPE
from otakit.mockserver.operations import ORIGINS, Call, Origin, operation
from otakit.mockserver.universe import Universe

LINK_LIFETIME: Seconds = 15 * 60
"""How long a configuration can be fetched after it was offered, as often as one likes."""

_PATH = "/api/devices/v1/deployments/download/configuration"
_UNROUTABLE = re.compile(r"[\x00-\x1f%/\x7f]|^\.\.?$")
"""What a path's segment cannot be, or have in it, when it comes out of percent-encoding."""

_HEADERS = ((b"content-disposition", b'attachment; filename="artifact.mender"'),)


def configuration_link(
    call: Call, deployment: Deployment, device_id: str, device_type: str
) -> tuple[str, str]:
    """Return an absolute link to a device's configuration and when it expires, in RFC 3339."""
    path = f"{_PATH}/{deployment.id}/{_segment(device_type)}/{device_id}"
    signed, expire = call.universe.links.sign(path, call.world.clock.now() + LINK_LIFETIME)
    return call.origin() + signed, expire


@operation("fetchConfiguration")
def fetch_configuration(call: Call) -> Answer:
    """Make the artifact that a link stands for; its signature takes the place of a token."""
    universe = _universe(call)
    call.found(universe)
    universe.links.check(call.path(), call.params, universe.world.clock.now())
    call.found(universe, call.params["device_id"])
    deployment_id = call.params["deployment_id"]
    deployment = universe.world.deployments.get(deployment_id)
    if deployment is None or deployment.configuration is None:
        message = f"deployment with id '{deployment_id}' not found"
        raise NotFound(message)
    artifact = io.BytesIO()
    write_configuration_artifact(
        artifact,
        name=deployment.plan.artifact_name,
        device_type=unquote(call.params["device_type"]),
        configuration=deployment.configuration,
    )
    call.exchange.streams = True
    return Answer(OK, artifact.getvalue(), MEDIA_TYPE.encode(), _HEADERS)


def _universe(call: Call) -> Universe:
    universes = call.server.universes
    return universes.get(call.params.get("tenant_id", "")) or universes.default


def _device(call: Call, universe: Universe) -> str:
    """Find the device that a link was made for; none where the link is no good."""
    try:
        universe.links.check(call.path(), call.params, universe.world.clock.now())
    except DomainError:
        return ""
    device_id: str = call.params["device_id"]
    return device_id


ORIGINS["fetchConfiguration"] = Origin(_universe, _device)


def _segment(text: str) -> str:
    """Write a text so that it is one segment also of the decoded path, which routing sees."""
    return _UNROUTABLE.sub(lambda found: "".join(f"%{ord(char):02X}" for char in found[0]), text)
