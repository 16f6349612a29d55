"""Bringing an archive of an older version up to date: what that takes, and doing it after a copy was made.

Migrations that only add run by themselves whenever an archive is opened for writing.  One that writes a table anew runs here alone:
its names stand in `storage.schema.REWRITES`.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlite_utils import Database

from storage.backup import back_up, going_on
from storage.connect import open_reader, open_writer
from storage.disk import bytes_of, free_bytes, in_units
from storage.errors import ArchiveFull
from storage.schema import REWRITES, migrations, pending_rewrites

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from sqlite_utils import Migrations

    from storage.backup import Backup, Progress

__all__ = ["Plan", "plan_of", "upgrade"]

_ROOM = 2
"""Times the file's size that a rewrite may need beside it: the new tables in SQLite's log, and once more in the file."""
_BYTES_A_SECOND = 20_000_000
"""What a plain disk writes while guards and indexes are kept; said before as "about"."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What bringing a file up to date takes: its pending migrations, those of them that write a table anew, room, and time."""

    pending: tuple[str, ...]
    rewrites: tuple[str, ...]
    bytes: int

    @property
    def room(self) -> int:
        """Return how many bytes must be free on the archive's disk, beside the copy."""
        return _ROOM * self.bytes if self.rewrites else 0

    @property
    def seconds(self) -> float:
        """Return about how long it takes, the copy included."""
        return (1 + _ROOM) * self.bytes / _BYTES_A_SECOND if self.rewrites else 0.0


def plan_of(path: Path, steps: Migrations = migrations, rewrites: frozenset[str] = REWRITES) -> Plan:
    """Return what bringing an archive up to date takes; nothing is written.  Raises ArchiveError."""
    with closing(open_reader(path)) as connection:
        db = Database(connection)
        pending = tuple(migration.name for migration in steps.pending(db))
        return Plan(pending, tuple(pending_rewrites(db, steps, rewrites)), bytes_of(path))


def upgrade(  # noqa: PLR0913 - each is a choice of the caller's
    path: Path,
    folder: Path | None,
    *,
    keep: int,
    now: datetime,
    progress: Progress = going_on,
    steps: Migrations = migrations,
    rewrites: frozenset[str] = REWRITES,
    free: Callable[[Path], int] = free_bytes,
) -> Backup | None:
    """Bring an archive up to date; where a table is written anew, after a copy to `folder`, which is returned.

    The caller holds the lock (`storage.lock`).  One transaction: killed in the middle, the archive is what it was.
    Raises ArchiveError; ArchiveFull before anything is done where the room is not there.
    """
    plan = plan_of(path, steps, rewrites)
    if plan.room > free(path):
        raise ArchiveFull(
            f"{path}: {in_units(free(path))} free on its disk, {in_units(plan.room)} needed. Nothing was done.",
            hint="make room there",
        )
    backup = None
    if plan.rewrites:
        assert folder is not None, "a table is written anew only after a copy was made"
        backup = back_up(path, folder, keep=keep, now=now, progress=progress, free=free)
    open_writer(path, steps=steps, rewrites=rewrites, may_rewrite=True).close()
    return backup
