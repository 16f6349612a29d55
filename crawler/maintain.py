"""The daemon's upkeep, tick by tick: room on the disk, copies, checks of the file, and what SQLite needs now and then.

What takes long (a copy, a check) is done in a thread, from read-only connections, while looks go on; it ends when the daemon is to.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from crawler.alarms import BULK, HOST, LAYOUT, LISTING, REWORDED, SHRUNK
from crawler.honesty import LIES
from crawler.planning import plan_host
from crawler.proving import BLOCK
from crawler.ticks import CLOCK
from storage.alerts import Alert, is_open, open_alerts
from storage.backup import back_up
from storage.disk import DISK, disk_alert, free_bytes
from storage.errors import ArchiveError, WorkStopped
from storage.hazard import plan_made_at, save_plan
from storage.instants import instant, parse_instant
from storage.soundness import damage_of
from storage.upkeep import (
    BACKUP,
    OPTIMIZE,
    QUICK_CHECK,
    SIZE,
    checkpoint,
    jobs_of,
    note_backup,
    note_check,
    note_size,
    optimize,
    what_is_due,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from config.settings import Settings
    from crawler.ticks import Ticks
    from storage.queries import Row

__all__ = ["audit", "maintain"]

_PLANNED_FOR = timedelta(hours=23)
"""How long a plan holds: every night, whatever the hour of the first was."""
_OF_SECTIONS, _OF_HOSTS = frozenset({LAYOUT, LISTING, SHRUNK, REWORDED, BULK}), frozenset({HOST, BLOCK, LIES})
_CLOCK_FOR = timedelta(days=1)
"""For so long an operator is told that the clock was set: nothing more will come of it."""


async def maintain(ticks: Ticks, free: Callable[[Path], int] = free_bytes) -> None:
    """Do what is due of the upkeep; nothing before there is an archive."""
    if not ticks.settings.archive.exists():
        return
    await _watch_disk(ticks, free)
    await _end_alerts(ticks)
    await _plan_looks(ticks)
    await _do_due(ticks, {BACKUP: _back_up, OPTIMIZE: _optimize, SIZE: _measure})
    async with ticks.briefly("upkeep") as archive:
        checkpoint(archive)


async def audit(ticks: Ticks) -> None:
    """Check the file, where that is due."""
    if ticks.settings.archive.exists():
        await _do_due(ticks, {QUICK_CHECK: _check})


async def _do_due(ticks: Ticks, works: Mapping[str, Callable[[Ticks], Awaitable[None]]]) -> None:
    due = what_is_due(ticks.ask(jobs_of, {}), ticks.how.clock.now(), backups=ticks.settings.backup.folder is not None)
    for name in due:
        if name in works and ticks.ending is None:
            await works[name](ticks)


async def _watch_disk(ticks: Ticks, free: Callable[[Path], int]) -> None:
    """Pause fetching while the disk is nearly full: first that, then the alert, which a full disk may refuse."""
    told = ticks.ask(partial(is_open, kind=DISK, subject=DISK), False)  # noqa: FBT003 - the answer of no archive
    alert = disk_alert(free(ticks.settings.archive), ticks.settings.health.stop_below_free, paused=told)
    ticks.paused = alert.message if alert else None
    if alert is not None and not told:
        ticks.log.event("paused", why=alert.message)
        async with ticks.briefly("alert") as archive:
            archive.alert(alert)
    elif alert is None and told:
        ticks.log.event("resumed")
        async with ticks.briefly("alert") as archive:
            archive.recovered(DISK, DISK)


async def _end_alerts(ticks: Ticks) -> None:
    """Close the alerts that nothing else will ever close."""
    now = ticks.how.clock.now()
    opened: list[Row] = ticks.ask(open_alerts, [])
    over = [alert for alert in opened if _is_over(alert, ticks.settings, now)]
    if over:
        async with ticks.briefly("alert") as archive:
            for alert in over:
                archive.recovered(alert["kind"], alert["subject"])


def _is_over(alert: Row, settings: Settings, now: datetime) -> bool:
    """Tell whether an alert is of a section, host or folder that the settings name no more, or of a clock set long ago."""
    sections = {f"{portal.name}/{slug}" for portal in settings.portals for slug in portal.sections}
    hosts = {host for portal in settings.portals for host in portal.hosts}
    kind, subject = alert["kind"], alert["subject"]
    return (
        (kind in _OF_SECTIONS and subject not in sections)
        or (kind in _OF_HOSTS and subject not in hosts)
        or (kind == BACKUP and settings.backup.folder is None)
        or (kind == CLOCK and abs(now - parse_instant(alert["opened_at"])) > _CLOCK_FOR)
    )


async def _plan_looks(ticks: Ticks) -> None:
    """Plan anew when the pages of each host are due, once a day or by new settings: in a thread, for a large host takes seconds."""
    now = ticks.how.clock.now()
    made: dict[str, str] = ticks.ask(plan_made_at, {})
    hosts = {host: target.portal for target in ticks.targets for host in target.portal.hosts}
    for host, portal in hosts.items():
        holds = instant(now - _PLANNED_FOR) < made.get(host, "") <= instant(now) and not ticks.replan
        if ticks.ending is None and not holds:
            planning = partial(plan_host, host=host, portal=portal, targets=ticks.targets, now=now)
            plan, dues = await asyncio.to_thread(ticks.ask, planning, (None, []))
            async with ticks.briefly("plan") as archive:
                with archive.transaction():
                    moved = save_plan(archive.connection, host, plan, dues, now) if plan else 0
            ticks.log.event("planned", host=host, pages=len(dues), moved=moved, plan=plan and plan._asdict())
    ticks.replan = False


async def _back_up(ticks: Ticks) -> None:
    """Copy the archive; a failure is told once, and tried again in an hour."""
    settings, clock = ticks.settings, ticks.how.clock
    assert settings.backup.folder is not None
    failure = copy = None
    try:
        made = await asyncio.to_thread(
            back_up,
            settings.archive,
            settings.backup.folder,
            keep=settings.backup.keep,
            now=clock.now(),
            progress=lambda _stage, _share: ticks.ending is None,
        )
        copy = str(made.path)
        ticks.log.event("backup", copy=copy, bytes=made.bytes, kept=made.kept)
    except WorkStopped:
        return
    except ArchiveError as exc:
        failure = str(exc)
        ticks.log.event("backup-failed", why=failure, hint=exc.hint)
    async with ticks.briefly("backup") as archive:
        note_backup(archive, clock.now(), failure=failure, copy=copy)
        if failure is None:
            archive.recovered(BACKUP, BACKUP)
        else:
            steps = ("Try:    jiaxing-today backup", "See:    docs/backup.md")
            archive.alert(Alert(BACKUP, BACKUP, f"No copy was made: {failure}", str(settings.backup.folder), steps))


async def _check(ticks: Ticks) -> None:
    """Read the file from end to end, and tell of damage."""
    try:
        damage = await asyncio.to_thread(damage_of, ticks.settings.archive, lambda: ticks.ending is None)
    except WorkStopped:
        return
    ticks.log.event("quick-check", damage=damage)
    async with ticks.briefly("quick-check") as archive:
        note_check(archive, damage, ticks.how.clock.now())


async def _optimize(ticks: Ticks) -> None:
    async with ticks.briefly("optimize") as archive:
        optimize(archive, ticks.how.clock.now())


async def _measure(ticks: Ticks) -> None:
    async with ticks.briefly("size") as archive:
        note_size(archive, ticks.how.clock.now())
