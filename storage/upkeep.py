"""What an archive needs now and then, beside looks: which of it is due, doing it, and how it went the last time.

When each job is due stands in a row of `_jobs`, so that a restart neither forgets nor repeats one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from storage.alerts import Alert
from storage.disk import bytes_of
from storage.instants import instant, parse_instant

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from datetime import datetime

    from storage.archive import Archive

__all__ = [
    "BACKUP",
    "DAMAGED",
    "OPTIMIZE",
    "QUICK_CHECK",
    "SIZE",
    "Growth",
    "Job",
    "checkpoint",
    "growth_of",
    "jobs_of",
    "note_backup",
    "note_check",
    "note_size",
    "optimize",
    "record_job",
    "what_is_due",
]

BACKUP, QUICK_CHECK, OPTIMIZE, SIZE = "backup", "quick-check", "optimize", "size"
DAMAGED = "damaged"
"""The kind of the alert for a file that cannot be read from end to end."""

_EVERY = {BACKUP: timedelta(days=1), QUICK_CHECK: timedelta(days=1), OPTIMIZE: timedelta(hours=6), SIZE: timedelta(days=1)}
_AGAIN = timedelta(hours=1)
"""After how long what failed is tried again."""
_DONE, _FAILED = "done", "failed"

_LARGE_LOG = 64_000_000
"""Bytes from which on SQLite's log is cut: it never shrinks by itself, and readers look into all of it."""
_PATIENCE_MS = 100
_ANALYSED = 400
"""Rows of an index that are looked at to tell how selective it is: enough for a plan, and never long."""

_SAMPLES = 400
"""Days of which the size is remembered: over a year, a few kilobytes."""
_MONTH = 30.44
_SHOWN_OVER = 31
_FEWEST_DAYS = 2


@dataclass(frozen=True, slots=True)
class Job:
    """When something is due, when it was last done (well), how it went the last time (`done`, `failed`), and a note of that."""

    name: str
    due_at: str | None = None
    done_at: str | None = None
    outcome: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Growth:
    """By how much the file grew, in bytes a month, seen over how many days."""

    bytes_a_month: float
    days: float

    def years_until_full(self, free: int) -> float | None:
        """Return in how many years a disk with so much free is full, or None where the file does not grow."""
        return free / (12 * self.bytes_a_month) if self.bytes_a_month > 0 else None


def jobs_of(connection: sqlite3.Connection) -> dict[str, Job]:
    """Return what is known of each job, by name."""
    found = connection.execute("SELECT name, due_at, done_at, outcome, note FROM _jobs")
    return {row[0]: Job(*row) for row in found}


def what_is_due(jobs: Mapping[str, Job], now: datetime, *, backups: bool) -> list[str]:
    """Return the jobs that are due, a copy first; `backups` says whether a folder for copies is configured.  Pure.

    What was never done is due; so is what is due later than its interval allows, for then a clock went wrong.
    """
    return [name for name, every in _EVERY.items() if (backups or name != BACKUP) and _is_due(jobs.get(name), now, every)]


def _is_due(job: Job | None, now: datetime, every: timedelta) -> bool:
    return job is None or job.due_at is None or not now < parse_instant(job.due_at) <= now + every


def record_job(connection: sqlite3.Connection, name: str, now: datetime, *, failed: bool = False, note: str | None = None) -> None:
    """Write how a job went and when it is due again, in the caller's transaction; a failure leaves when it was last done."""
    done_at = None if failed else instant(now)
    due_at = instant(now + (_AGAIN if failed else _EVERY[name]))
    connection.execute(
        "INSERT INTO _jobs (name, due_at, done_at, outcome, note) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
        " due_at = excluded.due_at, done_at = coalesce(excluded.done_at, done_at), outcome = excluded.outcome,"
        " note = excluded.note",
        (name, due_at, done_at, _FAILED if failed else _DONE, note),
    )


# What is done by the writer, in its turn


def optimize(archive: Archive, now: datetime) -> None:
    """Let SQLite look anew at how its indexes are filled, as far as queries since the last time would gain by that."""
    with archive.transaction():
        archive.connection.execute(f"PRAGMA analysis_limit = {_ANALYSED}")
        archive.connection.execute("PRAGMA optimize")
        record_job(archive.connection, OPTIMIZE, now)


def checkpoint(archive: Archive) -> int:
    """Write SQLite's log into the file, and cut it where it became large; return its size then, in bytes.

    Only ever from the writer's own connection: two that do so at once can damage the file in SQLite up to 3.51.2.  Readers that
    look at an old state keep the log from being cut; then it is cut the next time.
    """
    log = archive.path.with_name(archive.path.name + "-wal")
    size = log.stat().st_size if log.exists() else 0
    (patience,) = archive.connection.execute("PRAGMA busy_timeout").fetchone()
    archive.connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    archive.connection.execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if size > _LARGE_LOG else 'PASSIVE'})").fetchall()
    archive.connection.execute(f"PRAGMA busy_timeout = {patience}")
    return log.stat().st_size if log.exists() else 0


def note_check(archive: Archive, damage: str | None, now: datetime) -> None:
    """Record what `storage.soundness.damage_of` found, with an alert, or its recovery."""
    name = archive.path.name
    with archive.transaction():
        record_job(archive.connection, QUICK_CHECK, now, failed=damage is not None, note=damage)
        if damage is None:
            archive.recovered(DAMAGED, name)
            return
        steps = ("Keep:   the file as it is; it is evidence", "Do:     bring back the newest sound copy, as docs/backup.md says")
        archive.alert(Alert(DAMAGED, name, f"{name} is damaged: {damage}", str(archive.path), steps))


def note_backup(archive: Archive, now: datetime, *, failure: str | None = None, copy: str | None = None) -> None:
    """Record that a copy was made (`copy`: its file), or why none was."""
    with archive.transaction():
        record_job(archive.connection, BACKUP, now, failed=failure is not None, note=failure or copy)


def note_size(archive: Archive, now: datetime) -> None:
    """Remember how large the file is today."""
    with archive.transaction():
        job = jobs_of(archive.connection).get(SIZE)
        samples = _samples(job) | {instant(now): bytes_of(archive.path)}
        kept = dict(sorted(samples.items())[-_SAMPLES:])
        record_job(archive.connection, SIZE, now, note=json.dumps(kept))


def growth_of(jobs: Mapping[str, Job], now: datetime) -> Growth | None:
    """Return how the file grew over the last month, by what the daemon measured once a day; None before two days are over.

    Measured is the file with its log, as it lies on the disk: all that is recorded, and nothing of copies elsewhere.  Pure.
    """
    since = instant(now - timedelta(days=_SHOWN_OVER))
    samples = sorted((at, size) for at, size in _samples(jobs.get(SIZE)).items() if since <= at <= instant(now))
    if not samples:
        return None
    (first, least), (last, most) = samples[0], samples[-1]
    days = (parse_instant(last) - parse_instant(first)).total_seconds() / 86_400
    return Growth((most - least) / days * _MONTH, days) if days >= _FEWEST_DAYS else None


def _samples(job: Job | None) -> dict[str, int]:
    return dict(json.loads(job.note)) if job and job.note else {}
