"""The control API's scenarios: listed, and put in place of what a universe has.

What reads and builds them is imported by the first request: no start of a server need wait for it.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING

from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.problems import Refused

if TYPE_CHECKING:
    from otakit.fixtures.scenario import Loaded


@operation("listScenarios")
def list_scenarios(_: Call) -> Answer:
    """List the scenarios that otakit brings."""
    from otakit.fixtures.scenario import shipped  # noqa: PLC0415

    return json_answer([{"name": name, "title": title} for name, title in shipped().items()])


@operation("loadScenario")
async def load_scenario(call: Call) -> Answer:
    """Load a scenario by its name, or one that the request has."""
    from otakit.fixtures.scenario_text import BadScenario  # noqa: PLC0415
    from otakit.mockserver.scenarios.loading import load_aside  # noqa: PLC0415

    try:
        summary = await load_aside(call.universe, call.server, _asked(call.body))
    except BadScenario as error:
        raise Invalid(str(error)) from None
    return json_answer(asdict(summary))


def _asked(body: dict[str, str]) -> "Loaded":
    """Read the scenario that a request asks for; raises BadScenario, and Refused for a long one."""
    from otakit.fixtures.scenario import load_shipped, read_scenario  # noqa: PLC0415
    from otakit.fixtures.scenario_text import MAX_BYTES  # noqa: PLC0415

    if "name" in body:
        return load_shipped(body["name"])
    raw = body["definition"].encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        message = f"definition: it has {len(raw)} bytes; a scenario has at most {MAX_BYTES}"
        raise Refused(413, message)
    return read_scenario(raw, "definition")
