"""Telling people by any service that the library apprise knows.  The library is an extra."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from storage.publish.parcels import Sent, failed
from storage.publish.secrets import SecretError, secret_of
from storage.publish.words import subject_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from config.receivers import Apprise
    from config.settings import Settings
    from storage.publish.parcels import Parcel

__all__ = ["notify_services"]

_MISSING = "apprise is not installed: pip install 'jiaxing-today[notify]'"


def notify_services(parcel: Parcel, receiver: Apprise, settings: Settings, _now: datetime) -> Sent:
    """Send a message to each service of a receiver that has not got it yet; services are told by their line, never by address."""
    try:
        lines = secret_of(receiver.addresses_file).splitlines()
        tell = _teller()
    except SecretError as exc:
        return failed(parcel, str(exc))
    except ImportError:
        return failed(parcel, _MISSING)
    title, text = subject_of(parcel), text_of(parcel, settings.public_url)
    reached, why = list(parcel.reached), []
    for number, address in enumerate(lines, start=1):
        mark = hashlib.sha256(address.encode()).hexdigest()[:16]
        if not address.strip() or address.startswith("#") or mark in reached:
            continue
        error = tell(address.strip(), title, text)
        if error:
            why.append(f"line {number} of {receiver.addresses_file}: {error}")
        else:
            reached.append(mark)
    if why:
        return failed(parcel, "; ".join(why), is_receivers=not reached, is_unsure=True, reached=tuple(reached))
    return Sent(parcel, f"taken by {len(reached)} services")


def _teller() -> Callable[[str, str, str], str | None]:
    """Return what tells one service something and returns why it could not; raises ImportError where the library is missing."""
    import apprise  # noqa: PLC0415 - an extra, and slow to import

    def tell(address: str, title: str, text: str) -> str | None:
        service = apprise.Apprise()
        if not service.add(address):
            return "no address of a service that apprise knows"
        return None if service.notify(title=title, body=text) else "the service did not take it"

    return tell
