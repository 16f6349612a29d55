"""The file's schema: what a later version and other programs can rely on."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from storage.errors import ArchiveDamaged, NotAnArchive
from storage.records import Event, FoundBy, Kind, Outcome, PageKind, Precision, Purpose, Reason, Result, Role, SweepKind
from storage.schema import APPLICATION_ID, LEDGER, check, known_migrations, ledger_tables, migrate
from tests.builders import Clock, open_archive, rows_of

VOCABULARY = {
    ("pages", "kind"): PageKind,
    ("identities", "reason"): Reason,
    ("fetches", "purpose"): Purpose,
    ("fetches", "result"): Result,
    ("readings", "outcome"): Outcome,
    ("versions", "kind"): Kind,
    ("versions", "found_by"): FoundBy,
    ("contents", "precision"): Precision,
    ("proofs", "role"): Role,
    ("sweeps", "kind"): SweepKind,
    ("listing_events", "event"): Event,
}


def test_ledger_tables_are_strict(plain):
    """Every ledger table is STRICT and keyed by an INTEGER PRIMARY KEY that is never re-used from below."""
    for table in LEDGER:
        [(strict, without_rowid)] = plain.execute(f"SELECT strict, wr FROM pragma_table_list WHERE name = '{table}'").fetchall()
        assert (strict, without_rowid) == (1, 0), table
        [key] = [row for row in rows_of(plain, f"PRAGMA table_info({table})") if row["pk"]]
        assert (key["name"], key["type"]) == ("id", "INTEGER")


def test_the_vocabulary_is_the_files(plain):
    """What the records can say is exactly what the columns take: a word added to one and not the other fails here."""
    sql = dict(plain.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall())
    for (table, column), words in VOCABULARY.items():
        listed = ", ".join(f"'{word.value}'" for word in words)
        taken = sql[table].split(f"{column} IN (")[1].split(")")[0]
        assert sorted(taken.split(", ")) == sorted(listed.split(", ")), (table, column)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("runs", "started_at", "2026-01-01"),
        ("runs", "started_at", "2026-01-01T00:00:00Z"),
        ("runs", "started_at", "2026-01-01T00:00:00.000+08:00"),
        ("contents", "published_at", "2026-01-01T00:00:00.000Z"),
        ("contents", "published_on", "2026-1-1"),
        ("contents", "fields", "{"),
        ("versions", "baseline", 2),
        ("versions", "kind", "Edited"),
        ("versions", "number", 0),
        ("bodies", "sha256", "short"),
        ("fetches", "elapsed_ms", -1),
        ("fetches", "status", "200 OK"),
        ("sweeps", "day", "today"),
        ("redactions", "reason", None),
    ],
)
def test_what_the_file_refuses(plain, table, column, value):
    """A row of a wrong form is refused by the file itself, whoever writes it."""
    row = rows_of(plain, f"SELECT * FROM {table} ORDER BY id LIMIT 1")[0]
    new = {**row, "id": 9_999, "sha256": "f" * 64, "number": 99, column: value}
    new = {name: new[name] for name in row}
    with pytest.raises(sqlite3.IntegrityError):
        plain.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(new))})", list(new.values()))


@pytest.mark.parametrize(
    ("kind", "content", "compared", "stands"),
    [
        ("removed", None, None, True),
        ("removed", 1, None, False),
        ("removed", None, 1, False),
        ("edited", None, 1, False),
        ("edited", 1, None, False),
        ("edited", 1, 1, True),
        ("restored", 1, 1, True),
        ("restored", 1, None, True),
        ("restored", None, None, False),
        ("new", 1, None, True),
        ("new", 1, 1, False),
    ],
)
def test_which_versions_have_contents(plain, kind, content, compared, stands):
    """A version without content is a removal, and a removal has none; an edit was compared with something, a first sight not."""
    row = {**rows_of(plain, "SELECT * FROM versions LIMIT 1")[0], "id": 9_999, "number": 99, "kind": kind}
    row |= {"content_id": content, "compared_id": compared}
    sql = f"INSERT INTO versions VALUES ({', '.join('?' * len(row))})"
    if stands:
        plain.execute(sql, list(row.values()))
    else:
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            plain.execute(sql, list(row.values()))


@pytest.mark.parametrize(("body", "content"), [(None, None), (1, 1)])
def test_a_redaction_names_one_thing(plain, body, content):
    """Either a body or a content, never both or none."""
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        plain.execute(
            "INSERT INTO redactions (body_id, content_id, reason, authority, recorded_at)"
            " VALUES (?, ?, 'r', 'a', '2026-01-01T00:00:00.000Z')",
            (body, content),
        )


def test_only_an_ok_reading_has_content(plain):
    """Nothing but a readable page makes content (promise 4), and the file holds to it."""
    row = {**rows_of(plain, "SELECT * FROM readings WHERE content_id NOT NULL LIMIT 1")[0], "id": 9_999, "reader": "x"}
    row["outcome"] = "challenge"
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        plain.execute(f"INSERT INTO readings VALUES ({', '.join('?' * len(row))})", list(row.values()))


def test_operational_tables_are_hidden(plain):
    """What is no ledger table begins with an underscore, and no full-text table's name begins another's."""
    names = [name for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert {name for name in names if not name.startswith(("_", "sqlite_"))} == set(LEDGER)
    assert ledger_tables(plain) == sorted(LEDGER)


def test_migrations_are_known(plain):
    """The names of all migrations of this version, each recorded in the file as applied."""
    applied = {name for (name,) in plain.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'jiaxing-today'")}
    assert applied == known_migrations()


def test_migrating_twice_is_harmless():
    """An archive that is up to date stays as it is."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        db = Database(connection)
        migrate(db)
        before = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()
        migrate(db)
        assert connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall() == before
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        check(db, "it")


def test_check_names_what_it_refuses():
    """A SQLite file without our number is told by its path."""
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(NotAnArchive, match=r"somewhere\.db is a SQLite file"):
        check(Database(connection), "somewhere.db")


def test_indexes_serve_the_references(plain):
    """Each column that is looked up by at every look is led by an index, so that a million rows are no slower."""
    led = {
        (table, next(iter(plain.execute(f"PRAGMA index_info('{name}')")))[2])
        for name, table in plain.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index'").fetchall()
    }
    for wanted in (
        ("fetches", "page_id"),
        ("fetches", "hop_of"),
        ("readings", "fetch_id"),
        ("versions", "page_id"),
        ("versions", "fetch_id"),
        ("versions", "previous_id"),
        ("retractions", "version_id"),
        ("identities", "page_id"),
        ("pages", "article"),
        ("listing_events", "page_id"),
        ("listing_events", "section_id"),
        ("sweeps", "section_id"),
        ("_pages", "release_id"),
        ("_pages", "compare_sha256"),
        ("_frontier", "due_at"),
    ):
        assert wanted in led


def test_guards_in_older_words_are_worded_anew(path):
    """An archive whose guards an older version worded is opened and mended; one of ours with another wording is damaged."""
    open_archive(path, Clock()).close()
    with closing(sqlite3.connect(path)) as connection:
        (text,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'runs_no_delete'").fetchone()
        connection.execute("DROP TRIGGER runs_no_delete")
        connection.execute(text.replace("is refused", "was refused"))
        connection.execute("PRAGMA user_version = 0")
    open_archive(path, Clock()).close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT sql FROM sqlite_master WHERE name = 'runs_no_delete'").fetchone() == (text,)
        connection.execute("DROP TRIGGER runs_no_delete")
        connection.execute(text.replace("is refused", "was refused"))
    with pytest.raises(ArchiveDamaged, match="runs_no_delete"):
        open_archive(path, Clock())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute("DROP TRIGGER runs_no_delete")
    with pytest.raises(ArchiveDamaged, match="runs_no_delete"):
        open_archive(path, Clock())
