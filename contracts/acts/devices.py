"""Device authentication: devices ask, users decide, and both see what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from otakit.contracts.acts.step import Step, step
from otakit.contracts.backend import id_in
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.hands import Hands
from otakit.contracts.oracle import CREATED, NO_CONTENT, NOTHING, OK, Expected, Oracle
from otakit.contracts.signing_device import DEVICES
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.index import Page

AUTH_SET = "authentication set"


@dataclass(frozen=True, kw_only=True)
class _OfDevice(Step):
    """A step about one device."""

    device: int

    def possible(self, oracle: Oracle) -> bool:
        """Need a device that was known once."""
        return oracle.has("device", self.device)


@dataclass(frozen=True, kw_only=True)
class _OfAuthSet(_OfDevice):
    """A step about one of a device's authentication sets, named by its key."""

    key: int = 0

    @property
    def set_name(self) -> str:
        """Name the authentication set."""
        return f"{self.device}.{self.key}"

    def possible(self, oracle: Oracle) -> bool:
        """Need an authentication set of the device as it is now."""
        return (
            oracle.knows(self.device)
            and oracle.has(AUTH_SET, self.set_name)
            and oracle.id(AUTH_SET, self.set_name)
            in oracle.world.devices.device(oracle.device(self.device)).auth_sets
        )

    def set_path(self, hands: Hands) -> str:
        """Return where the authentication set is."""
        device = in_path(hands.id("device", self.device))
        return f"{DEVICES}/{device}/auth/{in_path(hands.id(AUTH_SET, self.set_name))}"


@step("devices-ask", "authenticateDevice", "A device is let in once a user has accepted its key")
@dataclass(frozen=True, kw_only=True)
class Ask(Step):
    """A device asks to be let in, with one of its keys."""

    device: int
    key: int = 0

    def send(self, hands: Hands) -> Exchange:
        """Ask."""
        return hands.ask(self.device, self.key)

    def expect(self, oracle: Oracle) -> Expected:
        """Let it in or write it down."""

        def ask() -> None:
            identity = oracle.ground.identity(self.device)
            record = oracle.world.authenticate_device(identity, str(self.key))
            oracle.tokens[self.device] = record

        answer = oracle.answer(ask, OK)
        oracle.found_device(self.device)
        return answer

    def learn(self, hands: Hands, answer: Exchange) -> None:
        """Find out what the device is called."""
        del answer
        hands.find(self.device)

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at the device."""
        return [Shown(device=self.device)] if oracle.has("device", self.device) else ()


@step("devices-preauthorize", "preauthorizeDevice", "A device can be announced once")
@dataclass(frozen=True, kw_only=True)
class Preauthorize(Step):
    """A user announces a device with one of its keys."""

    device: int
    key: int = 0

    def send(self, hands: Hands) -> Exchange:
        """Announce it."""
        device, pair = hands.device(self.device), hands.key(self.device, self.key)
        hands.backend.ledger.asked(device.serial)
        body = {"identity_data": device.identity, "pubkey": pair.public_pem}
        return hands.management.post(DEVICES, json=body)

    def expect(self, oracle: Oracle) -> Expected:
        """Write it down, unless it is known."""
        identity = oracle.ground.identity(self.device)

        def announce() -> None:
            oracle.world.preauthorize_device(identity, str(self.key))

        answer = oracle.answer(announce, CREATED)
        oracle.found_device(self.device)
        return answer

    def learn(self, hands: Hands, answer: Exchange) -> None:
        """Find out what the device is called."""
        if answer.status == CREATED:
            hands.is_called(self.device, id_in(answer))
        else:
            hands.find(self.device)

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at the device."""
        del oracle
        return [Shown(device=self.device)]


@step("devices-decide", "setAuthSetStatus", "Users accept, reject and dismiss devices at any time")
@dataclass(frozen=True, kw_only=True)
class Decide(_OfAuthSet):
    """A user accepts, rejects or dismisses an authentication set."""

    status: str = "accepted"

    def send(self, hands: Hands) -> Exchange:
        """Set its status."""
        path = f"{self.set_path(hands)}/status"
        return hands.management.put(path, json={"status": self.status})

    def expect(self, oracle: Oracle) -> Expected:
        """Set its status."""
        device, auth_set = oracle.device(self.device), oracle.id(AUTH_SET, self.set_name)
        decide = oracle.world.admission.set_status
        return oracle.answer(lambda: decide(device, auth_set, self.status), NO_CONTENT)

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at it and its device."""
        del oracle
        return [AuthSetStatus(device=self.device, key=self.key), Shown(device=self.device)]


@step("devices-dismiss", "deleteAuthSet", "An authentication set can be removed")
@dataclass(frozen=True, kw_only=True)
class Dismiss(_OfAuthSet):
    """A user removes an authentication set."""

    def send(self, hands: Hands) -> Exchange:
        """Remove it."""
        return hands.management.delete(self.set_path(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Remove it."""
        device, auth_set = oracle.device(self.device), oracle.id(AUTH_SET, self.set_name)
        remove = oracle.world.delete_auth_set
        return oracle.answer(lambda: remove(device, auth_set), NO_CONTENT)

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at the device."""
        del oracle
        return [Shown(device=self.device)]


@step("devices-decommission", "decommissionDevice", "A device can be removed with all that it has")
@dataclass(frozen=True, kw_only=True)
class Decommission(_OfDevice):
    """A user removes a device."""

    def send(self, hands: Hands) -> Exchange:
        """Remove it."""
        return hands.management.delete(f"{DEVICES}/{in_path(hands.id('device', self.device))}")

    def expect(self, oracle: Oracle) -> Expected:
        """Remove it."""
        device = oracle.device(self.device)
        return oracle.answer(lambda: oracle.world.decommission_device(device), NO_CONTENT)

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look for the device."""
        del oracle
        return [Shown(device=self.device)]


@step("devices-revoke", "revokeToken", "A device's token can be revoked, and asked for again")
@dataclass(frozen=True, kw_only=True)
class Revoke(_OfDevice):
    """A user revokes the token that a device got last."""

    def possible(self, oracle: Oracle) -> bool:
        """Need a token."""
        return self.device in oracle.tokens

    def send(self, hands: Hands) -> Exchange:
        """Revoke it."""
        token = in_path(hands.token_id(self.device))
        return hands.management.delete(f"v2/devauth/tokens/{token}")

    def expect(self, oracle: Oracle) -> Expected:
        """Revoke it."""
        token = oracle.tokens[self.device].jti
        return oracle.answer(lambda: oracle.world.admission.revoke_token(token), NO_CONTENT)


@step("devices-shown", "getDevice", "A device is shown as users and itself have left it")
@dataclass(frozen=True, kw_only=True)
class Shown(_OfDevice):
    """A user looks at a device."""

    def send(self, hands: Hands) -> Exchange:
        """Look at it."""
        return hands.management.get(f"{DEVICES}/{in_path(hands.id('device', self.device))}")

    def expect(self, oracle: Oracle) -> Expected:
        """Show it."""
        world = oracle.world
        if not oracle.knows(self.device):
            return Expected(status=404)
        device = world.devices.device(oracle.device(self.device))
        whose = {"device_id": device.id} if world.dialect.auth_sets_have_devices else {}
        sets = [
            {"id": a.id, "pubkey": f"key {self.device}.{a.pubkey}", "status": a.status, **whose}
            for a in device.auth_sets.values()
        ]
        body = {
            "id": device.id,
            "identity_data": device.identity_data,
            "status": device.status,
            "auth_sets": sets,
        }
        return Expected(status=OK, body=body)

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Take down its authentication sets, too."""
        body = answer.json()
        for auth_set in body["auth_sets"]:
            auth_set["pubkey"] = auth_set["pubkey"].strip()
        hands.learn_auth_sets(self.device, body)
        return hands.labels.labelled(body)


@step(
    "devices-status", "getAuthSetStatus", "An authentication set has the status that it was given"
)
@dataclass(frozen=True, kw_only=True)
class AuthSetStatus(_OfAuthSet):
    """A user looks at an authentication set."""

    def send(self, hands: Hands) -> Exchange:
        """Look at it."""
        return hands.management.get(f"{self.set_path(hands)}/status")

    def expect(self, oracle: Oracle) -> Expected:
        """Show it."""
        device, auth_set = oracle.device(self.device), oracle.id(AUTH_SET, self.set_name)
        try:
            found = oracle.world.devices.auth_set(device, auth_set)
        except NotFound:
            return Expected(status=404)
        return Expected(status=OK, body={"status": found.status})


@step("devices-list", "listDevices", "Devices are listed by their ids and status, the oldest first")
@dataclass(frozen=True, kw_only=True)
class Listed(Step):
    """A user lists devices of this sequence, perhaps of one status."""

    devices: tuple[int, ...]
    status: str = ""

    def possible(self, oracle: Oracle) -> bool:
        """Need devices, and no two numbers for one."""
        return bool(self.devices) and all(oracle.has("device", n) for n in self.devices)

    def send(self, hands: Hands) -> Exchange:
        """List them."""
        query: dict[str, Any] = {"id": [hands.id("device", n) for n in self.devices]}
        if self.status:
            query["status"] = self.status
        return hands.management.get(DEVICES, params={**query, "per_page": 100})

    def expect(self, oracle: Oracle) -> Expected:
        """List them; without an order where the dialect orders by ids."""
        ids = [oracle.device(n) for n in self.devices]
        statuses = [self.status] if self.status else []
        found, _ = oracle.world.devices.page(Page(size=100), statuses=statuses, ids=ids)
        listed = [oracle.labels.labelled(device.id) for device in found]
        ordered = oracle.world.dialect.devices_by_age
        body = {"devices": listed if ordered else NOTHING, "all of them": sorted(listed)}
        return Expected(status=OK, body=body)

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read which they are."""
        listed = [hands.labels.labelled(device["id"]) for device in answer.json()]
        return {"devices": listed, "all of them": sorted(listed)}
