"""What programs are told: one JSON document a message, as `docs/webhook.schema.json` describes it.  Pure."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from storage.publish.words import compare_url, subject_of

if TYPE_CHECKING:
    from storage.publish.events import Event
    from storage.publish.parcels import Parcel

__all__ = ["body_of"]

_FORMAT = 1
_OF_ALL = ("id", "kind", "told_at", "sections")
_OF_A_PAGE = ("vantage", "title", "release_title", "page_kind", "url", "key", "ref", "published", "sha256")
_OF_A_VERSION = (
    "not_before",
    "observed_at",
    "recorded_at",
    "title_before",
    "published_before",
    "labels",
    "changed",
    "summary",
    "reason",
)
_OF_A_LOOK = ("instead", "last_confirmed_at", "failing_since")
_OF_AN_ALERT = ("kind", "subject", "message", "evidence", "steps", "opened_at", "closed_at")


def body_of(parcel: Parcel, public_url: str) -> bytes:
    """Return the document of a message, in UTF-8: the same however often it is sent, as long as what it tells is the same."""
    document = {
        "format": _FORMAT,
        "id": parcel.key,
        "type": "digest" if parcel.is_digest else "event" if parcel.events else "test",
        "receiver": parcel.receiver,
        "reply_to": parcel.reply_to,
        "subject": subject_of(parcel),
        "events": [_event(event, public_url) for event in parcel.events],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _event(event: Event, public_url: str) -> dict[str, Any]:
    """Return one event: what all have in common, then what a page, a version, a look or an alert has."""
    row = asdict(event)
    if event.alert:
        alert = {name: event.alert[name] for name in _OF_AN_ALERT}
        return {**_of(row, _OF_ALL), "alert": {**alert, "held": event.held}}
    page = {**_of(row, _OF_ALL), **_of(row, _OF_A_PAGE), "cite": event.cite, "compare_url": compare_url(event, public_url) or None}
    if event.kind in {"suspect", "answers"}:
        return {**page, **_of(row, _OF_A_LOOK), "proof": event.progress or None}
    return {**page, **_of(row, _OF_A_VERSION)}


def _of(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}
