"""What is due, asked of columns: when sections were swept last, and which pages are due.

A daemon remembers nothing: it asks here, so that a restart, a machine's sleep or a clock that jumps loses nothing and repeats
nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from storage.instants import instant, parse_instant
from storage.queries import SECTION_OF_PAGE, rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from storage.queries import Row


__all__ = ["Swept", "due_hosts", "due_soon", "last_sweeps", "next_due_after", "pages_of_host", "set_right"]


_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Swept:
    """When a section's listing was read last, at all and as a whole; None: never."""

    last: datetime | None = None
    whole: datetime | None = None


def last_sweeps(connection: sqlite3.Connection) -> dict[str, Swept]:
    """Return when each section (`portal/slug`) was swept last."""
    found = rows(
        connection,
        "SELECT s.portal || '/' || s.slug AS section,"
        " (SELECT w.started_at FROM sweeps w WHERE w.section_id = s.id ORDER BY w.id DESC LIMIT 1) AS last,"
        " (SELECT w.started_at FROM sweeps w WHERE w.section_id = s.id AND w.kind = 'full' ORDER BY w.id DESC LIMIT 1) AS whole"
        " FROM sections s",
    )
    return {row["section"]: Swept(_moment(row["last"]), _moment(row["whole"])) for row in found}


def due_hosts(connection: sqlite3.Connection, now: datetime) -> dict[str, int]:
    """Return the hosts with pages that are due at `now`, and how many these are."""
    sql = "SELECT host, count(*) FROM _frontier WHERE due_at <= ? GROUP BY host"
    return dict(connection.execute(sql, (instant(now),)))


def due_soon(  # noqa: PLR0913, PLR0917 - whose pages, when, and how many
    connection: sqlite3.Connection, host: str, sections: Sequence[int], now: datetime, until: datetime, limit: int
) -> list[int]:
    """Return pages of a host and of some sections that wait and are due after `now`, at the latest `until`, in that order.

    None that was looked at within the hour before; no files, which are asked for with their pages.
    """
    found = connection.execute(
        "SELECT f.page_id FROM _frontier f JOIN _pages p USING (page_id) JOIN pages g ON g.id = f.page_id"  # noqa: S608 - our names
        " WHERE f.due_at > :now AND f.due_at <= :until AND f.host = :host AND f.reason = 'learned' AND p.last_look_at < :lately"
        " AND g.kind <> 'attachment'"
        f" AND {SECTION_OF_PAGE} IS NOT NULL ORDER BY f.due_at, f.page_id LIMIT :limit",
        {
            "now": instant(now),
            "until": instant(until),
            "host": host,
            "lately": instant(now - _HOUR),
            "sections": json.dumps(list(sections)),
            "limit": limit,
        },
    )
    return [page for (page,) in found]


def next_due_after(
    connection: sqlite3.Connection, now: datetime, but: Iterable[str] = (), *, only: Iterable[str] = ()
) -> datetime | None:
    """Return when the next page becomes due after `now`, for any reason `but` some, or `only` for some; None where none will."""
    sql = (
        "SELECT min(due_at) FROM _frontier WHERE due_at > ? AND reason NOT IN (SELECT value FROM json_each(?))"
        " AND (?3 = '[]' OR reason IN (SELECT value FROM json_each(?3)))"
    )
    (found,) = connection.execute(sql, (instant(now), json.dumps(sorted(but)), json.dumps(sorted(only)))).fetchone()
    return _moment(found)


def set_right(connection: sqlite3.Connection, now: datetime) -> int:
    """Move what is due by a clock that ran ahead, in the caller's transaction: as long from now as it was from its look.

    A page that nobody looked at yet is due since it was listed, which is no later than now.  Return how many pages were moved.
    """
    ahead: Mapping[int, tuple[str, str]] = {
        page: (due_at, looked_at)
        for page, due_at, looked_at in connection.execute(
            "SELECT f.page_id, f.due_at, p.last_look_at FROM _pages p JOIN _frontier f USING (page_id) WHERE p.last_look_at > ?",
            (instant(now),),
        ).fetchall()
    }
    for page, (due_at, looked_at) in ahead.items():
        wait = max(parse_instant(due_at) - parse_instant(looked_at), now - now)
        connection.execute("UPDATE _frontier SET due_at = ? WHERE page_id = ?", (instant(now + wait), page))
    listed = connection.execute(
        "UPDATE _frontier SET due_at = ?1 WHERE reason = 'new' AND due_at > ?1"
        " AND (SELECT last_look_at FROM _pages p WHERE p.page_id = _frontier.page_id) IS NULL",
        (instant(now),),
    )
    return len(ahead) + listed.rowcount


def _moment(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None


def pages_of_host(connection: sqlite3.Connection, host: str, sections: Sequence[int]) -> list[Row]:
    """Return what a host's plan rests on: its pages that answer and were looked at, with their states, kinds, days and sums.

    Those of `sections` alone: a page that nobody watches any more would be the most pressing of all, and have the budget.
    """
    return rows(
        connection,
        "SELECT p.page_id AS page, g.kind, c.published_on, p.state, p.version_id, p.fails, p.looks,"  # noqa: S608 - our names
        " p.base_fetch_id, p.first_seen_at, p.last_look_at,"
        " p.last_changed_at, f.due_at, f.reason, coalesce(h.events, 0.0) AS events, coalesce(h.exposure, 0.0) AS exposure"
        " FROM _pages p JOIN pages g ON g.id = p.page_id JOIN _frontier f ON f.page_id = p.page_id"
        " LEFT JOIN contents c ON c.id = p.content_id"
        " LEFT JOIN _hazard h ON h.scope = 'page' AND h.key = CAST(p.page_id AS TEXT) AND h.bin = 0"
        " WHERE p.host = :host AND p.state = 'live' AND p.fails = 0 AND p.last_look_at IS NOT NULL"
        f" AND {SECTION_OF_PAGE} IS NOT NULL ORDER BY p.page_id",
        {"host": host, "sections": json.dumps(list(sections))},
    )
