"""Instants as text: UTC, ending in Z, so that text order is time order in every tool that opens the file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = ["instant", "later", "local_day", "parse_instant"]


def instant(moment: datetime) -> str:
    """Return an aware `moment` as `YYYY-MM-DDTHH:MM:SS.mmmZ`, the form of every instant of our own (RFC 3339).

    Raises ValueError for a naive one: its zone would be a guess.
    """
    if moment.tzinfo is None:
        raise ValueError(f"an instant needs a zone: {moment!r}")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Return the aware UTC datetime of an instant, with or without a fraction of a second."""
    return datetime.fromisoformat(text).astimezone(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> str:
    """Return the calendar day of an aware `moment` in `zone`, as `YYYY-MM-DD`."""
    return moment.astimezone(zone).date().isoformat()


def later(text: str, milliseconds: int) -> str:
    """Return the instant `milliseconds` after the instant `text`."""
    return instant(parse_instant(text) + timedelta(milliseconds=milliseconds))
