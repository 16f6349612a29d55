"""What the file knows of how a host is to be asked: what it was asked last, and what its robots.txt said.

Every request is on record, so that politeness outlives a process and holds between two of them without any table of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.bodies import read_body
from storage.errors import UnknownReference
from storage.instants import instant, parse_instant
from storage.records import Purpose, Result

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

__all__ = ["KeptRobots", "last_asked", "robots_since"]

_LAST = (
    f"SELECT max(requested_at) FROM fetches WHERE requested_at BETWEEN ?1 AND ?3 AND result <> '{Result.REFUSED.value}'"  # noqa: S608 - our names
    f" AND purpose <> '{Purpose.IMPORT.value}' AND substr(url, instr(url, '://') + 3, length(?2) + 1) IN (?2 || '/', ?2 || '?', ?2)"
)
_ROBOTS = f"""
    WITH RECURSIVE hops AS (
        SELECT id, requested_at, status, body_id FROM (
            SELECT * FROM fetches WHERE purpose = '{Purpose.ROBOTS.value}' AND url = ? AND hop_of IS NULL ORDER BY id DESC LIMIT 1
        )
        UNION ALL SELECT f.id, f.requested_at, f.status, f.body_id FROM fetches f JOIN hops h ON f.hop_of = h.id
    )
    SELECT requested_at, status, body_id FROM hops WHERE requested_at BETWEEN ? AND ? ORDER BY id DESC LIMIT 1
"""  # noqa: S608 - our names


@dataclass(frozen=True, slots=True)
class KeptRobots:
    """The final answer for a host's robots.txt, as it was kept: `body` is None where none came or it was withheld since."""

    requested_at: datetime
    status: int | None
    body: bytes | None


def last_asked(connection: sqlite3.Connection, host: str, since: datetime, until: datetime) -> datetime | None:
    """Return when a host was asked last, for whatever; None where it was not between two instants."""
    (found,) = connection.execute(_LAST, (instant(since), host, instant(until))).fetchone()
    return parse_instant(found) if found else None


def robots_since(connection: sqlite3.Connection, url: str, since: datetime, until: datetime) -> KeptRobots | None:
    """Return the newest answer for a robots.txt at `url`, where it was asked for between two instants."""
    row = connection.execute(_ROBOTS, (url, instant(since), instant(until))).fetchone()
    if row is None:
        return None
    requested_at, status, body_id = row
    try:
        body = read_body(connection, body_id) if body_id is not None else None
    except UnknownReference:
        body = None
    return KeptRobots(parse_instant(requested_at), status, body)
