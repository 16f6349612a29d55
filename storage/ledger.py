"""The one way into the ledger: a row and its leaf, inserted together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.log import CURRENT_FORMAT, CompactRange, leaf_bytes, leaf_hash

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

__all__ = ["Ledger", "load_range", "root_of"]


class Ledger:
    """Appends rows to ledger tables and their leaves to the log, within the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._range = load_range(connection)
        self._columns: dict[str, list[str]] = {}

    def insert(self, table: str, row: Mapping[str, object]) -> int:
        """Insert `row` (absent columns are NULL) and its leaf; return its id.

        Raises sqlite3.IntegrityError where the row collides or breaks a rule of the table.
        """
        complete = self._complete(table, row)
        names = ", ".join(complete)
        marks = ", ".join("?" * len(complete))
        cursor = self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(complete.values()))  # noqa: S608 - names are ours
        row_id = int(cursor.lastrowid or 0)
        self._append_leaf(table, row_id, {**complete, "id": row_id})
        return row_id

    def flush(self) -> None:
        """Write the tree's right edge; called once before a commit."""
        self.connection.execute("DELETE FROM _log")
        self.connection.executemany("INSERT INTO _log (level, hash) VALUES (?, ?)", self._range.nodes.items())

    def reload(self) -> None:
        """Read the tree's right edge anew: after a rollback, what is remembered is not what is in the file."""
        self._range = load_range(self.connection)

    def root(self) -> tuple[int, bytes]:
        """Return the log's size and root hash."""
        return self._range.size, self._range.root()

    def _append_leaf(self, table: str, row_id: int, row: Mapping[str, object]) -> None:
        digest = leaf_hash(leaf_bytes(table, row))
        self.connection.execute(
            "INSERT INTO log_leaves (kind, row_id, format, hash) VALUES (?, ?, ?, ?)",
            (table, row_id, CURRENT_FORMAT[table], digest),
        )
        self._range.append(digest)

    def _complete(self, table: str, row: Mapping[str, object]) -> dict[str, object]:
        """Spell out every column but the id, so that the leaf commits to what stands in the file."""
        if table not in self._columns:
            info = self.connection.execute(f'PRAGMA table_info("{table}")').fetchall()
            self._columns[table] = [name for _, name, *_ in info if name != "id"]
        unknown = row.keys() - set(self._columns[table])
        if unknown:
            raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
        return {name: row.get(name) for name in self._columns[table]}


def load_range(connection: sqlite3.Connection) -> CompactRange:
    """Return the log's right edge, as saved if it fits the leaves, else computed from them."""
    edge = CompactRange(connection.execute("SELECT level, hash FROM _log").fetchall())
    (size,) = connection.execute("SELECT coalesce(max(id), 0) FROM log_leaves").fetchone()
    if edge.size == size:
        return edge
    return _range_of(connection, size)


def root_of(connection: sqlite3.Connection, size: int) -> bytes:
    """Return the root that the log had after its first `size` leaves, computed from these alone."""
    return _range_of(connection, size).root()


def _range_of(connection: sqlite3.Connection, size: int) -> CompactRange:
    edge = CompactRange()
    for (digest,) in connection.execute("SELECT hash FROM log_leaves WHERE id <= ? ORDER BY id", (size,)):
        edge.append(digest)
    return edge
