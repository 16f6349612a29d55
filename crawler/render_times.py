"""Times as people read and write them on the command line.  Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config.durations import parse_duration
from storage.times import at, between, length, midnight, plural, zone_name, zone_offset

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = ["at", "between", "length", "midnight", "moment_of", "plural", "zone_name", "zone_offset"]


def moment_of(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Return what people mean by `--since`: '7d' or '24h' before now, a day or a time of the zone, or an instant with its own.

    Raises ValueError for anything else.
    """
    try:
        return now - timedelta(seconds=parse_duration(text))
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"“{text}” is no time: write 2026-11-01, 2026-11-01T08:00, 7d or 24h") from None
