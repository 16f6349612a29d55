"""What is handed to a way of telling people, and what comes back from it.  Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.publish.events import Event

__all__ = ["Parcel", "Sent", "failed"]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to one receiver: one event, or the many of a digest, or none of a test.

    `key` names the message and is the same however often it is sent; `reply_to` is the key of the one that it follows.  `tried`
    says how often it failed so far, `reached` which of several addressees have it already, `is_fresh` that it was never sent.
    """

    receiver: str
    key: str
    deliveries: tuple[int, ...] = ()
    events: tuple[Event, ...] = ()
    is_digest: bool = False
    reply_to: str | None = None
    tried: int = 0
    reached: tuple[str, ...] = ()
    is_fresh: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a parcel: what the receiver answered, or why it failed (`error`), or that it was not tried in this round.

    `is_receivers` says that the receiver itself is the trouble and nothing else need be tried with it for now, `is_refusal` that it
    answered and said no: sooner or later makes no difference.  `is_unsure`: it may have arrived all the same.
    """

    parcel: Parcel
    answer: str = ""
    error: str | None = None
    is_receivers: bool = True
    is_refusal: bool = False
    is_unsure: bool = False
    retry_after: float | None = None
    reached: tuple[str, ...] = ()
    was_tried: bool = True


def failed(  # noqa: PLR0913 - what can be said of a failure
    parcel: Parcel,
    error: str,
    *,
    is_receivers: bool = True,
    is_refusal: bool = False,
    is_unsure: bool = False,
    retry_after: float | None = None,
    reached: tuple[str, ...] = (),
) -> Sent:
    """Return that sending a parcel failed."""
    return Sent(parcel, "", error, is_receivers, is_refusal, is_unsure, retry_after, reached or parcel.reached)
