"""Searching by words: whole ones, in their order, without regard to case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otakit.mockserver.domain.words import has_phrase, relevance, words


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("Release 1.2-beta", "release 1", True),
        ("Release 1.2-beta", "1 2 BETA", True),
        ("Release 1.2-beta", "release beta", False),
        ("Release 1.2-beta", "releas", False),
        ("snake_case", "snake", False),
        ("", "a", False),
        ("anything", "", False),
    ],
)
def test_phrases(text: str, phrase: str, found: bool) -> None:  # noqa: FBT001 - a case's
    """Words have to stand side by side, whole."""
    assert has_phrase(text, words(phrase)) is found


@given(st.lists(st.from_regex(r"[a-z0-9]{1,5}", fullmatch=True), min_size=1, max_size=6), st.data())
def test_any_run_of_words_is_found(parts: list[str], data: st.DataObject) -> None:
    """Whatever stands between them, and however they are written."""
    start = data.draw(st.integers(0, len(parts) - 1))
    stop = data.draw(st.integers(start + 1, len(parts)))
    assert has_phrase(" - ".join(parts).upper(), parts[start:stop])


def test_relevance_counts_words_once() -> None:
    """The same word twice is one."""
    assert relevance(["red red", "blue"], {"red", "blue", "green"}) == 2
    assert relevance(["reddish"], {"red"}) == 0
