"""The file: its tables, in an append-only list of migrations, and what makes it one of ours.

Ledger tables are STRICT, have an INTEGER PRIMARY KEY, take INSERT only (`storage.guards`) and are leaves of the log
(`storage.log`).  Operational tables begin with `_`; all but the outbox and what became of it can be dropped and rebuilt.
Instants are UTC text ending in Z; calendar days are text; flags are 0 or 1.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from functools import cache

from sqlite_utils import Database, Migrations

from storage.errors import ArchiveDamaged, NewerArchive, NotAnArchive
from storage.guards import install_guards, missing_guards
from storage.tables import INDEXES, LEDGER, OPERATIONAL
from storage.views import install_views

__all__ = [
    "APPLICATION_ID",
    "GUARD_TEXT",
    "LEDGER",
    "REWRITES",
    "check",
    "known_migrations",
    "ledger_tables",
    "migrate",
    "migrations",
    "pending_rewrites",
    "read_as_migrated",
]

APPLICATION_ID = 0x4A585459
"""`JXTY`: what `file(1)` and we find in the header of an archive."""

GUARD_TEXT = 1
"""The wording of the guards, as `PRAGMA user_version`: raised whenever `storage.guards` words a trigger otherwise."""

_ADDED = (("readings", "template"), ("_alerts", "steps"), ("_frontier", "url"), ("_outbox", "routed_at"))
"""The columns that migrations added to tables of the first one, all of them text and NULL in the rows that were there."""

_CAME_LATER = ("_jobs", "_deliveries", "_receivers", "_plans")
"""The operational tables that migrations added: empty in a file that is older."""

migrations = Migrations("jiaxing-today")

REWRITES: frozenset[str] = frozenset()
"""The migrations that write a table anew, which takes time and room: only `storage.upgrade` runs them, after a copy was made."""


@migrations()
def m001_the_whole_file(db: Database) -> None:
    """Create every table of the design at once: guards and leaves cannot be bolted on later."""
    for table, columns in LEDGER.items():
        body = ",\n    ".join(columns)
        db.execute(f"CREATE TABLE {table} (\n    {body}\n) STRICT")
    for statement in _statements(OPERATIONAL + INDEXES):
        db.execute(statement)


@migrations()
def m002_the_form_of_pages(db: Database) -> None:
    """Let readings say in which form a page came, so that a new layout can be told from an edit, and alerts what to do.

    A file made by this version has the column from its beginning: the tables of `m001` are those of `storage.tables`.
    """
    for table, column in _lacking(db.conn):
        db.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")
    for statement in _statements(OPERATIONAL + INDEXES):
        if statement.startswith(("CREATE INDEX readings_", "CREATE INDEX _pages_", "CREATE INDEX fetches_probe")):
            db.execute(statement.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS"))


@migrations()
def m003_files_and_parts(db: Database) -> None:
    """Let the further pages of an article be found in their order, and files be due at the address that their page named last."""
    for table, column in _lacking(db.conn):
        db.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")
    (statement,) = [each for each in _statements(INDEXES) if each.startswith("CREATE INDEX pages_parent ")]
    db.execute("DROP INDEX IF EXISTS pages_parent")
    db.execute(statement)


@migrations()
def m004_what_the_daemon_does(db: Database) -> None:
    """Let the daemon keep when its jobs are due, and what a host's robots.txt said be found."""
    for statement in _missing(db.conn):
        db.execute(statement)
    (statement,) = [each for each in _statements(INDEXES) if each.startswith("CREATE INDEX fetches_robots ")]
    db.execute(statement.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS"))


@migrations()
def m005_whom_the_outbox_concerns(db: Database) -> None:
    """Let it be kept what became of each row of the outbox for each receiver."""
    for table, column in _lacking(db.conn):
        db.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")
    indexes = [each for each in _statements(OPERATIONAL) if each.startswith("CREATE INDEX _outbox_")]
    for statement in (*_missing(db.conn), *indexes):
        db.execute(statement.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS"))


@migrations()
def m006_when_to_look_again(db: Database) -> None:
    """Let each host have its plan of when its pages are due."""
    for statement in _missing(db.conn):
        db.execute(statement)


def _missing(connection: sqlite3.Connection) -> list[str]:
    """Return the statements that make the tables that a file of an older version has not, with their indexes."""
    (*there,) = (name for (name,) in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'"))
    tables = [name for name in _CAME_LATER if name not in there]
    return [each for each in _statements(OPERATIONAL) if any(re.search(rf"(?:TABLE|ON) {name}\b", each) for name in tables)]


def _lacking(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return the columns that a file of an older version has not."""
    return [
        (table, column)
        for table, column in _ADDED
        if column not in {name for _, name, *_ in connection.execute(f"PRAGMA main.table_info({table})")}
    ]


def read_as_migrated(connection: sqlite3.Connection) -> None:
    """Let a connection that only reads see a file of an older version as one of this: whoever may not write reads it all the same.

    A temporary view stands before the table in names that do not say which, and a table that is to come is an empty temporary one;
    nothing is written to the file.
    """
    for table, column in _lacking(connection):
        connection.execute(f"CREATE TEMP VIEW {table} AS SELECT *, NULL AS {column} FROM main.{table}")  # noqa: S608 - our names
    for statement in _missing(connection):
        if statement.startswith("CREATE TABLE"):
            connection.execute(statement.replace("CREATE TABLE", "CREATE TEMP TABLE", 1))


def _statements(script: str) -> list[str]:
    bare = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
    return [statement for statement in map(str.strip, bare.split(";")) if statement]


def ledger_tables(connection: sqlite3.Connection) -> list[str]:
    """Return the tables of the file that must be guarded.  A table that somebody made for notes of their own is theirs."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in rows if name in LEDGER]


def migrate(db: Database, steps: Migrations = migrations) -> None:
    """Bring an archive up to date in one transaction: what is pending of `steps`, then guards and views once more.

    Guards are made again last, because rebuilding a table drops its triggers without a word; a process that dies between the
    two would leave a file that `check` refuses.
    """
    with db.atomic():
        steps.apply(db)
        install_guards(db.conn, ledger_tables(db.conn))
        install_views(db.conn)
        for pragma, number in (("application_id", APPLICATION_ID), ("user_version", GUARD_TEXT)):
            if db.conn.execute(f"PRAGMA {pragma}").fetchone() != (number,):
                db.conn.execute(f"PRAGMA {pragma} = {number}")


@cache
def known_migrations(steps: Migrations = migrations) -> frozenset[str]:
    """Return the names of the migrations that this version knows."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return frozenset(migration.name for migration in steps.pending(Database(connection)))


def pending_rewrites(db: Database, steps: Migrations = migrations, rewrites: frozenset[str] = REWRITES) -> list[str]:
    """Return the migrations that would write a table anew; none for a file that has had no migration: its tables are to come."""
    begun = bool(steps.applied(db))
    return [migration.name for migration in steps.pending(db) if begun and migration.name in rewrites]


def check(db: Database, path: str, steps: Migrations = migrations) -> None:
    """Refuse a file that is not ours, is newer than we are, or has lost a table or a guard.

    Raises NotAnArchive, NewerArchive or ArchiveDamaged.
    """
    try:
        (found,) = db.conn.execute("PRAGMA application_id").fetchone()
    except sqlite3.DatabaseError as exc:
        if "not a database" not in str(exc):
            raise  # a damaged archive is one all the same
        raise NotAnArchive(f"{path} is not an archive of ours: {exc}", hint="choose another file with --archive PATH") from exc
    if found != APPLICATION_ID:
        raise NotAnArchive(f"{path} is a SQLite file, but not an archive of ours", hint="choose another file with --archive PATH")
    applied, known = {migration.name for migration in steps.applied(db)}, known_migrations(steps)
    unknown = sorted(applied - known)
    if unknown:
        raise NewerArchive(
            f"{path} was written by a newer version of this software ({', '.join(unknown)})",
            hint="install the newest jiaxing-today, or open another file",
        )
    present = ledger_tables(db.conn)
    # Tables of migrations that are still to come are missed by nobody; a file without any is half an archive.
    gone = sorted(LEDGER.keys() - set(present)) if applied in (set(), known) else []
    if gone:
        raise ArchiveDamaged(f"{path} has lost its tables: {', '.join(gone)}", hint="keep the file as it is and restore a backup")
    # Guards written by an older version may be worded otherwise: they are only counted, and worded anew by `migrate`.
    (wording,) = db.conn.execute("PRAGMA user_version").fetchone()
    lost = missing_guards(db.conn, present, by_name=wording < GUARD_TEXT)
    if lost:
        raise ArchiveDamaged(
            f"{path} has lost its guards on: {', '.join(lost)}", hint="keep the file as it is and restore a backup"
        )
