"""Saved filters: users keep searches, and deploy to what they find."""

from dataclasses import dataclass
from typing import Any

from otakit.contracts.acts.step import Step, step
from otakit.contracts.backend import id_in
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.hands import Hands
from otakit.contracts.ledger import FILTER as KIND
from otakit.contracts.oracle import CREATED, NO_CONTENT, OK, Expected, Oracle
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.filters import Predicate
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.inventory import INVENTORY

FILTERS = "v2/inventory/filters"
FILTER = "filter"
SITE = "site"


@step("filters-save", "createFilter", "A filter is saved under a name of its own")
@dataclass(frozen=True, kw_only=True)
class Save(Step):
    """A user saves a filter for the devices of a site."""

    filter: int
    site: str
    called: int
    """The number in its name: two filters may want the same."""

    def possible(self, oracle: Oracle) -> bool:
        """Need a new number."""
        return not oracle.has(FILTER, self.filter)

    def send(self, hands: Hands) -> Exchange:
        """Save it."""
        term = {"scope": INVENTORY, "attribute": SITE, "type": "$eq"}
        term["value"] = hands.ground.site(self.site)
        body = {"name": hands.ground.filter(self.called), "terms": [term]}
        answer = hands.management.post(FILTERS, json=body)
        if answer.status == CREATED:
            hands.backend.ledger.made(KIND, id_in(answer))
        return answer

    def expect(self, oracle: Oracle) -> Expected:
        """Save it, unless the name is taken."""
        value = oracle.ground.site(self.site)
        term = Predicate(scope=INVENTORY, attribute=SITE, type="$eq", value=value)

        def save() -> None:
            saved = oracle.world.filters.create(oracle.ground.filter(self.called), [term])
            oracle.labels.put(FILTER, self.filter, saved.id)

        return oracle.answer(save, CREATED)

    def learn(self, hands: Hands, answer: Exchange) -> None:
        """Take down its id."""
        if answer.status == CREATED:
            hands.labels.put(FILTER, self.filter, id_in(answer))


@dataclass(frozen=True, kw_only=True)
class _OfFilter(Step):
    """A step about a filter that there was once."""

    filter: int

    def possible(self, oracle: Oracle) -> bool:
        """Need it."""
        return oracle.has(FILTER, self.filter)

    def path(self, hands: Hands) -> str:
        """Return where it is."""
        return f"{FILTERS}/{in_path(hands.id(FILTER, self.filter))}"


@step("filters-delete", "deleteFilter", "A saved filter can be deleted")
@dataclass(frozen=True, kw_only=True)
class Delete(_OfFilter):
    """A user deletes a filter."""

    def send(self, hands: Hands) -> Exchange:
        """Delete it."""
        return hands.management.delete(self.path(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Delete it."""
        saved = oracle.id(FILTER, self.filter)
        return oracle.answer(lambda: oracle.world.filters.remove(saved), NO_CONTENT)


@step("filters-search", "searchWithFilter", "A saved filter finds the devices that match it now")
@dataclass(frozen=True, kw_only=True)
class Search(_OfFilter):
    """A user searches with a filter."""

    def send(self, hands: Hands) -> Exchange:
        """Search."""
        return hands.management.get(f"{self.path(hands)}/search", params={"per_page": 100})

    def expect(self, oracle: Oracle) -> Expected:
        """Search."""
        try:
            saved = oracle.world.filters.filter(oracle.id(FILTER, self.filter))
        except NotFound:
            return Expected(status=404)
        found, _ = oracle.world.profiles.search(Page(size=100), predicates=saved.terms)
        return Expected(status=OK, body={"devices": found})

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read which devices are found."""
        return {"devices": [hands.labels.labelled(device["id"]) for device in answer.json()]}


@step("filters-list", "listFilters", "Saved filters are listed")
@dataclass(frozen=True, kw_only=True)
class Listed(Step):
    """A user lists the saved filters."""

    def send(self, hands: Hands) -> Exchange:
        """List them."""
        return hands.management.get(FILTERS, params={"per_page": 500})

    def expect(self, oracle: Oracle) -> Expected:
        """List them."""
        return Expected(
            status=OK, body={"filters": [saved.id for saved in oracle.world.filters.all()]}
        )

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Leave out those of others."""
        mine = f"{hands.ground.prefix}-"
        ids = [item["id"] for item in answer.json() if item["name"].startswith(mine)]
        return {"filters": [hands.labels.labelled(name) for name in ids]}
