"""Opening the file: what is refused, in which words, and that nothing is made or left behind then."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from storage.archive import Archive
from storage.connect import create, is_fresh, open_reader, open_writer, translated
from storage.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    ArchiveFull,
    ArchiveMissing,
    ArchiveReadOnly,
    NewerArchive,
    NotAnArchive,
)
from storage.lock import WriterLock
from storage.schema import APPLICATION_ID, migrate
from tests.builders import Clock, open_archive, opened, schedule

NOBODY = 65534


def left_beside(path):
    """Return the names of all files in the folder of a path."""
    return sorted(each.name for each in path.parent.iterdir())


# Making and opening


def test_a_new_archive(path):
    """It is whole at once: WAL, our number in the header, every table, and nothing beside it but the lock."""
    open_archive(path, Clock()).close()
    assert left_beside(path) == ["archive.db", "archive.db.lock", "archive.db.turn"]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert path.read_bytes()[68:72] == b"JXTY"


def test_an_empty_file_becomes_an_archive(path):
    """An empty file, as `mktemp` makes, holds nothing that could be lost."""
    path.touch()
    with opened(path) as story:
        assert story.value("SELECT count(*) FROM runs") == 1


def test_the_writers_settings(path):
    """What is said to be recorded is on the disk; references hold; the writer's own REPLACE fires DELETE triggers."""
    with open_archive(path, Clock()) as archive:
        read = {
            name: archive.connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "journal_mode", "foreign_keys", "recursive_triggers")
        }
    assert read == {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "recursive_triggers": 1}


def test_opening_again_changes_nothing(busy):
    """Opening an archive of this version writes no row and makes no object anew under another definition."""

    def everything():
        with closing(sqlite3.connect(busy)) as connection:
            return "\n".join(line for line in sorted(connection.iterdump()))

    before = everything()
    open_archive(busy, Clock()).close()
    assert everything() == before


def test_create_is_whole_or_not_at_all(tmp_path):
    """An archive that cannot be made leaves nothing."""
    with pytest.raises(ArchiveReadOnly, match="does not exist") as caught:
        create(tmp_path / "none" / "archive.db")
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_create_after_a_kill(path):
    """What a killed process left under the other name does not get into the archive."""
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(f".{path.name}.new{end}").write_bytes(b"half written" * 100)
    create(path)
    assert left_beside(path) == ["archive.db"]
    with closing(open_reader(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_log_left_of_a_deleted_archive(path):
    """Whoever deletes a killed crawl's archive and leaves its `-wal` gets a new archive, not the old one's pages."""
    with opened(path) as story:
        story.sweep(["http://h/art_1_1.html"])
        ghost = path.with_name("ghost.db")
        for end in ("", "-wal", "-shm"):
            shutil.copy(path.with_name(path.name + end), ghost.with_name(ghost.name + end))
    ghost.unlink()
    with open_archive(ghost, Clock()) as archive:
        assert archive.connection.execute("SELECT count(*) FROM pages").fetchone() == (0,)
        assert archive.connection.execute("SELECT count(*) FROM log_leaves").fetchone() == (0,)
        assert archive.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_two_first_crawls(path):
    """Of two processes that both find no archive the second must not put an empty one in the first's place."""
    lock = WriterLock(path)
    lock.acquire(wait=0, pause=lambda _: None, on_wait=lambda _: None)
    done = []

    def first_one_ends(_):
        with Archive.under(lock, path, schedule=schedule, now=Clock()) as first:
            first.section("first", "crawl")
            done.append(first.log_head())

    with open_archive(path, Clock(), wait=5, pause=lambda seconds: done or first_one_ends(seconds)) as archive:
        assert archive.log_head() == done[0]
        assert archive.connection.execute("SELECT portal FROM sections").fetchall() == [("first",)]


# What is refused


def a_folder(path):
    """Make a folder where the archive should be."""
    path.mkdir()


def a_text(path):
    """Write a text."""
    path.write_text("not a database, but long enough to look at\n" * 50)


def a_short_text(path):
    """Write less than a header."""
    path.write_text("x")


def a_foreign_database(path):
    """Make another program's SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY)")


def a_torn_header(path):
    """Write a SQLite header and nothing after it."""
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 2000)


FOREIGN = [a_folder, a_text, a_short_text, a_foreign_database, a_torn_header]


@pytest.mark.parametrize("make", FOREIGN)
def test_a_foreign_file(path, make):
    """It is named and advised upon, its bytes stay, and nothing is laid beside it, by writer and reader alike."""
    make(path)
    before = path.read_bytes() if path.is_file() else None
    for opening in (lambda: open_archive(path, Clock()), lambda: open_writer(path), lambda: open_reader(path)):
        with pytest.raises(NotAnArchive, match=path.name) as caught:
            opening()
        assert caught.value.exit_code == 2
        assert "--archive" in caught.value.hint
    assert left_beside(path) == [path.name]
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_newer_archive(path):
    """A migration that we do not know means a newer version: neither read nor written, and it says what to do."""
    db = Database(sqlite3.connect(path, isolation_level=None))
    migrate(db)
    newer = Migrations("jiaxing-today")
    newer(name="m999_from_the_future")(lambda db: db.execute("CREATE TABLE _future (id INTEGER)"))
    newer.apply(db)
    db.close()
    for opening in (lambda: open_archive(path, Clock()), lambda: open_reader(path)):
        with pytest.raises(NewerArchive, match="m999_from_the_future") as caught:
            opening()
        assert caught.value.exit_code == 2
        assert "newest jiaxing-today" in caught.value.hint


def test_a_file_of_ours_that_is_not_whole(path):
    """Our number alone makes no archive: what lacks the tables is not read as an empty one."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("CREATE TABLE x (id INTEGER)")
    with pytest.raises(ArchiveError):
        open_reader(path)


@pytest.mark.parametrize("at", [4096 + 8, 5000])
def test_a_damaged_page(busy, at):
    """Damage to the schema's own pages is told as damage, without a traceback of SQLite's."""
    with closing(sqlite3.connect(busy)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(busy.read_bytes())
    content[100:at] = b"\xff" * (at - 100)
    busy.write_bytes(content)
    for opening in (lambda: open_archive(busy, Clock()), lambda: open_reader(busy)):
        with pytest.raises((ArchiveDamaged, NotAnArchive)):
            opening()


def test_a_reader_makes_nothing(path):
    """A reading command pointed at no file says how to make one, and makes none."""
    with pytest.raises(ArchiveMissing, match="no archive at") as caught:
        open_reader(path)
    assert caught.value.exit_code == 2
    assert "crawl" in caught.value.hint
    assert left_beside(path) == []


def test_a_reader_writes_nothing(busy):
    """The read-only twin refuses to write, in the ledger and outside of it."""
    before = busy.read_bytes()
    with closing(open_reader(busy)) as connection:
        assert connection.execute("SELECT count(*) FROM versions").fetchone()[0] > 3
        for sql in (
            "INSERT INTO sections (portal) VALUES ('x')",
            "DELETE FROM _outbox",
            "CREATE TABLE x (id)",
            "PRAGMA user_version = 1",
        ):
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                connection.execute(sql)
    assert busy.read_bytes() == before


def test_a_reader_beside_the_writer(path):
    """While a crawl is writing, a reader sees what was committed and is not refused."""
    with opened(path) as story, closing(open_reader(path)) as connection:
        with story.archive.transaction():
            story.archive.section("jiaxing", "second")
            assert connection.execute("SELECT count(*) FROM sections").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM sections").fetchone() == (2,)


def test_the_writer_takes_no_lock_from_a_reader_of_this_process(path):
    """Opening the writer leaves the locks where they are that SQLite holds for a reader in the same process."""
    # Closing any descriptor of a file drops all POSIX locks of the process on it: another program that then closes the archive
    # would believe to be its last user, and delete the log that we write to.
    if not Path("/proc/locks").exists():
        pytest.skip("no /proc/locks here")
    open_archive(path, Clock()).close()
    with closing(open_reader(path)) as connection:
        connection.execute("SELECT count(*) FROM runs").fetchone()
        needle = f":{path.stat().st_ino} "
        assert needle in Path("/proc/locks").read_text()
        with open_archive(path, Clock()):
            assert needle in Path("/proc/locks").read_text()


# What SQLite says, in our words


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("database or disk is full", ArchiveFull),
        ("database is locked", ArchiveBusy),
        ("attempt to write a readonly database", ArchiveReadOnly),
        ("unable to open database file", ArchiveReadOnly),
        ("file is not a database", NotAnArchive),
        ("database disk image is malformed", ArchiveDamaged),
        ("disk I/O error", ArchiveError),
    ],
)
def test_sayings(said, error):
    """Each has a class, the path, SQLite's own words and a hint."""
    with pytest.raises(error, match=f"a.db: {said}") as caught, translated(Path("a.db")):
        raise sqlite3.OperationalError(said)
    assert type(caught.value) is error
    assert caught.value.hint
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("no such column: x"), sqlite3.IntegrityError("UNIQUE failed"), ValueError("disk is full")]
)
def test_programming_errors_pass_as_they_are(error):
    """What is no trouble of the file's is not dressed up as one."""
    with pytest.raises(type(error)) as caught, translated(Path("a.db")):
        raise error
    assert caught.value is error


def test_another_program_holds_the_file(path):
    """A lock that a database browser holds is told as busy."""
    with opened(path) as story, closing(sqlite3.connect(path, isolation_level=None)) as browser:
        story.connection.execute("PRAGMA busy_timeout = 1")
        browser.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveBusy, match="database is locked"):
            story.archive.section("jiaxing", "second")
        browser.execute("ROLLBACK")
        assert story.archive.section("jiaxing", "second") == 2


def test_is_fresh(path):
    """Nothing and an empty file are fresh; an archive is not."""
    assert is_fresh(path)
    path.touch()
    assert is_fresh(path)
    create(path)
    assert not is_fresh(path)


def test_a_damaged_archive_is_an_archive(busy):
    """A file that ends in its middle is told to be damaged, and not to be somebody else's: whoever reads that restores a copy."""
    busy.write_bytes(busy.read_bytes()[:8192] + b"\xff" * 8192)
    with pytest.raises(ArchiveDamaged, match="malformed"):
        open_reader(busy)
