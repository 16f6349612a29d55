"""Copying an archive while it is written to: `VACUUM INTO` from the read-only twin, verified before it is called a copy.

The copy is of one moment, whoever writes meanwhile, and needs no lock of the writer's.  It is compared with the archive by what
can be said of that moment later on: ledger tables only grow, so that of each the archive must hold as many rows up to the last
one that the copy has, and its log the same root after as many leaves.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.connect import open_reader
from storage.copies import begun_copy, copies_of, copy_name, founded_alike, founding_leaf, leftovers_of
from storage.disk import free_bytes, in_units
from storage.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveFull, ArchiveReadOnly
from storage.ledger import root_of
from storage.log import CompactRange
from storage.schema import ledger_tables
from storage.soundness import first_damage, stopped_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

__all__ = ["Backup", "Contents", "Progress", "back_up", "going_on", "sound_contents"]

Progress = Callable[[str, float], bool]
"""Told how far (0 to 1) which stage is; returns whether to go on."""

_ROOM = 1.5
"""Times the archive's size that must be free: a copy as large as the archive must not be what fills the disk."""
_DAMAGED = "keep the file as it is and restore a backup (docs/backup.md)"
_COPYING, _READING = "copying", "reading the copy"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds: rows by ledger table, and its log's size and root (hexadecimal)."""

    rows: dict[str, int]
    leaves: int
    root: str


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made and verified, how many copies there are now, and which older ones made room for it."""

    path: Path
    bytes: int
    contents: Contents
    kept: int
    removed: tuple[Path, ...]


def going_on(_stage: str, _share: float) -> bool:
    """Go on, whatever is reported: the progress of those whom nobody watches."""
    return True


def back_up(  # noqa: PLR0913 - each is a choice of the caller's
    archive: Path,
    folder: Path,
    *,
    keep: int,
    now: datetime,
    progress: Progress = going_on,
    free: Callable[[Path], int] = free_bytes,
) -> Backup:
    """Copy an archive into a folder, verify the copy, and keep the newest `keep` copies of this archive there.

    Raises ArchiveError (see its tree) where that cannot be: then nothing is left of it, and no older copy was touched.
    """
    with ExitStack() as stack:
        source = stack.enter_context(closing(open_reader(archive)))
        handle = stack.enter_context(_locked(folder))
        with _explained(archive, folder):
            for leftover in leftovers_of(archive, folder):
                leftover.unlink()
            size = _size_of(source)
            _assert_room(folder, size, free(folder))
            copy = folder / copy_name(archive, now)
            if copy.exists():
                raise ArchiveBusy(f"there is a copy of this very second: {copy}", hint="run the command again")
            copies = copies_of(archive, folder)
            contents = _made(source, begun_copy(copy), size, progress)
            begun_copy(copy).rename(copy)
            os.fsync(handle)
            known = founded_alike(copies, founding_leaf(source))
            removed = tuple(old.path for old in known[: max(len(known) - (keep - 1), 0)])
            for old in removed:
                old.unlink()
            return Backup(copy, copy.stat().st_size, contents, 1 + len(known) - len(removed), removed)


def sound_contents(path: Path, progress: Progress = going_on) -> Contents:
    """Read all of a file and return what it holds; raises ArchiveDamaged (or what `open_reader` raises) where it is not sound.

    Guards and tables are there, every page of the file can be read, and the log's leaves give the root that the file names.  What
    the rows say is not compared with their leaves here.
    """
    with closing(open_reader(path)) as connection, stopped_by(connection, lambda: progress(_READING, 0.0)):
        said = first_damage(connection)
        if said:
            raise ArchiveDamaged(f"{path}: {said}", hint=_DAMAGED)
        connection.execute("BEGIN")
        rows = {table: _count(connection, table) for table in ledger_tables(connection)}
        edge = CompactRange(connection.execute("SELECT level, hash FROM _log").fetchall())
        (leaves,) = connection.execute("SELECT coalesce(max(id), 0) FROM log_leaves").fetchone()
        root = root_of(connection, leaves)
        if (edge.size, edge.root()) != (leaves, root):
            raise ArchiveDamaged(
                f"{path}: the log's leaves do not give its root", hint="keep the file as it is and restore a backup"
            )
        return Contents(rows, leaves, root.hex())


def _made(source: sqlite3.Connection, path: Path, size: int, progress: Progress) -> Contents:
    """Write and verify a copy under the name `path`; nothing is left there where that fails."""
    with ExitStack() as stack:
        for end in ("", "-journal"):
            stack.callback(path.with_name(path.name + end).unlink, missing_ok=True)
        os.close(
            os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        )  # an empty file is written to, not replaced
        with stopped_by(source, lambda: progress(_COPYING, min(path.stat().st_size / max(size, 1), 1.0))):
            source.execute("VACUUM main INTO ?", (str(path),))
        _to_disk(path)
        contents = sound_contents(path, progress)
        _assert_same(source, path, contents, progress)
        stack.pop_all()
        return contents


def _assert_same(source: sqlite3.Connection, path: Path, contents: Contents, progress: Progress) -> None:
    """Compare a copy with the archive as it was at the moment of the copy; raises ArchiveDamaged."""
    with closing(open_reader(path)) as copy, stopped_by(source, lambda: progress(_READING, 1.0)):
        source.execute("BEGIN")
        try:
            for table, rows in contents.rows.items():
                (last,) = copy.execute(f"SELECT coalesce(max(id), 0) FROM main.{table}").fetchone()  # noqa: S608 - our names
                if _count(source, table, last) != rows:
                    raise _differs(path, f"{rows} rows of {table}, the archive {_count(source, table, last)} up to the same one")
            if root_of(source, contents.leaves).hex() != contents.root:
                raise _differs(path, f"another log after {contents.leaves} leaves")
        finally:
            source.execute("ROLLBACK")


def _differs(path: Path, how: str) -> ArchiveDamaged:
    return ArchiveDamaged(
        f"the copy {path.name} is not what it was made of: it has {how}", hint="see the system's log for disk errors"
    )


def _count(connection: sqlite3.Connection, table: str, last: int | None = None) -> int:
    """Return how many rows a table has, up to the row `last`; those behind that are counted, for they are fewer."""
    (rows,) = connection.execute(f"SELECT count(*) FROM main.{table}").fetchone()  # noqa: S608 - our names
    if last is None:
        return int(rows)
    (behind,) = connection.execute(f"SELECT count(*) FROM main.{table} WHERE id > ?", (last,)).fetchone()  # noqa: S608
    return int(rows - behind)


def _size_of(connection: sqlite3.Connection) -> int:
    (pages,), (size,) = (connection.execute(f"PRAGMA main.{name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages * size)


def _assert_room(folder: Path, size: int, free: int) -> None:
    needed = int(_ROOM * size)
    if free < needed:
        raise ArchiveFull(
            f"{folder}: {in_units(free)} free, {in_units(needed)} needed ({_ROOM} times the archive's size):"
            f" {in_units(needed - free)} are missing. Nothing was written.",
            hint="make room there, or name another folder",
        )


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """Hold a folder against other copies; yield a handle of it.

    Raises ArchiveReadOnly where there is none (it is not made: a disk that is not mounted must not be mistaken for its folder) or
    it cannot be written, ArchiveBusy where another copy is being made there.
    """
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as exc:
        hint = f"make it: mkdir -p {folder}   (or name another; is its disk mounted?)"
        raise ArchiveReadOnly(f"cannot copy to the folder {folder}: {exc.strerror}", hint=hint) from exc
    with ExitStack() as stack:
        stack.callback(os.close, handle)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise ArchiveBusy(f"another copy is being made in {folder}", hint="try again when it is done") from exc
        yield handle


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def _explained(archive: Path, folder: Path) -> Iterator[None]:
    """Turn what goes wrong between an archive and a folder into our errors."""
    try:
        yield
    except sqlite3.DatabaseError as exc:
        said = str(exc).lower()
        if "full" in said:
            raise _full(folder, said) from exc
        if "malformed" in said:
            raise ArchiveDamaged(f"{archive}: {exc}", hint="keep the file as it is and restore an older copy") from exc
        hint = f"see the system's log, and what is free on the disk of {folder}; the archive was only read"
        raise ArchiveError(f"{archive} could not be copied to {folder}: {exc}. Nothing is left of it.", hint=hint) from exc
    except OSError as exc:
        if exc.errno in _FULL:
            raise _full(folder, str(exc.strerror)) from exc
        raise ArchiveReadOnly(
            f"{exc.filename or folder}: {exc.strerror}", hint="run as somebody who may write there, or name another"
        ) from exc


def _full(folder: Path, why: str) -> ArchiveFull:
    return ArchiveFull(
        f"{folder}: the copy did not fit ({why}). Nothing is left of it.", hint="make room there, or name another folder"
    )
