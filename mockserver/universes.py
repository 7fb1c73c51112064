"""Universes: worlds that share a server and know nothing of each other; each is a tenant."""

from dataclasses import dataclass, replace

from otakit.mockserver.connect_access import ConnectAccess, connect_access
from otakit.mockserver.domain.dialect import DIALECTS
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.world import World
from otakit.mockserver.links import LinkSigner
from otakit.mockserver.settings import Settings
from otakit.mockserver.storage import Storage
from otakit.mockserver.tokens import TokenSigner

DEFAULT = "default"


@dataclass(slots=True)
class Universe:
    """One tenant: its world, its artifact files, and the keys that sign its tokens and links.

    `connect` is what a client of JFrog Connect needs for the tenant's fleet.
    """

    id: str
    world: World
    storage: Storage
    tokens: TokenSigner
    links: LinkSigner
    connect: ConnectAccess


class Universes:
    """All universes of a server, by tenant."""

    def __init__(self, settings: Settings, storage: Storage) -> None:
        """Begin with the unnamed universe, `default`; it needs no tenant token."""
        self._settings = settings
        self._storage = storage
        self._universes: dict[str, Universe] = {}
        self.default = self.create(DEFAULT)

    def create(self, universe_id: str) -> Universe:
        """Add an empty universe with the server's login."""
        seed = self._settings.seed + len(self._universes)
        secrets = Ids(seed, "secrets")
        tokens = TokenSigner(universe_id, secrets.secret())
        universe = Universe(
            id=universe_id,
            world=self._world(seed),
            storage=self._storage.folder(universe_id),
            tokens=tokens,
            links=LinkSigner(universe_id, secrets.secret()),
            connect=connect_access(tokens, Ids(seed, "connect access")),
        )
        self._universes[universe_id] = universe
        return universe

    def get(self, universe_id: str) -> Universe | None:
        """Return a universe, or None."""
        return self._universes.get(universe_id)

    def reset(self, universe_id: str) -> bool:
        """Drop all of a universe but its users and their sessions; False where there is none.

        A page that is logged in stays so. Ids begin anew: they depend on the seed and what follows.
        """
        universe = self._universes.get(universe_id)
        if universe is None:
            return False
        old = universe.world
        universe.world = self._world(old.seed)
        universe.world.users = old.users
        old.users.forget_access_tokens()
        universe.storage.clear()
        return True

    def _world(self, seed: int) -> World:
        clock = replace(self._settings.clock) if self._settings.clock else None
        world = World(seed=seed, clock=clock, dialect=DIALECTS[self._settings.dialect])
        world.admission.limit = self._settings.device_limit
        world.users.create(self._settings.email, self._settings.password)
        return world
