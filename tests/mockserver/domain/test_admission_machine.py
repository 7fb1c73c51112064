"""Whatever is asked and decided, in any order: statuses, the limit and tokens stay right."""

from collections import Counter
from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ota_support.depth import examples
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.device import AuthSet, Device
from otakit.mockserver.domain.errors import DeviceExists, Invalid, Unauthorized, Unprocessable
from otakit.mockserver.domain.world import World

RANKS = ("accepted", "preauthorized", "pending", "rejected")
DAY = 24 * 3600.0
numbers = st.integers(min_value=0, max_value=3)
keys = st.integers(min_value=0, max_value=1)


class Gate(RuleBasedStateMachine):
    """Four devices with two keys each, the user who lets them in, and a notebook of tokens."""

    def __init__(self) -> None:
        """Begin with an empty World and an empty notebook."""
        super().__init__()
        self.seconds = 1_700_000_000.0
        self.world = World(clock=Clock(source=lambda: self.seconds))
        self.ceiling: int | None = None
        self.tokens: dict[str, tuple[str, float]] = {}
        self.killed: set[str] = set()

    def devices(self) -> list[Device]:
        """List the known devices, oldest first."""
        return [self.world.devices.device(name) for name in self.world.devices.ids()]

    def find(self, number: int, key: int) -> tuple[Device, AuthSet] | None:
        """Find an authentication set, if it is there."""
        for device in self.devices():
            for auth_set in device.auth_sets.values():
                if (device.identity_data, auth_set.pubkey) == ({"sn": number}, f"key {key}"):
                    return device, auth_set
        return None

    def accepted(self) -> int:
        """Count the devices that are let in, one by one."""
        return sum(device.status == "accepted" for device in self.devices())

    def kill(self, device: Device) -> None:
        """Note that all tokens of a device are revoked."""
        self.killed.update(jti for jti, (owner, _) in self.tokens.items() if owner == device.id)

    @rule(number=numbers, key=keys)
    def request(self, number: int, key: int) -> None:
        """Ask to be let in; that is granted where the pair is accepted or announced."""
        before = self.find(number, key)
        status = before[1].status if before else None
        full = self.ceiling is not None and self.accepted() >= self.world.admission.limit
        full = full and before is not None and before[0].status != "accepted"
        granted = status == "accepted" or (status == "preauthorized" and not full)
        try:
            record = self.world.authenticate_device({"sn": number}, f"key {key}")
        except Unauthorized:
            assert not granted
            after = self.find(number, key)
            assert after is not None
            assert after[1].status == (status or "pending")
        else:
            assert granted
            assert before is not None
            assert (record.jti, record.subject) == (before[1].id, before[0].id)
            self.tokens[record.jti] = record.subject, self.seconds + 7 * DAY
            self.killed.discard(record.jti)

    @rule(number=numbers, key=keys)
    def preauthorize(self, number: int, key: int) -> None:
        """Announce a device."""
        known = [d for d in self.devices() if d.identity_data == {"sn": number}]
        try:
            device = self.world.preauthorize_device({"sn": number}, f"key {key}")
        except DeviceExists as error:
            device = error.device
        assert known in ([], [device])
        assert known or device.status == "preauthorized"

    @rule(number=numbers, key=keys, status=st.sampled_from(["accepted", "rejected", "pending"]))
    def decide(self, number: int, key: int, status: str) -> None:
        """Accept, reject or dismiss."""
        found = self.find(number, key)
        if found is not None:
            device, auth_set = found
            before = auth_set.status
            with suppress(Invalid, Unprocessable):
                self.world.admission.set_status(device.id, auth_set.id, status)
                if before == "accepted" != status:
                    self.kill(device)

    @rule(number=numbers, key=keys)
    def delete_auth_set(self, number: int, key: int) -> None:
        """Remove an authentication set; a device goes with its last preauthorized one."""
        found = self.find(number, key)
        if found is not None:
            device, auth_set = found
            if auth_set.status == "accepted":
                self.kill(device)
            goes = auth_set.status == "preauthorized" and len(device.auth_sets) == 1
            self.world.delete_auth_set(device.id, auth_set.id)
            assert (device.id in self.world.devices) is not goes

    @precondition(lambda self: self.devices())
    @rule(number=numbers)
    def decommission(self, number: int) -> None:
        """Remove a device."""
        devices = self.devices()
        device = devices[number % len(devices)]
        self.kill(device)
        self.world.decommission_device(device.id)

    @rule(limit=st.sampled_from([-1, 0, 1, 2]))
    def set_limit(self, limit: int) -> None:
        """Limit the number of accepted devices; those above it stay."""
        self.world.admission.limit = limit
        self.ceiling = None if limit < 0 else max(limit, self.accepted())

    @rule(seconds=st.sampled_from([1.0, DAY, 7 * DAY]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds

    @invariant()
    def statuses_are_derived(self) -> None:
        """Give a device the highest status of its authentication sets."""
        census = Counter[str]()
        for device in self.devices():
            held = [auth_set.status for auth_set in device.auth_sets.values()]
            assert device.status == next((s for s in RANKS if s in held), "noauth")
            assert held.count("accepted") <= 1
            census[device.status] += 1
        for status in (*RANKS, "noauth"):
            assert self.world.devices.count(status) == census[status]
            names = list(self.world.devices.ids(status))
            assert names == [d.id for d in self.devices() if d.status == status]

    @invariant()
    def devices_are_in_inventory(self) -> None:
        """Keep a record of each device, of no other, and no identity twice."""
        assert {d.id for d in self.devices()} == set(self.world.inventory._records)
        assert len({d.identity for d in self.devices()}) == len(self.devices())

    @invariant()
    def limit_holds(self) -> None:
        """Let in no more than the limit, or than there were when it was set."""
        if self.ceiling is not None:
            assert self.accepted() <= self.ceiling
            self.ceiling = max(self.world.admission.limit, self.accepted())

    @invariant()
    def dead_tokens_stay_dead(self) -> None:
        """Take a token until it expires, is revoked, or its set is not accepted any more."""
        for jti, (owner, expires) in self.tokens.items():
            alive = jti not in self.killed and self.seconds < expires
            if alive:
                auth_set = self.world.devices.device(owner).auth_sets.get(jti)
                alive = auth_set is not None and auth_set.status == "accepted"
            assert (self.world.admission.check_in(jti) is not None) is alive


TestGate = Gate.TestCase
TestGate.settings = settings(
    derandomize=True, deadline=None, max_examples=examples(60), stateful_step_count=40
)
