"""Further named reads, for the command line's overviews: what is due, what was asked, what stands where in a history."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from storage.queries import rows, suspects
from storage.records import Outcome, PageKind, Purpose, Result

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from storage.queries import Row

__all__ = [
    "asked_since",
    "changed_since",
    "due_by_section",
    "longest_unseen",
    "looks_of",
    "newest_run",
    "next_due",
    "not_answering",
    "pages_of",
    "spent_since",
    "standing",
    "unread",
    "was_swept_whole",
    "written_by_server",
]

_ITS_SECTION = "s.portal || '/' || s.slug AS section"
_DIRECT = f"f.purpose IN ('{Purpose.FIRST}', '{Purpose.LOOK}', '{Purpose.RECHECK}')"
_LAST_HOP = "NOT EXISTS (SELECT 1 FROM fetches h WHERE h.hop_of = f.id)"
_NEWEST_READING = "LEFT JOIN readings r ON r.id = (SELECT max(x.id) FROM readings x WHERE x.fetch_id = f.id)"


def newest_run(connection: sqlite3.Connection) -> Row | None:
    """Return the last run: what set it off, when it began and ended, and how (None: it never said), or None before the first."""
    found = rows(
        connection,
        "SELECT u.id AS run, u.trigger, u.vantage, u.started_at, e.ended_at, e.outcome, e.counts FROM runs u"
        " LEFT JOIN run_ends e ON e.run_id = u.id ORDER BY u.id DESC LIMIT 1",
    )
    return {**found[0], "counts": json.loads(found[0]["counts"] or "{}")} if found else None


def changed_since(connection: sqlite3.Connection, since: str) -> dict[str, dict[str, int]]:
    """Return what the publisher did since an instant: section -> kind of change -> how many."""
    found = rows(
        connection,
        f"SELECT {_ITS_SECTION}, c.kind, count(*) AS number FROM changes c JOIN pages g ON g.id = c.page"  # noqa: S608 - our names
        " JOIN sections s ON s.id = g.section_id WHERE c.observed_at >= ? GROUP BY 1, 2",
        (since,),
    )
    counted: dict[str, dict[str, int]] = {}
    for row in found:
        counted.setdefault(row["section"], {})[row["kind"]] = row["number"]
    return counted


def due_by_section(connection: sqlite3.Connection, now: str) -> dict[str, Row]:
    """Return, for each section, how many pages are `tracked` and how many of them are `due` at the instant `now`."""
    found = rows(
        connection,
        f"SELECT {_ITS_SECTION}, count(*) AS tracked, coalesce(sum(f.due_at <= ?), 0) AS due FROM _frontier f"  # noqa: S608 - our names
        " JOIN _pages p USING (page_id) JOIN sections s ON s.id = p.section_id GROUP BY 1",
        (now,),
    )
    return {row["section"]: row for row in found}


def next_due(connection: sqlite3.Connection) -> str | None:
    """Return when the next page is due, or None where no page is tracked."""
    (due,) = connection.execute("SELECT min(due_at) FROM _frontier").fetchone()
    return str(due) if due else None


def asked_since(connection: sqlite3.Connection, since: str) -> Row:
    """Return what became of the requests since an instant: `requests`, `blocked`, `unanswered`, `refused` (by ourselves)."""
    blocked = f"r.outcome IN ('{Outcome.BLOCKED}', '{Outcome.CHALLENGE}')"
    silent = f"f.result IN ('{Result.NETWORK_ERROR}', '{Result.TRUNCATED}')"
    refused = f"f.result = '{Result.REFUSED}'"
    found = rows(
        connection,
        f"SELECT coalesce(sum(NOT {refused}), 0) AS requests, coalesce(sum({blocked}), 0) AS blocked,"  # noqa: S608 - our names
        f" coalesce(sum({silent}), 0) AS unanswered, coalesce(sum({refused}), 0) AS refused"
        f" FROM fetches f {_NEWEST_READING} WHERE f.requested_at >= ? AND f.purpose <> '{Purpose.IMPORT}'",
        (since,),
    )
    return found[0]


def spent_since(connection: sqlite3.Connection, hosts: Sequence[str], since: str) -> Row:
    """Return how many looks at pages some hosts were asked for since an instant: `first` ones, and `later` ones."""
    found = rows(
        connection,
        f"SELECT coalesce(sum(f.purpose = '{Purpose.FIRST}'), 0) AS first,"  # noqa: S608 - marks only
        f" coalesce(sum(f.purpose <> '{Purpose.FIRST}'), 0) AS later FROM fetches f JOIN _pages p ON p.page_id = f.page_id"
        f" WHERE {_DIRECT} AND f.result <> '{Result.REFUSED}' AND f.requested_at >= ? AND p.host IN ({_marks(hosts)})",
        (since, *hosts),
    )
    return found[0]


def not_answering(connection: sqlite3.Connection) -> list[Row]:
    """Return `queries.suspects` with the state of each one's press release: `live` where another address of it answers."""
    states = dict(
        connection.execute(
            "SELECT release_id, state FROM _current WHERE release_id IN (SELECT release_id FROM _pages WHERE state = 'suspect')"
        )
    )
    return [{**row, "release_state": states[row["release"]]} for row in suspects(connection)]


def unread(connection: sqlite3.Connection, limit: int = -1) -> list[Row]:
    """Return the pages that are listed but were never read, with what came instead (`looks` 0: nobody has asked yet)."""
    return rows(
        connection,
        f"SELECT p.page_id AS page, {_ITS_SECTION}, p.looks, p.outcome, p.error, p.last_look_at, g.url,"  # noqa: S608 - our names
        " (SELECT e.listed_title FROM listing_events e WHERE e.page_id = p.page_id AND e.listed_title IS NOT NULL"
        " ORDER BY e.id DESC LIMIT 1) AS title"
        " FROM _pages p JOIN pages g ON g.id = p.page_id LEFT JOIN sections s ON s.id = p.section_id"
        f" WHERE p.state IS NULL AND g.kind = '{PageKind.RELEASE}' ORDER BY p.looks = 0, p.page_id LIMIT ?",
        (limit,),
    )


def pages_of(connection: sqlite3.Connection, release_ids: Sequence[int]) -> list[Row]:
    """Return the pages of some releases that a server answers for (imported files are none): `page`, `release`, `section`."""
    return rows(
        connection,
        f"SELECT p.page_id AS page, p.release_id AS release, {_ITS_SECTION} FROM _pages p"  # noqa: S608 - marks only
        " JOIN pages g ON g.id = p.page_id JOIN sections s ON s.id = p.section_id"
        f" WHERE g.kind = '{PageKind.RELEASE}' AND p.release_id IN ({_marks(release_ids)}) ORDER BY p.page_id",
        tuple(release_ids),
    )


def longest_unseen(connection: sqlite3.Connection, sections: Sequence[str], limit: int) -> list[int]:
    """Return the pages of some sections (`portal/slug`) that were looked at longest ago, those never looked at first."""
    found = rows(
        connection,
        "SELECT p.page_id AS page FROM _pages p JOIN pages g ON g.id = p.page_id JOIN sections s ON s.id = p.section_id"  # noqa: S608 - marks
        f" WHERE g.kind = '{PageKind.RELEASE}' AND s.portal || '/' || s.slug IN ({_marks(sections)})"
        " ORDER BY p.last_look_at, p.page_id LIMIT ?",
        (*sections, limit),
    )
    return [row["page"] for row in found]


def looks_of(connection: sqlite3.Connection, release_id: int) -> Row:
    """Return how often a release's pages were looked at, and how many of these `looks` were `unanswered`: no page came."""
    found = rows(
        connection,
        "SELECT count(*) AS looks,"  # noqa: S608 - our names
        f" coalesce(sum(f.result <> '{Result.NOT_MODIFIED}' AND coalesce(r.outcome, '') <> '{Outcome.OK}'), 0) AS unanswered"
        f" FROM fetches f JOIN _pages p ON p.page_id = f.page_id {_NEWEST_READING}"
        f" WHERE p.release_id = ? AND {_DIRECT} AND {_LAST_HOP}",
        (release_id,),
    )
    return found[0]


def standing(connection: sqlite3.Connection, release_id: int) -> list[Row]:
    """Return the versions that stand, removals among them, of all pages of a release, in order of time."""
    return rows(
        connection,
        "SELECT v.page_id || '@' || v.number AS ref, v.id, v.page_id AS page, v.number, v.kind, v.previous_id FROM versions v"
        " JOIN _pages p ON p.page_id = v.page_id WHERE p.release_id = ?"
        " AND NOT EXISTS (SELECT 1 FROM retractions r WHERE r.version_id = v.id) ORDER BY v.observed_at, v.id",
        (release_id,),
    )


def written_by_server(connection: sqlite3.Connection, fetch_ids: Sequence[int]) -> dict[int, str]:
    """Return when servers said that the pages of some fetches were written: fetch -> Last-Modified as it was sent."""
    found = rows(
        connection,
        f"SELECT id, last_modified FROM fetches WHERE id IN ({_marks(fetch_ids)}) AND last_modified IS NOT NULL",  # noqa: S608 - marks
        tuple(fetch_ids),
    )
    return {row["id"]: row["last_modified"] for row in found}


def was_swept_whole(connection: sqlite3.Connection, section: str) -> bool:
    """Tell whether the listing of a section (`portal/slug`) was ever read to its end."""
    row = connection.execute(
        "SELECT 1 FROM sweeps w JOIN sections s ON s.id = w.section_id"
        " WHERE w.complete = 1 AND s.portal || '/' || s.slug = ? LIMIT 1",
        (section,),
    ).fetchone()
    return row is not None


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
