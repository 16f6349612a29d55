"""What the daemon does at its ticks: each asks the file what is due, does that as one recorded run, and lets the file go again.

Nothing that matters is remembered from tick to tick: which silent hosts rest, and what a run left over, so that it is not begun
again at once for that.  One run at a time writes; another that waits comes before the next page, so that a long backfill keeps no
listing from being read.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from crawler.agenda import LEAD, looks_due, next_event, sweeps_due
from crawler.ping import ping
from crawler.pipeline import revisit, sweep
from crawler.run import archive_in_turn, choose_targets, do_job
from storage.agenda import set_right
from storage.alerts import Alert
from storage.connect import open_reader, translated
from storage.errors import ArchiveMissing
from storage.lock import STEP

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncIterator, Callable, Sequence

    from config.settings import Settings
    from crawler.run import How, Job
    from crawler.session import Target
    from crawler.summary import Summary
    from storage.archive import Archive

__all__ = ["CLOCK", "Log", "Ticks"]

_Answer = TypeVar("_Answer")

_LEFT_FOR = timedelta(hours=1)
CLOCK = "clock"
_SET = "the clock of this machine was set {way} by {seconds} s while the daemon ran; {moved} looks were due by the old time"
_STEPS = ("Look:   timedatectl status", "Requests keep the times at which they were recorded: `captures` shows them")


class Log(Protocol):
    """Whom ticks tell what happens: an event's name and its fields."""

    def event(self, name: str, **fields: object) -> None:
        """Take one event."""
        ...


@dataclass(slots=True)
class Ticks:
    """The daemon's work, tick by tick; `settings` may be exchanged between two of them.

    `paused` says why nothing is fetched at the moment, `ending` why the daemon is ending (None: it is not); `replan` that pages
    are to be due by other settings than they were.
    """

    settings: Settings
    how: How
    log: Log
    paused: str | None = None
    ending: str | None = None
    doing: str | None = None
    next_at: datetime | None = None
    replan: bool = False
    _desk: asyncio.Lock = field(default_factory=asyncio.Lock)
    _open: Archive | None = None
    _had: bool = False
    _waiting: int = 0
    _yielded: bool = False
    _left: tuple[datetime, frozenset[int]] = (datetime.min.replace(tzinfo=UTC), frozenset())

    @property
    def targets(self) -> list[Target]:
        """The sections that are watched."""
        return choose_targets(self.settings.portals, ())

    async def discover(self) -> None:
        """Read the listings that are due, and look at what they hold that is new."""
        due = self.ask(
            lambda file: sweeps_due(file, self.targets, self.how.clock.now()), [(target, False) for target in self.targets]
        )
        if due and not self.paused:
            summary = await self.run("discover", partial(sweep, due=due), f"reading {_named(due)}")
            if summary is not None and any(swept.note is None for swept in summary.sweeps):
                await ping(self.settings, self.how.clock, lambda text: self.log.event("ping-failed", text=text))

    async def revisit(self) -> None:
        """Look at the pages that are due; where another tick came in between, go on after it."""
        while (pages := self._due()) and not (self._should_stop() or self._is_left(pages)):
            job = partial(revisit, targets=self.targets, pages=pages, ahead=LEAD)
            self._yielded = False
            await self.run("revisit", job, f"looking at {len(pages)} pages")
            if not (self._yielded or self._should_stop()):
                self._left = self.how.clock.now(), frozenset(self._due())
        targets = self.targets
        self.next_at = self.ask(lambda file: next_event(file, targets, self.how.clock.now()), None)

    def _is_left(self, pages: Sequence[int]) -> bool:
        """Tell whether pages are what a run left over: due at every tick, they are tried again after a while, or with others.

        By then there may be a new day's budget, or other settings.
        """
        return frozenset(pages) == self._left[1] and abs(self.how.clock.now() - self._left[0]) < _LEFT_FOR

    def _due(self) -> list[int]:
        targets = self.targets
        return self.ask(lambda file: looks_due(file, targets, self.how.clock.now(), self.how.resting), [])

    async def run(self, trigger: str, job: Job, doing: str) -> Summary | None:
        """Do a job as one recorded run of the archive and return what came of it; nothing (None) where the daemon is ending."""
        settings = self.settings  # those that the job was made by: others may be read while it waits
        async with self._at_desk(trigger, doing) as archive:
            if self.ending is not None:
                return None
            how = replace(self.how, should_stop=self._should_stop, should_yield=self._should_yield)
            summary = await do_job(archive, settings, trigger, job, how)
        unread = [str(each) for each in summary.failed]
        self.log.event("run", trigger=trigger, counts=dict(summary.counts), left=summary.left, unread=unread)
        return summary

    @asynccontextmanager
    async def _at_desk(self, trigger: str, doing: str) -> AsyncIterator[Archive]:
        """Have the archive as soon as no other tick and no other process writes to it."""
        self._waiting += 1
        try:
            await self._desk.acquire()
        finally:
            self._waiting -= 1
        try:
            self._assert_there()
            self.doing = doing
            async with archive_in_turn(self.settings.archive, self.how, trigger=trigger) as archive:
                self._open, self._had = archive, True
                yield archive
        finally:
            self.doing = self._open = None
            self._desk.release()

    def _assert_there(self) -> None:
        """Raise ArchiveMissing where there was an archive and is none: another one begun in its place would know of nothing."""
        path = self.settings.archive
        if self._had and not path.exists():
            raise ArchiveMissing(
                f"the archive {path} is gone",
                hint="put it back, or restore a copy (docs/backup.md); to begin anew, restart the daemon",
            )

    @asynccontextmanager
    async def briefly(self, trigger: str) -> AsyncIterator[Archive]:
        """Have the archive for a moment, between two pages of a run too: for what is written at once, with no wait inside."""
        while self._open is not None and not self._open.is_ours:
            await self.how.clock.sleep(STEP)
        if self._open is not None:
            yield self._open
            return
        async with self._at_desk(trigger, trigger) as archive:
            yield archive

    def _should_stop(self) -> str | None:
        """Return why nothing is to be asked now."""
        return self.ending or self.paused

    def _should_yield(self) -> str | None:
        """Return why a run is not to begin another page now: it goes on once the tick that waits has done."""
        if not self._waiting:
            return None
        self._yielded = True
        return "another tick comes first"

    def ask(self, question: Callable[[sqlite3.Connection], _Answer], otherwise: _Answer) -> _Answer:
        """Ask the archive something through its read-only twin; where there is none yet, return what holds `otherwise`."""
        path = self.settings.archive
        if not path.exists():
            return otherwise
        with translated(path), closing(open_reader(path)) as connection:
            return question(connection)

    async def clock_jumped(self, by: timedelta) -> None:
        """Set right what was due by the wall clock as it was, and tell the operator that it was set."""
        seconds = round(by.total_seconds())
        way = "forward" if seconds > 0 else "back"
        self.log.event("clock-jumped", seconds=seconds)
        async with self.briefly("clock") as archive:
            with archive.transaction():
                moved = set_right(archive.connection, self.how.clock.now())
            archive.alert(Alert(CLOCK, "this machine", _SET.format(way=way, seconds=abs(seconds), moved=moved), "", _STEPS))


def _named(due: Sequence[tuple[Target, bool]]) -> str:
    """Return which listings are read, in words."""
    names = [f"{target.name}{' (whole)' if whole else ''}" for target, whole in due]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004 - as many as fit a line
