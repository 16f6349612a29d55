"""The guards: triggers in the file itself that let ledger tables take INSERT only, from every client.

Three a table.  The one before INSERT is needed because `INSERT OR REPLACE` deletes colliding rows without firing DELETE
triggers unless `recursive_triggers` is on, which plain clients leave off; it names the rowid and every UNIQUE key, read from
the table itself.  SQLite cannot refuse DROP or an edit of the file's bytes: `verify` finds those.

The one permitted UPDATE is a redaction: `bodies.data` or `contents.text` set to NULL where a `redactions` row names the row.
A body with which others were compressed stays even then, until those are withheld too: without it they could not be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

__all__ = ["install_guards", "missing_guards"]

_REDACTABLE = {"bodies": ("data", "body_id"), "contents": ("text", "content_id")}
"""Table -> the column that may become NULL, and the column of `redactions` that must name the row."""
_NEEDED_BY = {"bodies": "EXISTS (SELECT 1 FROM bodies d WHERE d.dictionary_id = OLD.id AND d.data IS NOT NULL)"}
"""Table -> whether other rows cannot be read without this one: evidence that nobody ordered withheld must not go with it."""


def install_guards(connection: sqlite3.Connection, tables: Iterable[str]) -> None:
    """Make those guards of `tables` that are not as generated from the tables as they are now; a sound file is left untouched."""
    wanted = _guards(connection, tables)
    for name in _unlike(connection, wanted):
        connection.execute(f'DROP TRIGGER IF EXISTS "{name}"')
        connection.execute(wanted[name])


def missing_guards(connection: sqlite3.Connection, tables: Iterable[str], *, by_name: bool = False) -> list[str]:
    """Return the names of guards that are not in the file, or, unless only asked `by_name`, are not as they should be."""
    wanted = _guards(connection, tables)
    if by_name:
        found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        return [name for name in wanted if name not in found]
    return _unlike(connection, wanted)


def _unlike(connection: sqlite3.Connection, wanted: dict[str, str]) -> list[str]:
    found = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall())
    return [name for name, statement in wanted.items() if found.get(name) != statement]


def _guards(connection: sqlite3.Connection, tables: Iterable[str]) -> dict[str, str]:
    guards = {}
    for table in tables:
        guards[f"{table}_no_delete"] = _trigger(table, "no_delete", "DELETE", "")
        guards[f"{table}_no_update"] = _trigger(table, "no_update", "UPDATE", _unless_redaction(connection, table), _why_not(table))
        guards[f"{table}_no_replace"] = _trigger(table, "no_replace", "INSERT", _when_colliding(connection, table))
    return guards


def _trigger(table: str, suffix: str, event: str, when: str, why: str = "") -> str:
    """Return a trigger that refuses an event `when` (always, where that is empty); `why` may refuse it in other words first."""
    condition = f" WHEN {when}" if when else ""
    return (
        f'CREATE TRIGGER "{table}_{suffix}" BEFORE {event} ON "{table}"{condition} '
        f"BEGIN {why}SELECT RAISE(ABORT, 'append-only: {event} on {table} is refused'); END"
    )


def _why_not(table: str) -> str:
    """Return the statement that says why a body cannot be withheld yet, before the general words are used."""
    if table not in _NEEDED_BY:
        return ""
    why = "append-only: UPDATE on bodies is refused: other bodies were written with this one and could not be read without it"
    return f"SELECT RAISE(ABORT, '{why}; withhold those first') WHERE NEW.data IS NULL AND {_NEEDED_BY[table]}; "


def _when_colliding(connection: sqlite3.Connection, table: str) -> str:
    keys = [("rowid",), *_unique_keys(connection, table)]
    terms = " OR ".join("(" + " AND ".join(f'"{column}" = NEW."{column}"' for column in key) + ")" for key in keys)
    return f'EXISTS (SELECT 1 FROM "{table}" WHERE {terms})'  # noqa: S608 - names from the file itself


def _unique_keys(connection: sqlite3.Connection, table: str) -> list[tuple[str, ...]]:
    indexes = connection.execute(f'PRAGMA index_list("{table}")').fetchall()
    names = sorted(name for _, name, unique, *_ in indexes if unique)
    return [tuple(column for _, _, column in connection.execute(f'PRAGMA index_info("{name}")')) for name in names]


def _unless_redaction(connection: sqlite3.Connection, table: str) -> str:
    if table not in _REDACTABLE:
        return ""
    column, reference = _REDACTABLE[table]
    others = [name for _, name, *_ in connection.execute(f'PRAGMA table_info("{table}")') if name != column]
    same = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in others)
    named = f"EXISTS (SELECT 1 FROM redactions WHERE {reference} = OLD.id)"  # noqa: S608 - our names
    unneeded = f" AND NOT {_NEEDED_BY[table]}" if table in _NEEDED_BY else ""
    return f'NOT (NEW."{column}" IS NULL AND {same} AND {named}{unneeded})'
