"""Whatever users do, only tokens of users who are there are good, and only those not revoked.

A simple account is kept beside the World: who there is, with which password, which tokens live.
"""

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.errors import DomainError, NotFound, Unauthorized, Unprocessable
from otakit.mockserver.domain.user import UserChange
from otakit.mockserver.domain.users import MAX_SESSIONS, SESSION_LIFETIME
from otakit.mockserver.domain.world import World

NAMES = st.sampled_from(["ann", "bob", "cyd"])
PASSWORDS = st.sampled_from(["password-1", "password-2"])


def address(name: str) -> str:
    """Return somebody's address."""
    return f"{name}@example.com"


class UserMachine(RuleBasedStateMachine):
    """Users come, log in, change their passwords and go, while time passes."""

    ids = Bundle("ids")
    tokens = Bundle("tokens")

    def __init__(self) -> None:
        """Begin with nobody."""
        super().__init__()
        self.now = 1_700_000_000.0
        self.world = World(clock=Clock(source=lambda: self.now))
        self.users: dict[str, list[str]] = {}  # id: address, password
        self.living: dict[str, tuple[str, float]] = {}  # jti: whose, until when
        self.sessions: dict[str, list[str]] = {}  # in order of age, also expired ones
        self.dead: set[str] = set()
        self.first, self.first_login = "", ("", "")

    @rule(target=ids, name=NAMES, password=PASSWORDS)
    def register(self, name: str, password: str) -> str:
        """Join, under an address that is free."""
        known = {email: i for i, (email, _) in self.users.items()}
        try:
            user_id = self.world.users.register(address(name), password).id
        except Unprocessable:
            return known[address(name)]
        assert address(name) not in known
        self.users[user_id] = [address(name), password]
        self.sessions[user_id] = []
        if not self.first:
            self.first, self.first_login = user_id, (address(name), password)
        return user_id

    @rule(target=tokens, name=NAMES, password=PASSWORDS)
    def log_in(self, name: str, password: str) -> str:
        """Open a session, which may end the oldest."""
        whose = next((i for i, u in self.users.items() if u == [address(name), password]), None)
        try:
            record = self.world.users.login(address(name), password)
        except Unauthorized:
            assert whose is None
            return "nobody"
        assert record.subject == whose
        self.living[record.jti] = (record.subject, self.now + SESSION_LIFETIME)
        mine = self.sessions[record.subject]
        mine.append(record.jti)
        if len(mine) > MAX_SESSIONS:
            self._kill(mine[0])
        return record.jti

    @rule(target=tokens, user_id=ids, name=st.integers(0, 11), life=st.sampled_from([0, 60, 10**6]))
    def create_access_token(self, user_id: str, name: int, life: int) -> str:
        """Make a token for a program."""
        try:
            record = self.world.users.create_access_token(user_id, str(name), life)
        except DomainError:
            return "nobody"
        assert user_id in self.users
        self.living[record.jti] = (user_id, self.now + life if life else float("inf"))
        return record.jti

    @rule(jti=tokens)
    def log_out(self, jti: str) -> None:
        """End a session or revoke a token, by itself."""
        alive = self._alive(jti)
        self.world.users.logout(jti)
        if alive:
            self._kill(jti)

    @rule(jti=tokens, current=PASSWORDS, new=PASSWORDS)
    def change_password(self, jti: str, current: str, new: str) -> None:
        """Change the password of the bearer of a token: all other tokens die."""
        user = self.world.users.check_in(jti)
        if user is None:
            return
        change = UserChange(password=new, current_password=current)
        try:
            self.world.users.change(user.id, change, by=user.id, jti=jti)
        except Unprocessable:
            assert self.users[user.id][1] != current
            return
        assert self.users[user.id][1] == current
        self.users[user.id][1] = new
        self._kill_all(user.id, keep=jti)

    @rule(jti=tokens, user_id=ids, name=NAMES)
    def change_address(self, jti: str, user_id: str, name: str) -> None:
        """Change another user's address: all that user's tokens die."""
        user = self.world.users.check_in(jti)
        if user is None or user.id == user_id:
            return
        try:
            self.world.users.change(user_id, UserChange(email=address(name)), by=user.id, jti=jti)
        except NotFound:
            assert user_id not in self.users
        except Unprocessable:
            assert address(name) in {email for i, (email, _) in self.users.items() if i != user_id}
        else:
            self.users[user_id][0] = address(name)
            self._kill_all(user_id)

    @rule(user_id=ids)
    def delete(self, user_id: str) -> None:
        """Leave, with everything; twice does no harm."""
        self.world.users.delete(user_id)
        self.users.pop(user_id, None)
        self._kill_all(user_id)

    @rule(seconds=st.sampled_from([59.0, 3600.0, SESSION_LIFETIME]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    @rule()
    def begin_anew(self) -> None:
        """Leave the first user, if there ever was one, with its sessions."""
        for user_id in [i for i in self.users if i != self.first]:
            del self.users[user_id]
            self._kill_all(user_id)
        programs = set(self.living) - {jti for mine in self.sessions.values() for jti in mine}
        for jti in programs:
            self._kill(jti)
        self.world.users.begin_anew()
        if self.first:
            self.users[self.first] = list(self.first_login)

    @invariant()
    def the_living_are_good_and_the_dead_are_not(self) -> None:
        """Each token, of whatever kind, ever."""
        for jti in (*self.living, *self.dead, "nobody"):
            user = self.world.users.check_in(jti)
            assert (user is not None) is self._alive(jti), jti
            if user is not None:
                assert user.id == self.living[jti][0]
                assert user.id in self.users

    @invariant()
    def users_are_those_that_are_there(self) -> None:
        """With their addresses."""
        found = {user.id: user.email for user in self.world.users.all()}
        assert found == {user_id: email for user_id, (email, _) in self.users.items()}

    @invariant()
    def nothing_is_kept_of_the_dead(self) -> None:
        """There is a record of each token that was not revoked, and of no other."""
        assert set(self.world.users.tokens._records) == set(self.living)

    @invariant()
    def users_own_the_living(self) -> None:
        """Sessions and programs' tokens are all that a user has."""
        for user in self.world.users.all():
            own = {jti for jti, (whose, _) in self.living.items() if whose == user.id}
            listed = [token.id for token in self.world.users.access_tokens(user.id)]
            assert sorted(own) == sorted([*user.sessions, *listed])
            assert user.sessions == self.sessions[user.id]

    def _alive(self, jti: str) -> bool:
        return jti in self.living and self.now < self.living[jti][1]

    def _kill(self, jti: str) -> None:
        whose, _ = self.living.pop(jti)
        self.dead.add(jti)
        if jti in self.sessions.get(whose, ()):
            self.sessions[whose].remove(jti)

    def _kill_all(self, user_id: str, keep: str = "") -> None:
        for jti in [j for j, (whose, _) in self.living.items() if whose == user_id and j != keep]:
            self._kill(jti)


TestUserMachine = UserMachine.TestCase
