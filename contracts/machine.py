"""The machine that makes sequences up: Hypothesis draws what users and devices do next.

Rules are acts. Each draws steps that make sense after those before it, and hands them to the trial,
which does them to target and oracle. What is found is made shorter step by step, not draw by draw
(`shrinking`): a sequence is a list of steps, and each of them costs requests.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from otakit.contracts.acts import (
    artifacts,
    configuration,
    deployment_looks,
    deployments,
    devices,
    filters,
    inventory,
    updates,
)
from otakit.contracts.acts.step import Step
from otakit.contracts.backend import DEVICE_TYPE
from otakit.contracts.oracle import Oracle
from otakit.contracts.trial import Trial

T = TypeVar("T")

OTHER_TYPE = "otakit-box"
TYPES = (
    (DEVICE_TYPE,),
    (DEVICE_TYPE,),
    (OTHER_TYPE,),
    (DEVICE_TYPE, OTHER_TYPE),
)
REPORTS = (
    *("downloading", "installing", "rebooting", "pause_before_installing"),
    *("pause_before_rebooting", "pause_before_committing", "already-installed"),
    *("success", "success", "success", "failure", "failure", "failure", "failure"),
)
MOST_DEVICES, MOST_DEPLOYMENTS, RELEASES = 4, 5, 3

picks = st.integers(min_value=0, max_value=11)
few = st.sets(picks, min_size=1, max_size=3)
rarely = st.sampled_from([False] * 5 + [True])
retries = st.sampled_from([0, 0, 1, 2])
phases = st.sampled_from(
    [(), (), (), ((50, None), (None, 1)), ((100, 2),), ((34, None), (33, 1), (None, 2))]
)
values = st.dictionaries(st.sampled_from("ab"), st.sampled_from("xyz"), max_size=2)
letters = st.sampled_from("ab")
sites = st.sampled_from(["north", "south"])


def pick(things: Sequence[T], number: int) -> T:
    """Choose one of some things by any number."""
    return things[number % len(things)]


class Machine(RuleBasedStateMachine):
    """Users and devices who do whatever comes, at a target and at the oracle."""

    def __init__(
        self,
        trial: Trial,
        take: Callable[[Step], bool],
        knows: Callable[[type[Step]], bool],
        *,
        phased: bool,
    ) -> None:
        """Begin a trial; `take` does a step, `knows` says which kinds the target claims.

        Deployments have phases only where that is `phased`.
        """
        super().__init__()
        self.trial = trial
        self._take = take
        self._knows = knows
        self._phased = phased

    @property
    def oracle(self) -> Oracle:
        """Return the oracle."""
        return self.trial.oracle

    @property
    def known(self) -> list[int]:
        """List the devices that are known."""
        return sorted(n for n in self.oracle.devices if self.oracle.knows(n))

    @property
    def updaters(self) -> list[int]:
        """List the devices that have a token."""
        return sorted(self.oracle.tokens)

    @property
    def begun(self) -> list[int]:
        """List the deployments."""
        return self.oracle.numbers("deployment")

    def take(self, *steps: Step) -> None:
        """Do steps of kinds that the target claims."""
        for step in steps:
            if self._knows(type(step)):
                self._take(step)

    def next(self, kind: str) -> int:
        """Return a new number."""
        return max(self.oracle.numbers(kind), default=-1) + 1

    # Devices come, go, and change

    @initialize(
        count=st.sampled_from([2, 2, 3, 1]),
        types=st.lists(st.sampled_from(TYPES), min_size=1, max_size=2),
        more=retries,
    )
    def begin(self, count: int, types: list[tuple[str, ...]], more: int) -> None:
        """Let in some devices, upload artifacts, and deploy one."""
        for number in range(count):
            self.admit(number, number)
        for number, chosen in enumerate(types):
            self.take(artifacts.Upload(artifact=number, release=number, types=chosen))
        everyone = tuple(self.known)
        self.take(deployments.Create(deployment=0, release=0, devices=everyone, retries=more))

    def admit(self, number: int, way: int) -> None:
        """Let a device in, in one of two ways."""
        if way % 2:
            self.take(devices.Preauthorize(device=number), devices.Ask(device=number))
        else:
            asked = devices.Ask(device=number)
            self.take(asked, devices.Decide(device=number, status="accepted"), asked)

    @rule(number=picks, key=st.sampled_from([0, 0, 1]))
    def ask(self, number: int, key: int) -> None:
        """Ask to be let in."""
        self.take(devices.Ask(device=number % MOST_DEVICES, key=key))

    @rule(number=picks)
    def preauthorize(self, number: int) -> None:
        """Announce a device, known or not."""
        self.take(devices.Preauthorize(device=number % MOST_DEVICES))

    @precondition(lambda self: self.known)
    @rule(
        number=picks,
        key=st.sampled_from([0, 0, 1]),
        status=st.sampled_from(["accepted", "accepted", "rejected", "pending"]),
    )
    def decide(self, number: int, key: int, status: str) -> None:
        """Accept, reject or dismiss."""
        self.take(devices.Decide(device=pick(self.known, number), key=key, status=status))

    @precondition(lambda self: self.known)
    @rule(number=picks, key=st.sampled_from([0, 1]), really=rarely)
    def dismiss(self, number: int, key: int, really: bool) -> None:  # noqa: FBT001 - drawn
        """Remove an authentication set, now and then."""
        if really:
            self.take(devices.Dismiss(device=pick(self.known, number), key=key))

    @precondition(lambda self: self.known)
    @rule(number=picks, again=st.booleans(), really=rarely)
    def decommission(self, number: int, again: bool, really: bool) -> None:  # noqa: FBT001 - drawn
        """Remove a device, now and then; it may come again."""
        if really:
            device = pick(self.known, number)
            self.take(devices.Decommission(device=device))
            if again:
                self.admit(device, number)

    @precondition(lambda self: self.updaters)
    @rule(number=picks, really=rarely)
    def revoke(self, number: int, really: bool) -> None:  # noqa: FBT001 - drawn
        """Revoke a token, now and then."""
        if really:
            device = pick(self.updaters, number)
            self.take(devices.Revoke(device=device), updates.Poll(device=device))

    # What is known of devices

    @precondition(lambda self: self.updaters)
    @rule(number=picks, told=values, site=sites, replace=st.booleans())
    def tell(self, number: int, told: dict[str, str], site: str, replace: bool) -> None:  # noqa: FBT001 - drawn
        """Tell attributes."""
        kind = inventory.Replace if replace else inventory.Tell
        self.take(kind(device=pick(self.updaters, number), attributes={**told, "site": site}))

    @precondition(lambda self: self.known)
    @rule(number=picks, told=values, replace=st.booleans())
    def tag(self, number: int, told: dict[str, str], replace: bool) -> None:  # noqa: FBT001 - drawn
        """Write tags."""
        kind = inventory.Retag if replace else inventory.Tag
        self.take(kind(device=pick(self.known, number), attributes=told))

    @precondition(lambda self: self.known)
    @rule(number=picks, group=letters, out=rarely)
    def move(self, number: int, group: str, out: bool) -> None:  # noqa: FBT001 - drawn
        """Put a device into a group, or take it out."""
        kind = inventory.Leave if out else inventory.Move
        self.take(kind(device=pick(self.known, number), group=group))

    @precondition(lambda self: self.known)
    @rule(numbers=few, group=letters, out=rarely)
    def gather(self, numbers: set[int], group: str, out: bool) -> None:  # noqa: FBT001 - drawn
        """Put several devices into a group, or take them out."""
        kind = inventory.Scatter if out else inventory.Gather
        self.take(kind(devices=self.several(numbers), group=group))

    @rule(group=letters, really=rarely)
    def dissolve(self, group: str, really: bool) -> None:  # noqa: FBT001 - drawn
        """Take all out of a group, now and then."""
        if really:
            self.take(inventory.Dissolve(group=group))

    @rule(site=sites, called=st.sampled_from([0, 1, 2]), number=picks, gone=rarely)
    def save_filter(self, site: str, called: int, number: int, gone: bool) -> None:  # noqa: FBT001 - drawn
        """Save a filter, or delete one."""
        saved = self.oracle.numbers("filter")
        if gone and saved:
            self.take(filters.Delete(filter=pick(saved, number)))
        elif len(saved) < 2:  # noqa: PLR2004 - one for each site
            self.take(filters.Save(filter=self.next("filter"), site=site, called=called))

    def several(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """Choose devices by any numbers, each once."""
        return tuple(dict.fromkeys(pick(self.known, number) for number in sorted(numbers)))

    # Artifacts and deployments

    @rule(release=st.integers(min_value=0, max_value=RELEASES - 1), types=st.sampled_from(TYPES))
    def upload(self, release: int, types: tuple[str, ...]) -> None:
        """Upload an artifact."""
        number = self.next("artifact")
        self.take(artifacts.Upload(artifact=number, release=release, types=types))

    @precondition(lambda self: self.oracle.numbers("artifact"))
    @rule(number=picks, text=st.sampled_from(["", "old", "new"]), delete=st.booleans())
    def edit(self, number: int, text: str, delete: bool) -> None:  # noqa: FBT001 - drawn
        """Edit or delete an artifact."""
        artifact = pick(self.oracle.numbers("artifact"), number)
        if delete:
            self.take(artifacts.Delete(artifact=artifact))
        else:
            self.take(artifacts.Describe(artifact=artifact, text=text))

    @precondition(lambda self: self.known and len(self.begun) < MOST_DEPLOYMENTS)
    @rule(
        numbers=few,
        release=st.integers(min_value=0, max_value=RELEASES - 1),
        more=retries,
        planned=phases,
        group=st.sampled_from(["", "", "", "a", "b"]),
    )
    def deploy(
        self,
        numbers: set[int],
        release: int,
        more: int,
        planned: deployments.Phases,
        group: str,
    ) -> None:
        """Deploy to devices or to a group."""
        number = self.next("deployment")
        if group:
            made: Step = deployments.CreateForGroup(
                deployment=number, release=release, retries=more, group=group
            )
        else:
            chosen = self.several(numbers)
            made = deployments.Create(
                deployment=number,
                release=release,
                retries=more,
                phases=planned if self._phased else (),
                devices=chosen,
            )
        self.take(made)

    @precondition(lambda self: self.oracle.numbers("filter"))
    @rule(number=picks, release=st.sampled_from([0, 1]), more=retries, most=st.sampled_from([0, 1]))
    def deploy_dynamically(self, number: int, release: int, more: int, most: int) -> None:
        """Deploy to whatever matches a filter."""
        if len(self.begun) < MOST_DEPLOYMENTS:
            made = deployments.CreateDynamic(
                deployment=self.next("deployment"),
                release=release,
                filter=pick(self.oracle.numbers("filter"), number),
                retries=more,
                max_devices=most,
            )
            self.take(made)

    @precondition(lambda self: self.begun)
    @rule(number=picks, really=st.sampled_from([False, False, True]))
    def abort(self, number: int, really: bool) -> None:  # noqa: FBT001 - drawn
        """Abort a deployment."""
        if really:
            self.take(deployments.Abort(deployment=pick(self.begun, number)))

    @precondition(lambda self: self.known and self.begun)
    @rule(number=picks, really=st.sampled_from([False, False, True]))
    def abort_device(self, number: int, really: bool) -> None:  # noqa: FBT001 - drawn
        """Abort all that a device has to do."""
        if really:
            self.take(deployments.AbortDevice(device=pick(self.known, number)))

    # Devices update

    @precondition(lambda self: self.updaters and self.begun)
    @rule(
        number=picks,
        kind=st.sampled_from([DEVICE_TYPE] * 4 + [OTHER_TYPE]),
        installed=st.sampled_from([None, None, None, None, 0, 1]),
        way=st.sampled_from([updates.Poll, updates.Poll, updates.PollWithDepends, updates.PollV2]),
        statuses=st.lists(st.sampled_from(REPORTS), max_size=3),
    )
    def visit(
        self,
        number: int,
        kind: str,
        installed: int | None,
        way: type[updates.Poll],
        statuses: list[str],
    ) -> None:
        """Let a device ask for an update, and report on what it is offered."""
        device = pick(self.updaters, number)
        self.take(way(device=device, type=kind, installed=installed))
        offered = self.busy_with(device)
        if offered is not None:
            self.take(
                *(updates.Report(device=device, deployment=offered, status=s) for s in statuses)
            )

    visit_again = visit

    def busy_with(self, number: int) -> int | None:
        """Return the deployment that a device is busy with."""
        if not self.oracle.knows(number):
            return None
        device = self.oracle.device(number)
        for deployment in self.begun:
            part = self.oracle.deployment(deployment).devices.get(device)
            if part is not None and part.active:
                return deployment
        return None

    @precondition(lambda self: self.updaters and self.begun)
    @rule(
        number=picks,
        which=picks,
        status=st.sampled_from(REPORTS),
        substate=st.sampled_from([None, None, "half"]),
    )
    def report(self, number: int, which: int, status: str, substate: str | None) -> None:
        """Report on any deployment."""
        told = updates.Report(
            device=pick(self.updaters, number),
            deployment=pick(self.begun[::-1], which),
            status=status,
            substate=substate,
        )
        self.take(told)

    @precondition(lambda self: self.updaters and self.begun)
    @rule(number=picks, which=picks, text=st.sampled_from(["one", "two"]))
    def send_log(self, number: int, which: int, text: str) -> None:
        """Send a log."""
        device, deployment = pick(self.updaters, number), pick(self.begun, which)
        self.take(updates.SendLog(device=device, deployment=deployment, text=text))

    # Configuration

    @precondition(lambda self: self.known)
    @rule(number=picks, wanted=values, deploy=st.booleans(), more=retries)
    def configure(self, number: int, wanted: dict[str, str], deploy: bool, more: int) -> None:  # noqa: FBT001 - drawn
        """Set a device's configuration, and deploy it."""
        device = pick(self.known, number)
        self.take(configuration.Configure(device=device, values=wanted))
        if deploy and len(self.begun) < MOST_DEPLOYMENTS:
            new = self.next("deployment")
            self.take(configuration.Deploy(device=device, deployment=new, retries=more))

    @precondition(lambda self: self.updaters)
    @rule(number=picks, told=values, read=st.booleans())
    def report_configuration(self, number: int, told: dict[str, str], read: bool) -> None:  # noqa: FBT001 - drawn
        """Report a configuration, or read the wanted one."""
        device = pick(self.updaters, number)
        reported = configuration.Report(device=device, values=told)
        self.take(configuration.Own(device=device) if read else reported)

    # Users look around

    @precondition(lambda self: self.begun)
    @rule(
        number=picks,
        status=st.sampled_from(["", "pending", "inprogress", "finished", "scheduled"]),
        sort=st.sampled_from(["", "asc", "desc"]),
        page=st.sampled_from([(1, 20), (1, 1), (1, 2), (2, 1), (2, 2)]),
        of_devices=st.sampled_from(["", "active", "finished", "pending", "failure", "aborted"]),
    )
    def look(
        self, number: int, status: str, sort: str, page: tuple[int, int], of_devices: str
    ) -> None:
        """List deployments, and the devices of one."""
        deployment = pick(self.begun, number)
        self.take(
            deployment_looks.Listed(status=status, sort=sort, page=page[0], per_page=page[1]),
            deployment_looks.DevicesPage(deployment=deployment, status=of_devices),
            deployment_looks.Targets(deployment=deployment),
            deployment_looks.StatisticsList(deployments=tuple(self.begun)),
        )

    @precondition(lambda self: self.known)
    @rule(
        numbers=few,
        status=st.sampled_from(["", "accepted", "pending", "rejected"]),
        release=st.integers(min_value=0, max_value=RELEASES - 1),
        site=sites,
    )
    def search(self, numbers: set[int], status: str, release: int, site: str) -> None:
        """List devices and artifacts."""
        self.take(
            devices.Listed(devices=self.several(numbers), status=status),
            artifacts.Listed(release=release),
            artifacts.Release(release=release),
            inventory.Search(site=site),
            filters.Listed(),
        )
