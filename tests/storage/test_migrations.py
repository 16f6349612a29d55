"""Files of older versions: they are read as they are, brought up to date by whoever writes, and stay evidence throughout."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from storage.alerts import Alert, open_alerts
from storage.connect import open_reader
from storage.guards import install_guards, missing_guards
from storage.log import CompactRange, leaf_bytes, leaf_hash
from storage.queries import rows
from storage.records import Outcome, Reading
from storage.schema import ledger_tables, migrate
from storage.views import install_views
from tests.acting import TEXTS
from tests.builders import OTHER_READER, Clock, act_out_everything, open_archive, opened, reading, rows_of
from tests.commands import run
from tests.soundness import faults_of

NEW_INDEXES = ("readings_template", "readings_aside", "_pages_section", "_pages_host")
OUTBOX_INDEXES = ("_outbox_unrouted", "_outbox_version", "_outbox_fetch")
NEW_TABLES = ("_jobs", "_deliveries", "_receivers")
ALERT = Alert("layout", "jiaxing/today", "layout changed", "http://h/ (fetch 1)", ("Look: there",))


def as_the_first_version_made_it(path) -> None:
    """Turn an archive into one that the first version made: without what later ones added, and with leaves of the first format."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for kind, name in connection.execute("SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchall():
            connection.execute(f"DROP {kind} {name}")
        for index in NEW_INDEXES + OUTBOX_INDEXES:
            connection.execute(f"DROP INDEX {index}")
        connection.execute("ALTER TABLE readings DROP COLUMN template")
        connection.execute("ALTER TABLE _alerts DROP COLUMN steps")
        connection.execute("ALTER TABLE _outbox DROP COLUMN routed_at")
        for table in NEW_TABLES:
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DELETE FROM _sqlite_migrations WHERE name <> 'm001_the_whole_file'")
        write_leaves_of_the_first_format(connection)
        install_guards(connection, ledger_tables(connection))
        install_views(connection)
        connection.execute("COMMIT")


def write_leaves_of_the_first_format(connection) -> None:
    """Write the leaves of readings, and the right edge of the log, anew."""
    for row in rows_of(connection, "SELECT * FROM readings"):
        digest = leaf_hash(leaf_bytes("readings", row, 1))
        sql = "UPDATE log_leaves SET format = 1, hash = ? WHERE kind = 'readings' AND row_id = ?"
        connection.execute(sql, (digest, row["id"]))
    edge = CompactRange()
    for (digest,) in connection.execute("SELECT hash FROM log_leaves ORDER BY id"):
        edge.append(digest)
    connection.execute("DELETE FROM _log")
    connection.executemany("INSERT INTO _log (level, hash) VALUES (?, ?)", edge.nodes.items())


@pytest.fixture
def old(path):
    """Return the path of an archive that the first version made, with a row in every table and an open alert."""
    with opened(path) as story:
        act_out_everything(story)
        story.archive.alert(ALERT)
    as_the_first_version_made_it(path)
    return path


def columns(connection, table: str) -> list[str]:
    """Return the names of a table's columns."""
    return [name for _, name, *_ in connection.execute(f"PRAGMA main.table_info({table})")]


def schema(connection) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return every table, index, trigger and view, with its columns: by name, for a column that was added stands elsewhere."""
    found = connection.execute("SELECT type, name FROM sqlite_master ORDER BY name").fetchall()
    return [(kind, name, tuple(columns(connection, name)) if kind == "table" else ()) for kind, name in found]


def test_an_old_file_is_brought_up_to_date(old, tmp_path):
    """Opened for writing it is what a new one is: tables, columns, indexes, guards and views."""
    open_archive(old, Clock()).close()
    with closing(sqlite3.connect(old)) as connection, closing(sqlite3.connect(":memory:")) as fresh:
        migrate(Database(fresh))
        assert schema(connection) == schema(fresh)
        assert columns(connection, "readings")[-1] == "template"
        assert missing_guards(connection, ledger_tables(connection)) == []
        with pytest.raises(sqlite3.IntegrityError, match="append-only: UPDATE on readings"):
            connection.execute("UPDATE readings SET template = 'x' WHERE id = 1")


def test_an_old_file_stays_evidence(old):
    """Old leaves verify in their format, and what is written from now on has the new one."""
    with opened(old, Clock()) as story:
        before = faults_of(story.connection, ended=False)
        page = story.value("SELECT min(page_id) FROM _pages WHERE state = 'live'")
        last = story.value("SELECT max(id) FROM readings")
        story.look(page, TEXTS[2], reader=OTHER_READER, rereading=reading(TEXTS[0], OTHER_READER))
        formats = "SELECT DISTINCT format FROM log_leaves WHERE kind = 'readings' AND row_id {} ?"
        assert (story.column(formats.format("<="), last), story.column(formats.format(">"), last)) == ([1], [2])
        assert faults_of(story.connection, ended=False) == before
        assert [fault for fault in before if "leaf" in fault or "edge" in fault] == []
        assert story.rows("SELECT DISTINCT template FROM readings") == [{"template": None}]


def test_an_old_reading_takes_part_in_what_is_new(old):
    """A page that was read before forms had names is kept aside and read again as any other is."""
    with opened(old, Clock()) as story:
        page = story.value("SELECT min(page_id) FROM _pages WHERE state = 'live'")
        answer = story.answer(story.url(page), b"<p>another form</p>")
        aside = story.append(page, [answer], Reading("x/aside", Outcome.QUARANTINED, template="t"))
        assert aside.aside
        assert story.archive.append_late(page, OTHER_READER, {}).appended == ()


def test_an_old_file_is_read_as_it_is(old):
    """Whoever only reads sees the columns that are to come, empty, and changes nothing."""
    before = old.read_bytes()
    with closing(open_reader(old)) as connection:
        assert rows(connection, "SELECT DISTINCT template FROM readings") == [{"template": None}]
        assert [(alert["kind"], alert["steps"]) for alert in open_alerts(connection)] == [("layout", [])]
        assert rows(connection, "SELECT DISTINCT routed_at FROM _outbox") == [{"routed_at": None}]
        assert rows(connection, "SELECT * FROM _deliveries") == []
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM main._alerts")
    assert old.read_bytes() == before


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["list"],
        ["show", "1"],
        ["show", "--fetch", "2"],
        ["history", "1"],
        ["diff", "1"],
        ["changes"],
        ["reparse", "--dry-run"],
    ],
    ids=" ".join,
)
def test_commands_that_read_an_old_file(old, command):
    """Every reading command works on it, for people and for programs, and leaves it as it is."""
    before = old.read_bytes()
    run(*command, "--archive", old)
    assert json.loads(run(*command, "--archive", old, "--json").stdout)
    assert old.read_bytes() == before


def test_a_new_file_has_no_stand_ins(busy):
    """Where no column is missing, nothing stands before the tables."""
    with closing(open_reader(busy)) as connection:
        assert connection.execute("SELECT name FROM sqlite_temp_master").fetchall() == []
