"""Alerts: what an operator must know, raised once, open until it is over, and closed with a notice of recovery."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.instants import instant
from storage.queries import rows

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from storage.queries import Row

__all__ = ["Alert", "close_alert", "is_open", "open_alerts", "raise_alert"]


@dataclass(frozen=True, slots=True)
class Alert:
    """What is wrong: of which kind, with which section or host, in words, an example of it, and what to do."""

    kind: str
    subject: str
    message: str
    evidence: str
    steps: tuple[str, ...] = ()


def raise_alert(connection: sqlite3.Connection, alert: Alert, now: datetime) -> bool:
    """Open an alert and put it into the outbox, in the caller's transaction; return whether it is new.

    Where the same one is open already, its words are brought up to date (more pages are concerned by now) and nobody is told again.
    """
    said = (alert.message, alert.evidence, json.dumps(alert.steps, ensure_ascii=False))
    cursor = connection.execute(
        "UPDATE _alerts SET message = ?, evidence = ?, steps = ? WHERE kind = ? AND subject = ? AND closed_at IS NULL",
        (*said, alert.kind, alert.subject),
    )
    if cursor.rowcount:
        return False
    cursor = connection.execute(
        "INSERT INTO _alerts (message, evidence, steps, kind, subject, opened_at) VALUES (?, ?, ?, ?, ?, ?)",
        (*said, alert.kind, alert.subject, instant(now)),
    )
    _outbox(connection, "alert", cursor.lastrowid, now)
    return True


def close_alert(connection: sqlite3.Connection, kind: str, subject: str, now: datetime) -> bool:
    """Close an open alert and put its recovery into the outbox, in the caller's transaction; nothing where none is open."""
    row = connection.execute(
        "SELECT id FROM _alerts WHERE kind = ? AND subject = ? AND closed_at IS NULL", (kind, subject)
    ).fetchone()
    if row is None:
        return False
    connection.execute("UPDATE _alerts SET closed_at = ? WHERE id = ?", (instant(now), row[0]))
    _outbox(connection, "recovery", row[0], now)
    return True


def is_open(connection: sqlite3.Connection, kind: str, subject: str) -> bool:
    """Tell whether an alert is open."""
    sql = "SELECT 1 FROM _alerts WHERE kind = ? AND subject = ? AND closed_at IS NULL"
    return connection.execute(sql, (kind, subject)).fetchone() is not None


def open_alerts(connection: sqlite3.Connection) -> list[Row]:
    """Return the alerts that are open, the oldest first, each with its `steps`."""
    found = rows(
        connection, "SELECT kind, subject, message, evidence, steps, opened_at FROM _alerts WHERE closed_at IS NULL ORDER BY id"
    )
    return [{**row, "steps": json.loads(row["steps"] or "[]")} for row in found]


def _outbox(connection: sqlite3.Connection, kind: str, alert_id: int | None, now: datetime) -> None:
    connection.execute("INSERT INTO _outbox (kind, alert_id, created_at) VALUES (?, ?, ?)", (kind, alert_id, instant(now)))
