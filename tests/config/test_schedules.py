"""The forms of schedules."""

from __future__ import annotations

import pytest

from config.schedules import check_hours, check_moment, check_recheck, check_schedule


@pytest.mark.parametrize(
    "text",
    [
        "every 1h",
        "every 1h from 07:00 to 22:00",
        "every 90m from 22:00 to 06:00",
        "daily 08:00",
        "sun 03:30",
        "0 8 * * mon-fri",
        "*/10 7-22 * * *",
        "30 3 1,15 * sun,wed",
    ],
)
def test_a_schedule_may_be_written_in_these_forms(text):
    """Intervals, times of the day, and cron with weekday names are kept as they are."""
    assert check_schedule(text) == text


@pytest.mark.parametrize(
    "text", ["", "hourly", "every", "every 1h from 7 to 22", "sunday 03:30", "sun 24:00", "0 8 * * 1", "0 8 * * 1-5", "0 8 * *"]
)
def test_what_is_no_schedule_is_refused(text):
    """Weekday numbers, too, are refused: nobody agrees on which day is 1."""
    with pytest.raises(ValueError, match="mon-fri"):
        check_schedule(text)


@pytest.mark.parametrize(
    "text", ["99 8 * * *", "0 24 * * *", "0 8 30 2 *", "0 8 0 * *", "5-70 8 * * *", "*/0 8 * * *", "1--2 8 * * *"]
)
def test_what_never_comes_is_refused(text):
    """A schedule that names no time is a mistake that a daemon would wait for."""
    with pytest.raises(ValueError, match="names no time"):
        check_schedule(text)


@pytest.mark.parametrize(("text", "why"), [("every often", "with a unit"), ("every 0s", "some time between")])
def test_a_wrong_interval_says_what_is_wrong_with_it(text, why):
    """Where only the duration is wrong, only that is named."""
    with pytest.raises(ValueError, match=why):
        check_schedule(text)


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (check_recheck, "learned", "sometimes"),
        (check_recheck, "every 7d", "every 7d from 07:00 to 22:00"),
        (check_hours, "23:00-06:00", "23-6"),
        (check_hours, "00:00-23:59", "24:00-06:00"),
        (check_moment, "at once", "later"),
        (check_moment, "daily 08:00", "sun 08:00"),
    ],
)
def test_lesser_forms(check, right, wrong):
    """Every form accepts its example and refuses its neighbour."""
    assert check(right) == right
    with pytest.raises(ValueError, match="as in"):
        check(wrong)
