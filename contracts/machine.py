"""The machine that makes sequences up: Hypothesis draws what users and devices do next.

Each sequence has a theme, to which only some rules belong: with few acts to choose from, those that
have to do with one another meet more often.

Rules are acts. Each draws steps that make sense after those before it, and hands them to the trial,
which does them to target and oracle. What is found is made shorter step by step, not draw by draw
(`shrinking`): a sequence is a list of steps, and each of them costs requests.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

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
F = TypeVar("F", bound=Callable[..., Any])

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
MOST_DEVICES, MOST_DEPLOYMENTS = 4, 6

ROLLOUTS, ADMISSION, INVENTORY, EVERYTHING = "rollouts", "admission", "inventory", "everything"
THEMES = (*[ROLLOUTS] * 3, *[ADMISSION] * 2, *[INVENTORY] * 2, EVERYTHING)

picks = st.integers(min_value=0, max_value=11)
few = st.sets(picks, min_size=1, max_size=3)
rarely = st.sampled_from([False] * 5 + [True])
retries = st.sampled_from([0, 0, 1, 2])
phases = st.sampled_from(
    [(), (), (), ((50, None), (None, 1)), ((100, 2),), ((34, None), (33, 1), (None, 2))]
)
values = st.dictionaries(st.sampled_from("ab"), st.sampled_from("xyz"), max_size=2)
letters = st.sampled_from("ab")
releases = st.sampled_from([0, 0, 0, 1, 2])
sites = st.sampled_from(["north", "south"])


def pick(things: Sequence[T], number: int) -> T:
    """Choose one of some things by any number."""
    return things[number % len(things)]


@dataclass(frozen=True, kw_only=True)
class Act:
    """One of a machine's methods: what it is drawn with, and when and how often.

    It belongs to `themes`, `needs` says whether it makes sense now, `weight` is how many times as
    likely it is as one of weight 1.
    """

    do: Callable[..., None]
    themes: tuple[str, ...]
    needs: Callable[[Any], object]
    weight: int
    arguments: dict[str, st.SearchStrategy[Any]]


ACTS: list[Act] = []
"""All acts, in the order in which they stand below."""


def act(
    themes: tuple[str, ...],
    *,
    needs: Callable[[Any], object] = lambda _: True,
    weight: int = 1,
    **arguments: st.SearchStrategy[Any],
) -> Callable[[F], F]:
    """Make an act of a method of the machine; all acts belong to the theme of everything."""

    def register(do: F) -> F:
        wanted = (*themes, EVERYTHING)
        ACTS.append(Act(do=do, themes=wanted, needs=needs, weight=weight, arguments=arguments))
        return do

    return register


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
        self.theme = EVERYTHING
        self._said: dict[int, tuple[str, int | None]] = {}

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
        theme=st.sampled_from(THEMES),
        count=st.sampled_from([2, 2, 3, 1]),
        types=st.lists(st.sampled_from(TYPES), min_size=1, max_size=2),
        more=retries,
    )
    def begin(self, theme: str, count: int, types: list[tuple[str, ...]], more: int) -> None:
        """Let in some devices, upload artifacts, and deploy one."""
        self.theme = theme
        for number in range(count):
            self.admit(number, number)
        for number, chosen in enumerate(types):
            self.take(artifacts.Upload(artifact=number, release=number, types=chosen))
        everyone = tuple(self.known)
        self.take(deployments.Create(deployment=0, release=0, devices=everyone, retries=more))

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """Do one of the acts that make sense now.

        One rule for all: Hypothesis would leave out half of many rules in each sequence, and ask
        for each as often as for any other.
        """
        acts = [a for a in ACTS if self.theme in a.themes and a.needs(self)]
        chosen = data.draw(st.sampled_from([a for a in acts for _ in range(a.weight)]))
        drawn = {name: data.draw(strategy) for name, strategy in chosen.arguments.items()}
        chosen.do(self, **drawn)

    def admit(self, number: int, way: int) -> None:
        """Let a device in, in one of two ways."""
        if way % 2:
            self.take(devices.Preauthorize(device=number), devices.Ask(device=number))
        else:
            asked = devices.Ask(device=number)
            self.take(asked, devices.Decide(device=number, status="accepted"), asked)

    @act((ADMISSION,), number=picks, key=st.sampled_from([0, 0, 1]))
    def ask(self, number: int, key: int) -> None:
        """Ask to be let in."""
        self.take(devices.Ask(device=number % MOST_DEVICES, key=key))

    @act(
        (ADMISSION, ROLLOUTS),
        needs=lambda self: self.known,
        number=picks,
        status=st.sampled_from(["accepted", "accepted", "rejected"]),
    )
    def change_key(self, number: int, status: str) -> None:
        """Come with another key, on which a user decides."""
        device = pick(self.known, number)
        asked = devices.Ask(device=device, key=1)
        self.take(asked, devices.Decide(device=device, key=1, status=status), asked)

    @act((ADMISSION,), number=picks)
    def preauthorize(self, number: int) -> None:
        """Announce a device, known or not."""
        self.take(devices.Preauthorize(device=number % MOST_DEVICES))

    @act(
        (
            ADMISSION,
            INVENTORY,
        ),
        needs=lambda self: self.known,
        number=picks,
        key=st.sampled_from([0, 0, 1]),
        status=st.sampled_from(["accepted", "accepted", "rejected", "pending"]),
    )
    def decide(self, number: int, key: int, status: str) -> None:
        """Accept, reject or dismiss."""
        self.take(devices.Decide(device=pick(self.known, number), key=key, status=status))

    @act(
        (
            ADMISSION,
            INVENTORY,
            ROLLOUTS,
        ),
        needs=lambda self: self.known,
        number=picks,
        how=st.sampled_from(["dismiss 0", "dismiss 1", "again", "gone", "revoke"]),
    )
    def remove(self, number: int, how: str) -> None:
        """Remove a device, which may come again, an authentication set or a token."""
        device = pick(self.known, number)
        if how.startswith("dismiss"):
            self.take(devices.Dismiss(device=device, key=int(how[-1])))
        elif how == "revoke":
            self.take(devices.Revoke(device=device), updates.Poll(device=device))
        else:
            self.take(devices.Decommission(device=device))
            if how == "again":
                self.admit(device, number)

    # What is known of devices

    @act(
        (
            ADMISSION,
            INVENTORY,
        ),
        needs=lambda self: self.updaters,
        number=picks,
        told=values,
        site=sites,
        replace=st.booleans(),
    )
    def tell(self, number: int, told: dict[str, str], site: str, replace: bool) -> None:  # noqa: FBT001 - drawn
        """Tell attributes."""
        kind = inventory.Replace if replace else inventory.Tell
        self.take(kind(device=pick(self.updaters, number), attributes={**told, "site": site}))

    @act(
        (
            ADMISSION,
            INVENTORY,
        ),
        needs=lambda self: self.known,
        number=picks,
        told=values,
        replace=st.booleans(),
    )
    def tag(self, number: int, told: dict[str, str], replace: bool) -> None:  # noqa: FBT001 - drawn
        """Write tags."""
        kind = inventory.Retag if replace else inventory.Tag
        self.take(kind(device=pick(self.known, number), attributes=told))

    @act(
        (
            ADMISSION,
            INVENTORY,
        ),
        needs=lambda self: self.known,
        number=picks,
        group=letters,
        out=st.sampled_from(["", "", "", "leave", "dissolve"]),
    )
    def move(self, number: int, group: str, out: str) -> None:
        """Put a device into a group, or take it or all out."""
        if out == "dissolve":
            self.take(inventory.Dissolve(group=group))
        else:
            kind = inventory.Leave if out else inventory.Move
            self.take(kind(device=pick(self.known, number), group=group))

    @act((INVENTORY,), needs=lambda self: self.known, numbers=few, group=letters, out=rarely)
    def gather(self, numbers: set[int], group: str, out: bool) -> None:  # noqa: FBT001 - drawn
        """Put several devices into a group, or take them out."""
        kind = inventory.Scatter if out else inventory.Gather
        self.take(kind(devices=self.several(numbers), group=group))

    @act((INVENTORY,), site=sites, called=st.sampled_from([0, 1, 2]), number=picks, gone=rarely)
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

    @act((ROLLOUTS,), release=releases, types=st.sampled_from(TYPES))
    def upload(self, release: int, types: tuple[str, ...]) -> None:
        """Upload an artifact."""
        number = self.next("artifact")
        self.take(artifacts.Upload(artifact=number, release=release, types=types))

    @act(
        (ROLLOUTS,),
        needs=lambda self: self.oracle.numbers("artifact"),
        number=picks,
        text=st.sampled_from(["", "old", "new"]),
        delete=st.booleans(),
    )
    def edit(self, number: int, text: str, delete: bool) -> None:  # noqa: FBT001 - drawn
        """Edit or delete an artifact."""
        artifact = pick(self.oracle.numbers("artifact"), number)
        if delete:
            self.take(artifacts.Delete(artifact=artifact))
        else:
            self.take(artifacts.Describe(artifact=artifact, text=text))

    @act(
        (
            ROLLOUTS,
            INVENTORY,
        ),
        needs=lambda self: self.known and len(self.begun) < MOST_DEPLOYMENTS,
        numbers=few,
        release=releases,
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

    @act(
        (INVENTORY,),
        needs=lambda self: self.oracle.numbers("filter"),
        number=picks,
        release=st.sampled_from([0, 1]),
        more=retries,
        most=st.sampled_from([0, 1]),
    )
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

    @act(
        (ROLLOUTS,),
        needs=lambda self: self.begun and self.known,
        number=picks,
        of_device=st.booleans(),
    )
    def abort(self, number: int, of_device: bool) -> None:  # noqa: FBT001 - drawn
        """Abort a deployment, or all that a device has to do."""
        if of_device:
            self.take(deployments.AbortDevice(device=pick(self.known, number)))
        else:
            self.take(deployments.Abort(deployment=pick(self.begun, number)))

    # Devices update

    @act(
        (
            ADMISSION,
            INVENTORY,
            ROLLOUTS,
        ),
        weight=5,
        needs=lambda self: self.updaters and self.begun,
        number=picks,
        kind=st.sampled_from([DEVICE_TYPE] * 6 + [OTHER_TYPE]),
        installed=st.sampled_from([None] * 6 + [0, 1]),
        way=st.sampled_from([updates.Poll, updates.Poll, updates.PollWithDepends, updates.PollV2]),
        statuses=st.lists(st.sampled_from(REPORTS), max_size=3),
        other=rarely,
        ending=st.sampled_from([None] * 4 + ["abort", "abort device", "reject", "log", "gone"]),
    )
    def visit(  # noqa: PLR0913, PLR0917 - what may come of it
        self,
        number: int,
        kind: str,
        installed: int | None,
        way: type[updates.Poll],
        statuses: list[str],
        other: bool,  # noqa: FBT001 - drawn
        ending: str | None,
    ) -> None:
        """Let a device ask for an update and report on what it is offered, or be disturbed."""
        device = pick(self.updaters, number)
        if self.busy_with(device) is not None and not other:
            kind, installed = self._said.get(device, (kind, installed))
        self._said[device] = kind, installed
        self.take(way(device=device, type=kind, installed=installed))
        offered = self.busy_with(device)
        if offered is not None:
            self.take(
                *(updates.Report(device=device, deployment=offered, status=s) for s in statuses)
            )
            self.disturb(device, offered, ending)

    def disturb(self, device: int, deployment: int, how: str | None) -> None:
        """Come in between, so that combinations of acts are tried that matter."""
        ways: dict[str | None, tuple[Step, ...]] = {
            "abort": (deployments.Abort(deployment=deployment),),
            "abort device": (deployments.AbortDevice(device=device),),
            "reject": (
                devices.Decide(device=device, status="rejected"),
                updates.Poll(device=device),
                devices.Decide(device=device, status="accepted"),
                devices.Ask(device=device),
            ),
            "log": (
                updates.SendLog(device=device, deployment=deployment, text="one"),
                updates.Report(device=device, deployment=deployment, status="failure"),
            ),
            "gone": (devices.Decommission(device=device),),
        }
        self.take(*ways.get(how, ()))

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

    @act(
        (ROLLOUTS,),
        needs=lambda self: self.updaters and self.begun,
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

    @act(
        (ROLLOUTS,),
        needs=lambda self: self.updaters and self.begun,
        number=picks,
        which=picks,
        text=st.sampled_from(["one", "two"]),
    )
    def send_log(self, number: int, which: int, text: str) -> None:
        """Send a log."""
        device, deployment = pick(self.updaters, number), pick(self.begun, which)
        self.take(updates.SendLog(device=device, deployment=deployment, text=text))

    # Configuration

    @act(
        (
            ADMISSION,
            ROLLOUTS,
        ),
        needs=lambda self: self.known,
        number=picks,
        wanted=values,
        deploy=st.booleans(),
        more=retries,
    )
    def configure(self, number: int, wanted: dict[str, str], deploy: bool, more: int) -> None:  # noqa: FBT001 - drawn
        """Set a device's configuration, and deploy it."""
        device = pick(self.known, number)
        self.take(configuration.Configure(device=device, values=wanted))
        if deploy and len(self.begun) < MOST_DEPLOYMENTS:
            new = self.next("deployment")
            self.take(configuration.Deploy(device=device, deployment=new, retries=more))

    @act(
        (ADMISSION,),
        needs=lambda self: self.updaters,
        number=picks,
        told=values,
        read=st.booleans(),
    )
    def report_configuration(self, number: int, told: dict[str, str], read: bool) -> None:  # noqa: FBT001 - drawn
        """Report a configuration, or read the wanted one."""
        device = pick(self.updaters, number)
        reported = configuration.Report(device=device, values=told)
        self.take(configuration.Own(device=device) if read else reported)

    # Users look around

    @act(
        (ROLLOUTS,),
        needs=lambda self: self.begun,
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

    @act(
        (INVENTORY,),
        needs=lambda self: self.known,
        numbers=few,
        status=st.sampled_from(["", "accepted", "pending", "rejected"]),
        release=releases,
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
