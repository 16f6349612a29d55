"""The daemon: a handful of coarse ticks, and an orderly end.

The only place that knows APScheduler, and the only one that catches whatever a tick may raise: a tick that fails is told to the
operator and tried again, and takes neither the others nor the daemon with it.  What is due when stands in the file, so that the
ticks may come late, twice or not at all.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from config.errors import SettingsError
from crawler.heartbeat import ENDED, Heartbeat
from crawler.machine import ClockReading, Machine, jump, tell_manager
from storage.agenda import set_right
from storage.alerts import Alert, open_alerts
from storage.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from pathlib import Path

    from config.service import ServiceManager
    from config.settings import Settings
    from crawler.ticks import Ticks

    Chore = Callable[[Ticks], Coroutine[None, None, None]]
    """What else is done at a tick, by what the daemon was given."""

__all__ = ["EVERY", "Daemon", "Every"]

EVERY = {"discover": 15, "revisit": 60, "audit": 3600, "notify": 15, "maintain": 600, "heartbeat": 20}
"""Seconds between two of each tick: a listing is read at most so long after its time as lies between two of `discover`."""

_DRAIN = 20.0
"""Seconds that what is in flight has to be committed once the daemon is to end."""
_GLANCE = 10.0
"""Seconds between two comparisons of the clocks."""
_JUMPED = timedelta(seconds=60)
"""A wall clock that gained or lost more than this was set."""
_FAILED = "daemon"
_LONGEST_REST = 900.0
"""Seconds.  A tick that fails again and again may have asked a portal something each time."""


class Every(BaseTrigger):  # type: ignore[misc]
    """A tick every so many seconds, however many were missed.

    The library's own interval would count them all, one by one: a minute and a gigabyte where a machine without a clock of its own
    learns the year.
    """

    def __init__(self, seconds: float) -> None:
        self._every = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return when the tick comes next."""
        if previous_fire_time is None:
            return now
        following: datetime = previous_fire_time + self._every
        return following if following > now else now + self._every


@dataclass(slots=True)
class Daemon:
    """One archive's daemon.

    `chores` are what is done at ticks beside the watch itself (`notify`, `maintain`, `audit`); `reload` reads the settings anew
    and may raise SettingsError.
    """

    ticks: Ticks
    machine: Machine
    manager: ServiceManager
    reload: Callable[[], Settings]
    chores: Mapping[str, Chore] = field(default_factory=dict)
    drain: float = _DRAIN
    _heartbeat: Heartbeat | None = None
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _broken: set[asyncio.Task[None]] = field(default_factory=set)
    _failed: dict[str, int] = field(default_factory=dict)
    _resting: dict[str, float] = field(default_factory=dict)
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _ends: int = 0

    async def run(self) -> int:
        """Watch until told to end; return the exit code.

        Raises DaemonRunningError where the archive has a daemon already, and ArchiveError where it cannot be opened.
        """
        now = self.ticks.how.clock.now
        with Heartbeat.claim(self.ticks.settings.archive, now()) as self._heartbeat:
            self._listen()
            if await self._has_begun():
                await self._watch()
            self._heartbeat.beat(now(), doing=ENDED)
        return 0

    async def _has_begun(self) -> bool:
        """Begin; tell whether that was so before the daemon was to end: another process may write for an hour."""
        beginning, over = asyncio.create_task(self._begin()), asyncio.create_task(self._over.wait())
        await asyncio.wait((beginning, over), return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        if beginning.done():
            beginning.result()
            return True
        beginning.cancel()
        await asyncio.wait((beginning,))
        return False

    async def _watch(self) -> None:
        """Let the ticks come until told to end."""
        scheduler = self._scheduler()
        clocks = asyncio.create_task(self._watch_clocks(scheduler))
        tell_manager(self.manager.socket, "READY=1")
        await self._over.wait()
        clocks.cancel()
        scheduler.pause()
        await self._end()
        scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # it only asks the loop to end it

    async def _begin(self) -> None:
        """Bring the archive up to date, so that one that cannot be written to ends the daemon and not each of its ticks."""
        async with self.ticks.briefly("start") as archive:
            with archive.transaction():
                set_right(archive.connection, self.ticks.how.clock.now())
            archive.recovered(_FAILED, "clock")  # for that is what this tick would have done
            told = {alert["subject"] for alert in open_alerts(archive.connection) if alert["kind"] == _FAILED}
            self._failed = dict.fromkeys(told, 1)
        settings = self.ticks.settings
        names = [target.name for target in self.ticks.targets]
        self.ticks.log.event("daemon-started", archive=str(settings.archive), sections=names, vantage=settings.vantage)

    def _scheduler(self) -> AsyncIOScheduler:
        """Start the ticks.  None is ever too late, several that were missed are one, and none runs beside itself."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # "maximum number of running instances" is what we ask for
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})
        works = {"discover": self.ticks.discover, "revisit": self.ticks.revisit, "heartbeat": self._beat}
        works |= {name: partial(chore, self.ticks) for name, chore in self.chores.items()}
        for name, work in works.items():
            scheduler.add_job(self._tick, Every(EVERY[name]), args=[name, work], id=name, next_run_time=datetime.now(UTC))
        scheduler.start()
        return scheduler

    async def _tick(self, name: str, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do one tick; whatever it raises is told, and it comes again at its time, or later where it fails again and again."""
        if self.machine.uptime() < self._resting.get(name, 0.0):
            return
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            await work()
            await self._told(name, None)
        except Exception as exc:  # noqa: BLE001 - the one job boundary: see the module's words
            await self._told(name, exc)
        finally:
            self._running.discard(task)

    async def _told(self, name: str, error: Exception | None) -> None:
        """Tell the operator that a tick fails, once, and when it works again."""
        if error is None and name not in self._failed:
            return
        if error is not None:
            self.ticks.log.event("tick-failed", tick=name, error=f"{type(error).__name__}: {error}", where=_where(error))
            self._failed[name] = self._failed.get(name, 0) + 1
            self._resting[name] = self.machine.uptime() + _rest(name, self._failed[name])
        if self.ticks.ending is not None:
            return  # there is no time to wait for the archive; the next daemon will see
        try:
            async with self.ticks.briefly("alert") as archive:
                if error is None:
                    archive.recovered(_FAILED, name)
                    del self._failed[name]
                else:
                    archive.alert(_alert(name, error))
        except (ArchiveError, sqlite3.Error, OSError) as exc:  # a file that cannot be written to cannot be told either
            self.ticks.log.event("alert-failed", tick=name, error=f"{type(exc).__name__}: {exc}")

    async def _beat(self) -> None:
        """Say that the daemon is well: to whoever reads its file, and to the service manager."""
        ticks, now = self.ticks, self.ticks.how.clock.now()
        assert self._heartbeat is not None
        self._heartbeat.beat(now, doing=ticks.doing, next_at=ticks.next_at, paused=ticks.paused)
        tell_manager(self.manager.socket, f"WATCHDOG=1\nSTATUS={ticks.paused or ticks.doing or 'waiting for what is due'}")

    async def _watch_clocks(self, scheduler: AsyncIOScheduler) -> None:
        """Compare the wall clock with one that nobody sets: an interval would sleep for as long as the wall clock was set back."""
        seen = self._clocks()
        while True:
            await asyncio.sleep(_GLANCE)
            read = self._clocks()
            by, seen = jump(seen, read), read
            if abs(by) > _JUMPED:
                for job in scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))
                await self._tick("clock", partial(self.ticks.clock_jumped, by))

    def _clocks(self) -> ClockReading:
        return ClockReading(self.ticks.how.clock.now(), self.machine.uptime())

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop, f"told to end by {number.name}")
        loop.add_signal_handler(signal.SIGHUP, self.read_settings)

    def stop(self, why: str) -> None:
        """Take no more work, and end once what is in flight is committed; told twice, wait for nothing."""
        self._ends += 1
        self.ticks.ending = f"the daemon was {why}"
        self.ticks.log.event("daemon-ending", why=why)
        tell_manager(self.manager.socket, "STOPPING=1")
        self._over.set()
        if self._ends > 1:
            self._break_off()

    async def _end(self) -> None:
        """Wait for the ticks that run, as long as they have, and then for no more of them."""
        if self._running:
            await asyncio.wait(self._running, timeout=self.drain)
        await asyncio.gather(*self._break_off(), return_exceptions=True)
        self.ticks.log.event("daemon-ended", broken_off=len(self._broken))

    def _break_off(self) -> list[asyncio.Task[None]]:
        """Cancel the ticks that run, and return them."""
        late = list(self._running)
        self._broken.update(late)
        for task in late:
            task.cancel()
        return late

    def read_settings(self) -> None:
        """Read the settings anew; where they cannot be used, say why and keep those that hold."""
        tell_manager(self.manager.socket, "RELOADING=1")
        try:
            settings = _of_archive(self.reload(), self.ticks.settings.archive)
        except SettingsError as exc:
            self.ticks.log.event("settings-refused", why=str(exc))
        else:
            self.ticks.settings, self.ticks.replan = settings, True
            self._resting.clear()
            self.ticks.log.event("settings-read", sections=[target.name for target in self.ticks.targets])
        tell_manager(self.manager.socket, "READY=1")


def _of_archive(settings: Settings, archive: Path) -> Settings:
    """Return settings that were read anew; raises SettingsError where they mean another archive."""
    if settings.archive.resolve() != archive.resolve():
        raise SettingsError("cannot be changed while the daemon runs: end it and start it again", key="archive")
    return settings


def _alert(name: str, error: Exception) -> Alert:
    return Alert(
        _FAILED,
        name,
        f"the daemon's tick “{name}” fails: {error}. The other ticks go on, and it is tried again at its time.",
        _where(error),
        ("Look:   journalctl -u jiaxing-today, or wherever the daemon's lines go, for tick-failed", "See:    jiaxing-today status"),
    )


def _rest(name: str, times: int) -> float:
    """Return for how many seconds a tick that failed so many times in a row is left out; the sign of life is never."""
    return 0.0 if name == "heartbeat" else min(EVERY.get(name, 0) * 2.0 ** min(times, 10), _LONGEST_REST)


def _where(error: Exception) -> str:
    """Return the line that raised an error, as module and number."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
