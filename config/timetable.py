"""When a schedule means: text in, instants out.  Pure; the forms themselves are checked by `config.schedules`.

Times of the day are those of the portal's zone.  Where its clocks are put forward, a time that does not exist is as long after
midnight as it would have been; where they are put back, a time that comes twice counts once, the first time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from config.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["is_due", "next_time"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY = re.compile(r"every (\S+)(?: from (\S+) to (\S+))?")
_LONGEST_SEARCH = 366 * 9
"""Days.  The rarest day that a schedule can name, 29 February, is at most eight years away."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Times:
    """Times of some days: on which days, and at which minutes of the day (beyond 1440: on the day after)."""

    minutes: tuple[int, ...]
    weekdays: frozenset[int] = frozenset(range(7))
    days: frozenset[int] = frozenset(range(1, 32))
    months: frozenset[int] = frozenset(range(1, 13))
    either: bool = False

    def names(self, day: date) -> bool:
        """Tell whether a day is one of them; where cron restricts both, it is enough that one of the two fits (crontab(5))."""
        fits, falls = day.day in self.days, day.weekday() in self.weekdays
        return day.month in self.months and ((fits or falls) if self.either else (fits and falls))


def is_due(schedule: str, last: datetime | None, now: datetime, zone: tzinfo) -> bool:
    """Tell whether something that was done `last` is due by its schedule; a `last` in the future was told by a wrong clock."""
    return last is None or last > now or next_time(schedule, last, zone) <= now


def next_time(schedule: str, after: datetime, zone: tzinfo) -> datetime:
    """Return the first instant (UTC) after another that a schedule names; "every 7d" counts from `after`.

    Raises ValueError for a schedule that never comes, such as the 30th of February.
    """
    every = _EVERY.fullmatch(schedule)
    if every and every[2] is None:
        return after + timedelta(seconds=parse_duration(every[1]))
    times = _times(schedule)
    first = after.astimezone(zone).date() - _DAY  # yesterday's span may run past midnight
    for ahead in range(_LONGEST_SEARCH):
        for moment in _moments(times, first + ahead * _DAY, zone):
            if moment > after:
                return moment
    raise ValueError(f'"{schedule}" never comes')


def _moments(times: _Times, day: date, zone: tzinfo) -> Iterator[datetime]:
    """Yield the instants of a day, in order."""
    if times.names(day):
        midnight = datetime.combine(day, time())
        for minute in times.minutes:
            yield (midnight + timedelta(minutes=minute)).replace(tzinfo=zone).astimezone(UTC)


@cache
def _times(schedule: str) -> _Times:
    every = _EVERY.fullmatch(schedule)
    if every:
        return _Times(tuple(_span(parse_duration(every[1]) / 60, _minutes(every[2]), _minutes(every[3]))))
    head, _, rest = schedule.partition(" ")
    if head == "daily":
        return _Times((_minutes(rest),))
    if head in _DAYS:
        return _Times((_minutes(rest),), weekdays=frozenset({_DAYS.index(head)}))
    return _cron(schedule)


def _span(step: float, begin: int, end: int) -> Iterator[int]:
    """Yield the minutes of the day from `begin` to `end`, both named where the step falls on them; it may run past midnight."""
    end = end if begin <= end else end + 24 * 60
    count = int((end - begin) / step)
    whole = [int(begin + number * step) for number in range(count + 1)]
    yield whole[0]
    yield from (later for earlier, later in pairwise(whole) if later != earlier)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


def _cron(schedule: str) -> _Times:
    minute, hour, day, month, weekday = schedule.split(" ")
    hours, minutes = _field(hour, 0, 23), _field(minute, 0, 59)
    return _Times(
        minutes=tuple(60 * at + past for at in sorted(hours) for past in sorted(minutes)),
        weekdays=_field(weekday, 0, 6, {name: number for number, name in enumerate(_DAYS)}),
        days=_field(day, 1, 31),
        months=_field(month, 1, 12),
        either=day[0] != "*" and weekday != "*",
    )


def _field(text: str, least: int, most: int, names: Mapping[str, int] | None = None) -> frozenset[int]:
    """Return the numbers that a field of cron names: `*`, `5`, `1-5`, `*/15`, `1-30/5`, and lists of these.

    Raises ValueError for what is out of bounds.
    """
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        low, _, high = ("", "", "") if span == "*" else span.partition("-")
        begin = _number(low, names) if low else least
        end = _number(high, names) if high else (begin if low and not step else most)
        numbers = (
            range(begin, end + 1, _number(step or "1", None)) if begin <= end else [*range(begin, most + 1), *range(least, end + 1)]
        )
        found.update(numbers)
    if not found or not found <= set(range(least, most + 1)):
        raise ValueError(f'"{text}" is not between {least} and {most}')
    return frozenset(found)


def _number(text: str, names: Mapping[str, int] | None) -> int:
    if names and text in names:
        return names[text]
    if not text.isdecimal():
        raise ValueError(f'"{text}" is no number')
    return int(text)
