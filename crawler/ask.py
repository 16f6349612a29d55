"""What is asked over HTTP, and what its answer asks of us in turn: redirects and waits.  Pure: values in, values out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urldefrag, urljoin, urlsplit

from storage.records import Fetch, Purpose, Result

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["MAX_REDIRECTS", "Ask", "next_hop", "retry_after"]

MAX_REDIRECTS = 5

_REDIRECTS = frozenset({301, 302, 303, 307, 308})  # 300 leaves the choice to the reader, 305 is withdrawn (RFC 9110, 15.4)
_SEE_OTHER = 303
_MOST_TOLD = 300  # characters of a Location in an error's text: the header is kept in full
_KEEPS_METHOD = frozenset({307, 308})
_SCHEMES = frozenset({"http", "https"})
_URL_SIGNS = "!#$%&'()*+,/:;=?@[]~"  # besides letters, digits and -._ all that may stand in a URL (RFC 3986, section 2)

# Longer waits are some clock's mistake, and would overflow a date.
_MOST_WAIT = float(366 * 24 * 3600)


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing to be asked.

    `form` is sent as application/x-www-form-urlencoded in UTF-8.  `headers` go to every hop: they are no place for
    credentials.  `etag` and `last_modified` make the request conditional; they are only sent to this URL, in either scheme.
    `max_bytes` is how large a body may be (None: as large as the client takes).
    """

    url: str
    purpose: Purpose
    method: str = "GET"
    form: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    max_bytes: int | None = None

    @property
    def is_conditional(self) -> bool:
        """Tell whether the answer may be "not modified"."""
        return bool(self.etag or self.last_modified)


def next_hop(ask: Ask, fetch: Fetch, followed: int) -> tuple[Ask | None, str | None]:
    """Return what to ask next, if `fetch` is a redirect, or the problem that keeps us from it.

    `followed` is how many redirects of this ask have been followed already.
    """
    if fetch.result is not Result.RESPONSE or fetch.status not in _REDIRECTS:
        return None, None
    location = fetch.header("Location")
    try:
        target = _target(ask.url, location or "")
    except ValueError:
        told = location if location is None else location[:_MOST_TOLD]
        return None, f"redirect to no usable Location: {told!r}"
    if followed >= MAX_REDIRECTS:
        return None, f"more than {MAX_REDIRECTS} redirects"
    return _redirected(ask, fetch.status, target), None


def _target(url: str, location: str) -> str:
    """Resolve a Location; bytes that no URL may hold are percent-encoded as they came.  Raises ValueError on no http(s) URL."""
    encoded = quote(location.strip().encode("latin-1"), safe=_URL_SIGNS)
    if not encoded:
        raise ValueError("there is no Location")
    target = urldefrag(urljoin(url, encoded)).url
    parts = urlsplit(target)
    if parts.scheme not in _SCHEMES or not parts.hostname or parts.port == 0:
        raise ValueError(f"{target} is no http(s) address")
    return target


def _redirected(ask: Ask, status: int, target: str) -> Ask:
    """Return the next hop: 301, 302 and 303 turn a POST into a GET, as browsers do and RFC 9110, section 15.4 allows.

    Validators belong to a page: sent to another one (the home page, say) they could bring a 304 that hides a removal.
    """
    ask = replace(ask, url=target) if _same_page(ask.url, target) else replace(ask, url=target, etag=None, last_modified=None)
    turns = ask.method == "POST" or (status == _SEE_OTHER and ask.method != "HEAD")
    if status in _KEEPS_METHOD or not turns:
        return ask
    headers = tuple((name, value) for name, value in ask.headers if name.lower() != "content-type")
    return replace(ask, method="GET", form=(), headers=headers)


def _same_page(one: str, other: str) -> bool:
    """Tell whether two URLs differ in their scheme at most."""
    return urlsplit(one)[1:4] == urlsplit(other)[1:4]


def retry_after(fetch: Fetch, now: datetime) -> float | None:
    """Return the seconds that `Retry-After` asks to wait from `now` on (RFC 9110, section 10.2.3), or None.

    Both its forms are read, seconds and a date; a date that has passed is 0, and no wait is longer than a year.
    """
    value = (fetch.header("Retry-After") or "").strip()
    if value.isascii() and value.isdecimal():
        return min(float(value), _MOST_WAIT)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), _MOST_WAIT)
