"""Instants as text: one form, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.instants import instant, later, local_day, parse_instant

MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zones follow
SHANGHAI = ZoneInfo("Asia/Shanghai")


@given(MOMENTS, MOMENTS)
def test_text_order_is_time_order(one, other):
    """Every tool that sorts the text sorts the time, to the millisecond."""
    floor = [moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in (one, other)]
    assert (instant(one) < instant(other)) == (floor[0] < floor[1])


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_zones_are_one_instant(moment, minutes):
    """The same moment in another zone is the same text, and is read back to the millisecond."""
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert instant(elsewhere) == instant(moment)
    assert moment - parse_instant(instant(moment)) < timedelta(milliseconds=1)
    assert len(instant(moment)) == 24


@given(MOMENTS, st.integers(-(10**10), 10**10))
def test_later_adds_milliseconds(moment, milliseconds):
    """Adding and taking away again comes back, across days and years."""
    text = instant(moment)
    assert later(later(text, milliseconds), -milliseconds) == text
    assert parse_instant(later(text, milliseconds)) - parse_instant(text) == timedelta(milliseconds=milliseconds)


def test_a_naive_moment_is_refused():
    """Its zone would be a guess."""
    with pytest.raises(ValueError, match="needs a zone"):
        instant(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-09-20T02:46:00Z", datetime(2022, 9, 20, 2, 46, tzinfo=UTC)),
        ("2022-09-20T02:46:00.500Z", datetime(2022, 9, 20, 2, 46, 0, 500_000, tzinfo=UTC)),
        ("2022-09-20T10:46:00+08:00", datetime(2022, 9, 20, 2, 46, tzinfo=UTC)),
    ],
)
def test_instants_with_and_without_a_fraction(text, moment):
    """Ours have three decimals, the publisher's none; both are read, always as UTC."""
    assert parse_instant(text) == moment
    assert parse_instant(text).tzinfo is UTC


def test_a_local_day_is_the_portals():
    """Late in the evening in UTC it is tomorrow in Jiaxing."""
    assert local_day(datetime(2026, 1, 1, 16, 0, tzinfo=UTC), SHANGHAI) == "2026-01-02"
    assert local_day(datetime(2026, 1, 1, 15, 59, 59, tzinfo=UTC), SHANGHAI) == "2026-01-01"
