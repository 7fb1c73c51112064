"""Values: objects that never change once they are made."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def value(described: type[T]) -> type[T]:
    """Make a dataclass whose objects are equal by what they hold, and never change.

    Type checkers see to the latter. Were it seen to when an object is made, that would take four
    times as long, and a request makes a dozen.
    """
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(described)
