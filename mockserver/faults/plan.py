"""What a fault is, as its maker says it: `on` which requests, `when` of these, what it does.

The structures are those of the control API; unknown and contradictory keys are refused with their
place.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from otakit.mockserver.domain.clock import from_rfc3339
from otakit.mockserver.domain.errors import Invalid

MAX_PAUSE = 300.0
"""Seconds that a fault may hold up one answer."""

Name = Annotated[str, Meta(max_length=256)]
Text = Annotated[str, Meta(min_length=1, max_length=256)]
Message = Annotated[str, Meta(max_length=1024)]
Pause = Annotated[float, Meta(ge=0, le=MAX_PAUSE)]
Count = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Side = Literal["devices", "management", "connect"]
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
Moment = Literal["before", "after"]
"""Before: nothing has happened. After: it took effect, and only the answer is lost."""


class Part(Struct, forbid_unknown_fields=True):
    """A part of a plan."""


class On(Part):
    """Which requests: all that is given has to fit; nothing given fits every request."""

    operations: Annotated[list[Text], Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    side: Side | UnsetType = UNSET
    caller: Text | UnsetType = UNSET
    method: Method | UnsetType = UNSET
    path: Text | UnsetType = UNSET
    body: dict[str, Any] | UnsetType = UNSET


class Occurrences(Part, rename={"first": "from", "last": "to"}):
    """Some occurrences, one after another."""

    first: Count = 1
    last: Count | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Refuse an end before the beginning."""
        if self.last is not UNSET and self.last < self.first:
            message = f"`to` is {self.last}, before `from`, which is {self.first}"
            raise ValueError(message)


class When(Part, rename={"begin": "from"}):
    """When among the requests that fit: all that is given has to hold."""

    occurrence: Count | Occurrences | UnsetType = UNSET
    each: Literal["caller", "all"] = "caller"
    probability: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    begin: str | UnsetType = UNSET
    until: str | UnsetType = UNSET
    times: Count | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Refuse what is no moment, and a window that is never open."""
        moments = {}
        for name, text in (("from", self.begin), ("until", self.until)):
            if text is not UNSET:
                moments[name] = _moment(name, text)
        if len(moments) > 1 and moments["until"] <= moments["from"]:
            message = f"`until` is {self.until}, not after `from`, which is {self.begin}"
            raise ValueError(message)


class Action(Part, tag_field="action"):
    """What is done to a request's answer."""


class Status(Action, tag="status"):
    """An error in place of the answer."""

    status: Annotated[int, Meta(ge=400, le=599)]
    message: Message | UnsetType = UNSET
    retry_after: Annotated[int, Meta(ge=0, le=1_000_000_000)] | UnsetType = UNSET
    moment: Moment = "before"


class Latency(Action, tag="latency"):
    """A pause: always the same, or drawn from a distribution, in seconds of the wall's."""

    seconds: Pause | UnsetType = UNSET
    distribution: Literal["uniform", "normal", "lognormal", "exponential"] | UnsetType = UNSET
    low: Pause | UnsetType = UNSET
    high: Pause | UnsetType = UNSET
    mean: Pause | UnsetType = UNSET
    deviation: Pause | UnsetType = UNSET
    median: Pause | UnsetType = UNSET
    sigma: Annotated[float, Meta(ge=0, le=10)] | UnsetType = UNSET
    moment: Moment = "before"

    def __post_init__(self) -> None:
        """Refuse what the kind of latency does not take, and what it lacks."""
        kind = "seconds" if self.distribution is UNSET else self.distribution
        wanted = NUMBERS[kind]
        given = {name for name in _EVERY_NUMBER if getattr(self, name) is not UNSET}
        if given != set(wanted):
            what = "a fixed latency" if kind == "seconds" else f"the distribution '{kind}'"
            found = ", ".join(f"`{name}`" for name in sorted(given)) or "none"
            needed = " and ".join(f"`{name}`" for name in wanted)
            message = f"{what} takes {needed}; given: {found}"
            raise ValueError(message)
        if kind == "uniform" and self.high < self.low:  # type: ignore[operator]  # both are given
            message = f"`high` is {self.high}, below `low`, which is {self.low}"
            raise ValueError(message)


NUMBERS = {
    "seconds": ("seconds",),
    "uniform": ("low", "high"),
    "normal": ("mean", "deviation"),
    "lognormal": ("median", "sigma"),
    "exponential": ("mean",),
}
"""What each kind of latency takes."""

_EVERY_NUMBER = {name for names in NUMBERS.values() for name in names}


class RateLimit(Action, tag="rate-limit"):
    """429 with Retry-After for what a caller asks beyond so many requests per span of time."""

    requests: Count
    per: Annotated[float, Meta(gt=0, le=31_536_000)]


class Reset(Action, tag="reset"):
    """The connection is reset."""

    moment: Moment = "before"


class Empty(Action, tag="empty"):
    """The connection is closed without an answer."""

    moment: Moment = "before"


class Truncate(Action, tag="truncate"):
    """The connection is closed when so many percent of the answer's body are sent."""

    at: Annotated[float, Meta(ge=0, lt=100)]


class Corrupt(Action, tag="corrupt"):
    """One byte of the answer's body is another one, so many percent after its beginning."""

    at: Annotated[float, Meta(ge=0, le=100)]


class Throttle(Action, tag="throttle"):
    """The answer's body goes out slowly."""

    bytes_per_second: Count


class ExpiredLink(Action, tag="expired-link"):
    """A link to a file is answered as one that has expired."""


class MalformedJson(Action, tag="malformed-json"):
    """A JSON body ends in its middle, its length in agreement."""


Do = (
    Status
    | Latency
    | RateLimit
    | Reset
    | Empty
    | Truncate
    | Corrupt
    | Throttle
    | ExpiredLink
    | MalformedJson
)


class FaultPlan(Part, kw_only=True):
    """A whole fault."""

    name: Name = ""
    enabled: bool = True
    on: On = msgspec.field(default_factory=On)
    when: When = msgspec.field(default_factory=When)
    do: Do


def read_plan(raw: bytes) -> FaultPlan:
    """Read a fault from JSON; raises Invalid, which names the place and what is expected there."""
    try:
        return msgspec.json.decode(raw, type=FaultPlan)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        message = f"no fault can be made of this: {error}"
        raise Invalid(message) from None


def _moment(name: str, text: str) -> float:
    try:
        return from_rfc3339(text)
    except (ValueError, OverflowError):
        message = f"`{name}` '{text:.80}' is no RFC 3339 date-time with an offset"
        raise ValueError(message) from None
