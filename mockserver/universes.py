"""Universes: worlds that share a server and know nothing of each other; each is a tenant."""

import base64
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from otakit.mockserver.connect_access import connect_access
from otakit.mockserver.domain.dialect import DIALECTS
from otakit.mockserver.domain.errors import Conflict, NotFound, Unauthorized, Unprocessable
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.tokens import TokenRecord
from otakit.mockserver.domain.world import World
from otakit.mockserver.faults.faults import Faults
from otakit.mockserver.journal.journal import Journal, Room
from otakit.mockserver.links import LinkSigner
from otakit.mockserver.settings import Settings
from otakit.mockserver.storage import Storage
from otakit.mockserver.tokens import TokenSigner
from otakit.mockserver.universe import Keys, Universe

DEFAULT = "default"
MAX_UNIVERSES = 1000


class Universes:
    """All universes of a server, by id and by tenant token."""

    def __init__(self, settings: Settings, storage: Storage) -> None:
        """Begin with the unnamed universe, `default`; it has the server's login."""
        self._settings = settings
        self._storage = storage
        self._room = Room()
        self._made = 0
        self._universes: dict[str, Universe] = {}
        self._by_tenant_token: dict[str, Universe] = {}
        self.default = self._add(DEFAULT, DEFAULT, settings.plan, settings.email, settings.seed)
        self.default.world.users.create(settings.email, settings.password)

    def __iter__(self) -> Iterator[Universe]:
        """Go through all of them, oldest first."""
        return iter(self._universes.values())

    def create(self, name: str = "", plan: str | None = None) -> tuple[Universe, str]:
        """Add an empty universe with a user of its own; return it with the user's password.

        Its plan is the server's unless another is given. Raises Unprocessable above 1000.
        """
        if len(self._universes) >= MAX_UNIVERSES:
            message = f"a server has at most {MAX_UNIVERSES} universes: delete one first"
            raise Unprocessable(message)
        ids = Ids(self._settings.seed, f"universe {self._made}")  # no number is given twice
        self._made += 1
        universe_id, seed = ids.uuid(), int.from_bytes(ids.secret(8))
        email, password = f"admin@{universe_id}.example.com", _text(ids.secret(18))
        universe = self._add(universe_id, name, plan or self._settings.plan, email, seed)
        universe.world.users.create(email, password)
        return universe, password

    def close(self) -> None:
        """End what goes on by itself: the server stops."""
        for universe in self:
            universe.events.close()
            universe.stop_simulation()

    def get(self, universe_id: str) -> Universe | None:
        """Return a universe, or None."""
        return self._universes.get(universe_id)

    def universe(self, universe_id: str) -> Universe:
        """Return a universe; raises NotFound."""
        try:
            return self._universes[universe_id]
        except KeyError:
            message = f"no universe '{universe_id}'"
            raise NotFound(message) from None

    def of_tenant(self, tenant_token: str) -> Universe:
        """Return a device's universe; `default` for one that names no tenant.

        Raises Unauthorized for a token that is no tenant's: such a device was set up for another
        server, and must not turn up among somebody's devices here.
        """
        if not tenant_token:
            return self.default
        try:
            return self._by_tenant_token[tenant_token]
        except KeyError:
            message = f"dev auth: unauthorized: no tenant has the tenant_token '{tenant_token:.80}'"
            raise Unauthorized(message) from None

    def of_user(self, email: str) -> Universe:
        """Return the oldest universe where somebody has this e-mail address, else `default`."""
        return next((u for u in self if u.world.users.knows(email)), self.default)

    def login(
        self, email: str, password: str, *, no_expiry: bool = False
    ) -> tuple[Universe, TokenRecord]:
        """Open a session in the universe whose user this is; raises Unauthorized.

        An address may have been given to users of several: the oldest whose password fits counts.
        """
        for universe in self:
            users = universe.world.users
            if users.knows(email):
                with suppress(Unauthorized):
                    return universe, users.login(email, password, no_expiry=no_expiry)
        message = "unauthorized"
        raise Unauthorized(message)

    def reset(self, universe_id: str) -> None:
        """Drop all of a universe but its first user, as it began; raises NotFound.

        Who is logged in as that user stays so. Ids begin anew: they depend on the seed and what
        follows. The plan is again the one that it began with.
        """
        universe = self.universe(universe_id)
        users = universe.world.users
        world = self._world(universe.seed)
        world.users = users
        users.keep_time(world.clock)
        users.begin_anew()
        universe.plan = universe.booked
        universe.storage.clear()
        universe.install(world)

    def rekey(self, universe: Universe, seed: int) -> None:
        """Give a universe the keys that come out of a seed; earlier tokens and links end.

        Raises Conflict where another universe has them.
        """
        keys = self._keys(universe.id, seed)
        if self._by_tenant_token.get(keys["tenant_token"], universe) is not universe:
            message = f"another universe has the tenant_token '{keys['tenant_token']}'"
            raise Conflict(message)
        del self._by_tenant_token[universe.tenant_token]
        for name, key in keys.items():
            setattr(universe, name, key)
        self._by_tenant_token[universe.tenant_token] = universe

    def delete(self, universe_id: str) -> None:
        """Remove a universe and all that is in it; its tokens and links are good no more.

        Raises NotFound, and Conflict for `default`, to which requests without a tenant go.
        """
        universe = self.universe(universe_id)
        if universe is self.default:
            message = f"universe '{DEFAULT}' cannot be deleted: reset it instead"
            raise Conflict(message)
        universe.close()
        del self._universes[universe_id]
        del self._by_tenant_token[universe.tenant_token]
        universe.storage.drop()

    def _add(self, universe_id: str, name: str, plan: str, email: str, seed: int) -> Universe:
        universe = Universe(
            id=universe_id,
            name=name,
            email=email,
            world=self._world(seed),
            storage=self._storage.folder(universe_id),
            booked=plan,
            plan=plan,
            journal=Journal(self._room),
            faults=Faults(seed),
            **self._keys(universe_id, seed),
        )
        self._universes[universe_id] = self._by_tenant_token[universe.tenant_token] = universe
        return universe

    def _keys(self, universe_id: str, seed: int) -> Keys:
        secrets = Ids(seed, "secrets")
        tokens = TokenSigner(universe_id, secrets.secret(), DIALECTS[self._settings.dialect])
        return Keys(
            seed=seed,
            tokens=tokens,
            links=LinkSigner(universe_id, secrets.secret()),
            connect=connect_access(tokens, Ids(seed, "connect access")),
            tenant_token=_text(secrets.secret()),
        )

    def _world(self, seed: int) -> World:
        clock = replace(self._settings.clock) if self._settings.clock else None
        world = World(seed=seed, clock=clock, dialect=DIALECTS[self._settings.dialect])
        world.admission.limit = self._settings.device_limit
        return world


def _text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()
