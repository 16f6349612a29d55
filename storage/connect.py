"""Opening the file: the writer's connection, the read-only twin, and what to say when neither can be had."""

from __future__ import annotations

import os
import pwd
import sqlite3
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from sqlite_utils import Database

from storage.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    ArchiveFull,
    ArchiveMissing,
    ArchiveReadOnly,
    NotAnArchive,
    UpgradeNeeded,
)
from storage.schema import APPLICATION_ID, REWRITES, check, migrate, migrations, pending_rewrites, read_as_migrated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlite_utils import Migrations

__all__ = ["assert_unmoved", "create", "file_at", "is_fresh", "open_reader", "open_writer", "translated"]

_BUSY_MS = 10_000
_SQLITE, _HEADER_SIZE, _ID_AT = b"SQLite format 3\0", 100, slice(68, 72)
"""The file header of SQLite and where the application's number stands in it (SQLite's file format, 1.3)."""

# What SQLite says -> what we say and advise.  First match holds; the text is matched because Python 3.11's error codes do not
# tell a full disk from a full quota, and a read-only folder only shows as "unable to open".
_SAYINGS: tuple[tuple[str, type[ArchiveError], str], ...] = (
    ("disk is full", ArchiveFull, "free some space and run the command again: it goes on where it stopped"),
    ("database is locked", ArchiveBusy, "another program holds the file; close it or try again later"),
    ("readonly database", ArchiveReadOnly, "run as the archive's owner, or choose another file with --archive PATH"),
    (
        "unable to open",
        ArchiveReadOnly,
        "the file or its folder cannot be written; run as its owner or choose another with --archive PATH",
    ),
    ("not a database", NotAnArchive, "choose another file with --archive PATH"),
    ("malformed", ArchiveDamaged, "keep the file as it is and restore a backup"),
    ("disk i/o error", ArchiveError, "the disk could not be written or read: see the system's log"),
)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the file into ours; programming errors pass as they are."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as exc:
        for saying, error, hint in _SAYINGS:
            if saying in str(exc).lower():
                raise error(f"{path}: {exc}", hint=hint) from exc
        raise


def is_fresh(path: Path) -> bool:
    """Tell whether an archive is still to be made at `path`, where nothing or an empty file lies.

    Raises for a file that is not ours before anything is written beside it: NotAnArchive, ArchiveReadOnly.
    """
    if not path.exists():
        return True
    _assert_ours_to_open(path)
    if path.with_name(path.name + "-shm").exists():
        # Somebody has it open.  If that is this process, closing a descriptor of ours would drop SQLite's locks on the file.
        return path.stat().st_size == 0
    with path.open("rb") as file:
        header = file.read(_HEADER_SIZE)
    if header and (not header.startswith(_SQLITE) or header[_ID_AT] != APPLICATION_ID.to_bytes(4, "big")):
        raise NotAnArchive(f"{path} is not an archive of ours", hint="choose another file with --archive PATH")
    return not header


def open_writer(
    path: Path, *, steps: Migrations = migrations, rewrites: frozenset[str] = REWRITES, may_rewrite: bool = False
) -> Database:
    """Open an archive for writing, bringing it up to date.

    `synchronous=FULL`: what is said to be recorded is on the disk.  The caller holds the lock (`storage.lock`).
    Raises UpgradeNeeded where that would write a table anew, unless the caller means that to happen.
    """
    _assert_ours_to_open(path, os.W_OK)
    with translated(path), ExitStack() as stack:
        db = Database(stack.enter_context(closing(_connect(str(path)))))
        check(db, str(path), steps)
        waiting = [] if may_rewrite else pending_rewrites(db, steps, rewrites)
        if waiting:
            raise UpgradeNeeded(
                f"{path} is of an older version, and bringing it up to date takes time and room ({', '.join(waiting)})",
                hint="see what it takes: jiaxing-today upgrade --dry-run   (reading commands work as before)",
            )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
            db.conn.execute(f"PRAGMA {pragma}")
        migrate(db, steps)
        stack.pop_all()
        return db


def file_at(path: Path) -> tuple[int, int] | None:
    """Return which file lies at a path, whatever its name: its device and number; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def assert_unmoved(path: Path, file: tuple[int, int] | None) -> None:
    """Raise ArchiveMissing where the file that is open is not the one at its path any more: it would be written for nobody."""
    if file_at(path) != file:
        raise ArchiveMissing(
            f"{path} was deleted or replaced while it was open for writing",
            hint="what was written until then is in the file that was there before; run the command again for the one there now",
        )


def create(path: Path) -> None:
    """Make an empty archive at `path`, which must not exist or be empty: whole or not at all, under another name first.

    The caller holds the lock, so that what lies under that name was left by a process that was killed.
    """
    if not path.parent.is_dir():
        raise ArchiveReadOnly(f"the folder {path.parent} does not exist", hint="create it, or choose another with --archive PATH")
    building = path.with_name(f".{path.name}.new")
    leftovers = [building.with_name(building.name + end) for end in ("", "-wal", "-shm", "-journal")]
    with ExitStack() as stack:
        for leftover in leftovers:
            leftover.unlink(missing_ok=True)
            stack.callback(leftover.unlink, missing_ok=True)
        with translated(path), closing(_connect(str(building))) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            migrate(Database(connection))
        for stale in ("-wal", "-shm", "-journal"):  # of an archive that was deleted: SQLite would replay it into the new one
            path.with_name(path.name + stale).unlink(missing_ok=True)
        building.replace(path)


def open_reader(path: Path) -> sqlite3.Connection:
    """Open the read-only twin of an archive; never makes or changes a file that people keep.

    Raises ArchiveMissing, NotAnArchive, NewerArchive, ArchiveReadOnly or ArchiveDamaged.
    """
    if not path.exists():
        raise ArchiveMissing(
            f"there is no archive at {path}",
            hint="make one with: jiaxing-today crawl --limit 30   (or name another with --archive PATH)",
        )
    _assert_ours_to_open(path)
    with translated(path), ExitStack() as stack:
        connection = stack.enter_context(closing(_connect(f"{path.resolve().as_uri()}?mode=ro{_immutable(path)}", uri=True)))
        check(Database(connection), str(path))
        read_as_migrated(connection)
        stack.pop_all()
        return connection


def _connect(where: str, *, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(where, isolation_level=None, uri=uri, timeout=_BUSY_MS / 1000, check_same_thread=False)


def _immutable(path: Path) -> str:
    """Return what lets a WAL file be read in a folder that we may not write to: as immutable, safe while no log lies beside it."""
    log = path.with_name(path.name + "-wal")
    return "&immutable=1" if not os.access(path.parent, os.W_OK) and not log.exists() else ""


def _assert_ours_to_open(path: Path, right: int = os.R_OK) -> None:
    if path.is_dir():
        raise NotAnArchive(f"{path} is a folder", hint="name a file with --archive PATH")
    if not os.access(path, right):
        owner, done = _owner(path), "read" if right == os.R_OK else "written"
        raise ArchiveReadOnly(
            f"{path} belongs to {owner} and cannot be {done} by you",
            hint=f"use: sudo -u {owner} jiaxing-today ... --archive {path}",
        )


def _owner(path: Path) -> str:
    number = path.stat().st_uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
