"""What is news, and what people are to be told: rows of the outbox, written in the transaction of what they tell of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.instants import instant
from storage.records import FoundBy, Kind

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from storage.writer import Writer

__all__ = ["is_baseline", "is_second_address", "tell", "tell_version"]

_FIRST_COMPLETE = "(SELECT min(w.id) FROM sweeps w WHERE w.section_id = {}.section_id AND w.complete = 1)"
# A section that was read to its end before saw the page come, and no section so read until then had it from the beginning.
_CAME_UNDER_WATCH = f"""
    SELECT 1 FROM listing_events e WHERE e.page_id = ?1 AND e.event = 'appeared' AND e.sweep_id > {_FIRST_COMPLETE.format("e")}
        AND NOT EXISTS (SELECT 1 FROM listing_events b WHERE b.page_id = ?1 AND b.sweep_id <= {_FIRST_COMPLETE.format("b")}
            AND {_FIRST_COMPLETE.format("b")} < e.sweep_id)
    LIMIT 1
"""  # noqa: S608 - constants above


def is_baseline(connection: sqlite3.Connection, page_id: int, kind: Kind, found_by: FoundBy) -> bool:
    """Tell whether a first sight is no news: an import, or a page that no complete watch saw come."""
    if kind is not Kind.NEW or found_by is FoundBy.IMPORT:
        return kind is Kind.NEW
    return connection.execute(_CAME_UNDER_WATCH, (page_id,)).fetchone() is None


def is_second_address(connection: sqlite3.Connection, version_id: int, kind: Kind) -> bool:
    """Tell whether a first sight is of another page of a release that was crawled before: no news, as the view `changes` has it."""
    sql = (
        "SELECT p.release_id <> p.page_id AND f.kind <> 'import' FROM versions v JOIN _pages p ON p.page_id = v.page_id"
        " JOIN pages f ON f.id = p.release_id WHERE v.id = ?"
    )
    return kind is Kind.NEW and bool(connection.execute(sql, (version_id,)).fetchone()[0])


def tell_version(writer: Writer, version_id: int, now: datetime) -> None:
    """Put a version that is news into the outbox."""
    sql = "SELECT CASE WHEN kind = 'edited' AND silent THEN 'silent' ELSE kind END FROM versions WHERE id = ?"
    (kind,) = writer.connection.execute(sql, (version_id,)).fetchone()
    tell(writer, kind, now, version_id=version_id)


def tell(writer: Writer, kind: str, now: datetime, *, version_id: int | None = None, fetch_id: int | None = None) -> None:
    """Put something into the outbox: a version, or a fetch that came to nothing."""
    writer.connection.execute(
        "INSERT INTO _outbox (kind, version_id, fetch_id, created_at) VALUES (?, ?, ?, ?)",
        (kind, version_id, fetch_id, instant(now)),
    )
