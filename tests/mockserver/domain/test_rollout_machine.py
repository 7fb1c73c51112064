"""One roll-out of any kind, and whatever users, devices and clocks do to it, in any order.

What a device has to get is worked out here from the documents' words alone: reference, Deployments
and Deployments v2, Create Deployment and NewDeploymentPhase.
"""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ota_models.one_rollout import ACTIVE, COMPLETED, Expectation
from ota_models.shares import shares
from ota_support.depth import examples
from otakit.mockserver.domain.artifacts import Content
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.deployment import Deployment, Plan
from otakit.mockserver.domain.device import ACCEPTED, REJECTED
from otakit.mockserver.domain.errors import Invalid, Unauthorized, Unprocessable
from otakit.mockserver.domain.filters import Predicate
from otakit.mockserver.domain.rollout import PhasePlan
from otakit.mockserver.domain.world import World

BEGIN = 1_700_000_000.0
REPORTS = (*ACTIVE, "success", "failure", "failure", "failure")

picks = st.integers(min_value=0, max_value=30)
rarely = st.integers(min_value=0, max_value=11).map(lambda number: number == 0)
sites = st.sampled_from(["north", "north", "north", "south"])
kinds = st.sampled_from(["pi", "pi", "pi", "x86"])


@st.composite
def phases(draw: st.DrawFn) -> tuple[PhasePlan, ...]:
    """Plan up to four phases that begin one after the other, a minute or so apart."""
    count = draw(st.sampled_from([0, 1, 2, 3, 3, 4]))
    start, planned = BEGIN, []
    for place in range(count):
        last = place == count - 1
        size = None if last else draw(st.sampled_from([1, 10, 20, 30, 34, 50]))
        start += draw(st.sampled_from([0.0, 60.0, 90.0]))
        at_once = place == 0 and draw(st.booleans())
        planned.append(PhasePlan(batch_size=size, start=None if at_once else start))
    return tuple(planned)


class Rollout(RuleBasedStateMachine):
    """The users and devices of one deployment, with a notebook of what was seen."""

    def __init__(self) -> None:
        """Begin with an empty World."""
        super().__init__()
        self.seconds = BEGIN
        self.world = World(clock=Clock(source=lambda: self.seconds))
        self.deployment: Deployment | None = None
        self.expect = Expectation()
        self.kinds: dict[str, str] = {}

    @initialize(
        there=st.lists(st.tuples(sites, kinds), min_size=3, max_size=12),
        rejected=st.sets(picks, max_size=2),
        dynamic=st.booleans(),
        planned=phases(),
        bounds=st.tuples(st.sampled_from([0, 0, 1, 3]), st.sampled_from([0, 0, 1, 3])),
    )
    def begin(
        self,
        there: list[tuple[str, str]],
        rejected: set[int],
        dynamic: bool,  # noqa: FBT001 - drawn
        planned: tuple[PhasePlan, ...],
        bounds: tuple[int, int],
    ) -> None:
        """Start the deployment; without phases where these are refused, which is foreseen."""
        self.world.add_artifact(Content(name="v1", depends={"device_type": ("pi",)}, size=1))
        term = Predicate(scope="tags", attribute="site", type="$eq", value="north")
        self.filter = self.world.filters.create("north", [term])
        for site, kind in there:
            self.enter(site, kind)
        for number in rejected:
            self.decide(number, REJECTED)
        meant = self.expect.north & set(self.accepted) if dynamic else set(self.kinds)
        refused = sum(plan.batch_size or 0 for plan in planned) > 100
        refused |= any(share == 0 for share in shares(planned, len(meant), dynamic=dynamic))
        limit, retries = bounds
        plan = Plan(
            name="d",
            artifact_name="v1",
            retries=retries,
            phases=planned,
            max_devices=limit if dynamic else 0,
        )
        try:
            self.deployment = self.deploy(plan, dynamic=dynamic)
        except Invalid:
            assert refused
            self.deployment = self.deploy(replace(plan, phases=()), dynamic=dynamic)
        else:
            assert not refused
        self.expect.initial = set(meant)
        self.expect.seen = set(meant)

    def deploy(self, plan: Plan, *, dynamic: bool) -> Deployment:
        """Deploy to the north, or to all."""
        if dynamic:
            return self.world.deploy_dynamically(plan, self.filter.id)
        return self.world.deploy(plan, devices=list(self.kinds))

    @property
    def one(self) -> Deployment:
        """Return the deployment."""
        assert self.deployment is not None
        return self.deployment

    @property
    def accepted(self) -> list[str]:
        """List the devices that may ask."""
        return list(self.world.devices.ids(ACCEPTED))

    # Devices come, go, and change

    @precondition(lambda self: len(self.kinds) < 20)
    @rule(there=st.lists(st.tuples(sites, kinds), min_size=1, max_size=4))
    def arrive(self, there: list[tuple[str, str]]) -> None:
        """Let in new devices."""
        for site, kind in there:
            self.enter(site, kind)

    def enter(self, site: str, kind: str) -> None:
        """Let in a new device."""
        identity = {"sn": len(self.kinds)}
        try:
            self.world.authenticate_device(identity, "key")
        except Unauthorized:
            device_id = list(self.world.devices.ids())[-1]
        self.admit(device_id, ACCEPTED)
        self.kinds[device_id] = kind
        self.tag(device_id, site)

    @precondition(lambda self: self.known)
    @rule(numbers=st.lists(picks, min_size=1, max_size=4), site=st.sampled_from(["north", "south"]))
    def move(self, numbers: list[int], site: str) -> None:
        """Let devices go elsewhere."""
        for number in numbers:
            self.tag(self.known[number % len(self.known)], site)

    def tag(self, device_id: str, site: str) -> None:
        """Tag a device with the place where it is."""
        tags = [{"name": "site", "value": site}]
        self.world.inventory.assign(device_id, "tags", tags, replace=True)
        (self.expect.north.add if site == "north" else self.expect.north.discard)(device_id)

    @precondition(lambda self: self.known)
    @rule(number=picks, status=st.sampled_from([ACCEPTED, ACCEPTED, REJECTED]))
    def decide(self, number: int, status: str) -> None:
        """Reject a device, or accept it again."""
        self.admit(self.known[number % len(self.known)], status)

    @precondition(lambda self: len(self.known) > 1)
    @rule(number=picks, really=rarely)
    def decommission(self, number: int, really: bool) -> None:  # noqa: FBT001 - drawn
        """Remove a device."""
        if really:
            device_id = self.known[number % len(self.known)]
            self.world.decommission_device(device_id)
            self.expect.north.discard(device_id)
            self.expect.take_out(device_id, "decommissioned")

    @property
    def known(self) -> list[str]:
        """List all devices."""
        return list(self.world.devices.ids())

    def admit(self, device_id: str, status: str) -> None:
        """Give a device's only authentication set a status."""
        (auth_set,) = self.world.devices.device(device_id).auth_sets
        self.world.admission.set_status(device_id, auth_set, status)

    # Users take back

    @rule(really=rarely)
    def abort(self, really: bool) -> None:  # noqa: FBT001 - drawn
        """Abort the deployment."""
        if not really:
            return
        try:
            self.world.aborts.abort(self.one.id)
        except Unprocessable:
            assert self.expect.finished
            return
        assert not self.expect.finished
        for device_id in self.one.targets():
            self.expect.take_out(device_id, "aborted")
        self.expect.finished = True

    @precondition(lambda self: self.known)
    @rule(number=picks, really=rarely)
    def abort_device(self, number: int, really: bool) -> None:  # noqa: FBT001 - drawn
        """Abort all that a device has to do."""
        if really:
            device_id = self.known[number % len(self.known)]
            self.world.aborts.abort_device(device_id)
            self.expect.take_out(device_id, "aborted")

    # Time passes

    @rule(by=st.sampled_from([-60.0, -1.0, 1.0, 59.0, 60.0, 300.0]))
    def step(self, by: float) -> None:
        """Turn the clock; now and then somebody puts the machine's back."""
        self.seconds += by

    # Devices update

    @precondition(lambda self: self.accepted)
    @rule(
        by=st.sampled_from([0.0, 0.0, 1.0, 60.0, 90.0]),
        numbers=st.lists(picks, min_size=1, max_size=8),
        installed=st.sampled_from(["v0"] * 9 + ["v1"]),
        statuses=st.lists(st.sampled_from(REPORTS), max_size=3),
    )
    def visit(self, by: float, numbers: list[int], installed: str, statuses: list[str]) -> None:
        """Let some devices ask for the update after a while, one by one, and report on it."""
        self.seconds += by
        for number in numbers:
            device_id = self.accepted[number % len(self.accepted)]
            self.ask(device_id, installed)
            for status in statuses:
                if device_id in self.expect.busy:
                    self.report(device_id, status)
            self.finish_is_foreseen()
            self.counts_are_right()

    def ask(self, device_id: str, installed: str) -> None:
        """Ask for the update with one device, and compare."""
        part = self.one.devices.get(device_id)
        told = {"artifact_name": installed, "device_type": self.kinds[device_id]}
        if part and part.request:
            told = dict(part.request)  # a device says the same until it has tried
        may = self.expect.may_get(self.one, device_id, self.seconds)
        if device_id in self.expect.north and self.one.scope.dynamic and not self.expect.finished:
            self.expect.seen.add(device_id)
        offer = self.world.offers.next(device_id, told)
        if not may:
            assert offer is None
            return
        self.expect.begun.setdefault(device_id, self.seconds)
        status = self.expect.status.get(device_id, "pending")
        if told["device_type"] != "pi":
            status = "noartifact"
        elif status == "pending" and told["artifact_name"] == "v1":
            status = "already-installed"
        assert (offer is None) is (status in COMPLETED)
        self.expect.status[device_id] = status
        if offer is not None and status == "pending" and device_id not in self.expect.offered:
            self.expect.offered.add(device_id)
            self.expect.attempts[device_id] = self.expect.attempts.get(device_id, 0) + 1
            assert self.expect.attempts[device_id] <= self.one.plan.retries + 1

    @precondition(lambda self: self.expect.busy)
    @rule(number=picks, status=st.sampled_from(REPORTS))
    def report_later(self, number: int, status: str) -> None:
        """Report from a device that is busy with the update."""
        self.report(self.expect.busy[number % len(self.expect.busy)], status)

    def report(self, device_id: str, status: str) -> None:
        """Report, and note what has to come of it."""
        self.world.reports.status(device_id, self.one.id, status)
        self.expect.note_report(self.one, device_id, status)

    # What always holds

    @invariant()
    def counts_are_right(self) -> None:
        """Each phase has let in its share at most, none before its start; all are counted."""
        if self.deployment is not None:
            self.expect.counts_are_right(self.deployment)

    @invariant()
    def finish_is_foreseen(self) -> None:
        """Finish once all its devices, or as many as wanted, are done; and for ever."""
        if self.deployment is not None:
            self.expect.finish_is_foreseen(self.deployment, self.seconds)


TestRollout = Rollout.TestCase
TestRollout.settings = settings(
    derandomize=True, deadline=None, max_examples=examples(100), stateful_step_count=40
)
