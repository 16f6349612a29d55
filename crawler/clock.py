"""Time as a value that is passed in: tests and stories run on a clock of their own, without sleeping."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Protocol

__all__ = ["Clock", "WallClock"]


class Clock(Protocol):
    """What the crawler asks of time: the present instant, and to wait."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`; nothing at all for zero or less."""
        ...


class WallClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of real time."""
        if seconds > 0:
            await asyncio.sleep(seconds)
