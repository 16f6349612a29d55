"""What a body is compared with: the page's former state as the same reader reads it, and what the page said before that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.versions import Base
from storage.writer import load_reading

if TYPE_CHECKING:
    import sqlite3

__all__ = ["base_as_read", "said_before"]


def base_as_read(connection: sqlite3.Connection, fetch_id: int | None, reader: str) -> Base | None:
    """Return the page's former state as `reader` reads it, or None where it never did or could not."""
    row = connection.execute(
        "SELECT c.id, c.compare_sha256 FROM readings r JOIN contents c ON c.id = r.content_id"
        " WHERE r.fetch_id = ? AND r.reader = ?",
        (fetch_id, reader),
    ).fetchone()
    if row is None or fetch_id is None:
        return None
    read = load_reading(connection, fetch_id, reader)
    return Base(row[0], row[1], read) if read else None


def said_before(connection: sqlite3.Connection, page_id: int, fetch_id: int) -> frozenset[str]:
    """Return what a page said before a fetch, by every reader that read it: a revert is one across a change of reader too."""
    rows = connection.execute(
        "SELECT DISTINCT c.compare_sha256 FROM fetches f JOIN readings r ON r.fetch_id = f.id"
        " JOIN contents c ON c.id = r.content_id WHERE f.page_id = ? AND f.id < ?",
        (page_id, fetch_id),
    )
    return frozenset(digest for (digest,) in rows)
