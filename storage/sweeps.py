"""One pass over a listing, appended whole: new pages, changes of membership, and the pages that it says to look at."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storage.derived import plan, track
from storage.fingerprint import page_key
from storage.instants import instant, later
from storage.records import Event, PageKind, Purpose, SweepKind
from storage.state import answer_age

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from storage.hazard import Schedule
    from storage.records import Listed
    from storage.writer import Writer


__all__ = ["Row", "SweepRecord", "Swept", "append_sweep", "members_of_listing"]

_REWORDED_AT_LEAST, _REWORDED_SHARE = 10, 0.5
"""So many rows whose title (or date) reads otherwise than in the sweep before, and more than this share of those known: the listing
has another layout, and its rows were not all retitled within the hour."""


_AGES_ARE_WHOLE = 1000
"""Milliseconds by which two ages of one copy may disagree."""
_ONE_VIEW = 10 * 60 * 1000
"""Milliseconds.  Between answers that stood further apart rows may have moved from the one to the other, and be in neither."""
_OLD = "an older copy of the listing from a cache: it stood there since before it was last read completely"


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
class Swept:
    """What became of a sweep: its id and the pages not known before.

    Also how many press releases the listing held before, how many of them it holds no more (both for a complete sweep), and how
    many of its rows read otherwise because the listing has another layout.
    """

    id: int
    new_pages: tuple[int, ...] = ()
    held: int = 0
    left: int = 0
    reworded: int = 0


@dataclass(frozen=True, slots=True)
class _Member:
    """What a listing said of a page when it last said anything of it."""

    title: str | None
    date: str | None
    url: str


@dataclass(frozen=True, slots=True)
class _Written:
    """A sweep in the file, and the bounds of what it tells: after `not_before`, and no later than its answers came."""

    id: int
    section_id: int
    not_before: str | None
    now: str


def append_sweep(writer: Writer, sweep: SweepRecord, *, now: datetime, schedule: Schedule) -> Swept:
    """Append a sweep in the caller's transaction and return what became of it.

    What stood on a page of the listing that could not be read is unknown: only a complete sweep says `left`, and only one whose
    answers are of one age.  What a cache shows as it stood before the newest complete sweep is no complete sweep.
    """
    not_before = _stood_at(writer, sweep)
    oldest, newest = _span(writer, sweep, instant(now))
    if _is_of_old(oldest, sweep, not_before):
        sweep = replace(sweep, complete=False, note="; ".join(filter(None, (sweep.note, _OLD))))
    at_one_time = sweep.complete and oldest >= later(newest, -_ONE_VIEW)
    held = members_of_listing(writer.connection, sweep.section_id) if at_one_time else set()
    written = _Written(_write_sweep(writer, sweep, now), sweep.section_id, not_before, instant(now))
    rows, new = _pages_of_rows(writer, sweep, now, schedule)
    bounds = {page_id: _bounded(writer, written, page_id, row) for page_id, row in rows.items()}
    members = {page_id: _member(writer, sweep.section_id, page_id) for page_id, bounded in bounds.items() if bounded is not None}
    told = {page_id: _events(member, rows[page_id].listed) for page_id, member in members.items()}
    reworded = _reworded({page_id: events for page_id, events in told.items() if members[page_id] is not None})
    for page_id, events in told.items():
        # In a new layout a row stands under the words that it has now, and none of them is news: rule 1 holds for listings too.
        for event in [Event.APPEARED] if page_id in reworded else events:
            _write_event(writer, bounds[page_id] or written, page_id, event, rows[page_id])
    left = _write_left(writer, written, sweep, held - rows.keys())
    return Swept(written.id, tuple(new), len(held), left, len(reworded))


def _pages_of_rows(writer: Writer, sweep: SweepRecord, now: datetime, schedule: Schedule) -> tuple[dict[int, Row], list[int]]:
    """Return the first row of each page that a sweep shows, and the pages that are written for the first time."""
    rows: dict[int, Row] = {}
    new: list[int] = []
    for row in sweep.rows:
        page_id = _known(writer, row)
        if page_id is None:
            page_id = _write_page(writer, row, sweep.section_id, now, schedule)
            new.append(page_id)
        rows.setdefault(page_id, row)
    return rows, new


def _reworded(told: dict[int, list[Event]]) -> set[int]:
    """Return the known pages whose rows read otherwise because the listing has another layout: none, unless most do at once."""
    reworded: set[int] = set()
    for event in (Event.RETITLED, Event.REDATED):
        concerned = {page_id for page_id, events in told.items() if event in events}
        if len(concerned) >= _REWORDED_AT_LEAST and len(concerned) > _REWORDED_SHARE * len(told):
            reworded |= concerned
    return reworded


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


def _stood_at(writer: Writer, sweep: SweepRecord) -> str | None:
    """Return since when the newest complete sweep before this one surely stood: the lower bound of every change of membership.

    An answer from a cache is as old as its Age says (RFC 9111, 5.1): the oldest answer of that sweep counts.
    """
    row = writer.connection.execute(
        "SELECT started_at, ended_at FROM sweeps WHERE section_id = ? AND complete = 1 AND started_at < ? ORDER BY id DESC LIMIT 1",
        (sweep.section_id, instant(sweep.started_at)),
    ).fetchone()
    if row is None:
        return None
    began, ended = map(str, row)
    return min([began, *_stood(_answers(writer, sweep.section_id, began, ended))])


def _stood(answers: list[tuple[str, int, str]]) -> list[str]:
    """Return since when each answer surely stood."""
    return [later(requested, -1000 * answer_age(json.loads(headers))) for requested, _, headers in answers]


def _span(writer: Writer, sweep: SweepRecord, now: str) -> tuple[str, str]:
    """Return when the oldest and the newest answer of a sweep stood; a fresh one as if it were the first."""
    began = instant(sweep.started_at)
    stood = [min(since, began) for since in _stood(_answers(writer, sweep.section_id, began, now))]
    return min(stood, default=began), max(stood, default=began)


def _is_of_old(oldest: str, sweep: SweepRecord, known: str | None) -> bool:
    """Tell whether an answer had stood in a cache since before the newest complete sweep (`known`), as a lagging node has it.

    A fresh answer never had: our own clock may have been set back meanwhile.  The same copy once more is no older, though ages
    are whole seconds.
    """
    return known is not None and oldest < instant(sweep.started_at) and oldest < later(known, -_AGES_ARE_WHOLE)


def _answers(writer: Writer, section_id: int, began: str, ended: str) -> list[tuple[str, int, str]]:
    """Return a sweep's answers: what was asked of the section's listing in its time; request, milliseconds, headers (JSON)."""
    return writer.connection.execute(
        "SELECT requested_at, elapsed_ms, response_headers FROM fetches"
        " WHERE requested_at BETWEEN ? AND ? AND section_id = ? AND purpose = ?",
        (began, ended, section_id, Purpose.LISTING.value),
    ).fetchall()


def _member(writer: Writer, section_id: int, page_id: int) -> _Member | None:
    """Return what a listing holds of a page since the last sweep, or None where it does not hold it."""
    row = writer.connection.execute(
        "SELECT e.event, e.listed_title, e.listed_date, coalesce(e.listed_url, g.url) FROM listing_events e"
        " JOIN pages g ON g.id = e.page_id WHERE e.section_id = ? AND e.page_id = ? ORDER BY e.id DESC LIMIT 1",
        (section_id, page_id),
    ).fetchone()
    return None if row is None or row[0] == Event.LEFT.value else _Member(*row[1:])


def _events(member: _Member | None, listed: Listed) -> list[Event]:
    """Return what became of a row; one that only names its page by another address, such as https for http, appears anew."""
    if member is None:
        return [Event.APPEARED]
    changed = [(Event.RETITLED, member.title != listed.title), (Event.REDATED, member.date != listed.date)]
    return [event for event, differs in changed if differs] or ([Event.APPEARED] if member.url != listed.url else [])


def _known(writer: Writer, row: Row) -> int | None:
    known = writer.connection.execute("SELECT id FROM pages WHERE url_key = ?", (row.url_key,)).fetchone()
    return int(known[0]) if known else None


def _write_page(writer: Writer, row: Row, section_id: int, now: datetime, schedule: Schedule) -> int:
    page_id = writer.ledger.insert(
        "pages",
        {
            "url_key": row.url_key,
            "key": page_key(row.url_key),
            "url": row.listed.url,
            "kind": PageKind.RELEASE.value,
            "article": row.article,
            "section_id": section_id,
            "recorded_at": instant(now),
        },
    )
    track(writer.connection, page_id)
    plan(writer.connection, page_id, schedule)
    return page_id


def members_of_listing(connection: sqlite3.Connection, section_id: int) -> set[int]:
    """Return the pages that a section's listing holds, as far as it was read."""
    rows = connection.execute(
        "SELECT e.page_id FROM listing_events e WHERE e.section_id = ?1 AND e.event <> 'left'"
        " AND e.id = (SELECT max(x.id) FROM listing_events x WHERE x.section_id = ?1 AND x.page_id = e.page_id)",
        (section_id,),
    )
    return {page_id for (page_id,) in rows}


def _write_left(writer: Writer, written: _Written, sweep: SweepRecord, gone: set[int]) -> int:
    """Write that what the listing held and holds no more has left, seen when the sweep's last answer had come; return how many."""
    answers = _answers(writer, sweep.section_id, instant(sweep.started_at), written.now) if gone else []
    received = max((later(requested, elapsed) for requested, elapsed, _ in answers), default=written.now)
    for page_id in sorted(gone):
        row = {"page_id": page_id, "event": Event.LEFT.value, "observed_at": received}
        writer.ledger.insert("listing_events", {**_event(written), **row})
        _look_sooner(writer, page_id, written.now)
    return len(gone)


def _bounded(writer: Writer, written: _Written, page_id: int, row: Row) -> _Written | None:
    """Return the bounds of what a row tells, or None where a cache shows it as it stood before it was last told of."""
    since = _cached_since(writer, row.fetch_id)
    if since is None:
        return written
    if since <= _told_at(writer, written.section_id, page_id):
        return None
    return replace(written, not_before=None) if since <= (written.not_before or "") else written


def _cached_since(writer: Writer, fetch_id: int) -> str | None:
    """Return since when an answer had stood in a cache, or None for a fresh one: our own clock may have been set back meanwhile."""
    requested, headers = writer.connection.execute(
        "SELECT requested_at, response_headers FROM fetches WHERE id = ?", (fetch_id,)
    ).fetchone()
    age = answer_age(json.loads(headers))
    return later(requested, -1000 * age) if age else None


def _told_at(writer: Writer, section_id: int, page_id: int) -> str:
    row = writer.connection.execute(
        "SELECT observed_at FROM listing_events WHERE section_id = ? AND page_id = ? ORDER BY id DESC LIMIT 1",
        (section_id, page_id),
    ).fetchone()
    return row[0] if row else ""


def _write_event(writer: Writer, written: _Written, page_id: int, event: Event, row: Row) -> None:
    said = {"listed_title": row.listed.title, "listed_date": row.listed.date, "listed_url": row.listed.url}
    observed_at = _received(writer, row.fetch_id)
    what = {"fetch_id": row.fetch_id, "page_id": page_id, "event": event.value, "observed_at": observed_at}
    writer.ledger.insert("listing_events", {**_event(written), **what, **said})
    if event is not Event.APPEARED:
        _look_sooner(writer, page_id, written.now)


def _event(written: _Written) -> dict[str, object]:
    return {"sweep_id": written.id, "section_id": written.section_id, "not_before": written.not_before}


def _look_sooner(writer: Writer, page_id: int, now: str) -> None:
    """Make a page due: the listing hints at a change, and the page itself is to be asked, because a listing proves nothing."""
    writer.connection.execute(
        "UPDATE _frontier SET due_at = ?, reason = 'listing' WHERE page_id = ? AND due_at > ?", (now, page_id, now)
    )


def _received(writer: Writer, fetch_id: int) -> str:
    requested_at, elapsed = writer.connection.execute(
        "SELECT requested_at, elapsed_ms FROM fetches WHERE id = ?", (fetch_id,)
    ).fetchone()
    return later(requested_at, elapsed)
