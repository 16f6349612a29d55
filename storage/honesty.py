"""Whether a host's 304s may be believed.

A validator is a promise: "not modified" means that the page is as it was when the validator was given.  Some servers break it,
because a cache before them lags or their clock stands still, and a saved validator then hides every edit.  Whenever a whole page
shows an edit, the old validators are sent once more; a host that still answers 304 has lied, and is asked conditionally no more
until it has kept the promise several times in a row.  The requests are on record as rechecks of no page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.addresses import host_of
from storage.instants import instant
from storage.records import Purpose, Result

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

__all__ = ["KEPT_IN_A_ROW", "is_trusted", "judge_host", "look_at_unproven", "rebuild_trust"]

KEPT_IN_A_ROW = 3
"""So often must a host that lied answer old validators with the page itself before its 304s are believed again."""

_PROBES = (
    f"SELECT url, result FROM fetches WHERE purpose = '{Purpose.RECHECK.value}' AND page_id IS NULL"  # noqa: S608 - our names
    " AND status IS NOT NULL AND instr(url, '://' || ? || '/') > 0 ORDER BY id"
)


def is_trusted(connection: sqlite3.Connection, host: str) -> bool:
    """Tell whether a host's 304s are believed."""
    row = connection.execute("SELECT conditional FROM _hosts WHERE host = ?", (host,)).fetchone()
    return row is None or bool(row[0])


def judge_host(connection: sqlite3.Connection, host: str) -> bool:
    """Judge a host by its probes so far and keep the judgement; return whether its 304s are believed."""
    trusted = True
    kept = 0
    for url, result in connection.execute(_PROBES, (host,)):
        if host_of(url) != host:
            continue
        lied = result == Result.NOT_MODIFIED.value
        kept = 0 if lied else kept + 1
        trusted = not lied and (trusted or kept >= KEPT_IN_A_ROW)
    connection.execute(
        "INSERT INTO _hosts (host, conditional) VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET conditional = excluded.conditional",
        (host, int(trusted)),
    )
    return trusted


def look_at_unproven(connection: sqlite3.Connection, host: str, now: datetime) -> int:
    """Make due what was confirmed by a host's 304s alone since its last body: they may hide edits too; return how many pages."""
    cursor = connection.execute(
        "UPDATE _frontier SET due_at = ?1, reason = 'unproven' WHERE due_at > ?1 AND page_id IN"
        " (SELECT page_id FROM _pages WHERE host = ?2 AND unchanged_304 IS NOT NULL)",
        (instant(now), host),
    )
    return cursor.rowcount


def rebuild_trust(connection: sqlite3.Connection) -> None:
    """Judge anew every host that was ever probed."""
    probed = connection.execute(
        f"SELECT DISTINCT url FROM fetches WHERE purpose = '{Purpose.RECHECK.value}' AND page_id IS NULL"  # noqa: S608 - our names
    ).fetchall()
    for host in sorted({host_of(url) for (url,) in probed}):
        judge_host(connection, host)
