"""The server is wrong: what a rule raises when its statement does not hold.

What is wrong on our side, or the user's, is in `errors`.
"""

from typing import Literal

from otakit.contracts.exchange import Exchange, printable

Severity = Literal["critical", "major", "minor"]
"""How much a broken statement hurts.

A roll-out goes wrong or somebody gets in; a client cannot work as it was written; it sees something
odd.
"""

SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor")


class Failure(AssertionError):
    """A statement of the documents does not hold.

    `expected` and `actual` are phrases that a reader can hold against each other; `exchange` is the
    request that showed it, if it was one. The runner adds whose statement it is: `severity` and
    `citation`.
    """

    def __init__(
        self, *, title: str, expected: str, actual: str, exchange: Exchange | None = None
    ) -> None:
        """Say what does not hold."""
        super().__init__(title)
        self.title = printable(title)
        self.expected = printable(expected)
        self.actual = printable(actual)
        self.exchange = exchange
        self.severity: Severity = "major"
        self.citation = ""

    @property
    def operation(self) -> str:
        """The `operationId` of the request that showed it; empty if there is none."""
        return self.exchange.operation_id if self.exchange else ""

    def cite(self, severity: Severity, citation: str) -> None:
        """Note whose statement it is."""
        self.severity, self.citation = severity, citation

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.title}: expected {self.expected}, got {self.actual}"
