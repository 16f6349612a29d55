"""Sending parcels: each receiver in a queue and a thread of its own, so that a dead one delays no other, within a limit of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from storage.publish.gateways import notify_services
from storage.publish.mail import send_mail
from storage.publish.parcels import Sent, failed
from storage.publish.posting import ask_witness, post

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from config.settings import Settings
    from storage.publish.parcels import Parcel

__all__ = ["LONGEST", "send"]

LONGEST = 60.0
"""Seconds after which `send` returns, whatever receivers do."""
_BEGIN_UNTIL = 35.0
"""Nothing more is begun after so many seconds: an attempt takes twenty at most."""
_WAYS: dict[str, Callable[[Parcel, Any, Settings, datetime], Sent]] = {
    "email": send_mail,
    "webhook": post,
    "apprise": notify_services,
    "witness": ask_witness,
}


@dataclass(slots=True)
class _Queue:
    """The parcels of one receiver, what became of them so far, and the one that is under way."""

    parcels: list[Parcel]
    done: list[Sent] = field(default_factory=list)
    under_way: Parcel | None = None

    def work(self, settings: Settings, now: datetime, until: float) -> None:
        """Send one after another, until the receiver turns out to be in trouble or time is up."""
        receiver = settings.receivers[self.parcels[0].receiver]
        for parcel in self.parcels:
            if monotonic() > until:
                return
            self.under_way = parcel
            sent = _WAYS[receiver.kind](parcel, receiver, settings, now)
            self.done.append(sent)
            self.under_way = None
            if sent.error is not None and sent.is_receivers:
                return


def send(parcels: Sequence[Parcel], settings: Settings, now: datetime, longest: float = LONGEST) -> list[Sent]:
    """Send parcels and return what became of each.  Nothing of the archive is touched.

    It never takes longer than `longest` seconds; an attempt that does is counted as failed, though it may have arrived.
    """
    queues: dict[str, _Queue] = {}
    for parcel in parcels:
        queues.setdefault(parcel.receiver, _Queue([])).parcels.append(parcel)
    began = monotonic()
    until = began + min(_BEGIN_UNTIL, longest)
    threads = [Thread(target=queue.work, args=(settings, now, until), daemon=True) for queue in queues.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(began + longest - monotonic(), 0.0))
    return [sent for queue, thread in zip(queues.values(), threads, strict=True) for sent in _results(queue, thread, longest)]


def _results(queue: _Queue, thread: Thread, longest: float) -> list[Sent]:
    why = f"no answer within {longest:g} seconds" if thread.is_alive() else "it broke off: a fault of ours, see the log"
    late, done = queue.under_way, list(queue.done)
    if late is not None and all(sent.parcel is not late for sent in done):
        done.append(failed(late, why, is_unsure=True))
    return done + [Sent(parcel, was_tried=False) for parcel in queue.parcels[len(done) :]]
