"""How an archive and its daemon do, and what is wrong with them: one gathering, and a pure judgement that all who tell use.

`status`, `status --check`, `/healthz` and `/metrics` say the same because they ask here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from config.timetable import next_time
from crawler.heartbeat import ENDED, heartbeat_file, read_heartbeat
from crawler.render_times import length
from storage import queries
from storage.alerts import open_alerts
from storage.copies import copies_of, founded_alike, founding_leaf
from storage.disk import DISK, disk_alert, free_bytes
from storage.instants import instant, parse_instant
from storage.queries import rows
from storage.upkeep import BACKUP, jobs_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from config.portal import Portal
    from config.settings import Settings
    from crawler.heartbeat import Beat
    from storage.queries import Row
    from storage.upkeep import Job

__all__ = ["Copies", "Problem", "Vitals", "Watched", "overdue_at", "problems_of", "vitals_of"]

_SILENT_FOR = timedelta(minutes=10)
_COPY_OVERDUE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that an operator must do something about: what, since when, an example, and what to do."""

    kind: str
    subject: str
    message: str
    since: str | None = None
    evidence: str | None = None
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Watched:
    """A section that is configured: when its listing is to be read, and when it was last read to its end."""

    name: str
    portal: Portal
    known_since: str | None
    last_complete_at: str | None


@dataclass(frozen=True, slots=True)
class Copies:
    """The copies in the folder that is configured: the newest, how many there are; or why that cannot be seen."""

    folder: Path
    newest_at: str | None
    kept: int | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Vitals:
    """What can be seen of an archive and its daemon at one moment."""

    archive: Path
    now: datetime
    beat: Beat | None
    began_at: str | None
    alerts: list[Row]
    sections: tuple[Watched, ...]
    jobs: Mapping[str, Job]
    copies: Copies | None
    outbox: Mapping[str, int]
    free: int | None
    stop_below_free: int


def vitals_of(connection: sqlite3.Connection, settings: Settings, now: datetime) -> Vitals:
    """Look at an archive that is open for reading, at its folder for copies, its disk, and its daemon's heartbeat."""
    jobs = jobs_of(connection)
    (began_at,) = connection.execute("SELECT min(started_at) FROM runs").fetchone()
    return Vitals(
        archive=settings.archive,
        now=now,
        beat=read_heartbeat(settings.archive),
        began_at=began_at,
        alerts=open_alerts(connection),
        sections=tuple(_watched(connection, settings)),
        jobs=jobs,
        copies=_copies(connection, settings, jobs),
        outbox=_outbox(connection),
        free=_free(settings.archive),
        stop_below_free=settings.health.stop_below_free,
    )


def _watched(connection: sqlite3.Connection, settings: Settings) -> Iterator[Watched]:
    """Yield the sections that are configured; one that the file has never heard of is watched by nobody yet."""
    known = {row["section"]: row for row in queries.sections(connection)}
    since = dict(connection.execute("SELECT portal || '/' || slug, recorded_at FROM sections"))
    for portal in settings.portals:
        for slug in portal.sections:
            name = f"{portal.name}/{slug}"
            yield Watched(name, portal, since.get(name), known.get(name, {}).get("last_complete_at"))


def _copies(connection: sqlite3.Connection, settings: Settings, jobs: Mapping[str, Job]) -> Copies | None:
    """Return what lies in the folder for copies; who may not look into it goes by what the daemon recorded."""
    folder = settings.backup.folder
    if folder is None:
        return None
    try:
        copies = founded_alike(copies_of(settings.archive, folder), founding_leaf(connection))
    except OSError as exc:
        job = jobs.get(BACKUP)
        return Copies(folder, job.done_at if job else None, None, exc.strerror)
    return Copies(folder, instant(copies[-1].made_at) if copies else None, len(copies))


def _outbox(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many messages are in which state: `waiting`, `held`, `dead`; nothing where nobody keeps account of that."""
    if not connection.execute("SELECT 1 FROM pragma_table_list WHERE name = '_deliveries'").fetchone():
        return {}
    found = rows(connection, "SELECT state, count(DISTINCT message) AS number FROM _deliveries GROUP BY 1")
    return {row["state"]: row["number"] for row in found}


def _free(archive: Path) -> int | None:
    try:
        return free_bytes(archive)
    except OSError:
        return None


# What is wrong.  Pure.


def problems_of(vitals: Vitals) -> list[Problem]:
    """Return what is wrong, what was told as an alert first."""
    alerts = [_of_alert(alert) for alert in vitals.alerts]
    told = {(problem.kind, problem.subject) for problem in alerts}
    others = [*_of_daemon(vitals), *_of_sections(vitals), *_of_disk(vitals), *_of_copies(vitals), *_of_outbox(vitals)]
    return [*alerts, *(problem for problem in others if (problem.kind, problem.subject) not in told)]


def _of_alert(alert: Mapping[str, Any]) -> Problem:
    return Problem(alert["kind"], alert["subject"], alert["message"], alert["opened_at"], alert["evidence"], tuple(alert["steps"]))


def _of_daemon(vitals: Vitals) -> Iterator[Problem]:
    beat = vitals.beat
    if beat is None or (not beat.alive and beat.doing == ENDED):
        return
    if not beat.alive:
        yield Problem(
            "daemon",
            "daemon",
            f"The daemon (pid {beat.pid}) runs no more, and did not say that it ended.",
            beat.beat_at,
            steps=(
                "See why: journalctl -u jiaxing-today, or wherever its log goes",
                "Start:   systemctl start jiaxing-today   (or: jiaxing-today daemon)",
                f"If it is not to run any more: rm {heartbeat_file(vitals.archive)}",
            ),
        )
    elif (silent := vitals.now - parse_instant(beat.beat_at)) > _SILENT_FOR:
        yield Problem(
            "daemon",
            "daemon",
            f"The daemon (pid {beat.pid}) has given no sign of life for {length(silent.total_seconds())}"
            + (f"; it was {beat.doing}." if beat.doing else "."),
            beat.beat_at,
            steps=("Restart: systemctl restart jiaxing-today   (nothing is lost: what is due stays due)",),
        )


def overdue_at(watched: Watched, since: datetime) -> datetime:
    """Return when a listing last read at `since` is overdue: two of its times passed, and as long again as lies between them."""
    schedule, zone = watched.portal.schedule.discover, watched.portal.zone
    first = next_time(schedule, since, zone)
    second = next_time(schedule, first, zone)
    return second + (second - first)


def _of_sections(vitals: Vitals) -> Iterator[Problem]:
    for watched in vitals.sections:
        since = watched.last_complete_at or watched.known_since
        if since is None or vitals.now < overdue_at(watched, parse_instant(since)):
            continue
        schedule = watched.portal.schedule.discover
        never = f"was never read to its end ({schedule})"
        late = f"was not read to its end for longer than twice its schedule ({schedule})"
        yield Problem(
            "listing",
            watched.name,
            f"{watched.name}: its listing {late if watched.last_complete_at else never}.",
            since,
            steps=(f"Try:    jiaxing-today crawl {watched.name}", "Always: jiaxing-today daemon, or crawl by cron"),
        )


def _of_disk(vitals: Vitals) -> Iterator[Problem]:
    paused = any(alert["kind"] == DISK for alert in vitals.alerts)
    alert = None if vitals.free is None else disk_alert(vitals.free, vitals.stop_below_free, paused=paused)
    if alert is not None:
        yield Problem(alert.kind, alert.subject, alert.message, steps=alert.steps)


def _of_copies(vitals: Vitals) -> Iterator[Problem]:
    copies = vitals.copies
    if copies is None:
        return
    since = copies.newest_at or vitals.began_at
    if since is None or vitals.now - parse_instant(since) <= _COPY_OVERDUE:
        return
    job = vitals.jobs.get(BACKUP)
    why = copies.error or (job.note if job and job.outcome == "failed" else None)
    yield Problem(
        "backup",
        "backup",
        f"{'The newest copy is old' if copies.newest_at else 'There is no copy'} in {copies.folder}" + (f": {why}" if why else "."),
        since,
        steps=("Try:    jiaxing-today backup",),
    )


def _of_outbox(vitals: Vitals) -> Iterator[Problem]:
    dead = vitals.outbox.get("dead", 0)
    if dead:
        yield Problem(
            "dead-letters",
            "outbox",
            f"{dead} messages could not be delivered for a week and were given up.",
            steps=("Try:    jiaxing-today notify test NAME, for each receiver in the settings",),
        )
