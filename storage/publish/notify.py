"""Telling people: one round, in three steps of which only the first and the last hold the archive.

    route  (writes)  whom the outbox concerns, what is held back, what is to be sent now
    send   (network) to each receiver in its own queue; the archive is free meanwhile
    record (writes)  delivered, to be tried again, or given up

A process that dies between sending and recording sends again two minutes later, under the same key: at least once, and whoever
knows the key has the message once.  Two processes may have rounds at one time: what one is sending, the other leaves alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.publish.packing import key_of
from storage.publish.parcels import Parcel
from storage.publish.recording import Tally, record
from storage.publish.routing import drop_held, is_due, release_held, retry_dead, route
from storage.publish.sending import LONGEST, send

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from config.settings import Settings
    from storage.archive import Archive
    from storage.publish.parcels import Sent

__all__ = [
    "LONGEST",
    "Tally",
    "drop_held",
    "is_due",
    "notify_round",
    "record",
    "release_held",
    "retry_dead",
    "route",
    "send",
    "send_test",
]


def notify_round(
    opened: Callable[[], AbstractContextManager[Archive]], settings: Settings, now: Callable[[], datetime], rng: random.Random
) -> Tally:
    """Tell everybody what is due, once; `opened` opens the archive for writing, for as short a time as can be."""
    with opened() as archive:
        parcels = route(archive, settings, now())
    if not parcels:
        return Tally()
    sent = send(parcels, settings, now())
    with opened() as archive:
        return record(archive, settings, sent, now(), rng)


def send_test(name: str, settings: Settings, now: datetime) -> Sent:
    """Send one receiver a message that says that it is a test, and return what became of it; nothing is recorded."""
    (sent,) = send([Parcel(name, key_of("test", name, now.isoformat()))], settings, now)
    return sent
