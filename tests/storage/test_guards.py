"""The guards refuse everything but INSERT, from a plain client with `recursive_triggers` off; only a redaction passes."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from itertools import product

import pytest
from sqlite_utils import Database, Migrations

from storage.connect import open_reader, open_writer
from storage.errors import ArchiveDamaged
from storage.guards import install_guards, missing_guards
from storage.schema import LEDGER, ledger_tables, migrate
from tests.builders import opened, rows_of

MACHINERY = ("_", "sqlite_", "search_index")


def guarded(connection):
    """Return every table that must be guarded, from the file itself: all but those of the machinery."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return sorted(name for (name,) in names if not name.startswith(MACHINERY))


def unique_keys(connection, table):
    """Return the table's keys: the rowid, and the columns of every unique index."""
    indexes = [name for _, name, unique, *_ in connection.execute(f"PRAGMA index_list({table})") if unique]
    return [("id",), *(tuple(column for _, _, column in connection.execute(f"PRAGMA index_info({name})")) for name in indexes)]


def with_new_archive(question):
    """Answer a question about a new archive's tables, before any test runs."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(Database(connection))
        return question(connection)


TABLES = with_new_archive(guarded)
KEYS = with_new_archive(
    lambda connection: [(table, key) for table in guarded(connection) for key in unique_keys(connection, table)]
)
COLUMNS = with_new_archive(
    lambda connection: [
        (table, name) for table in guarded(connection) for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")
    ]
)
INSERTS = ("INSERT", "INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT OR ABORT", "INSERT OR FAIL", "INSERT OR ROLLBACK")
UPDATES = ("UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE", "UPDATE OR ABORT", "UPDATE OR FAIL", "UPDATE OR ROLLBACK")


@contextmanager
def unharmed(connection, table):
    """Assert that what happens inside changes nothing of a table."""
    before = connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
    assert before, f"the busy archive has no {table}: the test would prove nothing"
    yield
    assert connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() == before


def colliding_row(connection, table, key):
    """Return a row that collides with a stored one on this key and on no other."""
    old = rows_of(connection, f"SELECT * FROM {table} ORDER BY id LIMIT 1")[0]
    others = {column for other in unique_keys(connection, table) if other != key for column in other} - set(key)
    return {name: f"{value}-other" if name in others and isinstance(value, str) else value for name, value in old.items()} | {
        name: 10_000 for name in others if not isinstance(old[name], str)
    }


def insert_sql(verb, table, row, tail=""):
    """Return an INSERT with named parameters."""
    return f"{verb} INTO {table} ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)}){tail}"


def test_every_ledger_table_is_there_and_filled(plain):
    """The file's guarded tables are the design's, and the busy archive has rows in all of them."""
    assert guarded(plain) == sorted(LEDGER)
    assert [table for table in guarded(plain) if not plain.execute(f"SELECT count(*) FROM {table}").fetchone()[0]] == []


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_an_insert_that_collides_is_refused(plain, table, key):
    """Whatever the conflict clause, an INSERT that collides on any one key fails and replaces nothing."""
    row = colliding_row(plain, table, key)
    for verb in INSERTS:
        with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError, match=f"append-only: INSERT on {table} is refused"):
            plain.execute(insert_sql(verb, table, row), row)


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_an_upsert_is_refused(plain, table, key):
    """ON CONFLICT on any key fails: doing nothing would hide a collision, updating would rewrite a row."""
    row = colliding_row(plain, table, key)
    for action in ("NOTHING", f"UPDATE SET {list(row)[-1]} = excluded.{list(row)[-1]}"):
        tail = f" ON CONFLICT ({', '.join(key)}) DO {action}"
        with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError, match=f"append-only: INSERT on {table}"):
            plain.execute(insert_sql("INSERT", table, row, tail), row)


@pytest.mark.parametrize("table", TABLES)
def test_an_upsert_without_a_target_is_refused(plain, table):
    """ON CONFLICT without a key is no way round either."""
    row = colliding_row(plain, table, ("id",))
    with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain.execute(insert_sql("INSERT", table, row, " ON CONFLICT DO UPDATE SET id = id + 500"), row)


@pytest.mark.parametrize("table", TABLES)
def test_rows_written_over_themselves_are_refused(plain, table):
    """A table copied onto itself, as some tools do, is refused row by row."""
    with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.parametrize("table", TABLES)
def test_the_rowid_has_no_other_name(plain, table):
    """A collision on the rowid under any of its names is refused."""
    row = colliding_row(plain, table, ("id",))
    for alias in ("rowid", "oid", "_rowid_"):
        named = {alias if name == "id" else name: value for name, value in row.items()}
        with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError, match="append-only"):
            plain.execute(insert_sql("INSERT OR REPLACE", table, named), named)


@pytest.mark.parametrize("number", [-1, 0])
@pytest.mark.parametrize("table", TABLES)
def test_no_row_stands_where_the_guard_cannot_see(plain, table, number):
    """While a BEFORE trigger runs an automatic rowid reads as -1: a row there would shut the table for good."""
    row = {**colliding_row(plain, table, ("id",)), "id": number}
    with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError):
        plain.execute(insert_sql("INSERT OR REPLACE", table, row), row)


@pytest.mark.parametrize("table", TABLES)
def test_an_update_is_refused(plain, table):
    """Setting any column, even to what it is, fails under every conflict clause."""
    columns = [column for name, column in COLUMNS if name == table]
    for verb, column in product(UPDATES, columns):
        with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError, match=f"append-only: UPDATE on {table} is refused"):
            plain.execute(f"{verb} {table} SET {column} = {column}")


@pytest.mark.parametrize("table", TABLES)
def test_an_update_that_replaces_another_row_is_refused(plain, table):
    """UPDATE OR REPLACE of the rowid would delete the row that it lands on."""
    with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain.execute(f"UPDATE OR REPLACE {table} SET rowid = rowid + 1")


@pytest.mark.parametrize("table", TABLES)
def test_a_delete_is_refused(plain, table):
    """Neither one row nor all of them (SQLite's fast path for a whole table included) can be deleted."""
    for tail in ("", " WHERE id = 1", " RETURNING id"):
        with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError, match=f"append-only: DELETE on {table} is refused"):
            plain.execute(f"DELETE FROM {table}{tail}")


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_the_writers_own_connection_is_refused_too(busy, table, key):
    """The writer has no licence: a colliding INSERT through it fails in the same words."""
    with opened(busy) as story:
        row = colliding_row(story.connection, table, key)
        with unharmed(story.connection, table), pytest.raises(sqlite3.IntegrityError, match="append-only"):
            story.connection.execute(insert_sql("INSERT OR REPLACE", table, row), row)


@pytest.mark.parametrize("table", TABLES)
def test_an_honest_insert_passes(plain, table):
    """The guards refuse collisions, not rows: one that collides with nothing goes in."""
    row = rows_of(plain, f"SELECT * FROM {table} ORDER BY id LIMIT 1")[0]
    fresh = {"sha256": "f" * 64, "url_key": "new", "key": "f" * 16, "number": 99, "slug": "new", "reader": "new", "row_id": 10_000}
    free = {
        "run_ends": {"run_id": 10_000},
        "retractions": {"version_id": 10_000},
        "proofs": {"version_id": 10_000},
    }.get(table, {})
    new = {name: fresh.get(name, value) for name, value in row.items() if name != "id"} | free
    before = plain.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    plain.execute(insert_sql("INSERT", table, new), new)
    assert plain.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == before + 1


# Redaction, the one permitted UPDATE

REDACTIONS = [("bodies", "data", "body_id"), ("contents", "text", "content_id")]


@pytest.mark.parametrize(("table", "column", "reference"), REDACTIONS)
def test_a_redaction_passes_where_a_row_names_it(plain, table, column, reference):
    """Only the named row's bytes become NULL, and nothing else of it moves."""
    [(named,)] = plain.execute(f"SELECT {reference} FROM redactions WHERE {reference} IS NOT NULL").fetchall()
    before = rows_of(plain, f"SELECT * FROM {table} ORDER BY id")
    plain.execute(f"UPDATE {table} SET {column} = NULL WHERE id = ?", (named,))
    expected = [{**row, column: None} if row["id"] == named else row for row in before]
    assert rows_of(plain, f"SELECT * FROM {table} ORDER BY id") == expected
    plain.execute(f"UPDATE {table} SET {column} = NULL WHERE id = ?", (named,))


@pytest.mark.parametrize(("table", "column", "reference"), REDACTIONS)
def test_a_redaction_is_refused_where_no_row_names_it(plain, table, column, reference):
    """Without a `redactions` row that names this very row, its bytes stay; a row that names another kind of row is none."""
    unnamed = plain.execute(
        f"SELECT id FROM {table} WHERE id NOT IN (SELECT {reference} FROM redactions WHERE {reference} IS NOT NULL)"
    ).fetchall()
    other = {"body_id": "content_id", "content_id": "body_id"}[reference]
    assert unnamed
    for (number,) in unnamed:
        plain.execute(
            f"INSERT INTO redactions ({other}, reason, authority, recorded_at) VALUES (?, 'r', 'a', '2026-01-01T00:00:00.000Z')",
            (number,),
        )
        with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError, match="append-only"):
            plain.execute(f"UPDATE {table} SET {column} = NULL WHERE id = ?", (number,))


@pytest.mark.parametrize(("table", "column", "reference"), REDACTIONS)
def test_a_redaction_of_all_rows_is_refused(plain, table, column, reference):
    """One statement over named and unnamed rows changes neither."""
    with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain.execute(f"UPDATE {table} SET {column} = NULL")


@pytest.mark.parametrize(("table", "column", "reference"), REDACTIONS)
def test_a_redaction_withholds_and_never_rewrites(plain, table, column, reference):
    """Only NULL may take the place of the bytes: anything else would be another text."""
    for value in {"bodies": (b"", b"\x00", b"black bar"), "contents": ("", "black bar")}[table]:
        with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError, match="append-only"):
            plain.execute(f"UPDATE {table} SET {column} = ? WHERE id IN (SELECT {reference} FROM redactions)", (value,))


@pytest.mark.parametrize(("table", "redacted", "reference"), REDACTIONS)
def test_a_redaction_changes_no_other_column(plain, table, redacted, reference):
    """The bytes may go only alone: with any other column changed in the same statement it fails."""
    where = f"id IN (SELECT {reference} FROM redactions)"
    for _, column, kind, *_ in plain.execute(f"PRAGMA table_info({table})").fetchall():
        if column != redacted:
            value = {"INTEGER": "coalesce({0}, 0) + 900", "TEXT": "coalesce({0}, '') || '!'"}[kind].format(column)
            with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError, match="append-only"):
                plain.execute(f"UPDATE {table} SET {redacted} = NULL, {column} = {value} WHERE {where}")


@pytest.mark.parametrize(("table", "column", "reference"), REDACTIONS)
def test_what_was_withheld_does_not_come_back(plain, table, column, reference):
    """A redacted row cannot be filled again, with the old bytes or others."""
    where = f"id IN (SELECT {reference} FROM redactions)"
    [(old,)] = plain.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchall()
    plain.execute(f"UPDATE {table} SET {column} = NULL WHERE {where}")
    with unharmed(plain, table), pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (old,))


# Guards through migrations, and their absence


def later_migrations():
    """Return migrations of a later version: each rebuilds a ledger table, which drops its triggers without a word."""
    later = Migrations("jiaxing-today-later")
    for table in TABLES:
        later(name=f"rebuild_{table}")(lambda db, table=table: db[table].transform(column_order=["id"]))
    return later


def test_the_guards_survive_a_migration(busy):
    """After a migration that rebuilds every ledger table, all guards are back and as they were."""
    db = open_writer(busy)
    with closing(db.conn):
        triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        before = db.conn.execute(triggers).fetchall()
        later_migrations().apply(db)
        assert db.conn.execute(triggers).fetchall() == []
        assert len(missing_guards(db.conn, ledger_tables(db.conn))) == 3 * len(TABLES)
        migrate(db)
        assert db.conn.execute(triggers).fetchall() == before
        assert len(before) == 3 * len(TABLES)


def test_no_moment_without_guards(busy):
    """A migration and its guards are one transaction: a process that dies in between leaves the file as it was."""
    steps = later_migrations()

    @steps()
    def last(db):
        raise ZeroDivisionError

    db = open_writer(busy)
    with closing(db.conn):
        before = db.conn.execute("SELECT * FROM sqlite_master ORDER BY name, type").fetchall()
        with pytest.raises(ZeroDivisionError):
            migrate(db, steps)
        after = db.conn.execute("SELECT * FROM sqlite_master ORDER BY name, type").fetchall()
    assert {row[1]: row[4] for row in after} == {row[1]: row[4] for row in before}


def test_a_compound_key_is_guarded(path):
    """Guards follow from the table: rows that collide on all columns of a key are refused, others are not."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(Database(connection))
        connection.execute("CREATE TABLE novelties (id INTEGER PRIMARY KEY, a TEXT, b TEXT, UNIQUE (a, b)) STRICT")
        assert missing_guards(connection, ["novelties"]) == [f"novelties_no_{what}" for what in ("delete", "update", "replace")]
        install_guards(connection, ["novelties"])
        connection.execute("INSERT INTO novelties VALUES (1, 'a', 'b')")
        connection.execute("INSERT INTO novelties VALUES (2, 'a', 'c')")
        connection.execute("INSERT INTO novelties (a, b) VALUES ('a', NULL), ('a', NULL)")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute("INSERT OR REPLACE INTO novelties VALUES (3, 'a', 'b')")


def test_every_table_of_our_migrations_is_guarded():
    """A table that a migration adds and `LEDGER` does not name would have no guards: it fails here."""
    assert sorted(LEDGER) == TABLES
    assert with_new_archive(lambda connection: missing_guards(connection, TABLES)) == []


def test_a_table_of_somebodys_own_is_left_alone(busy):
    """Notes that people keep in the file are theirs: no damage, no guards, and they may change them."""
    with closing(sqlite3.connect(busy, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE my_notes (id INTEGER PRIMARY KEY, note TEXT UNIQUE)")
        connection.execute("INSERT INTO my_notes VALUES (1, 'look at 12@3')")
    for opening in (open_writer, open_reader):
        db = opening(busy)
        getattr(db, "conn", db).close()
    db = open_writer(busy)
    with closing(db.conn):
        migrate(db)
        assert missing_guards(db.conn, ledger_tables(db.conn)) == []
        db.conn.execute("INSERT OR REPLACE INTO my_notes VALUES (1, 'look at 12@4')")
        db.conn.execute("DELETE FROM my_notes")


@pytest.mark.parametrize("table", TABLES)
def test_a_lost_guard_is_noticed(busy, table):
    """Both the writer and the reader refuse a file of which one guard was dropped, and name it."""
    for suffix in ("no_delete", "no_update", "no_replace"):
        with closing(sqlite3.connect(busy)) as connection:
            connection.execute(f"DROP TRIGGER {table}_{suffix}")
        for opening in (open_writer, open_reader):
            with pytest.raises(ArchiveDamaged, match=f"{table}_{suffix}") as caught:
                opening(busy)
            assert caught.value.hint


def test_a_lost_table_is_noticed(busy):
    """A file from which somebody dropped a table of the ledger is damaged, not an archive without such rows."""
    with closing(sqlite3.connect(busy)) as connection:
        connection.execute("DROP TABLE stamps")
    for opening in (open_writer, open_reader):
        with pytest.raises(ArchiveDamaged, match="has lost its tables: stamps"):
            opening(busy)


def test_a_weakened_guard_is_noticed(busy):
    """A trigger of the right name that refuses nothing is no guard."""
    with closing(sqlite3.connect(busy)) as connection:
        connection.execute("DROP TRIGGER versions_no_delete")
        connection.execute('CREATE TRIGGER "versions_no_delete" BEFORE DELETE ON "versions" BEGIN SELECT 1; END')
    with pytest.raises(ArchiveDamaged, match="versions_no_delete"):
        open_writer(busy)


def test_guards_are_made_anew_and_not_twice(plain):
    """Installing guards over guards leaves exactly three a table."""
    install_guards(plain, TABLES)
    install_guards(plain, TABLES)
    [(number,)] = plain.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'").fetchall()
    assert number == 3 * len(TABLES)
    assert missing_guards(plain, TABLES) == []
