"""A draw: what a machine may do next, with what, and when that makes sense."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st

from otakit.contracts.backend import DEVICE_TYPE

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

OTHER_TYPE = "otakit-box"
TYPES = (
    (DEVICE_TYPE,),
    (DEVICE_TYPE,),
    (OTHER_TYPE,),
    (DEVICE_TYPE, OTHER_TYPE),
)
TYPES_THEN = (
    (DEVICE_TYPE,),
    (OTHER_TYPE,),
    (OTHER_TYPE,),
    (DEVICE_TYPE, OTHER_TYPE),
)
"""Of artifacts that come later: they are refused where the first ones are for the same."""
REPORTS = (
    *("downloading", "installing", "rebooting", "pause_before_installing"),
    *("pause_before_rebooting", "pause_before_committing", "already-installed"),
    *("success", "success", "success", "failure", "failure", "failure", "failure"),
)
MOST_DEVICES, MOST_DEPLOYMENTS = 4, 6

ROLLOUTS, ADMISSION, INVENTORY, EVERYTHING = "rollouts", "admission", "inventory", "everything"
THEMES = (*[ROLLOUTS] * 3, *[ADMISSION] * 2, *[INVENTORY] * 2, EVERYTHING)

picks = st.integers(min_value=0, max_value=11)
few = st.sets(picks, min_size=1, max_size=3)
several = st.sets(picks, min_size=2, max_size=4)
rarely = st.sampled_from([False] * 5 + [True])
retries = st.sampled_from([0, 0, 1, 2])
phases = st.sampled_from(
    [(), (), (), ((50, None), (None, 1)), ((100, 2),), ((34, None), (33, 1), (None, 2))]
)
values = st.sampled_from(
    [{"a": "x"}, {"a": "y"}, {"b": "z"}, {"a": "z", "b": "x"}, {"a": "x", "b": "y"}, {}]
)
letters = st.sampled_from("ab")
releases = st.sampled_from([0, 0, 0, 1, 2])
sites = st.sampled_from(["north", "south"])


def pick(things: Sequence[T], number: int) -> T:
    """Choose one of some things by any number."""
    return things[number % len(things)]


@dataclass(frozen=True, kw_only=True)
class Draw:
    """Something that may be drawn: what it is drawn with, and when and how often.

    It belongs to `themes`, `needs` says whether it makes sense now, `weight` is how many times as
    likely it is as one of weight 1.
    """

    do: Callable[..., None]
    themes: tuple[str, ...]
    needs: Callable[[Any], object]
    weight: int
    arguments: dict[str, st.SearchStrategy[Any]]


DRAWS: list[Draw] = []
"""All of them, once `draws.load` was called."""


def draw(
    themes: tuple[str, ...],
    *,
    needs: Callable[[Any], object] = lambda _: True,
    weight: int = 1,
    **arguments: st.SearchStrategy[Any],
) -> Callable[[F], F]:
    """Let the function below be drawn; it gets the machine first.

    All belong to the theme of everything.
    """

    def register(do: F) -> F:
        wanted = (*themes, EVERYTHING)
        DRAWS.append(Draw(do=do, themes=wanted, needs=needs, weight=weight, arguments=arguments))
        return do

    return register
