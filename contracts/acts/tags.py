"""Tags: what users write of devices."""

from dataclasses import dataclass

from otakit.contracts.acts.inventory import Telling
from otakit.contracts.acts.step import step
from otakit.contracts.exchange import Exchange
from otakit.contracts.hands import Hands
from otakit.contracts.oracle import OK, Expected, Oracle


@dataclass(frozen=True, kw_only=True)
class _ByUser(Telling):
    """A user writes tags."""

    def _expected(self, oracle: Oracle, *, replace: bool) -> Expected:
        device, told = oracle.device(self.device), self.told(oracle)
        tag = oracle.world.inventory.tag
        return oracle.answer(lambda: tag(device, told, replace=replace, if_match=None), OK)


@step("inventory-tag", "assignTags", "Tags are added to those that a device has")
@dataclass(frozen=True, kw_only=True)
class Tag(_ByUser):
    """A user adds to a device's tags."""

    def send(self, hands: Hands) -> Exchange:
        """Write them."""
        return hands.management.patch(f"{self.path(hands)}/tags", json=self.told(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Write them down."""
        return self._expected(oracle, replace=False)


@step("inventory-retag", "replaceTags", "Tags can be replaced, all at once")
@dataclass(frozen=True, kw_only=True)
class Retag(_ByUser):
    """A user replaces a device's tags."""

    def send(self, hands: Hands) -> Exchange:
        """Write them."""
        return hands.management.put(f"{self.path(hands)}/tags", json=self.told(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Write them down in place of earlier ones."""
        return self._expected(oracle, replace=True)
