"""The copies of an archive in a folder: which files there are ours, which of them go, and what was left by one that was killed."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storage.schema import APPLICATION_ID

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Copy", "begun_copy", "copies_of", "copy_name", "founded_alike", "founding_leaf", "leftovers_of"]

_STAMP = "%Y%m%dT%H%M%SZ"
_STAMPED = r"\d{8}T\d{6}Z"
_HEADER_SIZE, _ID_AT = 100, slice(68, 72)
"""The file header of SQLite and where the application's number stands in it (SQLite's file format, 1.3)."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of an archive: its file, when it was made by its name, and how large it is."""

    path: Path
    made_at: datetime
    bytes: int


def copy_name(archive: Path, now: datetime) -> str:
    """Return what a copy made at `now` is called: `archive-20260101T081500Z.db`."""
    return f"{archive.resolve().stem}-{now.astimezone(UTC):{_STAMP}}.db"


def begun_copy(copy: Path) -> Path:
    """Return the name under which a copy is written until it is whole and verified."""
    return copy.with_name(f".{copy.name}.partial")


def leftovers_of(archive: Path, folder: Path) -> list[Path]:
    """Return what copies that were killed left in a folder: whoever asks holds its lock, so that none of them is being written."""
    form = re.compile(rf"\.{re.escape(archive.resolve().stem)}-{_STAMPED}\.db\.partial(-journal|-wal|-shm)?")
    return sorted(path for path in folder.iterdir() if form.fullmatch(path.name))


def copies_of(archive: Path, folder: Path) -> list[Copy]:
    """Return the files of a folder that are by name and header copies of an archive, the oldest first.

    Raises OSError where the folder, or a file with such a name, cannot be read: then nobody can say which there are.
    """
    stem = archive.resolve().stem
    found = [(path, made_at) for path in folder.iterdir() if (made_at := _made_at(path.name, stem)) and _is_ours(path)]
    return sorted((Copy(path, made_at, path.stat().st_size) for path, made_at in found), key=lambda copy: copy.made_at)


def founded_alike(copies: Iterable[Copy], founding: bytes | None) -> list[Copy]:
    """Return the copies of the archive whose first run is known by that leaf.

    Another archive's copies, and those that cannot be read, are left out: they may be all that somebody has.
    """
    return [copy for copy in copies if founding is not None and _founding_of(copy.path) == founding]


def founding_leaf(connection: sqlite3.Connection) -> bytes | None:
    """Return the leaf of an archive's first run (its instant and settings), by which copies of one archive are known; or None."""
    row = connection.execute("SELECT hash FROM log_leaves WHERE kind = 'runs' ORDER BY row_id LIMIT 1").fetchone()
    return bytes(row[0]) if row else None


def _founding_of(path: Path) -> bytes | None:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            return founding_leaf(connection)
    except sqlite3.Error:
        return None


def _made_at(name: str, stem: str) -> datetime | None:
    """Return when a copy was made by its name, or None where that is no name of a copy."""
    match = re.fullmatch(rf"{re.escape(stem)}-({_STAMPED})\.db", name)
    try:
        return datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def _is_ours(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(_HEADER_SIZE)[_ID_AT] == APPLICATION_ID.to_bytes(4, "big")
