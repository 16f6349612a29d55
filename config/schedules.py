"""The forms in which a schedule may be written.  Pure text checks: what they mean in time stands in `config.timetable`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from config.durations import parse_duration
from config.model import Clock
from config.timetable import next_time

__all__ = ["check_hours", "check_moment", "check_recheck", "check_schedule"]

_DAY = "(?:mon|tue|wed|thu|fri|sat|sun)"

# Weekdays by name only: whether 1 is Monday or Tuesday depends on who reads the number.
_CRON = rf"(?:[0-9*/,-]+ ){{4}}(?:\*|{_DAY}(?:[-,]{_DAY})*)"

_EVERY = re.compile(rf"every (\S+)(?: from {Clock} to {Clock})?")

_FORMS = (
    re.compile(rf"(?:daily|{_DAY}) {Clock}"),
    re.compile(_CRON),
)

_EXAMPLES = '"every 1h", "every 1h from 07:00 to 22:00", "daily 08:00", "sun 03:30" or cron with weekday names, "0 8 * * mon-fri"'


def _is_every(text: str) -> bool:
    """Tell whether `text` is 'every DURATION', perhaps between two times of the day.

    Raises ValueError where only the duration is wrong, or is no time at all.
    """
    match = _EVERY.fullmatch(text)
    if match and parse_duration(match[1]) <= 0:
        raise ValueError("must leave some time between two runs")
    return match is not None


def check_schedule(text: str) -> str:
    """Return `text` if it says when something is to run; raises ValueError with examples otherwise, or if that never comes."""
    if not _is_every(text) and not any(form.fullmatch(text) for form in _FORMS):
        raise ValueError(f"must be {_EXAMPLES}")
    try:
        next_time(text, datetime(2026, 1, 1, tzinfo=UTC), UTC)
    except ValueError as exc:
        raise ValueError(f"names no time: {exc}") from None
    return text


def check_recheck(text: str) -> str:
    """Return `text` if it is 'learned' or 'every DURATION'; raises ValueError otherwise."""
    if text != "learned" and (" from " in text or not _is_every(text)):
        raise ValueError('must be "learned" or as in "every 7d"')
    return text


def check_hours(text: str) -> str:
    """Return `text` if it is a span of the day, 'HH:MM-HH:MM', which may run past midnight; raises ValueError otherwise."""
    if not re.fullmatch(f"{Clock}-{Clock}", text):
        raise ValueError('must be as in "23:00-06:00"')
    return text


def check_moment(text: str) -> str:
    """Return `text` if it is 'at once' or a daily time, 'daily HH:MM'; raises ValueError otherwise."""
    if text != "at once" and not re.fullmatch(f"daily {Clock}", text):
        raise ValueError('must be "at once" or as in "daily 08:00"')
    return text
