"""Bringing a file up to date: what is quickly done happens by itself, what writes a table anew only when somebody means it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlite_utils import Database, Migrations

from storage.backup import sound_contents
from storage.connect import create, open_reader, open_writer
from storage.errors import ArchiveFull, NewerArchive, UpgradeNeeded
from storage.queries import totals
from storage.schema import migrations, pending_rewrites
from storage.upgrade import plan_of, upgrade
from tests.builders import Clock, open_archive, rows_of
from tests.storage.test_migrations import as_the_first_version_made_it

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
REWRITES = frozenset({"m101_the_outbox_anew"})


@pytest.fixture
def folder(tmp_path):
    """Give a folder for copies."""
    (tmp_path / "copies").mkdir()
    return tmp_path / "copies"


@pytest.fixture
def steps():
    """Give the migrations of a version to come: all of today's, one that adds, and one that writes a table anew."""
    steps = Migrations(migrations.name)
    with closing(sqlite3.connect(":memory:")) as connection:
        for known in migrations.pending(Database(connection)):
            steps(name=known.name)(known.fn)

    @steps()
    def m100_a_column(db) -> None:
        db.execute("ALTER TABLE _hosts ADD COLUMN note TEXT")

    @steps()
    def m101_the_outbox_anew(db) -> None:
        (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = '_outbox'").fetchone()
        db.execute(sql.replace("_outbox", "_outbox_anew"))
        db.execute("INSERT INTO _outbox_anew SELECT * FROM _outbox")
        db.execute("DROP TABLE _outbox")
        db.execute("ALTER TABLE _outbox_anew RENAME TO _outbox")

    return steps


def columns(path, table):
    """Return the names of a table's columns."""
    with closing(sqlite3.connect(path)) as connection:
        return [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]


def test_nobody_rewrites_a_table_by_the_way(busy, steps):
    """Whoever opens the file for writing is sent to `upgrade`; nothing of it is changed, and it is read as before."""
    before = busy.read_bytes()
    with pytest.raises(UpgradeNeeded, match="m101_the_outbox_anew") as told:
        open_writer(busy, steps=steps, rewrites=REWRITES)
    assert "jiaxing-today upgrade" in told.value.hint
    assert busy.read_bytes() == before
    with closing(open_reader(busy)) as connection:
        assert totals(connection)["releases"] > 0


def test_it_is_said_first_what_it_takes(busy, steps):
    """Which steps, which of them write a table anew, how much room and time; and nothing is written."""
    before = busy.read_bytes()
    plan = plan_of(busy, steps, REWRITES)
    assert (plan.pending, plan.rewrites) == (("m100_a_column", "m101_the_outbox_anew"), ("m101_the_outbox_anew",))
    assert (plan.room, plan.seconds > 0) == (2 * busy.stat().st_size, True)
    assert plan_of(busy).pending == ()
    assert busy.read_bytes() == before


def test_a_table_is_rewritten_after_a_copy(busy, folder, steps):
    """The copy is of the file as it was, and the file is evidence as it was; once is enough."""
    before = sound_contents(busy)
    with closing(sqlite3.connect(busy)) as connection:
        told = rows_of(connection, "SELECT * FROM _outbox")
    backup = upgrade(busy, folder, keep=2, now=NOON, steps=steps, rewrites=REWRITES)
    assert sound_contents(backup.path) == before
    assert "note" not in columns(backup.path, "_hosts")
    assert "note" in columns(busy, "_hosts")
    with closing(open_writer(busy, steps=steps, rewrites=REWRITES)) as db:
        assert pending_rewrites(db, steps, REWRITES) == []
        assert rows_of(db.conn, "SELECT * FROM _outbox") == told
    with pytest.raises(NewerArchive):
        sound_contents(busy)


def test_a_rewrite_that_dies_leaves_the_file_as_it_was(busy, folder, steps):
    """All of it or nothing: the step before it is undone, too."""

    @steps()
    def m102_dies(db) -> None:
        db.execute("DELETE FROM _outbox")
        raise KeyboardInterrupt

    before = sound_contents(busy)
    with pytest.raises(KeyboardInterrupt):
        upgrade(busy, folder, keep=2, now=NOON, steps=steps, rewrites=REWRITES)
    assert sound_contents(busy) == before
    assert "note" not in columns(busy, "_hosts")


@pytest.mark.parametrize(("share", "words"), [(1.9, "free on its disk"), (0, "free on its disk")])
def test_no_room_nothing_done(busy, folder, steps, share, words):
    """It is said before anything is done, the copy included."""
    before = busy.read_bytes()
    with pytest.raises(ArchiveFull, match=words):
        upgrade(busy, folder, keep=2, now=NOON, steps=steps, rewrites=REWRITES, free=lambda _: int(share * busy.stat().st_size))
    assert busy.read_bytes() == before
    assert list(folder.iterdir()) == []


def test_what_only_adds_needs_no_copy(busy):
    """An old file that lacks columns and tables is brought up to date by whoever writes, and by `upgrade` as well."""
    as_the_first_version_made_it(busy)
    assert plan_of(busy).rewrites == ()
    assert upgrade(busy, None, keep=2, now=NOON) is None
    assert plan_of(busy).pending == ()
    open_archive(busy, Clock()).close()


def test_a_new_file_has_nothing_to_rewrite(path, steps):
    """Its tables are made as they are to be."""
    create(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM _sqlite_migrations")
        connection.commit()
    path.unlink()
    path.touch()
    with closing(sqlite3.connect(path)) as connection:
        assert pending_rewrites(Database(connection), steps, REWRITES) == []
