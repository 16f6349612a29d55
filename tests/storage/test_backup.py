"""Copies of an archive: whole and verified or not there at all, and none that somebody may need is ever taken away."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.backup import back_up, sound_contents
from storage.connect import open_reader
from storage.copies import copies_of
from storage.disk import free_bytes
from storage.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveFull,
    ArchiveMissing,
    ArchiveReadOnly,
    NotAnArchive,
    WorkStopped,
)
from storage.schema import ledger_tables
from tests.builders import Clock, article_url, opened
from tests.storage.test_migrations import as_the_first_version_made_it

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    """Give a folder for copies."""
    (tmp_path / "copies").mkdir()
    return tmp_path / "copies"


def made(archive, folder, *, hours=0, keep=2, **more):
    """Make a copy some hours after noon."""
    return back_up(archive, folder, keep=keep, now=NOON + timedelta(hours=hours), **more)


def names(folder):
    """Return what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_copy_holds_what_the_archive_holds(busy, folder):
    """Every table with every row, tables that are no evidence included; the copy opens as an archive, for nobody but its owner."""
    backup = made(busy, folder)
    assert backup.path == folder / "archive-20260101T120000Z.db"
    assert names(folder) == [backup.path.name]
    assert stat.S_IMODE(backup.path.stat().st_mode) == 0o600
    with closing(open_reader(busy)) as source, closing(open_reader(backup.path)) as copy:
        tables = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert {"fetches", "_outbox", "_sqlite_migrations"} <= set(tables)
        for table in tables:
            sql = f'SELECT * FROM "{table}" ORDER BY rowid'
            assert source.execute(sql).fetchall() == copy.execute(sql).fetchall(), table
        assert backup.contents.rows == {
            table: source.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ledger_tables(source)
        }
    assert sound_contents(backup.path) == sound_contents(busy) == backup.contents


def test_the_writer_goes_on_meanwhile(path, folder, clock):
    """A copy is of one moment and needs no lock: what is written while it is made is no difference."""
    with opened(path, clock) as story:
        for number in range(60):
            page = story.sweep([article_url(number)])[0]
            story.look(page, f"Text {number}.")
        over = threading.Event()
        copies = []

        def copy_again_and_again() -> None:
            copies.extend(made(path, folder, hours=hour, keep=9) for hour in range(5))
            over.set()

        copier = threading.Thread(target=copy_again_and_again)
        copier.start()
        number = 60
        while not over.is_set():
            story.look(story.sweep([article_url(number)])[0], f"Text {number}.")
            number += 1
        copier.join()
    leaves = [copy.contents.leaves for copy in copies]
    assert leaves == sorted(leaves)
    assert leaves[-1] > leaves[0]
    assert [sound_contents(copy.path) for copy in copies] == [copy.contents for copy in copies]


def test_the_newest_are_kept(busy, folder):
    """So many as wanted, the new one among them; they go only when it is there."""
    made(busy, folder)
    made(busy, folder, hours=1)
    third = made(busy, folder, hours=2)
    assert [path.name for path in third.removed] == ["archive-20260101T120000Z.db"]
    assert (third.kept, names(folder)) == (2, ["archive-20260101T130000Z.db", "archive-20260101T140000Z.db"])
    only = made(busy, folder, hours=3, keep=1)
    assert names(folder) == [only.path.name]


def test_a_clock_that_was_set_back_takes_no_fresh_copy(busy, folder):
    """The copy just made stays, also where all others seem to be newer."""
    made(busy, folder, hours=5)
    backup = made(busy, folder, keep=1)
    assert names(folder) == [backup.path.name]


def test_what_is_not_ours_stays(busy, folder, path, tmp_path):
    """Other files, also of a copy's name, another archive's copies, links, and copies that cannot be read are never taken away."""
    (folder / "archive-20250101T000000Z.db").write_text("somebody's notes")
    (folder / "archive-20259999T000000Z.db").write_text("no date")
    (folder / "notes.db").write_text("notes")
    (folder / "archive-20250102T000000Z.db").symlink_to(busy)
    other = tmp_path / "other" / "archive.db"
    other.parent.mkdir()
    with opened(other, Clock(NOON)) as story:
        story.sweep([article_url(7)])
    made(other, folder, hours=-3)
    broken = folder / "archive-20250103T000000Z.db"
    broken.write_bytes(busy.read_bytes()[:4096] + b"\xff" * 8192)
    before = names(folder)
    made(busy, folder)
    made(busy, folder, hours=1)
    backup = made(busy, folder, hours=2, keep=1)
    assert names(folder) == sorted([*before, backup.path.name])
    assert (backup.kept, len(backup.removed)) == (1, 2)


def test_a_link_is_another_name(busy, folder, tmp_path):
    """Copies bear the name of the file itself, by whatever name it was called."""
    link = tmp_path / "link.db"
    link.symlink_to(busy)
    made(busy, folder)
    assert made(link, folder, hours=1).kept == 2
    assert names(folder) == ["archive-20260101T120000Z.db", "archive-20260101T130000Z.db"]


def test_leftovers_of_a_killed_copy_go_with_the_next(busy, folder):
    """A copy that was killed left a file under a name that is no copy's; nobody else's file is taken for one."""
    (folder / ".archive-20251231T000000Z.db.partial").write_bytes(b"half")
    (folder / ".archive-20251231T000000Z.db.partial-journal").write_bytes(b"half")
    (folder / ".other-20251231T000000Z.db.partial").write_bytes(b"half")
    assert copies_of(busy, folder) == []
    backup = made(busy, folder)
    assert names(folder) == [".other-20251231T000000Z.db.partial", backup.path.name]


def test_a_killed_copy_is_no_copy(busy, folder):
    """Killed in the middle, nothing is there that bears a copy's name, and the next one makes a whole one."""
    program = (
        "import os, sys, signal; from pathlib import Path; from datetime import datetime, UTC; from storage.backup import back_up\n"
        "def die(stage, share):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "back_up(Path(sys.argv[1]), Path(sys.argv[2]), keep=2, now=datetime.now(UTC), progress=die)"
    )
    _grow(busy, 4_000)
    killed = subprocess.run([sys.executable, "-c", program, busy, folder], cwd=ROOT, check=False)
    assert killed.returncode == -9
    assert [name for name in names(folder) if not name.startswith(".")] == []
    assert len(names(folder)) >= 1
    backup = made(busy, folder)
    assert names(folder) == [backup.path.name]


def test_no_room_no_beginning(busy, folder):
    """With less than one and a half times its size free nothing is written, and it is said how much is missing."""
    size = busy.stat().st_size
    made(busy, folder)
    with pytest.raises(ArchiveFull, match=r"1\.5 times the archive's size\): .* missing\. Nothing was written"):
        made(busy, folder, hours=1, free=lambda _: int(1.5 * size) - 1)
    assert names(folder) == ["archive-20260101T120000Z.db"]
    assert made(busy, folder, hours=1, free=lambda _: int(1.5 * size)).path.exists()


def test_a_disk_that_fills_up_in_the_middle(busy, folder):
    """Nothing half-written is left, the older copies stay, and the message says where and what to do."""
    _grow(busy, 4_000)
    older = made(busy, folder)
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "from crawler.cli import main; main(sys.argv[1:])"
    )
    arguments = ["backup", folder, "--archive", busy]
    full = subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
    assert full.returncode == 1
    assert names(folder) == [older.path.name]
    assert f"{busy} could not be copied to {folder}" in full.stderr
    assert "Nothing is left of it" in full.stderr
    assert "Traceback" not in full.stderr


def test_a_folder_that_is_not_there(busy, folder):
    """It is not made: where a disk is not mounted, its folder would be filled instead."""
    with pytest.raises(ArchiveReadOnly, match="No such file") as told:
        made(busy, folder / "none")
    assert "mkdir -p" in told.value.hint
    assert names(folder) == []
    (folder / "file").write_text("")
    with pytest.raises(ArchiveReadOnly, match="Not a directory"):
        made(busy, folder / "file")


def test_two_copies_at_once(busy, folder):
    """The second one is told so: it must not take the first one's file for a leftover."""
    handle = os.open(folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(ArchiveBusy, match="another copy is being made"):
            made(busy, folder)
    finally:
        os.close(handle)
    made(busy, folder)
    with pytest.raises(ArchiveBusy, match="this very second"):
        made(busy, folder)
    assert len(names(folder)) == 1


def test_there_is_nothing_to_copy(path, folder):
    """No archive, one that is being made under its other name, an empty file: each is said, and no copy of nothing is kept."""
    with pytest.raises(ArchiveMissing):
        made(path, folder)
    path.with_name(f".{path.name}.new").write_bytes(b"SQLite format 3\0")
    with pytest.raises(ArchiveMissing):
        made(path, folder)
    path.touch()
    with pytest.raises(NotAnArchive):
        made(path, folder)
    assert names(folder) == []


def test_an_older_file_is_copied_as_it_is(busy, folder):
    """A file of an older version is no matter of a copy's: it stays what it was, and so does the copy."""
    as_the_first_version_made_it(busy)
    backup = made(busy, folder)
    with closing(sqlite3.connect(backup.path)) as copy:
        assert copy.execute("SELECT name FROM _sqlite_migrations").fetchall() == [("m001_the_whole_file",)]


def test_a_file_that_is_being_brought_up_to_date(busy, folder):
    """The copy is of the moment before, as long as the migration has not committed."""
    before = sound_contents(busy)
    with closing(sqlite3.connect(busy, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("ALTER TABLE runs ADD COLUMN later TEXT")
        writer.execute("CREATE TABLE half (x)")
        backup = made(busy, folder)
        writer.execute("ROLLBACK")
    assert backup.contents == before


def test_a_copy_is_broken_off(busy, folder):
    """Who watches it may stop it: nothing is left, and the archive is as it was."""
    _grow(busy, 4_000)
    before = busy.read_bytes()
    with pytest.raises(WorkStopped):
        made(busy, folder, progress=lambda _stage, _share: False)
    assert (names(folder), busy.read_bytes()) == ([], before)


def test_ctrl_c_in_the_middle(busy, folder):
    """Pressed while SQLite is at work, it ends that work, and nothing is left."""
    _grow(busy, 4_000)
    answers = iter([True])

    def pressed(_stage: str, _share: float) -> bool:
        if next(answers, False):
            return True
        raise KeyboardInterrupt

    with pytest.raises(WorkStopped):
        made(busy, folder, progress=pressed)
    assert names(folder) == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM log_leaves WHERE id = (SELECT max(id) FROM log_leaves)", "do not give its root"),
        ("UPDATE log_leaves SET hash = zeroblob(32) WHERE id = 3", "do not give its root"),
        ("UPDATE _log SET hash = zeroblob(32)", "do not give its root"),
    ],
)
def test_a_log_that_does_not_fit_is_found(busy, folder, statement, words):
    """An archive whose log was tampered with gives no copy that is called sound."""
    _without_guards(busy, statement)
    with pytest.raises(ArchiveDamaged, match=words):
        made(busy, folder)
    assert names(folder) == []


def test_damage_is_found(busy, folder):
    """A page of the file that holds something else is named, in a copy and in what it would be made of."""
    copy = made(busy, folder).path
    damaged = bytearray(copy.read_bytes())
    middle = len(damaged) // 8192 * 4096
    damaged[middle : middle + 4096] = b"\xff" * 4096
    copy.write_bytes(damaged)
    with pytest.raises(ArchiveDamaged):
        sound_contents(copy)
    shutil.copy(copy, busy)
    with pytest.raises(ArchiveDamaged):
        made(busy, folder, hours=1)
    assert names(folder) == [copy.name]


def test_free_room_is_that_of_the_disk(tmp_path):
    """What `df` says of the folder, also for a file that is not there yet."""
    there = os.statvfs(tmp_path)
    found = free_bytes(tmp_path / "archive.db")
    assert abs(found - there.f_bavail * there.f_frsize) < 1_000_000_000


def _grow(path: Path, kilobytes: int) -> None:
    """Make a file larger by a table of somebody's own."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, note BLOB)")
        connection.executemany("INSERT INTO notes (note) VALUES (?)", [(os.urandom(100),) for _ in range(kilobytes * 10)])


def _without_guards(path: Path, statement: str) -> None:
    """Change a guarded table as somebody may who means to."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'log_leaves'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)
