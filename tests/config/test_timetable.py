"""What schedules mean in time: in the portal's zone, across changes of its clocks, and as others read cron."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.timetable import is_due, next_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
HOURLY = "every 1h from 07:00 to 22:00"


def times(schedule, zone, start, count):
    """Return the next instants of a schedule after a local time, as local times."""
    at, found = datetime.fromisoformat(start).replace(tzinfo=zone).astimezone(UTC), []
    for _ in range(count):
        at = next_time(schedule, at, zone)
        found.append(at.astimezone(zone).strftime("%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("schedule", "start", "expected"),
    [
        (HOURLY, "2026-11-25T20:59", ["11-25 21:00", "11-25 22:00", "11-26 07:00"]),
        (HOURLY, "2026-11-25T21:00", ["11-25 22:00", "11-26 07:00", "11-26 08:00"]),
        ("every 90m from 22:00 to 02:00", "2026-11-25T23:00", ["11-25 23:30", "11-26 01:00", "11-26 22:00"]),
        ("every 7h from 07:00 to 22:00", "2026-11-25T00:00", ["11-25 07:00", "11-25 14:00", "11-25 21:00", "11-26 07:00"]),
        ("daily 08:00", "2026-11-25T08:00", ["11-26 08:00", "11-27 08:00"]),
        ("sun 03:30", "2026-11-25T08:00", ["11-29 03:30", "12-06 03:30"]),
        ("0 8 * * mon-fri", "2026-11-27T08:00", ["11-30 08:00", "12-01 08:00"]),
        ("*/20 7-8 * * *", "2026-11-25T07:30", ["11-25 07:40", "11-25 08:00", "11-25 08:20", "11-25 08:40", "11-26 07:00"]),
        ("0 9 1 * *", "2026-11-25T08:00", ["12-01 09:00", "01-01 09:00"]),
        ("0 9 1,15 * wed", "2026-11-25T09:00", ["12-01 09:00", "12-02 09:00", "12-09 09:00", "12-15 09:00"]),
        ("0 9 29 2 *", "2026-11-25T09:00", ["02-29 09:00"]),
    ],
)
def test_what_a_schedule_names(schedule, start, expected):
    """Every form names the times that people read in it."""
    assert times(schedule, SHANGHAI, start, len(expected)) == expected


def test_an_interval_counts_from_the_last_time():
    """Without times of the day, "every" is a distance."""
    last = datetime(2026, 11, 25, 8, 17, tzinfo=UTC)
    assert next_time("every 7d", last, SHANGHAI) == last + timedelta(days=7)


def test_clocks_that_are_put_forward_and_back():
    """A time that does not exist comes an hour later by the clock, one that comes twice comes once, and no day is left out."""
    assert times("daily 02:30", BERLIN, "2026-03-28T12:00", 2) == ["03-29 03:30", "03-30 02:30"]
    assert times("daily 02:30", BERLIN, "2026-10-24T12:00", 2) == ["10-25 02:30", "10-26 02:30"]
    at, seen = datetime(2025, 12, 31, 23, tzinfo=UTC), []
    for _ in range(365):
        at = next_time("daily 02:30", at, BERLIN)
        seen.append(at.astimezone(BERLIN).date())
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(seen))


def test_what_is_due():
    """What was never done is due at once; what was done is due when its next time has come, however many were missed."""
    monday = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 08:30 there
    assert is_due("daily 08:00", None, monday, SHANGHAI)
    assert not is_due("daily 08:00", monday - timedelta(minutes=20), monday, SHANGHAI)
    assert is_due("daily 08:00", monday - timedelta(hours=1), monday, SHANGHAI)
    assert is_due("daily 08:00", monday - timedelta(days=90), monday, SHANGHAI)
    assert is_due("daily 08:00", monday + timedelta(days=30), monday, SHANGHAI), "a clock that ran ahead must not stop the watch"


@settings(deadline=None)  # how fast a machine is, is no property of a schedule
@given(
    fields=st.tuples(
        st.sampled_from(["0", "*/7", "5-20", "1,31,59"]),
        st.sampled_from(["*", "8", "22-2", "*/5"]),
        st.sampled_from(["*", "1", "*/10", "28-31"]),
        st.sampled_from(["*", "2", "1-6"]),
        st.sampled_from(["*", "mon", "mon-fri", "sat,sun"]),
    ),
    start=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - placed in the zone below
)
def test_every_next_time_is_the_first(fields, start):
    """No time that a schedule names lies between an instant and the next one: whoever asks in between is told the same."""
    schedule = " ".join(fields)
    after = start.replace(tzinfo=SHANGHAI).astimezone(UTC)
    found = next_time(schedule, after, SHANGHAI)
    assert found > after
    assert next_time(schedule, found - timedelta(seconds=1), SHANGHAI) == found
    probe = after
    while (probe := probe + timedelta(hours=5)) < min(found, after + timedelta(days=60)):
        assert next_time(schedule, probe, SHANGHAI) == found
