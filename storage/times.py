"""Times as people read them, in terminals and in mails: in the portal's zone, to the minute, with lengths in words.  Pure."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from storage.instants import parse_instant

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

__all__ = ["at", "between", "length", "midnight", "plural", "zone_name", "zone_offset"]

_MINUTE = "%Y-%m-%d %H:%M"
_SECOND = "%Y-%m-%d %H:%M:%S"
_DAY_FORM = 10  # characters of YYYY-MM-DD

# The largest unit of which there are at least two says most: 36 hours, not 1 day.
_LENGTHS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
_FEWEST = 2


def plural(number: int, thing: str, things: str | None = None) -> str:
    """Return a number of things: '1 page', '2 pages', '11 480 pages'."""
    return f"{number:,}".replace(",", " ") + f" {thing if number == 1 else things or thing + 's'}"


def zone_name(zone: ZoneInfo, now: datetime) -> str:
    """Return a zone as its offset and its name: '+08:00 (Asia/Shanghai)'."""
    return f"{zone_offset(zone, now)} ({zone.key})"


def zone_offset(zone: ZoneInfo, now: datetime) -> str:
    """Return a zone's offset from UTC at a moment: '+08:00'."""
    written = f"{now.astimezone(zone):%z}"
    return f"{written[:3]}:{written[3:5]}"


def at(instant: str | None, zone: ZoneInfo, *, today: datetime | None = None) -> str:
    """Return an instant in a zone, to the minute; 'today 09:14' where it is of the day of `today`; 'never' for none."""
    if instant is None:
        return "never"
    local = parse_instant(instant).astimezone(zone)
    if today is not None and local.date() == today.astimezone(zone).date():
        return f"today {local:%H:%M}"
    return f"{local:{_MINUTE}}"


def between(earliest: str | None, latest: str, zone: ZoneInfo) -> str:
    """Return the bounds of a change: 'between 2026-01-20 08:00 and 2026-02-01 08:00 (12 days)', 'by ...' without a lower one.

    Seconds are told where minutes cannot tell the two apart, and the day is not said twice.
    """
    if earliest is None:
        return f"by {at(latest, zone)}"
    begin, end = (parse_instant(instant).astimezone(zone) for instant in (earliest, latest))
    form = _SECOND if begin.strftime(_MINUTE) == end.strftime(_MINUTE) else _MINUTE
    first, last = begin.strftime(form), end.strftime(form)
    shown = last[_DAY_FORM + 1 :] if begin.date() == end.date() else last
    return f"between {first} and {shown} ({length((end - begin).total_seconds())})"


def length(seconds: float) -> str:
    """Return a length of time in words, in one unit: '12 days', '36 hours', '5 seconds', 'less than a second'."""
    whole = max(round(seconds), 0) if seconds >= 1 else 0
    for size, name in _LENGTHS:
        if whole >= _FEWEST * size:
            return plural(round(whole / size), name)
    return plural(whole, "second") if whole else "less than a second"


def midnight(zone: ZoneInfo, now: datetime) -> datetime:
    """Return when the day of `now` began in a zone."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
