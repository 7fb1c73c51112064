"""The bodies with which a fleet of JFrog Connect is put together; unknown fields are refused."""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from otakit.mockserver.domain.connect_contents import FleetPlan
from otakit.mockserver.domain.connect_device import DevicePlan
from otakit.mockserver.domain.connect_flow import SEVERITIES, Failure, FlowPlan, Outcome, Step
from otakit.mockserver.domain.errors import Invalid

Name = Annotated[str, Meta(min_length=1, max_length=256)]
Names = Annotated[list[Name], Meta(max_length=100)]
DeviceUuid = Annotated[str, Meta(pattern="^d-[0-9a-z]{4}-[0-9a-z]{4}\\Z")]
FlowUuid = Annotated[str, Meta(pattern="^f-[0-9a-z]{4}-[0-9a-z]{4}\\Z")]
ParameterName = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,256}\\Z")]
Text = Annotated[str, Meta(max_length=4096)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Share = Annotated[float, Meta(ge=0, le=1)]
Code = Annotated[int, Meta(ge=0, le=255)]
FailureCode = Annotated[int, Meta(ge=1, le=255)]
Apps = Annotated[dict[Name, Annotated[str, Meta(max_length=256)]], Meta(max_length=100)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
State = Literal["online", "offline"]
Severity = Literal["Critical", "High", "Medium", "Low"]

T = TypeVar("T")


class DeviceBody(Struct, forbid_unknown_fields=True, kw_only=True):
    """A device: `apps` has the version of each of its apps."""

    name: Name
    uuid: DeviceUuid | None = None
    state: State = "online"
    tags: Names = []
    groups: Names = []
    apps: Apps = {}

    def plan(self) -> DevicePlan:
        """Return it as the model has it."""
        return DevicePlan(
            name=self.name,
            uuid=self.uuid,
            state=self.state,
            tags=tuple(self.tags),
            groups=tuple(self.groups),
            apps=self.apps,
        )


class DeviceChange(Struct, forbid_unknown_fields=True, kw_only=True):
    """What shall be different about a device; what is not given stays."""

    name: Name | UnsetType = UNSET
    state: State | UnsetType = UNSET
    tags: Names | UnsetType = UNSET
    groups: Names | UnsetType = UNSET
    apps: Apps | UnsetType = UNSET

    def given(self) -> dict[str, Any]:
        """Return what is given."""
        fields = msgspec.structs.asdict(self)
        return {name: value for name, value in fields.items() if value is not UNSET}


class FailureBody(Struct, forbid_unknown_fields=True, kw_only=True):
    """Where a step fails, and what it leaves then."""

    devices: list[DeviceUuid] = []
    share: Share = 0.0
    exit_code: FailureCode = 1
    stdout: Text = ""
    stderr: Text = ""

    def plan(self) -> Failure:
        """Return it as the model has it."""
        outcome = Outcome(exit_code=self.exit_code, stdout=self.stdout, stderr=self.stderr)
        return Failure(outcome=outcome, devices=frozenset(self.devices), share=self.share)


class StepBody(Struct, forbid_unknown_fields=True, kw_only=True):
    """A step; `${{ inputs.NAME }}` in what it writes stands for a parameter's value."""

    name: Name
    duration: Seconds = 1.0
    exit_code: Code = 0
    stdout: Text = ""
    stderr: Text = ""
    fails: FailureBody | None = None

    def plan(self) -> Step:
        """Return it as the model has it."""
        return Step(
            name=self.name,
            duration=self.duration,
            outcome=Outcome(exit_code=self.exit_code, stdout=self.stdout, stderr=self.stderr),
            fails=self.fails.plan() if self.fails else None,
        )


class FlowBody(Struct, forbid_unknown_fields=True, kw_only=True):
    """An update flow; a parameter whose default is null has to be given with each deployment."""

    name: Name
    steps: Annotated[list[StepBody], Meta(min_length=1, max_length=100)]
    uuid: FlowUuid | None = None
    parameters: Annotated[dict[ParameterName, Text | None], Meta(max_length=100)] = {}
    cve_severity: dict[Severity, Count] = {}

    def plan(self) -> FlowPlan:
        """Return it as the model has it."""
        counts = self.cve_severity.items()
        return FlowPlan(
            name=self.name,
            steps=tuple(step.plan() for step in self.steps),
            uuid=self.uuid,
            parameters=self.parameters,
            cve_severity=dict.fromkeys(SEVERITIES, 0) | {str(k): v for k, v in counts},
        )


class FleetBody(Struct, forbid_unknown_fields=True, kw_only=True):
    """A whole fleet; apps and groups that only devices name need not be listed."""

    devices: list[DeviceBody] = []
    flows: list[FlowBody] = []
    apps: list[Name] = []
    groups: list[Name] = []

    def plan(self) -> FleetPlan:
        """Return it as the model has it."""
        return FleetPlan(
            devices=[device.plan() for device in self.devices],
            flows=[flow.plan() for flow in self.flows],
            apps=self.apps,
            groups=self.groups,
        )


def decode(raw: bytes, kind: type[T]) -> T:
    """Read a body; raises Invalid, which names the place and what is expected there."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        message = f"failed to decode request body: {error}"
        raise Invalid(message) from None
