"""From what is due to parcels: what goes out now, in order and in bounds, without what has become pointless meanwhile."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from storage import deliveries
from storage.addresses import host_of
from storage.alerts import is_open
from storage.health import BULK
from storage.instants import instant
from storage.publish.events import FOLLOWING, Facts
from storage.publish.parcels import Parcel

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from config.settings import Settings
    from storage.publish.events import Event
    from storage.queries import Row

__all__ = ["archive_name", "key_of", "packed"]

_AT_ONCE = 50
"""Messages that one receiver is sent in one round."""
_TROUBLE = timedelta(hours=1)
"""For how long it is put off that a page does not answer while its whole host is in trouble: the alert tells that."""


def archive_name(connection: sqlite3.Connection) -> str:
    """Return what tells an archive from every other: the first leaf of its log."""
    row = connection.execute("SELECT hex(hash) FROM log_leaves WHERE id = 1").fetchone()
    return str(row[0]).lower() if row else ""


def key_of(archive: str, receiver: str, message: str) -> str:
    """Return the key of a message to a receiver: the same however often it is sent, and no other's."""
    return hashlib.sha256(f"{archive}\n{receiver}\n{message}".encode()).hexdigest()[:32]


def packed(connection: sqlite3.Connection, settings: Settings, now: datetime) -> list[Parcel]:
    """Return what is to be sent now, and note that it is handed out; what there is nothing to tell of any more is dropped."""
    queues: dict[str, dict[str, list[Row]]] = {}
    for row in deliveries.due(connection, now):
        queues.setdefault(row["receiver"], {}).setdefault(row["message"], []).append(row)
    packer = _Packer(connection, settings, now, Facts(connection, settings), archive_name(connection))
    parcels = []
    for receiver, messages in queues.items():
        most = 1 if settings.receivers[receiver].kind == "witness" else _AT_ONCE
        parcels += [parcel for rows in list(messages.values())[:most] if (parcel := packer.parcel(receiver, rows))]
    handed = [number for parcel in parcels for number in parcel.deliveries]
    deliveries.settle(connection, handed, handed_at=instant(now))
    return parcels


@dataclass(frozen=True, slots=True)
class _Packer:
    """What parcels are made of, inside the caller's transaction."""

    connection: sqlite3.Connection
    settings: Settings
    now: datetime
    facts: Facts
    archive: str

    def parcel(self, receiver: str, message: list[Row]) -> Parcel | None:
        """Return the parcel of the deliveries of one message that tell something still, or None."""
        told = [(row, event) for row in message if (event := self._told(row)) is not None]
        if not told:
            return None
        first = told[0][0]
        return Parcel(
            receiver,
            key_of(self.archive, receiver, first["message"]),
            tuple(row["id"] for row, _ in told),
            tuple(event for _, event in told),
            is_digest=first["message"].startswith("d"),
            reply_to=self._reply_to(first) if len(told) == 1 else None,
            tried=first["tries"],
            reached=tuple(json.loads(first["reached"] or "[]")),
            is_fresh=all(row["handed_at"] is None for row, _ in told),
        )

    def _reply_to(self, row: Row) -> str | None:
        """Return the key of the message that told its receiver of what a row ends."""
        told = deliveries.told_before(self.connection, row, FOLLOWING) if row["kind"] in FOLLOWING else []
        messages = [each["message"] for each in told if each["receiver"] == row["receiver"]]
        return key_of(self.archive, row["receiver"], messages[-1]) if messages else None

    def _told(self, row: Row) -> Event | None:
        """Return what a delivery that is due tells, or None: then it is dropped, with the reason, or put off."""
        version_id, reason = self._standing(row) if row["version_id"] and row["kind"] != "withdrawn" else (None, None)
        event = None if reason else self.facts.event({**row, "id": row["outbox_id"]}, version_id)
        reason = self._why_not(row, event) if event else reason
        if reason:
            deliveries.settle(self.connection, [row["id"]], state=deliveries.DROPPED, done_at=instant(self.now), error=reason)
            return None
        if event and row["kind"] == "suspect" and is_open(self.connection, "block", host_of(event.url)):
            deliveries.settle(self.connection, [row["id"]], due_at=instant(self.now + _TROUBLE))
            return None
        return event

    def _standing(self, row: Row) -> tuple[int | None, str | None]:
        """Return the version that stands for one to be told, itself or what it was written anew as, or why there is none."""
        version_id = row["version_id"]
        while found := self.connection.execute(_RETRACTED, (version_id,)).fetchone():
            version_id, reason, is_told = found
            if version_id is None:
                return None, f"taken back before it was told: {reason}"
            if is_told:
                return None, "told as what it was written anew as"
        return version_id, None

    def _why_not(self, row: Row, event: Event) -> str | None:
        """Return why there is nothing to tell, or nothing any more, or None; what may have gone out already is told to its end."""
        if self.settings.receivers[row["receiver"]].kind == "witness" and not event.is_public:
            return "its address is none of the public network"
        if row["handed_at"] is not None:
            return None
        if row["kind"] in FOLLOWING:
            return None if self._reply_to(row) else "nobody was told of what it ends"
        if row["kind"] == "suspect":
            return self._why_no_suspicion(row, event)
        held = event.held if row["kind"] == "alert" and event.alert["kind"] == BULK else 0
        over = row["kind"] == "alert" and event.alert["closed_at"] is not None and not held
        return "it was over before anybody was told" if over else None

    def _why_no_suspicion(self, row: Row, event: Event) -> str | None:
        if event.failing_since is None or event.failing_since > row["created_at"]:
            return "it answered again before anybody was told"
        sql = "SELECT p.state FROM fetches f JOIN _pages p ON p.page_id = f.page_id WHERE f.id = ?"
        (state,) = self.connection.execute(sql, (row["fetch_id"],)).fetchone()
        return None if state == "suspect" else "told as removed"


_RETRACTED = """
    SELECT r.replaced_by, r.reason, EXISTS (SELECT 1 FROM _outbox o WHERE o.version_id = r.replaced_by)
    FROM retractions r WHERE r.version_id = ?
"""
