"""What became of the outbox: which receiver is to be told of which row, what waits, what is held, and how each receiver fares.

All writing is done in the caller's transaction.  What a row tells, and who wants to know it, is the publishers' business.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from storage.instants import instant
from storage.queries import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from storage.queries import Row

__all__ = [
    "DEAD",
    "DELIVERED",
    "DROPPED",
    "HELD",
    "WAITING",
    "due",
    "enrol",
    "give_up",
    "has_work",
    "held",
    "held_by_section",
    "note_answers",
    "overview",
    "put",
    "receivers",
    "routed",
    "settle",
    "told_before",
    "unrouted",
    "unsettled",
    "wake",
]

WAITING, HELD, DELIVERED, DEAD, DROPPED = "waiting", "held", "delivered", "dead", "dropped"

_AT_MOST = 1_000
"""Rows of the outbox that are routed at once: the archive is not to be kept from others for long."""
_NEWS_FOR = timedelta(days=1)
"""A receiver that is new is told of what happened within a day before it was first seen, and of nothing older."""
_FAR = timedelta(days=2)
"""Nothing is put off for longer: what is due later than this was written by a clock that was wrong."""
_LEASE = timedelta(minutes=2)
"""A round has ended after so long, or its process with it: what it was handed may be handed out again."""
_ANSWERS_WITHIN = timedelta(days=90)


def _due(column: str) -> str:
    """Return the condition under which an instant has come, or is too far off to be meant."""
    return f"({column} <= :now OR {column} > :far)"


def _times(now: datetime) -> dict[str, object]:
    return {"now": instant(now), "far": instant(now + _FAR), "lease": instant(now - _LEASE)}


_SENDABLE = (
    f"d.state = '{WAITING}' AND {_due('d.due_at')} AND (r.not_before IS NULL OR {_due('r.not_before')})"
    " AND (d.handed_at IS NULL OR d.handed_at <= :lease OR d.handed_at > :now)"
)
"""What is to be sent now: it is due, its receiver is not left alone, and no other round may be sending it at this moment."""


def has_work(connection: sqlite3.Connection, now: datetime) -> bool:
    """Tell whether anything is to be routed, or to be sent by now; reads only, and takes a hundredth of a second at most."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM _outbox WHERE routed_at IS NULL)"  # noqa: S608 - our names
        f" OR EXISTS (SELECT 1 FROM _deliveries d LEFT JOIN _receivers r ON r.name = d.receiver WHERE {_SENDABLE})"
        f" OR EXISTS ({_ANSWERING})"
    )
    return bool(connection.execute(sql, {**_times(now), "since": instant(now - _ANSWERS_WITHIN)}).fetchone()[0])


# A page of which somebody was told that it does not answer, that answers again, and of which nobody was told that yet; one that
# was held to be removed meanwhile is told of as restored.
_ANSWERING = f"""
    SELECT DISTINCT o.fetch_id FROM _outbox o
    JOIN fetches f ON f.id = o.fetch_id JOIN _pages p ON p.page_id = f.page_id AND p.state = 'live'
    WHERE o.kind = 'suspect' AND o.fetch_id IS NOT NULL AND o.created_at >= :since
        AND EXISTS (SELECT 1 FROM _deliveries d WHERE d.outbox_id = o.id AND d.state = '{DELIVERED}')
        AND NOT EXISTS (SELECT 1 FROM _outbox a WHERE a.kind = 'answers' AND a.id > o.id AND a.fetch_id = o.fetch_id)
        AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.page_id = f.page_id AND v.kind = 'removed'
            AND v.recorded_at >= o.created_at)
"""  # noqa: S608 - our names


def note_answers(connection: sqlite3.Connection, now: datetime) -> None:
    """Put into the outbox that pages answer again of which somebody was told that they do not."""
    for (fetch_id,) in connection.execute(_ANSWERING, {"since": instant(now - _ANSWERS_WITHIN)}).fetchall():
        connection.execute("INSERT INTO _outbox (kind, fetch_id, created_at) VALUES ('answers', ?, ?)", (fetch_id, instant(now)))


def enrol(connection: sqlite3.Connection, names: Collection[str], now: datetime) -> None:
    """Know the receivers that there are now, from a day before each was first seen; what waits for any other is dropped."""
    since = instant(now - _NEWS_FOR)
    for name in names:
        connection.execute("INSERT OR IGNORE INTO _receivers (name, since_at) VALUES (?, ?)", (name, since))
    connection.execute("UPDATE _receivers SET since_at = ? WHERE since_at > ?", (since, instant(now)))  # a clock was wrong
    listed = json.dumps(list(names))
    connection.execute("DELETE FROM _receivers WHERE name NOT IN (SELECT value FROM json_each(?))", (listed,))
    connection.execute(
        f"UPDATE _deliveries SET state = '{DROPPED}', done_at = ?, error = 'there is no such receiver any more'"  # noqa: S608
        f" WHERE state IN ('{WAITING}', '{HELD}') AND receiver NOT IN (SELECT value FROM json_each(?))",
        (instant(now), listed),
    )


def receivers(connection: sqlite3.Connection) -> dict[str, Row]:
    """Return how each receiver fares, by name."""
    return {row["name"]: row for row in rows(connection, "SELECT * FROM _receivers ORDER BY name")}


def unrouted(connection: sqlite3.Connection, now: datetime) -> list[Row]:
    """Return rows of the outbox of which it is not settled whom they concern, in order, each with the run of its fetch.

    Those that are older than every receiver concern nobody, and are settled by that.
    """
    (since,) = connection.execute("SELECT min(since_at) FROM _receivers").fetchone()
    connection.execute(
        "UPDATE _outbox SET routed_at = ?1 WHERE routed_at IS NULL AND created_at < coalesce(?2, ?1)", (instant(now), since)
    )
    return rows(
        connection,
        "SELECT o.*, f.run_id FROM _outbox o LEFT JOIN versions v ON v.id = o.version_id"
        " LEFT JOIN fetches f ON f.id = coalesce(v.fetch_id, o.fetch_id) WHERE o.routed_at IS NULL ORDER BY o.id LIMIT ?",
        (_AT_MOST,),
    )


def routed(connection: sqlite3.Connection, outbox_id: int, now: datetime) -> None:
    """Settle that the deliveries of a row of the outbox are all that are to be."""
    connection.execute("UPDATE _outbox SET routed_at = ? WHERE id = ?", (instant(now), outbox_id))


def put(  # noqa: PLR0913 - a row's parts
    connection: sqlite3.Connection, outbox_id: int, receiver: str, *, message: str, due_at: datetime, held_by: str | None = None
) -> None:
    """Let a receiver be told of a row of the outbox when that is due, or hold it back for the sake of a section."""
    connection.execute(
        "INSERT INTO _deliveries (outbox_id, receiver, message, state, section, since_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (outbox_id, receiver, message, HELD if held_by else WAITING, held_by, instant(due_at), instant(due_at)),
    )


def told_before(connection: sqlite3.Connection, row: Row, following: Mapping[str, tuple[str, str]]) -> list[Row]:
    """Return who was told of what a row of the outbox ends, may have been, or is about to be: receiver and message.

    `following` says by which of the row's columns that is found, and by which condition on its kind.
    """
    column, kinds = following[row["kind"]]
    return rows(
        connection,
        "SELECT d.receiver, d.message FROM _deliveries d JOIN _outbox o ON o.id = d.outbox_id"  # noqa: S608 - our names
        f" WHERE o.{column} = ? AND o.kind {kinds} AND (d.state IN ('{DELIVERED}', '{WAITING}') OR d.handed_at IS NOT NULL)"
        " ORDER BY d.id",
        (row[column],),
    )


def due(connection: sqlite3.Connection, now: datetime) -> list[Row]:
    """Return what is to be sent now, in order of the outbox.

    With each the row of the outbox (`kind`, `version_id`, `fetch_id`, `alert_id`, `created_at`).
    """
    return rows(
        connection,
        "SELECT d.*, o.kind, o.version_id, o.fetch_id, o.alert_id, o.created_at FROM _deliveries d"  # noqa: S608 - our names
        " JOIN _outbox o ON o.id = d.outbox_id JOIN _receivers r ON r.name = d.receiver"
        f" WHERE {_SENDABLE} ORDER BY d.outbox_id, d.id",
        _times(now),
    )


def settle(connection: sqlite3.Connection, ids: Iterable[int], **columns: object) -> None:
    """Write what became of deliveries."""
    names = ", ".join(f"{name} = ?" for name in columns)
    for number in ids:
        connection.execute(f"UPDATE _deliveries SET {names} WHERE id = ?", (*columns.values(), number))  # noqa: S608 - our names


def give_up(  # noqa: PLR0913 - what is given up, and when
    connection: sqlite3.Connection, receiver: str, *, before: datetime, now: datetime, error: str, ids: Sequence[int] | None = None
) -> int:
    """Give up what a receiver could not be sent since before an instant (`ids`: of these only); return how many rows that are."""
    cursor = connection.execute(
        f"UPDATE _deliveries SET state = '{DEAD}', done_at = :now, error = coalesce(error, :error)"  # noqa: S608 - our names
        f" WHERE receiver = :receiver AND state = '{WAITING}' AND {_due('due_at')} AND since_at <= :before"
        " AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))",
        {
            **_times(now),
            "receiver": receiver,
            "before": instant(before),
            "error": error,
            "ids": None if ids is None else json.dumps(list(ids)),
        },
    )
    return cursor.rowcount


def held(connection: sqlite3.Connection, section: str | None = None) -> list[Row]:
    """Return what is held back, for the sake of a section or of any."""
    return rows(
        connection,
        f"SELECT * FROM _deliveries WHERE state = '{HELD}' AND (?1 IS NULL OR section = ?1) ORDER BY id",  # noqa: S608 - our names
        (section,),
    )


def wake(connection: sqlite3.Connection, receiver: str | None, now: datetime) -> int:
    """Let what was given up be tried again, now, for one receiver or for all; return how many rows that are."""
    cursor = connection.execute(
        f"UPDATE _deliveries SET state = '{WAITING}', tries = 0, since_at = ?1, due_at = ?1, done_at = NULL"  # noqa: S608 - our names
        f" WHERE state = '{DEAD}' AND (?2 IS NULL OR receiver = ?2)",
        (instant(now), receiver),
    )
    connection.execute("UPDATE _receivers SET not_before = NULL WHERE ?1 IS NULL OR name = ?1", (receiver,))
    return cursor.rowcount


def held_by_section(connection: sqlite3.Connection) -> list[Row]:
    """Return for the sake of which sections how many edits are held back."""
    return rows(
        connection,
        f"SELECT section, count(DISTINCT outbox_id) AS edits FROM _deliveries WHERE state = '{HELD}' GROUP BY 1 ORDER BY 1",  # noqa: S608
    )


def unsettled(connection: sqlite3.Connection) -> int:
    """Return how many rows of the outbox are still to be routed."""
    return int(connection.execute("SELECT count(*) FROM _outbox WHERE routed_at IS NULL").fetchone()[0])


def overview(connection: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """Return how many messages of each receiver are in which state: receiver -> state -> messages."""
    counted: dict[str, dict[str, int]] = {}
    for receiver, state, number in connection.execute(
        "SELECT receiver, state, count(DISTINCT message) FROM _deliveries GROUP BY 1, 2"
    ):
        counted.setdefault(receiver, {})[state] = number
    return counted
