"""Whether a file can be read from end to end, found out in a way that can be broken off."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from storage.connect import open_reader
from storage.errors import ArchiveDamaged, WorkStopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["damage_of", "first_damage", "stopped_by"]

_STEPS = 10_000
"""Instructions of SQLite between two questions whether to go on; some milliseconds."""
_INTERRUPTED = "interrupted"
_STOPPED = "stopped; nothing is left of it"


@contextmanager
def stopped_by(connection: sqlite3.Connection, goes_on: Callable[[], bool]) -> Iterator[None]:
    """Ask before and during long statements whether to go on; raises WorkStopped where not, or where Ctrl-C was pressed."""
    if not goes_on():
        raise WorkStopped(_STOPPED)
    connection.set_progress_handler(lambda: not goes_on(), _STEPS)
    try:
        yield
    except sqlite3.OperationalError as exc:
        if _INTERRUPTED not in str(exc):
            raise
        raise WorkStopped(_STOPPED) from exc
    finally:
        connection.set_progress_handler(None, 0)


def first_damage(connection: sqlite3.Connection) -> str | None:
    """Return the first thing that SQLite finds wrong with a file when it reads all of it (`quick_check`), or None."""
    try:
        (said,) = connection.execute("PRAGMA main.quick_check(1)").fetchone()
    except sqlite3.DatabaseError as exc:
        if _INTERRUPTED in str(exc):
            raise
        return str(exc)
    return None if said == "ok" else str(said)


def damage_of(path: Path, goes_on: Callable[[], bool] = lambda: True) -> str | None:
    """Return the first thing that is wrong with an archive: guards, tables, or a page of the file; None for a sound one.

    It reads all of the file through the read-only twin, which for a large one takes minutes: it may run in a thread, and ends with
    WorkStopped soon after `goes_on` says no.  It holds no lock; while it reads, SQLite's log is not begun anew, and grows.
    """
    try:
        with closing(open_reader(path)) as connection, stopped_by(connection, goes_on):
            return first_damage(connection)
    except ArchiveDamaged as exc:
        return str(exc)
