"""What all rules of one run have in common: the way to the target, who we are there, its name."""

from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from itertools import count

from otakit.contracts.caller import Caller, in_path
from otakit.contracts.connection import Connection
from otakit.contracts.documents import Documents
from otakit.contracts.errors import LoginRefused, NotAnApi
from otakit.contracts.exchange import Exchange
from otakit.contracts.profiles import Profile
from otakit.contracts.target import Target

LOGIN = "/api/management/v1/useradm/auth/login"
_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class Session:
    """One run at one target.

    `exchanges` has all that was sent, by whichever rule; but for those that were thinned out, of
    which only the operations and statuses are counted in `thinned`.
    """

    def __init__(self, target: Target, profile: Profile, documents: Documents, run: str) -> None:
        """Log in, or try the token; raises TargetUnreachable or one below it."""
        self.target = target
        self.profile = profile
        self.documents = documents
        self.run = run
        self.exchanges: list[Exchange] = []
        self.thinned: Counter[tuple[str, int]] = Counter()
        self.connection = Connection(target)
        self._numbers: Iterator[int] = count(1)
        try:
            self.token = target.token or self._log_in()
            if target.token:
                self._try_token()
        except BaseException:
            self.connection.close()
            raise

    def caller(self, base: str, token: str = "") -> Caller:
        """Return somebody who sends requests below a path."""
        return Caller(self.connection, self.documents, self.exchanges.append, base, token)

    def name(self, what: str) -> str:
        """Return a name with the run's in it, which no other thing of the run has."""
        return f"{self.run}-{next(self._numbers)}-{what}"

    def thin_out(self, since: int) -> None:
        """Keep of the latest exchanges, from a place on, those that break a document's form."""
        latest = self.exchanges[since:]
        self.exchanges[since:] = [exchange for exchange in latest if exchange.violations]
        self.thinned.update((e.operation_id, e.status) for e in latest if not e.violations)

    def ask_for_life(self) -> None:
        """Raise TargetUnreachable if the target answers nothing any more."""
        self.caller("/").get(self._harmless(), headers={"Authorization": f"Bearer {self.token}"})

    def close(self) -> None:
        """Give the connections back."""
        self.connection.close()

    def _log_in(self) -> str:
        login = (self.target.email, self.target.password)
        answer = self.caller("/").post(LOGIN, auth=login)
        if answer.status in _REFUSED:
            message = f"{self.target.base} does not let '{self.target.email}' in: {answer.answer()}"
            raise LoginRefused(message)
        token = answer.text.strip()
        if answer.status != HTTPStatus.OK or token.count(".") != 2 or "<" in token:  # noqa: PLR2004
            raise _strange(answer, "a token")
        return token

    def _try_token(self) -> None:
        answer = self.caller("/", self.token).get(self._harmless())
        if answer.status in _REFUSED:
            message = f"{self.target.base} refuses the token: {answer.answer()}"
            raise LoginRefused(message)
        try:
            answer.json()
        except ValueError:
            raise _strange(answer, "JSON") from None
        if answer.status != HTTPStatus.OK:
            raise _strange(answer, "200")

    def _harmless(self) -> str:
        """Return the path of a request that reads a little."""
        if self.profile.edition == "jfrog-connect":
            return f"/api/v2/{in_path(self.target.project_key)}/deployments?limit=1"
        return "/api/management/v2/devauth/devices/count"


def _strange(answer: Exchange, expected: str) -> NotAnApi:
    kind = answer.headers.get("content-type", "no media type").partition(";")[0]
    return NotAnApi(
        f"{answer.request.url} is none of the documented APIs: {answer.name} was answered"
        f" {answer.status} and {kind}, not {expected}"
    )
