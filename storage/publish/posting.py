"""Telling programs over HTTP: signed JSON to a webhook, and a public web archive asked to save a page.

Redirects are not followed: what is signed for one address is not handed to another.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx

from storage.publish.parcels import Sent, failed
from storage.publish.payload import body_of
from storage.publish.secrets import SecretError, secret_of
from storage.publish.words import line

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from datetime import datetime

    from config.receivers import Webhook, Witness
    from config.settings import Settings
    from storage.publish.parcels import Parcel

__all__ = ["ask_witness", "post", "signature"]

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_WITNESS_TIMEOUT = httpx.Timeout(20.0, connect=5.0)
_READ_AT_MOST = 2_000
_OK, _BAD, _ERROR = 200, 400, 500
_LATER = frozenset({408, 425, 429})
"""Refusals that ask for patience (RFC 9110, 8470, 6585)."""
_OF_THE_MESSAGE = frozenset({400, 409, 413, 415, 422})
"""Refusals of one message; any other speaks of the receiver: its address, our secret."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a message: HMAC-SHA256 over the time stamp, a full stop and the body, in hex."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def post(parcel: Parcel, receiver: Webhook, settings: Settings, now: datetime) -> Sent:
    """Send a message to a webhook."""
    try:
        secret = secret_of(receiver.secret_file)
    except SecretError as exc:
        return failed(parcel, str(exc))
    body = body_of(parcel, settings.public_url)
    timestamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": parcel.key,
        "X-Jiaxing-Today-Timestamp": timestamp,
        "X-Jiaxing-Today-Signature": f"sha256={signature(secret, timestamp, body)}",
    }
    return _ask(parcel, httpx.Request("POST", receiver.url, headers=headers, content=body), settings, _TIMEOUT, now)


def ask_witness(parcel: Parcel, receiver: Witness, settings: Settings, now: datetime) -> Sent:
    """Ask a public web archive to save the page of an event; what it answers is kept with the delivery."""
    page = parcel.events[0].url if parcel.events else "https://example.org/"
    url = receiver.endpoint.replace("{url}", quote(page, safe=":/?&=%+,;~@!$'()*")).replace("{quoted_url}", quote(page, safe=""))
    return _ask(parcel, httpx.Request("GET", url), settings, _WITNESS_TIMEOUT, now, tells_where=True)


def _ask(  # noqa: PLR0913 - a request and how it is made
    parcel: Parcel,
    request: httpx.Request,
    settings: Settings,
    timeout: httpx.Timeout,
    now: datetime,
    *,
    tells_where: bool = False,
) -> Sent:
    """Make a request and judge its answer, of which hardly more than the head is read."""
    request.headers["User-Agent"] = settings.user_agent
    request.extensions["timeout"] = timeout.as_dict()
    proxy = None if _is_here(request.url.host) else settings.proxy or None
    try:
        with httpx.HTTPTransport(verify=_tls(), proxy=proxy, trust_env=False) as transport:
            response = transport.handle_request(request)
            try:
                return _judged(parcel, response.status_code, response.headers, now, tells_where=tells_where)
            finally:
                response.close()
    except httpx.HTTPError as exc:
        is_unsure = not isinstance(exc, httpx.ConnectError | httpx.ConnectTimeout)
        return failed(parcel, line(f"{type(exc).__name__}: {exc}", 300), is_unsure=is_unsure)


@cache
def _tls() -> ssl.SSLContext:
    """Return how servers are verified: made once, for reading all the certificates takes longer than a message."""
    return httpx.create_ssl_context(trust_env=False)


def _is_here(host: str) -> bool:
    """Tell whether a host is this machine: no proxy is asked for it."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _judged(parcel: Parcel, status: int, headers: Mapping[str, str], now: datetime, *, tells_where: bool) -> Sent:
    """Return what an answer means; a web archive may well answer with a redirect to what it saved."""
    where = headers.get("content-location") or headers.get("location") if tells_where else None
    answer = line(f"{status} {where or ''}", 500)
    if _OK <= status < (_BAD if tells_where else 300):
        return Sent(parcel, answer)
    if status < _BAD:
        return failed(parcel, f"{status}: it sends us on to another address; write that into the settings", is_refusal=True)
    is_refusal = status < _ERROR and status not in _LATER
    wait = _asked(headers.get("retry-after"), now)
    return failed(parcel, answer, is_receivers=status not in _OF_THE_MESSAGE, is_refusal=is_refusal, retry_after=wait)


def _asked(text: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After asks us to wait, given as a number or as a date."""
    if text is None:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max((moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds(), 0.0)
