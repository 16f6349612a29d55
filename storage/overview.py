"""Further named reads, for the command line's overviews: what is due, what was asked, what stands where in a history."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from storage.holding import held
from storage.queries import LISTED_BY, rows, suspects
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
    "read_with",
    "spent_since",
    "standing",
    "unread",
    "written_by_server",
]

_ITS_SECTION = "s.portal || '/' || s.slug AS section"
_LOOKS = f"f.purpose IN ('{Purpose.FIRST}', '{Purpose.LOOK}', '{Purpose.RECHECK}', '{Purpose.CONTROL}')"
"""A server was asked for a page: an import is none."""
_LAST_HOP = "NOT EXISTS (SELECT 1 FROM fetches h WHERE h.hop_of = f.id)"
_READING = f"LEFT JOIN readings r ON r.id = {held('f')}"


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


def due_by_section(connection: sqlite3.Connection, now: str, sections: Sequence[str] | None = None) -> dict[str, Row]:
    """Return, for sections (`portal/slug`; None: all), how many pages are `tracked` and how many of them are `due` at `now`.

    A page counts once: in the first of these sections that listed it.
    """
    found = rows(
        connection,
        f"SELECT {_ITS_SECTION}, count(*) AS tracked, coalesce(sum(f.due_at <= :now), 0) AS due FROM _frontier f"  # noqa: S608 - our names
        f" JOIN _pages p USING (page_id) JOIN sections s ON s.id = ({LISTED_BY}) GROUP BY 1",
        {"now": now, "sections": _ids(connection, sections)},
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
        f" FROM fetches f {_READING} WHERE f.requested_at >= ? AND f.purpose <> '{Purpose.IMPORT}'",
        (since,),
    )
    return found[0]


def spent_since(connection: sqlite3.Connection, hosts: Sequence[str], since: str, until: str) -> Row:
    """Return how many looks some hosts were asked for between two instants: the `first` at a page, and `later` ones.

    A look counts once, however many hops it took; files and what we refused ourselves cost a host nothing.
    What is recorded as later than `until` is not of today: it was asked for by a clock that ran ahead.
    """
    found = rows(
        connection,
        "SELECT coalesce(sum(first), 0) AS first, coalesce(sum(NOT first), 0) AS later FROM (SELECT NOT EXISTS"  # noqa: S608 - marks only
        " (SELECT 1 FROM fetches e WHERE e.page_id = f.page_id AND e.id < f.id) AS first"
        " FROM fetches f JOIN _pages p ON p.page_id = f.page_id"
        f" WHERE {_LOOKS} AND f.hop_of IS NULL AND f.result <> '{Result.REFUSED}' AND f.requested_at BETWEEN ? AND ?"
        f" AND p.host IN ({_marks(hosts)}))",
        (since, until, *hosts),
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


def read_with(connection: sqlite3.Connection, problem: str) -> list[Row]:
    """Return, by section, how many pages are held to read as they do with a certain problem, and one of them as an example."""
    return rows(
        connection,
        f"SELECT {_ITS_SECTION}, count(*) AS pages, max(g.url) AS url FROM _pages p JOIN pages g ON g.id = p.page_id"  # noqa: S608
        f" JOIN fetches f ON f.id = p.base_fetch_id JOIN readings r ON r.id = {held('f')} AND instr(r.problems, ?)"
        " JOIN sections s ON s.id = p.section_id GROUP BY 1 ORDER BY 1",
        (problem,),
    )


def pages_of(connection: sqlite3.Connection, release_ids: Sequence[int]) -> list[Row]:
    """Return the pages of some releases that a server answers for (imported files are none), with all `sections` that list each."""
    found = rows(
        connection,
        f"SELECT p.page_id AS page, p.release_id AS release, {_ITS_SECTION} FROM _pages p"  # noqa: S608 - marks only
        " JOIN listing_events e ON e.page_id = p.page_id JOIN sections s ON s.id = e.section_id"
        f" WHERE p.release_id IN ({_marks(release_ids)}) GROUP BY p.page_id, s.id ORDER BY p.page_id, min(e.id)",
        tuple(release_ids),
    )
    pages: dict[int, Row] = {}
    for row in found:
        page = pages.setdefault(row["page"], {"page": row["page"], "release": row["release"], "sections": []})
        page["sections"].append(row["section"])
    return list(pages.values())


def longest_unseen(connection: sqlite3.Connection, sections: Sequence[str], limit: int) -> list[int]:
    """Return the pages that sections (`portal/slug`) list or listed: those never looked at first, then the longest unseen."""
    found = rows(
        connection,
        f"SELECT p.page_id AS page FROM _pages p WHERE ({LISTED_BY}) IS NOT NULL"  # noqa: S608 - our names
        " ORDER BY p.last_look_at, p.page_id LIMIT :limit",
        {"sections": _ids(connection, sections), "limit": limit},
    )
    return [row["page"] for row in found]


def looks_of(connection: sqlite3.Connection, release_id: int) -> Row:
    """Return how often a release's pages were looked at, and how many of these `looks` were `unanswered`: no page came."""
    found = rows(
        connection,
        "SELECT count(*) AS looks,"  # noqa: S608 - our names
        f" coalesce(sum(f.result <> '{Result.NOT_MODIFIED}' AND coalesce(r.outcome, '') NOT IN"
        f" ('{Outcome.OK}', '{Outcome.QUARANTINED}')), 0) AS unanswered"
        f" FROM fetches f JOIN _pages p ON p.page_id = f.page_id {_READING}"
        f" WHERE p.release_id = ? AND {_LOOKS} AND {_LAST_HOP}",
        (release_id,),
    )
    return found[0]


def standing(connection: sqlite3.Connection, release_id: int) -> list[Row]:
    """Return the versions that stand, removals among them, of all pages of a release, in order of time."""
    return rows(
        connection,
        "SELECT v.page_id || '@' || v.number AS ref, v.id, v.page_id AS page, v.number, v.kind, v.previous_id, g.kind AS page_kind"
        " FROM versions v JOIN _pages p ON p.page_id = v.page_id JOIN pages g ON g.id = v.page_id WHERE p.release_id = ?"
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


def _ids(connection: sqlite3.Connection, sections: Sequence[str] | None) -> str:
    """Return the ids of sections (`portal/slug`; None: all) as JSON."""
    found = rows(connection, f"SELECT s.id, {_ITS_SECTION} FROM sections s")  # noqa: S608 - our names
    return json.dumps([row["id"] for row in found if sections is None or row["section"] in sections])


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
