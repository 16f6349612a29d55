"""How sections and hosts are doing, for alerts: what is kept aside, since when a listing was not read, or a host not heard."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.holding import held
from storage.queries import rows

if TYPE_CHECKING:
    import sqlite3

__all__ = [
    "BULK",
    "Asides",
    "Edits",
    "Unheard",
    "Unlisted",
    "asides_of",
    "edits_since",
    "is_bulk",
    "pages_read",
    "passed_over",
    "shrunk_from",
    "unheard_of",
    "unlisted_of",
]

BULK = "bulk"
"""The kind of the alert that says that more of a section was edited at once than a publisher edits."""
_BULK_AT_LEAST, _BULK_SHARE = 20, 0.1
"""Edits of one section in a day beyond which they are likelier a rebuild, or ours, than the publisher's (design, section 6)."""
_BULK_OF_LOOKS = 0.5
"""So many of the pages looked at again: a daemon that spreads its looks would meet a rebuild a few pages at a time."""


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A listing that was not read: since when, how many sweeps came to nothing, why the last one did, and its newest answer."""

    since: str
    sweeps: int
    note: str
    fetch_id: int | None
    url: str | None
    outcome: str | None


def unlisted_of(connection: sqlite3.Connection, section_id: int) -> Unlisted | None:
    """Return how long the listing of a section was not read, or None where its newest sweep read something."""
    failed = rows(
        connection,
        "SELECT min(started_at) AS since, count(*) AS sweeps FROM sweeps WHERE section_id = :section AND pages_read = 0 AND id >"
        " coalesce((SELECT max(id) FROM sweeps WHERE section_id = :section AND pages_read > 0), 0)",
        {"section": section_id},
    )[0]
    if not failed["sweeps"]:
        return None
    (note,) = connection.execute("SELECT note FROM sweeps WHERE section_id = ? ORDER BY id DESC LIMIT 1", (section_id,)).fetchone()
    answer = connection.execute(
        "SELECT f.id, f.url, (SELECT r.outcome FROM readings r WHERE r.fetch_id = f.id ORDER BY r.id DESC LIMIT 1) FROM fetches f"
        " WHERE f.section_id = ? AND f.purpose IN ('listing', 'locate') AND f.page_id IS NULL ORDER BY f.id DESC LIMIT 1",
        (section_id,),
    ).fetchone()
    return Unlisted(failed["since"], failed["sweeps"], note or "no answer", *(answer or (None, None, None)))


def shrunk_from(connection: sqlite3.Connection, section_id: int, rows: int, share: float) -> tuple[int, str] | None:
    """Return how long a listing of `rows` was when these were no more than a `share` of it, and since when it is shorter.

    Only complete sweeps tell how long a listing is; None where it never was so long, or no sweep came after that.
    """
    longer = connection.execute(
        "SELECT id, records FROM sweeps WHERE section_id = ? AND complete = 1 AND records * ? >= ? ORDER BY id DESC LIMIT 1",
        (section_id, share, rows),
    ).fetchone()
    if longer is None:
        return None
    sql = "SELECT min(started_at) FROM sweeps WHERE section_id = ? AND complete = 1 AND id > ?"
    (since,) = connection.execute(sql, (section_id, longer[0])).fetchone()
    return (longer[1], since) if since else None


@dataclass(frozen=True, slots=True)
class Unheard:
    """A host none of whose pages answered: since when, how many of its `pages` fail, what comes most often instead, an example."""

    since: str
    failing: int
    pages: int
    outcome: str
    url: str


# Pages that failed since any page of the host was read or kept aside: what has failed for longer tells nothing of the host.  A host
# that refuses is asked for a few pages in each run, so that it takes long until any of them has failed twice.
_UNHEARD = """
    FROM _pages p JOIN pages g ON g.id = p.page_id WHERE p.host = :host AND p.failing_since > coalesce((
        SELECT max(max(coalesce(h.last_confirmed_at, ''), iif(h.outcome = 'quarantined', h.last_look_at, '')))
        FROM _pages h WHERE h.host = :host), '')
"""


def unheard_of(connection: sqlite3.Connection, host: str) -> Unheard | None:
    """Return since when no page of a host answered although some were asked for, or None."""
    found = rows(
        connection,
        f"SELECT min(p.failing_since) OVER () AS since, count(*) OVER () AS failing, p.outcome, g.url {_UNHEARD}"
        " ORDER BY count(*) OVER (PARTITION BY p.outcome) DESC, p.page_id LIMIT 1",
        {"host": host},
    )
    if not found:
        return None
    (pages,) = connection.execute("SELECT count(*) FROM _pages WHERE host = ?", (host,)).fetchone()
    return Unheard(**found[0], pages=pages)


@dataclass(frozen=True, slots=True)
class Asides:
    """The pages of a section that are kept aside now: how many, since when, an example, and in how many each part was found."""

    pages: int
    since: str
    fetch_id: int
    url: str
    found: dict[str, int]


_FOUND = {
    "title": "r.problems NOT LIKE '%title not found%'",
    "text": "r.problems NOT LIKE '%body not found%' AND r.problems NOT LIKE '%body empty%'",
    "published": " OR ".join(f"r.dates LIKE '%\"{origin}%'" for origin in ("label", "meta:", "selector", "text")),
}


# A look that tells of the page: it was read, kept aside, found missing or not modified.  All others tell of the way there.
_LAST = (
    f"SELECT max(x.id) FROM fetches x LEFT JOIN readings q ON q.id = {held('x')} WHERE x.page_id = p.page_id"  # noqa: S608 - our names
    " AND (q.outcome IN ({}) OR (x.result = 'not-modified' AND x.error IS NULL))"
)
_LAST_TOLD = _LAST.format("'ok', 'quarantined', 'gone', 'soft-gone'")
_LAST_WELL = _LAST.format("'ok', 'gone', 'soft-gone'")


def asides_of(connection: sqlite3.Connection, section_id: int) -> Asides | None:
    """Return what is kept aside of a section since its pages last read well, or None.

    A page that fails since it was kept aside is kept aside still: nobody has seen it read well.
    """
    found = rows(
        connection,
        "SELECT p.page_id, f.id AS fetch, f.requested_at, g.url, "  # noqa: S608 - our names
        + ", ".join(f"({condition}) AS {name}" for name, condition in _FOUND.items())
        + f" FROM _pages p JOIN pages g ON g.id = p.page_id JOIN fetches f ON f.id = ({_LAST_TOLD})"
        f" JOIN readings r ON r.id = {held('f')} AND r.outcome = 'quarantined'"
        " WHERE p.section_id = ? AND (p.outcome = 'quarantined' OR p.fails > 0) ORDER BY f.id",
        (section_id,),
    )
    if not found:
        return None
    newest, parts = found[-1], {name: sum(row[name] for row in found) for name in _FOUND}
    return Asides(len(found), _since(connection, [row["page_id"] for row in found]), newest["fetch"], newest["url"], parts)


def passed_over(connection: sqlite3.Connection, section_id: int) -> list[int]:
    """Return the pages of a section that read well since, but for earlier bodies that are kept aside still."""
    sql = (
        "SELECT p.page_id FROM _pages p WHERE p.section_id = ? AND p.outcome <> 'quarantined' AND p.fails = 0"  # noqa: S608
        " AND EXISTS (SELECT 1 FROM readings q JOIN fetches f ON f.id = q.fetch_id"
        f" WHERE f.page_id = p.page_id AND q.outcome = 'quarantined' AND q.id = {held('f')}) ORDER BY p.page_id"
    )
    return [page for (page,) in connection.execute(sql, (section_id,))]


def _since(connection: sqlite3.Connection, pages: list[int]) -> str:
    """Return when the first of some pages was first kept aside since it last read well."""
    sql = (
        "SELECT min(f.requested_at) FROM _pages p JOIN fetches f ON f.page_id = p.page_id"  # noqa: S608 - our names
        f" JOIN readings r ON r.id = {held('f')} AND r.outcome = 'quarantined'"
        f" WHERE p.page_id IN (SELECT value FROM json_each(?)) AND f.id > coalesce(({_LAST_WELL}), 0)"
    )
    return str(connection.execute(sql, (json.dumps(pages),)).fetchone()[0])


def pages_read(connection: sqlite3.Connection, section_id: int) -> int:
    """Return how many pages of a section were ever read; files are none."""
    sql = (
        "SELECT count(*) FROM _pages p JOIN pages g ON g.id = p.page_id"
        " WHERE p.section_id = ? AND p.version_id IS NOT NULL AND g.kind <> 'attachment'"
    )
    return int(connection.execute(sql, (section_id,)).fetchone()[0])


@dataclass(frozen=True, slots=True)
class Edits:
    """How many pages of a section were found edited since some instant, of how many that were looked at again."""

    edited: int
    looked_at: int


def edits_since(connection: sqlite3.Connection, section_id: int, since: str) -> Edits:
    """Return how many pages of a section a crawl found edited since an instant, and how many it looked at again; files are none.

    Edits that were taken back, and those that stored pages brought to light, are none.
    """
    (edited,) = connection.execute(
        "SELECT count(DISTINCT v.page_id) FROM versions v JOIN _pages p USING (page_id) JOIN pages g ON g.id = p.page_id"
        " WHERE v.observed_at >= ? AND v.kind = 'edited' AND v.found_by = 'crawl' AND p.section_id = ? AND g.kind <> 'attachment'"
        " AND NOT EXISTS (SELECT 1 FROM retractions r WHERE r.version_id = v.id)",
        (since, section_id),
    ).fetchone()
    (looked_at,) = connection.execute(
        "SELECT count(DISTINCT f.page_id) FROM fetches f JOIN _pages p ON p.page_id = f.page_id JOIN pages g ON g.id = p.page_id"
        " WHERE f.requested_at >= ? AND f.purpose IN ('look', 'recheck') AND p.section_id = ? AND g.kind <> 'attachment'",
        (since, section_id),
    ).fetchone()
    return Edits(edited, looked_at)


def is_bulk(edited: int, pages: int, looked_at: int | None = None) -> bool:
    """Tell whether so many pages of a section were edited at once that it is no edit by hand.

    `pages` are those that were ever read, `looked_at` those that were looked at again meanwhile (None: nobody counted).
    """
    is_much = edited > _BULK_SHARE * pages or (looked_at is not None and edited > _BULK_OF_LOOKS * looked_at)
    return edited >= _BULK_AT_LEAST and is_much
