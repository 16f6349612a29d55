"""From the outbox to receivers: whom each row concerns, and when they are to be told.

Nothing is settled of what a run tells before that run is over: only then is it known whether its edits were a rebuild of the site,
or whether the pages that did not answer were the trouble of a whole host.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import deliveries
from storage.alerts import close_alert
from storage.instants import instant
from storage.publish.bulk import Bulk, runs_going_on
from storage.publish.events import FOLLOWING, Facts, texts_of
from storage.publish.packing import packed
from storage.publish.rules import RECEIVER, concerns, moment

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from datetime import datetime

    from config.receivers import Receiver
    from config.settings import Settings
    from storage.archive import Archive
    from storage.publish.bulk import Run
    from storage.publish.parcels import Parcel
    from storage.queries import Row

__all__ = ["drop_held", "is_due", "release_held", "retry_dead", "route"]


def route(archive: Archive, settings: Settings, now: datetime) -> list[Parcel]:
    """Settle whom new rows of the outbox concern, and return what is to be sent now.  The caller holds the archive."""
    connection = archive.connection
    if not is_due(connection, settings, now):
        return []
    with archive.transaction():
        for subject in _forgotten(connection, settings):
            close_alert(connection, RECEIVER, subject, now)
        if not settings.receivers:
            return []
        deliveries.enrol(connection, settings.receivers, now)
        deliveries.note_answers(connection, now)
        _settle_all(connection, settings, now)
        return packed(connection, settings, now)


def is_due(connection: sqlite3.Connection, settings: Settings, now: datetime) -> bool:
    """Tell whether a round would have anything to do; any connection will do, for it reads only."""
    told = bool(settings.receivers) and deliveries.has_work(connection, now)
    return told or bool(_forgotten(connection, settings))


def _forgotten(connection: sqlite3.Connection, settings: Settings) -> list[str]:
    """Return the receivers that an open alert says cannot be told and that the settings name no more: nobody need know."""
    sql = "SELECT subject FROM _alerts WHERE kind = ? AND closed_at IS NULL"
    return [name for (name,) in connection.execute(sql, (RECEIVER,)) if name not in settings.receivers]


def _settle_all(connection: sqlite3.Connection, settings: Settings, now: datetime) -> None:
    """Settle whom the rows of runs that are over concern; an alert, or what ends something, waits for no run."""
    router = _Router(connection, settings, now, Facts(connection, settings), Bulk(connection, now))
    going = runs_going_on(connection, now)
    since = {name: row["since_at"] for name, row in deliveries.receivers(connection).items()}
    for row in deliveries.unrouted(connection, now):
        if row["alert_id"] or row["kind"] in FOLLOWING or not _is_early(row, going):
            router.settle(row, {name: each for name, each in settings.receivers.items() if row["created_at"] >= since[name]})


def _is_early(row: Row, going: list[Run]) -> bool:
    return any(row["run_id"] == run.id or row["created_at"] >= run.started_at for run in going)


@dataclass(frozen=True, slots=True)
class _Router:
    """What one round of routing goes by, inside the caller's transaction."""

    connection: sqlite3.Connection
    settings: Settings
    now: datetime
    facts: Facts
    bulk: Bulk

    def settle(self, row: Row, receivers: Mapping[str, Receiver]) -> None:
        """Write which of some receivers a row of the outbox concerns, and when."""
        event = self.facts.event(row)
        held_by = self.bulk.held_by(event)
        follows = row["kind"] in FOLLOWING
        told = {each["receiver"] for each in deliveries.told_before(self.connection, row, FOLLOWING)} if follows else set()
        for name, receiver in receivers.items():
            wants = name in told if follows else concerns(event, name, receiver, lambda: texts_of(self.connection, row))
            if wants and not (receiver.kind == "witness" and (follows or event.alert)):
                due_at = moment(receiver.when, self.now, self.settings.portals[0].zone)
                message = _message(receiver, row["id"], due_at)
                deliveries.put(self.connection, row["id"], name, message=message, due_at=due_at, held_by=held_by)
        deliveries.routed(self.connection, row["id"], self.now)


def _message(receiver: Receiver | None, outbox_id: int, due_at: datetime) -> str:
    """Return what the deliveries of one message have in common: the moment of a digest, or the one row that is told at once."""
    return f"o{outbox_id}" if receiver is None or receiver.when == "at once" else f"d{instant(due_at)}"


def release_held(archive: Archive, settings: Settings, section: str | None, now: datetime) -> int:
    """Let go what is held back for a section, or for any; return how many messages that are."""
    zone = settings.portals[0].zone
    with archive.transaction():
        held = deliveries.held(archive.connection, section)
        for row in held:
            receiver = settings.receivers.get(row["receiver"])
            due_at = moment(receiver.when if receiver else "at once", now, zone)
            times = {"since_at": instant(due_at), "due_at": instant(due_at)}
            message = _message(receiver, row["outbox_id"], due_at)
            deliveries.settle(archive.connection, [row["id"]], state=deliveries.WAITING, message=message, **times)
    return len(held)


def drop_held(archive: Archive, section: str | None, now: datetime) -> int:
    """Drop what is held back for a section, or for any; return how many messages that are."""
    with archive.transaction():
        held = [row["id"] for row in deliveries.held(archive.connection, section)]
        deliveries.settle(archive.connection, held, state=deliveries.DROPPED, done_at=instant(now), error="dropped by hand")
    return len(held)


def retry_dead(archive: Archive, receiver: str | None, now: datetime) -> int:
    """Let what was given up be sent once more, to one receiver or to all; return how many messages that are."""
    with archive.transaction():
        return deliveries.wake(archive.connection, receiver, now)
