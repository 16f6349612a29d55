"""Alerts: what an operator must know, raised once, open until it is over, and closed with a notice of recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.instants import instant
from storage.queries import rows

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from storage.queries import Row

__all__ = ["close_alert", "open_alerts", "raise_alert"]


def raise_alert(  # noqa: PLR0913, PLR0917 - an alert's parts
    connection: sqlite3.Connection, kind: str, subject: str, message: str, evidence: str, now: datetime
) -> bool:
    """Open an alert and put it into the outbox, in the caller's transaction; nothing where the same one is open already."""
    known = connection.execute(
        "SELECT 1 FROM _alerts WHERE kind = ? AND subject = ? AND closed_at IS NULL", (kind, subject)
    ).fetchone()
    if known:
        return False
    cursor = connection.execute(
        "INSERT INTO _alerts (kind, subject, message, evidence, opened_at) VALUES (?, ?, ?, ?, ?)",
        (kind, subject, message, evidence, instant(now)),
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


def open_alerts(connection: sqlite3.Connection) -> list[Row]:
    """Return the alerts that are open, the oldest first."""
    return rows(connection, "SELECT kind, subject, message, evidence, opened_at FROM _alerts WHERE closed_at IS NULL ORDER BY id")


def _outbox(connection: sqlite3.Connection, kind: str, alert_id: int | None, now: datetime) -> None:
    connection.execute("INSERT INTO _outbox (kind, alert_id, created_at) VALUES (?, ?, ?)", (kind, alert_id, instant(now)))
