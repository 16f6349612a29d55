"""How sections and hosts are doing, for alerts: what is kept aside, since when a listing was not read, or a host not heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.queries import rows

if TYPE_CHECKING:
    import sqlite3

__all__ = ["Asides", "Unheard", "Unlisted", "asides_of", "pages_read", "unheard_of", "unlisted_of"]


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


@dataclass(frozen=True, slots=True)
class Unheard:
    """A host none of whose pages answered: since when, how many pages fail, what comes instead most often, and an example."""

    since: str
    failing: int
    outcome: str
    url: str


def unheard_of(connection: sqlite3.Connection, host: str) -> Unheard | None:
    """Return since when no page of a host was confirmed although some were looked at more than once, or None."""
    since, failing = connection.execute(
        "SELECT min(failing_since), count(*) FROM _pages WHERE host = ? AND fails > 1", (host,)
    ).fetchone()
    if since is None:
        return None
    sql = "SELECT 1 FROM _pages WHERE host = ? AND last_confirmed_at >= ? LIMIT 1"
    if connection.execute(sql, (host, since)).fetchone():
        return None
    outcome, url = connection.execute(
        "SELECT p.outcome, g.url FROM _pages p JOIN pages g ON g.id = p.page_id WHERE p.host = ? AND p.fails > 1"
        " GROUP BY p.outcome ORDER BY count(*) DESC LIMIT 1",
        (host,),
    ).fetchone()
    return Unheard(since, failing, outcome, url)


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


def asides_of(connection: sqlite3.Connection, section_id: int) -> Asides | None:
    """Return what is kept aside of a section since its pages last read well, or None."""
    found = rows(
        connection,
        "SELECT p.page_id, f.id AS fetch, f.requested_at, g.url, "  # noqa: S608 - our names
        + ", ".join(f"({condition}) AS {name}" for name, condition in _FOUND.items())
        + " FROM _pages p JOIN pages g ON g.id = p.page_id"
        " JOIN fetches f ON f.id = (SELECT max(x.id) FROM fetches x WHERE x.page_id = p.page_id)"
        " JOIN readings r ON r.fetch_id = f.id AND r.outcome = 'quarantined'"
        " WHERE p.section_id = ? AND p.outcome = 'quarantined' GROUP BY p.page_id ORDER BY f.id",
        (section_id,),
    )
    if not found:
        return None
    newest, parts = found[-1], {name: sum(row[name] for row in found) for name in _FOUND}
    return Asides(len(found), _since(connection, section_id), newest["fetch"], newest["url"], parts)


def _since(connection: sqlite3.Connection, section_id: int) -> str:
    """Return when the first page of a section was first kept aside since it last read well."""
    sql = (
        "SELECT min(f.requested_at) FROM _pages p JOIN fetches f ON f.page_id = p.page_id AND f.id > coalesce(p.base_fetch_id, 0)"
        " JOIN readings r ON r.fetch_id = f.id AND r.outcome = 'quarantined' WHERE p.section_id = ? AND p.outcome = 'quarantined'"
    )
    return str(connection.execute(sql, (section_id,)).fetchone()[0])


def pages_read(connection: sqlite3.Connection, section_id: int) -> int:
    """Return how many pages of a section were ever read."""
    sql = "SELECT count(*) FROM _pages WHERE section_id = ? AND version_id IS NOT NULL"
    return int(connection.execute(sql, (section_id,)).fetchone()[0])
