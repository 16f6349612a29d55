"""One pass over a listing, appended whole: new pages, changes of membership, and the pages that it says to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.derived import plan, track
from storage.fingerprint import page_key
from storage.instants import instant, later
from storage.records import Event, PageKind, SweepKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.derived import Schedule
    from storage.records import Listed
    from storage.writer import Writer


__all__ = ["Row", "SweepRecord", "append_sweep"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a listing, named: its canonical URL, key and article number, and the fetch that it was read from."""

    listed: Listed
    url_key: str
    article: str | None
    fetch_id: int


@dataclass(frozen=True, slots=True)
class SweepRecord:
    """One pass over a section's listing.  `complete` only where every row that the listing has was read."""

    run_id: int
    section_id: int
    kind: SweepKind
    day: str
    started_at: datetime
    rows: Sequence[Row]
    complete: bool
    pages_read: int
    pages_expected: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Member:
    title: str | None
    date: str | None


def append_sweep(writer: Writer, sweep: SweepRecord, *, now: datetime, schedule: Schedule) -> tuple[int, list[int]]:
    """Append a sweep in the caller's transaction; return its id and the ids of pages that were not known before.

    What stood on a page of the listing that could not be read is unknown: only a complete sweep says `left`.
    """
    sweep_id = _write_sweep(writer, sweep, now)
    not_before = _last_complete(writer, sweep)
    members = _members(writer, sweep.section_id)
    new: list[int] = []
    seen: set[int] = set()
    for row in sweep.rows:
        page_id = _page(writer, row, sweep, now, schedule, new)
        if page_id not in seen:
            seen.add(page_id)
            for event in _events(members.get(page_id), row.listed):
                _write_event(writer, sweep, sweep_id, page_id, event, row, not_before, now)
    if sweep.complete:
        for page_id in sorted(members.keys() - seen):
            _write_event(writer, sweep, sweep_id, page_id, Event.LEFT, None, not_before, now)
    return sweep_id, new


def _write_sweep(writer: Writer, sweep: SweepRecord, now: datetime) -> int:
    return writer.ledger.insert(
        "sweeps",
        {
            "section_id": sweep.section_id,
            "run_id": sweep.run_id,
            "kind": sweep.kind.value,
            "day": sweep.day,
            "started_at": instant(sweep.started_at),
            "ended_at": instant(now),
            "complete": int(sweep.complete),
            "pages_expected": sweep.pages_expected,
            "pages_read": sweep.pages_read,
            "records": len(sweep.rows),
            "note": sweep.note,
        },
    )


def _last_complete(writer: Writer, sweep: SweepRecord) -> str | None:
    """Return when the newest complete sweep before this one began: the lower bound of every change of membership."""
    row = writer.connection.execute(
        "SELECT started_at FROM sweeps WHERE section_id = ? AND complete = 1 AND started_at < ? ORDER BY id DESC LIMIT 1",
        (sweep.section_id, instant(sweep.started_at)),
    ).fetchone()
    return row[0] if row else None


def _members(writer: Writer, section_id: int) -> Mapping[int, _Member]:
    """Return what the listing held after the last sweep: page -> title and date as listed."""
    rows = writer.connection.execute(
        "SELECT e.page_id, e.listed_title, e.listed_date FROM listing_events e WHERE e.section_id = ?1 AND e.event <> 'left'"
        " AND e.id = (SELECT max(x.id) FROM listing_events x WHERE x.section_id = ?1 AND x.page_id = e.page_id)",
        (section_id,),
    )
    return {page_id: _Member(title, date) for page_id, title, date in rows}


def _events(member: _Member | None, listed: Listed) -> list[Event]:
    if member is None:
        return [Event.APPEARED]
    changed = [(Event.RETITLED, member.title != listed.title), (Event.REDATED, member.date != listed.date)]
    return [event for event, differs in changed if differs]


def _page(  # noqa: PLR0913, PLR0917 - a page's parts
    writer: Writer, row: Row, sweep: SweepRecord, now: datetime, schedule: Schedule, new: list[int]
) -> int:
    known = writer.connection.execute("SELECT id FROM pages WHERE url_key = ?", (row.url_key,)).fetchone()
    if known:
        return int(known[0])
    page_id = writer.ledger.insert(
        "pages",
        {
            "url_key": row.url_key,
            "key": page_key(row.url_key),
            "url": row.listed.url,
            "kind": PageKind.RELEASE.value,
            "article": row.article,
            "section_id": sweep.section_id,
            "recorded_at": instant(now),
        },
    )
    track(writer.connection, page_id)
    plan(writer.connection, page_id, schedule)
    new.append(page_id)
    return page_id


def _write_event(  # noqa: PLR0913, PLR0917 - a row's parts
    writer: Writer,
    sweep: SweepRecord,
    sweep_id: int,
    page_id: int,
    event: Event,
    row: Row | None,
    not_before: str | None,
    now: datetime,
) -> None:
    writer.ledger.insert(
        "listing_events",
        {
            "sweep_id": sweep_id,
            "fetch_id": row.fetch_id if row else None,
            "section_id": sweep.section_id,
            "page_id": page_id,
            "event": event.value,
            "not_before": not_before,
            "observed_at": _received(writer, row.fetch_id) if row else instant(now),
            "listed_title": row.listed.title if row else None,
            "listed_date": row.listed.date if row else None,
        },
    )
    if event is not Event.APPEARED:
        # The listing hints at a change: the page itself is to be asked, because a listing proves nothing.
        writer.connection.execute(
            "UPDATE _frontier SET due_at = ?, reason = 'listing' WHERE page_id = ? AND due_at > ?",
            (instant(now), page_id, instant(now)),
        )


def _received(writer: Writer, fetch_id: int) -> str:
    requested_at, elapsed = writer.connection.execute(
        "SELECT requested_at, elapsed_ms FROM fetches WHERE id = ?", (fetch_id,)
    ).fetchone()
    return later(requested_at, elapsed)
