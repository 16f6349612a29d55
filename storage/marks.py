"""Labels that only the archive can tell, from what it holds besides the two texts: `inserted-late` and `flap`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Unpack

from storage.instants import parse_instant
from storage.records import Kind

if TYPE_CHECKING:
    import sqlite3

    from storage.versions import Draft
    from storage.writer import VersionRow

__all__ = ["FLAP", "INSERTED_LATE", "is_unconfirmed", "marked", "was_told"]

FLAP, INSERTED_LATE = "flap", "inserted-late"

_LATE_AFTER = timedelta(days=7)
_LAST_INSTANT_OF_A_DAY = timedelta(hours=36)
"""From midnight UTC: a calendar day is over everywhere by noon UTC of the next one (zones reach to -12:00)."""
_FLAPS_WITHIN = timedelta(days=1)


def marked(connection: sqlite3.Connection, draft: Draft, **row: Unpack[VersionRow]) -> Draft:
    """Return a version that is about to be written with the labels that follow from the archive; its reading has been written."""
    if draft.kind is Kind.NEW and not row["baseline"] and _is_inserted_late(connection, row["page_id"], row["content_id"]):
        return replace(draft, labels=(*draft.labels, INSERTED_LATE))
    if "revert" in draft.labels and _is_flap(connection, row):
        return replace(draft, labels=(*draft.labels, FLAP))
    return draft


def _is_inserted_late(connection: sqlite3.Connection, page_id: int, content_id: int | None) -> bool:
    """Tell whether a page was surely not listed a week after its printed date, under a complete watch of its section.

    What bears that out is the last complete sweep that did not show it, not the one that did: we may have been away.
    """
    (absent_at,) = connection.execute(
        "SELECT min(not_before) FROM listing_events WHERE page_id = ? AND event = 'appeared'", (page_id,)
    ).fetchone()
    printed = connection.execute("SELECT published_at, published_on FROM contents WHERE id = ?", (content_id,)).fetchone()
    last = _last_instant(*printed) if printed else None
    return absent_at is not None and last is not None and parse_instant(absent_at) > last + _LATE_AFTER


def _last_instant(published_at: str | None, published_on: str | None) -> datetime | None:
    """Return the latest instant that a printed date may mean."""
    if published_at is not None:
        return parse_instant(published_at)
    return datetime.fromisoformat(published_on).replace(tzinfo=UTC) + _LAST_INSTANT_OF_A_DAY if published_on else None


# A body that read as the state before the last, and came with the same validators as what came just now.
_SAME_COPY = """
    SELECT 1 FROM fetches n JOIN fetches f ON f.page_id = n.page_id AND f.id < n.id
    JOIN readings r ON r.fetch_id = f.id JOIN contents c ON c.id = r.content_id
    WHERE n.id = ? AND c.compare_sha256 = (SELECT compare_sha256 FROM contents WHERE id = ?)
        AND coalesce(n.etag, n.last_modified) IS NOT NULL AND f.etag IS n.etag AND f.last_modified IS n.last_modified LIMIT 1
"""


def _is_flap(connection: sqlite3.Connection, row: VersionRow) -> bool:
    """Tell whether a page is back to what it said before its last change, within a day and with that state's old validators.

    So answers a server behind which one copy lags: a publisher who takes an edit back writes the file anew.
    """
    before = connection.execute(
        "SELECT v.observed_at, c.compare_sha256, (SELECT compare_sha256 FROM contents WHERE id = ?) FROM versions v"
        " LEFT JOIN versions o ON o.id = v.previous_id LEFT JOIN contents c ON c.id = o.content_id WHERE v.id = ?",
        (row["content_id"], row["previous_id"]),
    ).fetchone()
    if before is None or before[1] is None or before[1] != before[2]:
        return False
    if parse_instant(row["observed_at"]) - parse_instant(before[0]) > _FLAPS_WITHIN:
        return False
    return connection.execute(_SAME_COPY, (row["fetch_id"], row["content_id"])).fetchone() is not None


def is_unconfirmed(connection: sqlite3.Connection, version_id: int | None, fetch_id: int | None = None) -> bool:
    """Tell whether a version is a flap that nobody was told of: it waits for a look that finds the same again.

    With `fetch_id`, whether it rests on that fetch: then no such look has come yet.
    """
    sql = (
        "SELECT 1 FROM versions v, json_each(v.labels) l WHERE v.id = ?1 AND l.value = ?2 AND (?3 IS NULL OR v.fetch_id = ?3)"
        " AND NOT EXISTS (SELECT 1 FROM _outbox o WHERE o.version_id = v.id)"
    )
    return version_id is not None and connection.execute(sql, (version_id, FLAP, fetch_id)).fetchone() is not None


def was_told(connection: sqlite3.Connection, page_id: int, compare_sha256: str | None) -> bool:
    """Tell whether what people were told of a page last is what it says now: then there is nothing to tell."""
    row = connection.execute(
        "SELECT c.compare_sha256 FROM versions v LEFT JOIN contents c ON c.id = v.content_id WHERE v.page_id = ?"
        " AND (v.baseline = 1 OR EXISTS (SELECT 1 FROM _outbox o WHERE o.version_id = v.id AND o.kind <> 'withdrawn'))"
        " ORDER BY v.id DESC LIMIT 1",
        (page_id,),
    ).fetchone()
    return row is not None and row[0] == compare_sha256
