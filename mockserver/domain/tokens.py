"""Token records: what makes a signed token good until it expires or is revoked."""

from otakit.mockserver.domain.clock import Clock, Seconds
from otakit.mockserver.domain.values import value


@value
class TokenRecord:
    """The server's memory of one issued token.

    `jti` is the token's id, `subject` the device's or user's id; `expires` is None for a token
    without end.
    """

    jti: str
    subject: str
    issued: Seconds
    expires: Seconds | None


class Tokens:
    """The living tokens of one kind of subject, devices or users."""

    _records: dict[str, TokenRecord]
    _of_subject: dict[str, dict[str, None]]

    def __init__(self, clock: Clock) -> None:
        """Begin with none."""
        self._clock = clock
        self._records = {}
        self._of_subject = {}

    def keep_time(self, clock: Clock) -> None:
        """Go by another clock from now on."""
        self._clock = clock

    def issue(self, jti: str, subject: str, lifetime: Seconds | None) -> TokenRecord:
        """Record a token; one with the same id takes the older one's place."""
        now = self._clock.now()
        expires = None if lifetime is None else now + lifetime
        record = TokenRecord(jti=jti, subject=subject, issued=now, expires=expires)
        self.keep(record)
        return record

    def keep(self, record: TokenRecord) -> None:
        """Take over a record that was made elsewhere."""
        self._records[record.jti] = record
        self._of_subject.setdefault(record.subject, {})[record.jti] = None

    def living(self, jti: str) -> TokenRecord | None:
        """Return the record of a token that is neither revoked nor expired, else None."""
        record = self._records.get(jti)
        if record is None or (record.expires is not None and record.expires <= self._clock.now()):
            return None
        return record

    def revoke(self, jti: str) -> TokenRecord | None:
        """Forget one token and return its record; None where there was none."""
        record = self._records.pop(jti, None)
        if record is None:
            return None
        mine = self._of_subject[record.subject]
        del mine[jti]
        if not mine:
            del self._of_subject[record.subject]
        return record

    def revoke_all(self, subject: str) -> None:
        """Forget every token of one device or user."""
        for jti in list(self._of_subject.get(subject, ())):
            self.revoke(jti)

    def of(self, subject: str) -> list[TokenRecord]:
        """Return a subject's records, oldest first."""
        return [self._records[jti] for jti in self._of_subject.get(subject, ())]
