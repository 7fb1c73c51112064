"""A life: users and devices of one World, who do whatever comes, and what has to hold meanwhile."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ota_models.draws import (
    EXTRAS,
    HOUR,
    NAMES,
    REPORTABLE,
    picks,
    provides,
    reports,
    settings_of_devices,
    wishes,
)
from ota_models.notebook import ACTIVE, BY_SERVER, FINAL, Notebook
from otakit.mockserver.domain.artifacts import Content
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.deployment import Deployment, Plan
from otakit.mockserver.domain.errors import (
    ArtifactExists,
    Conflict,
    DeviceExists,
    Invalid,
    NotFound,
    Unauthorized,
    Unprocessable,
)
from otakit.mockserver.domain.filters import Predicate
from otakit.mockserver.domain.offers import Offer
from otakit.mockserver.domain.rollout import PhasePlan
from otakit.mockserver.domain.world import World

T = TypeVar("T")


def pick(things: Sequence[T], number: int) -> T:
    """Choose one of some things by any number."""
    return things[number % len(things)]


class Life(RuleBasedStateMachine):
    """Users and devices of one World, with a notebook of what was seen."""

    def __init__(self) -> None:
        """Begin with an empty World and an empty notebook."""
        super().__init__()
        self.seconds = 1_700_000_000.0
        self.world = World(clock=Clock(source=lambda: self.seconds))
        self.notes = Notebook()
        self.configured: dict[str, dict[str, str]] = {}
        north = Predicate(scope="inventory", attribute="site", type="$eq", value="north")
        self.filter = self.world.filters.create("north", [north])

    # Devices come and go

    @initialize(
        sites=st.lists(st.sampled_from(["north", "south", "south"]), min_size=2, max_size=7),
        wishes=st.lists(wishes, min_size=1, max_size=3),
    )
    def begin(self, sites: list[str], wishes: list[dict[str, Any]]) -> None:
        """Let in some devices, and start deployments to them."""
        for number, site in enumerate(sites):
            self.request(number, 0)
            self.decide(number, 0, "accepted")
            self.settle(number, site, group=True)
        for name in NAMES:
            self.upload(name, "pi", {}, 7)
        for wish in wishes:
            self.deploy(wish)

    @property
    def devices(self) -> list[str]:
        """List the known devices."""
        return list(self.world.devices.ids())

    @rule(number=picks, key=st.integers(min_value=0, max_value=1))
    def request(self, number: int, key: int) -> None:
        """Ask to be let in."""
        with suppress(Unauthorized):
            self.world.authenticate_device({"sn": number}, f"key {key}")

    @rule(number=picks)
    def preauthorize(self, number: int) -> None:
        """Announce a device."""
        with suppress(DeviceExists):
            self.world.preauthorize_device({"sn": number}, "key 0")

    @precondition(lambda self: self.devices)
    @rule(number=picks, which=picks, to=st.sampled_from(["accepted", "accepted", "rejected", None]))
    def decide(self, number: int, which: int, to: str | None) -> None:
        """Accept, reject or remove an authentication set."""
        device = self.world.devices.device(pick(self.devices, number))
        if device.auth_sets:
            auth_set = pick(list(device.auth_sets), which)
            if to is None:
                self.world.delete_auth_set(device.id, auth_set)
                return
            with suppress(Invalid):
                self.world.admission.set_status(device.id, auth_set, to)

    @precondition(lambda self: len(self.devices) > 2)
    @rule(number=picks)
    def decommission(self, number: int) -> None:
        """Remove a device."""
        device_id = pick(self.devices, number)
        self.world.decommission_device(device_id)
        assert all(d.part(device_id).status in FINAL for d in self.notes.meaning(device_id))
        with pytest.raises(NotFound):
            self.world.configurations.of(device_id)

    @precondition(lambda self: self.devices)
    @rule(number=picks, site=st.sampled_from(["north", "south"]), group=st.booleans())
    def settle(self, number: int, site: str, group: bool) -> None:  # noqa: FBT001 - drawn
        """Tell where a device is, and group it."""
        device_id = pick(self.devices, number)
        attributes = [{"name": "site", "value": site}]
        self.world.inventory.assign(device_id, "inventory", attributes, replace=False)
        (self.notes.site.add if site == "north" else self.notes.site.discard)(device_id)
        if group:
            self.world.inventory.join(site, [device_id])

    # Artifacts and deployments

    @rule(
        name=st.sampled_from(NAMES),
        types=st.sampled_from(["pi", "pi x86", "x86"]),
        extra=st.sampled_from(EXTRAS),
        size=picks,
    )
    def upload(self, name: str, types: str, extra: dict[str, list[str]], size: int) -> None:
        """Store an artifact."""
        content = Content(name=name, depends={"device_type": types.split(), **extra}, size=size)
        with suppress(ArtifactExists):
            self.world.add_artifact(content)

    @rule(name=st.sampled_from(NAMES), number=picks)
    def delete_artifact(self, name: str, number: int) -> None:
        """Delete an artifact, unless it is in use."""
        stored = self.world.artifacts.of_release(name)
        if stored:
            artifact = pick(stored, number)
            users = [d for d in self.notes.deployments if artifact.id in d.artifacts]
            try:
                self.world.remove_artifact(artifact.id)
            except Conflict:
                assert any(d.finished is None for d in users)
            else:
                assert all(d.finished is not None for d in users)

    @precondition(lambda self: self.devices)
    @rule(wish=wishes)
    def deploy(self, wish: dict[str, Any]) -> None:
        """Start a deployment of any kind."""
        kind = wish["kind"]
        plan = Plan(
            name=f"number {len(self.notes.deployments)}",
            artifact_name=wish["name"],
            retries=wish["retries"],
            force_installation=wish["force"],
            max_devices=wish["limit"] if kind == "dynamic" else 0,
            phases=tuple(
                PhasePlan(batch_size=size, start=None if wait is None else self.seconds + wait)
                for size, wait in wish["phases"]
            ),
        )
        with suppress(Invalid, Unprocessable):
            if kind == "group":
                made = self.world.deploy_to_group(plan, "north")
            elif kind == "dynamic":
                made = self.world.deploy_dynamically(plan, self.filter.id)
            elif kind == "all":
                made = self.world.deploy(plan, all_devices=True)
            else:
                listed = [pick(self.devices, number) for number in sorted(wish["chosen"])]
                made = self.world.deploy(plan, devices=listed)
            self.notes.deployments.append(made)

    @precondition(lambda self: self.devices)
    @rule(number=picks, values=settings_of_devices, retries=st.sampled_from([0, 0, 1]))
    def configure(self, number: int, values: dict[str, str], retries: int) -> None:
        """Set a device's configuration and deploy it."""
        device_id = pick(self.devices, number)
        self.world.configurations.configure(device_id, values)
        made = self.world.deploy_configuration(device_id, retries=retries)
        self.notes.deployments.append(made)
        self.configured[made.id] = dict(values)
        assert self.world.configurations.of(device_id).deployment_id == made.id

    @precondition(lambda self: self.notes.deployments)
    @rule(number=picks, again=st.sampled_from([False] * 5 + [True]))
    def abort(self, number: int, again: bool) -> None:  # noqa: FBT001 - drawn
        """Abort a deployment, mostly one that is not finished."""
        deployment = pick(self.notes.deployments, number)
        if deployment.finished is not None and not again:
            return
        before = {i: deployment.part(i).status for i in deployment.targets()}
        try:
            self.world.aborts.abort(deployment.id)
        except Unprocessable:
            assert deployment.id in self.notes.finished
        else:
            after = {i: deployment.part(i).status for i in deployment.targets()}
            assert after == {i: s if s in FINAL else "aborted" for i, s in before.items()}
            assert deployment.finished == self.world.clock.now()

    @precondition(lambda self: self.devices)
    @rule(number=picks)
    def abort_device(self, number: int) -> None:
        """Abort all that a device has to do."""
        device_id = pick(self.devices, number)
        self.world.aborts.abort_device(device_id)
        assert all(d.part(device_id).status in FINAL for d in self.notes.meaning(device_id))

    @rule(seconds=st.sampled_from([0.25, HOUR, HOUR, 8 * 24 * HOUR]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds

    # Devices update

    @precondition(lambda self: self.world.devices.count("accepted") and self.notes.deployments)
    @rule(
        numbers=st.lists(picks, min_size=1, max_size=5),
        provides=provides,
        other=st.sampled_from([False] * 5 + [True]),
        statuses=reports,
    )
    def visit(
        self,
        numbers: list[int],
        provides: dict[str, str],
        other: bool,  # noqa: FBT001 - drawn
        statuses: list[str],
    ) -> None:
        """Let devices ask for updates, mostly with the same words as before, and report on them."""
        accepted = list(self.world.devices.ids("accepted"))
        for number in numbers:
            device_id = pick(accepted, number)
            expected = self._poll(device_id, provides, other=other)
            self.statistics_add_up()
            self.phases_hold()
            self.ended_stays_ended()
            for status in statuses if expected is not None else ():
                assert expected is not None
                self._report(expected, device_id, status)
                self.statistics_add_up()
                self.ended_stays_ended()

    def _poll(self, device_id: str, provides: dict[str, str], *, other: bool) -> Deployment | None:
        expected = self.notes.expected(device_id, self.seconds)
        part = expected and expected.devices.get(device_id)
        if part and part.request and not other:
            provides = part.request
        conflict = bool(part and part.request and part.request != provides)
        offer = None
        try:
            offer = self.world.offers.next(device_id, dict(provides))
            assert not conflict
        except Conflict:
            assert conflict
        if expected is None:
            assert offer is None
            return None
        self.notes.asked[expected.id, device_id] = None
        assert (offer is None) is (expected.part(device_id).status in FINAL)
        if offer is not None:
            assert offer.deployment is expected
            assert not offer.deployment.aborted
            self._check(offer, device_id, provides)
        return expected

    def _check(self, offer: Offer, device_id: str, provides: dict[str, str]) -> None:
        """Judge an offer."""
        deployment = offer.deployment
        assert (offer.artifact is None) is (deployment.configuration is not None)
        if offer.artifact is None:
            return
        content = offer.artifact.content
        assert content.name == deployment.plan.artifact_name
        assert offer.artifact in self.world.artifacts.of_release(content.name)
        for key, values in content.depends.items():
            assert provides.get(key) in values, f"depends '{key}' not met"
        assert self.notes.failures[deployment.id, device_id] <= deployment.plan.retries
        if deployment.part(device_id).status == "pending":
            same = provides["artifact_name"] == content.name
            assert deployment.plan.force_installation or not same

    @precondition(lambda self: self.notes.asked)
    @rule(
        number=st.integers(min_value=0, max_value=40),
        status=st.sampled_from(REPORTABLE),
        substate=st.sampled_from([None, "50 %"]),
    )
    def report(self, number: int, status: str, substate: str | None) -> None:
        """Report any status."""
        deployment_id, device_id = pick(list(self.notes.asked)[::-1], number)
        deployment = self.world.deployments.deployment(deployment_id)
        self._report(deployment, device_id, status, substate)

    def _report(
        self, deployment: Deployment, device_id: str, status: str, substate: str | None = None
    ) -> None:
        part, key = deployment.part(device_id), (deployment.id, device_id)
        retries, before = deployment.plan.retries, part.status
        try:
            self.world.reports.status(device_id, deployment.id, status, substate)
        except Conflict:
            assert deployment.aborted or before in BY_SERVER
            return
        assert before not in BY_SERVER
        assert not deployment.aborted or before == status
        if status == "failure" and before in ACTIVE:
            self.notes.failures[key] += 1
            assert part.status == ("pending" if self.notes.failures[key] <= retries else "failure")
        else:
            assert part.status == status
            if before in FINAL and status in ACTIVE:
                # Of its own accord a device may begin anew (facts 4.7.8), but gets no new retries.
                self.notes.failures[key] = min(self.notes.failures[key], retries)

    @precondition(lambda self: self.notes.deployments and self.devices)
    @rule(number=picks, who=picks)
    def report_log(self, number: int, who: int) -> None:
        """Send a log, of whatever deployment."""
        deployment, device_id = pick(self.notes.deployments, number), pick(self.devices, who)
        messages = [{"message": f"{number} {who}"}]
        try:
            self.world.reports.log(device_id, deployment.id, messages)
        except NotFound:
            assert device_id not in deployment.devices
        else:
            assert self.world.reports.read_log(deployment.id, device_id) == messages

    # What always holds

    @invariant()
    def statistics_add_up(self) -> None:
        """All thirteen statuses are counted."""
        self.notes.statistics_add_up()

    @invariant()
    def ended_stays_ended(self) -> None:
        """Keep ended what the server has ended."""
        self.notes.ended_stays_ended()

    @invariant()
    def finished_stays_finished(self) -> None:
        """Finish a deployment once all its devices are, and for ever."""
        self.notes.finished_stays_finished(self.seconds)

    @invariant()
    def phases_hold(self) -> None:
        """No more devices were let in than the open phases have room for."""
        self.notes.phases_hold(self.seconds)

    @invariant()
    def configurations_hold(self) -> None:
        """Find one for each accepted device, and deployed what was set at that time."""
        for device_id in self.world.devices.ids("accepted"):
            assert self.world.configurations.of(device_id).device_id == device_id
        for deployment in self.notes.deployments:
            assert deployment.configuration == self.configured.get(deployment.id)
