"""A deployment of JFrog Connect as it is asked for.

JFrog Connect, Deploy Update.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One filter as it is asked for; a text that is not given is empty.

    `app_version` belongs to type `app`, `deployment_id` to type `deployment`.
    """

    type: str = ""
    operand: str = ""
    value: str = ""
    app_version: str = ""
    deployment_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFilter:
    """A whole device filter; without groups and criteria it means every device."""

    groups: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentPlan:
    """A deployment as it is asked for; a text that is not given is empty."""

    flow_uuid: str
    devices: DeviceFilter = field(default_factory=DeviceFilter)
    comment: str = ""
    app_name: str = ""
    app_version: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
