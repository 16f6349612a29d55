"""What became of parcels, kept in the file: delivered, to be tried again later, or given up after a week with an alert."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from storage import deliveries
from storage.alerts import Alert, close_alert, raise_alert
from storage.instants import instant, parse_instant
from storage.publish.rules import DEAD_AFTER, FEWEST_TRIES, RECEIVER, next_try
from storage.publish.words import line
from storage.times import plural

if TYPE_CHECKING:
    import random
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from config.settings import Settings
    from storage.archive import Archive
    from storage.publish.parcels import Sent
    from storage.queries import Row

__all__ = ["Tally", "record"]

_PATIENCE = timedelta(hours=24)
"""For how long a receiver may fail before others are told: most failures are over by the next day."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of a round: messages delivered, failed (to be tried again), and given up."""

    delivered: int = 0
    failed: int = 0
    dead: int = 0


def record(archive: Archive, settings: Settings, sent: Sequence[Sent], now: datetime, rng: random.Random) -> Tally:
    """Keep what became of parcels.  The caller holds the archive."""
    if not sent:
        return Tally()
    with archive.transaction():
        recorder = _Recorder(archive.connection, settings, now, rng)
        dead = sum(recorder.keep(each) for each in sent)
    failures = sum(each.error is not None for each in sent)
    return Tally(sum(each.was_tried for each in sent) - failures, failures, dead)


@dataclass(frozen=True, slots=True)
class _Recorder:
    """What a round's results are kept with, inside the caller's transaction."""

    connection: sqlite3.Connection
    settings: Settings
    now: datetime
    rng: random.Random

    def keep(self, sent: Sent) -> int:
        """Keep what became of one parcel; return how many rows were given up over it."""
        if not sent.was_tried:
            return self._put_back(sent)
        if sent.error is None:
            return self._delivered(sent)
        return self._receiver_failed(sent, sent.error) if sent.is_receivers else self._message_failed(sent, sent.error)

    def _put_back(self, sent: Sent) -> int:
        """Know that what was handed out was not sent: it may become pointless yet."""
        if sent.parcel.is_fresh:
            deliveries.settle(self.connection, sent.parcel.deliveries, handed_at=None)
        return 0

    def _delivered(self, sent: Sent) -> int:
        at = instant(self.now)
        done = {"state": deliveries.DELIVERED, "done_at": at, "answer": sent.answer, "error": None}
        deliveries.settle(self.connection, sent.parcel.deliveries, **done)
        receiver = self.settings.receivers[sent.parcel.receiver]
        pause = instant(self.now + timedelta(seconds=receiver.every)) if receiver.kind == "witness" else None
        fares = {"not_before": pause, "failures": 0, "failing_since": None, "error": None, "answer": sent.answer}
        self._fares(sent, **fares, tried_at=at, delivered_at=at)
        close_alert(self.connection, RECEIVER, sent.parcel.receiver, self.now)
        return 0

    def _receiver_failed(self, sent: Sent, error: str) -> int:
        """Leave a receiver alone for a while: nothing else need be tried with it before."""
        row = self._row(sent)
        failures = row["failures"] + 1
        wait = next_try(failures, self.rng, is_refusal=sent.is_refusal, asked=sent.retry_after)
        since = row["failing_since"] or instant(self.now)
        self._failed(sent, error)
        self._fares(
            sent,
            not_before=instant(self.now + wait),
            failures=failures,
            failing_since=since,
            error=error,
            tried_at=instant(self.now),
        )
        dead = self._give_up(sent, error) if failures >= FEWEST_TRIES else 0
        if dead or self.now - parse_instant(since) >= _PATIENCE:
            self._alarm(sent, error, since)
        return dead

    def _message_failed(self, sent: Sent, error: str) -> int:
        """Put one message off; the receiver's others go on."""
        tries = sent.parcel.tried + 1
        wait = next_try(tries, self.rng, is_refusal=sent.is_refusal, asked=sent.retry_after)
        self._failed(sent, error)
        self._fares(sent, error=error, tried_at=instant(self.now))
        dead = self._give_up(sent, error, sent.parcel.deliveries) if tries >= FEWEST_TRIES else 0
        if dead:
            self._alarm(sent, error, instant(self.now))
        else:
            deliveries.settle(self.connection, sent.parcel.deliveries, due_at=instant(self.now + wait))
        return dead

    def _failed(self, sent: Sent, error: str) -> None:
        handed = {"handed_at": None} if sent.parcel.is_fresh and not sent.is_unsure else {}
        reached = json.dumps(sent.reached) if sent.reached else None
        tries = sent.parcel.tried + 1
        deliveries.settle(self.connection, sent.parcel.deliveries, tries=tries, error=error, reached=reached, **handed)

    def _give_up(self, sent: Sent, error: str, ids: Sequence[int] | None = None) -> int:
        before = self.now - DEAD_AFTER
        receiver = sent.parcel.receiver
        return deliveries.give_up(self.connection, receiver, before=before, now=self.now, error=error, ids=ids)

    def _row(self, sent: Sent) -> Row:
        return deliveries.receivers(self.connection)[sent.parcel.receiver]

    def _fares(self, sent: Sent, **columns: object) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        self.connection.execute(
            f"UPDATE _receivers SET {names} WHERE name = ?",  # noqa: S608 - our names
            (*columns.values(), sent.parcel.receiver),
        )

    def _alarm(self, sent: Sent, error: str, since: str) -> None:
        """Tell the other receivers that this one cannot be told: it is raised once, and its words brought up to date."""
        name = sent.parcel.receiver
        counted = deliveries.overview(self.connection).get(name, {})
        waiting, dead = counted.get(deliveries.WAITING, 0), counted.get(deliveries.DEAD, 0)
        message = f"{name}: cannot be told: {line(error, 200)}. {plural(waiting, 'message')} wait, {dead} given up after a week."
        steps = (
            f"Try:    jiaxing-today notify test {name}",
            f"Then:   jiaxing-today notify retry {name}, which sends once more what was given up",
        )
        raise_alert(self.connection, Alert(RECEIVER, name, message, f"failing since {since}", steps), self.now)
