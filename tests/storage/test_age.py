"""For how long an answer had lain in a cache: a bounded number, whatever a server writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.state import answer_age

YEAR = 365 * 24 * 3600


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7), ("7, 9", 7), ("0", 0), ("-1", 0), ("x", 0), ("1.5", 0), ("9" * 5_000, YEAR), ("٣", 0), ("", 0)]
)
def test_age_is_a_bounded_number(value: str, seconds: int) -> None:
    """The age is never negative and never leaves the calendar."""
    assert answer_age([("Date", "today"), ("aGe", value)]) == seconds


def test_no_age_is_zero() -> None:
    """An answer that does not say is fresh."""
    assert answer_age([("Date", "today")]) == 0


@given(st.text(st.characters(max_codepoint=255), max_size=40))
def test_any_age_is_read_without_an_error(value: str) -> None:
    """Whatever a server writes, a number of seconds within a year comes of it."""
    assert 0 <= answer_age([("Age", value)]) <= YEAR
