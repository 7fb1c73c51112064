"""How the words of errors become the real server's, for clients that read them.

Sections 1.5 and 1.6 of the server facts. The model and the specs refuse in our own words; a dialect
without `own_words` has them put into the real server's, as far as those are known. Which words
an operation has is in `real_words`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from otakit.mockserver.bodies import Undecodable
from otakit.mockserver.domain.errors import DomainError
from otakit.mockserver.schemas import Flaw, Nonconforming

Words = str | Callable[[Any], str]
"""A text with `{value}` and `{last}`, its name or number, in it, or what makes one of a value."""

_JSON_TYPES = {dict: "object", list: "array", str: "string", bool: "bool", type(None): "null"}

_KEYWORDS = {
    "required": "cannot be blank",
    "minLength": "cannot be blank",
    "minItems": "cannot be blank",
    "minProperties": "cannot be blank",
    "maxLength": "the length must be no more than {limit}",
    "maximum": "must be no greater than {limit}",
    "minimum": "must be no less than {limit}",
}
"""What the real server's validation says, by the schema's keyword; of others: not valid."""

_INVALID = "must be a valid value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of one operation.

    `decoding` and `checking` begin the texts of bodies that cannot be read, or whose members are
    wrong. `names` has texts for single parameters and members, in place of the general ones; a
    name may be followed by a keyword, as `page.minimum`. `flat` is for bodies of which only
    the innermost name is told. `values` makes the text for maps whose names are their users'
    own. `errors` has texts by the kind of error, with the error's `{reason}` in them where it has
    one; an empty text stands for an answer without a body.
    """

    decoding: str = ""
    checking: str = ""
    names: Mapping[str, Words] = field(default_factory=dict)
    flat: bool = False
    values: Callable[[Flaw], str] | None = None
    errors: Mapping[type[DomainError], str] = field(default_factory=dict)

    def reword(self, error: DomainError) -> None:
        """Put an error into the real server's words; one of which they are unknown stays."""
        if isinstance(error, Nonconforming):
            error.message = self._refusal(error) or error.message
        elif isinstance(error, Undecodable):
            error.message = f"{self.decoding}{error.reason}"
        else:
            text = (self.errors[kind] for kind in type(error).__mro__ if kind in self.errors)
            words = next(text, None)
            if words is not None:
                error.message = words.format(reason=getattr(error, "reason", ""))

    def _refusal(self, error: Nonconforming) -> str:
        inner = [flaw for flaw in error.flaws if flaw.path]
        flaws = inner or error.flaws  # the whole is looked at when its parts are right
        if inner and self.values is not None:
            return self.values(inner[0])
        for flaw in flaws:
            words = self._own(flaw)
            if words is not None:
                value = error.value if flaw.path == () else flaw.value
                return (
                    words(value) if callable(words) else words.format(value=value, last=_last(flaw))
                )
        wrong = next((flaw for flaw in flaws if flaw.keyword == "type"), None)
        if wrong is not None:
            return f"{self.decoding}{_unmarshal(wrong)}"
        told = {self._place(flaw): _text(flaw) for flaw in reversed(flaws)}
        return f"{self.checking}{_listed(told)}" if inner else ""

    def _own(self, flaw: Flaw) -> Words | None:
        name = next((part for part in reversed(flaw.path) if isinstance(part, str)), "")
        return self.names.get(f"{name}.{flaw.keyword}") or self.names.get(name)

    def _place(self, flaw: Flaw) -> tuple[str | int, ...]:
        return flaw.path[-1:] if self.flat else flaw.path


def _last(flaw: Flaw) -> str | int:
    return flaw.path[-1] if flaw.path else ""


def _text(flaw: Flaw) -> str:
    if flaw.keyword == "maxLength" and flaw.value == "":
        return _KEYWORDS["required"]
    return _KEYWORDS.get(flaw.keyword, _INVALID).format(limit=flaw.limit)


def _unmarshal(flaw: Flaw) -> str:
    kind = _JSON_TYPES.get(type(flaw.value), "number")
    place = f"struct field {flaw.path[-1]}" if flaw.path else "value"
    return f"json: cannot unmarshal {kind} into Go {place}"


def _listed(told: Mapping[tuple[str | int, ...], str]) -> str:
    """Write `a: text; b: (0: text.).`: names in alphabetical order, what is inside in brackets."""
    heads = sorted({path[0] for path in told}, key=str)
    parts: list[str] = []
    for head in heads:
        inner = {path[1:]: text for path, text in told.items() if path[0] == head}
        parts.append(f"{head}: {inner[()]}" if () in inner else f"{head}: ({_listed(inner)})")
    return f"{'; '.join(parts)}."
