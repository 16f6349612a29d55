"""Taking turns at the archive: whoever else wants to write gets in between two pieces of work, and this run goes on afterwards.

A piece of work is one page looked at, or one page of a listing read: what is known before its request must still hold when its
answer is appended, so that nobody is let in while one is under way.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from storage.lock import STEP

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from crawler.clock import Clock
    from storage.archive import Archive

__all__ = ["Turns"]


class Turns:
    """The turns of one run, each of at least `tenure` seconds, so that two runs do not change places at every page.

    `on_wait` is told that the run waits, `on_return` is called once the archive is ours again.
    """

    def __init__(
        self,
        archive: Archive,
        clock: Clock,
        *,
        tenure: float,
        on_wait: Callable[[str], None],
        on_return: Callable[[], None] = lambda: None,
    ) -> None:
        self._archive = archive
        self._clock = clock
        self._tenure = timedelta(seconds=tenure)
        self._since = clock.now()
        self._on_wait = on_wait
        self._on_return = on_return
        self._at_work = 0
        self._is_away = False
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def work(self) -> AsyncIterator[None]:
        """Do one piece of work; before it begins, whoever waits for the archive gets in."""
        await self._begin()
        try:
            yield
        finally:
            self._at_work -= 1
            async with self._changed:
                self._changed.notify_all()

    async def _begin(self) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: not self._is_away)
            if not timedelta() <= self._clock.now() - self._since < self._tenure and self._archive.is_wanted():
                self._is_away = True
                await self._changed.wait_for(lambda: not self._at_work)
                await self._give_way()
            self._at_work += 1

    async def _give_way(self) -> None:
        """Let the archive go, and take it again when the others have done; a run that is ended meanwhile waits no longer."""
        self._archive.let_go()
        self._on_wait("another process writes first; this one goes on afterwards")
        while not self._archive.is_ours_again():
            await self._clock.sleep(STEP)
        self._since = self._clock.now()
        self._on_return()
        self._is_away = False
        self._changed.notify_all()
