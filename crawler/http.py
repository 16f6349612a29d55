"""Asking over HTTP: one `Ask` in, one `Fetch` a redirect hop out, whatever a server or a network does.

The only gate to httpx.  Its transport is used without its client, whose redirects, environment and decoding of bodies
without a cap would all have to be switched off again.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import urlencode

import httpx

from crawler.ask import MAX_REDIRECTS, Ask, next_hop, retry_after
from crawler.decoding import ACCEPT_ENCODING, CutShortError, Decoder, EncodingError, TooLargeError, coding_of
from crawler.errors import CrawlError
from crawler.network import (
    AddressRefusedError,
    GuardedBackend,
    HostTest,
    NameNotKnownError,
    Resolver,
    address_of,
    check_literal,
    guard,
    host_and_port,
    nobody,
    resolve,
    weaken,
)
from storage.records import Fetch, Result

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from types import TracebackType

    from crawler.clock import Clock

__all__ = [
    "AFTER_ANSWER",
    "BEFORE_REQUEST",
    "MAX_REDIRECTS",
    "Ask",
    "Client",
    "HttpOptions",
    "Permit",
    "retry_after",
]

Permit = Callable[[str], Awaitable[str | None]]
"""Asked before each hop with its URL: None to go on (after any polite wait), or the reason for refusing it."""

BEFORE_REQUEST = "http:before-request"  # the two network boundaries that `on_boundary` is told of
AFTER_ANSWER = "http:after-answer"

_ACCEPT = "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8"
_FORM_TYPE = "application/x-www-form-urlencoded"
_NOT_MODIFIED = 304
_SECRET = frozenset({"authorization", "proxy-authorization"})
_LAST_PORT = 65_535
_MOST_TOLD = 300  # characters of what a server wrote, in an error's text: its headers are kept in full
_KEEPALIVE_SECONDS = 4.0  # Apache hangs up after 5: to ask just then would look like a failure of the page


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How a client asks.

    `deadline` is for a whole ask with all its hops, without the waits of its permit; `connect_timeout` for one connection
    (both seconds); `max_bytes` for one body, on the wire and decoded.  `allow_private` and `legacy_tls` are asked with
    'host' or 'host:port' (see `crawler.network.host_and_port`).  `proxy` may hold a password and is never shown.  `authorities`
    (certificates, PEM) are trusted besides those that everybody trusts.
    """

    user_agent: str
    proxy: str | None = field(default=None, repr=False)
    deadline: float = 60.0
    connect_timeout: float = 15.0
    max_bytes: int = 5_000_000
    connections: int = 6
    allow_private: HostTest = nobody
    legacy_tls: HostTest = nobody
    resolver: Resolver = resolve
    authorities: str | None = None


class Client:
    """Asks politely built questions over HTTP/1.1 and never raises for what a server or a network does.

    It is an asynchronous context manager.  With a proxy the address guard cannot see where the proxy connects to: it then
    judges only hosts that are literal addresses, and the proxy itself, being the operator's choice, may be private.
    `on_boundary` is told `BEFORE_REQUEST` and `AFTER_ANSWER` of every exchange: the places where a test may break off.
    Raises CrawlError where the proxy is of no use or the guard does not fit the installed httpx.
    """

    def __init__(self, options: HttpOptions, clock: Clock, on_boundary: Callable[[str], None] = lambda _name: None) -> None:
        self._options = options
        self._clock = clock
        self._on_boundary = on_boundary
        self._strict = _transport(options, legacy=False)
        self._legacy: httpx.AsyncHTTPTransport | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._strict.aclose()
        if self._legacy is not None:
            await self._legacy.aclose()

    async def fetch(self, ask: Ask, permit: Permit) -> list[Fetch]:
        """Ask and follow redirects; the hops in order, the last of them the answer (or what stood in its way).

        Every hop is put to `permit` first.  Cookies live as long as the ask: some portals redirect a page to itself until
        the cookie that they set comes back.
        """
        hops: list[Fetch] = []
        jar = httpx.Cookies()
        left = self._options.deadline
        hop: Ask | None = ask
        while hop is not None:
            reason = await permit(hop.url)
            if reason is not None:
                return [*hops, _Exchange(hop, self._clock.now()).fetch(Result.REFUSED, reason, 0)]
            began = _ticks()
            fetch = await self._exchange(hop, jar, left)
            left -= _ticks() - began
            hop, problem = next_hop(hop, fetch, len(hops))
            hops.append(replace(fetch, error=problem) if problem else fetch)
        return hops

    async def _exchange(self, ask: Ask, jar: httpx.Cookies, seconds: float) -> Fetch:
        exchange = _Exchange(ask, self._clock.now())
        self._on_boundary(BEFORE_REQUEST)
        try:
            async with asyncio.timeout(seconds):
                await self._converse(exchange, jar)
            result, error = exchange.outcome()
        except _FAILURES as failure:
            result, error = _explain(failure, exchange, self._options)
        # Rounded up, as the request's instant is rounded down: what we say to have seen by then, we had seen.
        elapsed = self._clock.now() - _to_millisecond(exchange.requested_at)
        self._on_boundary(AFTER_ANSWER)
        return exchange.fetch(result, error, max(0, -(-elapsed // timedelta(milliseconds=1))))

    async def _converse(self, exchange: _Exchange, jar: httpx.Cookies) -> None:
        """Send the request and read the answer; `exchange` holds what is known, however far it comes."""
        request = _request(exchange, jar, self._options)
        host = host_and_port(request.url.raw_host.decode("ascii"), request.url.port)
        if self._options.proxy and not self._options.allow_private(host):
            check_literal(request.url.raw_host.decode("ascii"))
        response = await self._transport_for(host).handle_async_request(request)
        try:
            response.request = request
            exchange.answered(response)
            if "set-cookie" in response.headers:
                jar.extract_cookies(response)
            await _read_body(response, exchange, exchange.ask.max_bytes or self._options.max_bytes)
        finally:
            await response.aclose()

    def _transport_for(self, host: str) -> httpx.AsyncHTTPTransport:
        if not self._options.legacy_tls(host):
            return self._strict
        if self._legacy is None:
            self._legacy = _transport(self._options, legacy=True)
        return self._legacy


@dataclass(slots=True)
class _Exchange:
    """What is known so far of one request and its answer, whatever may yet go wrong."""

    ask: Ask
    requested_at: datetime
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: str | None = None
    remote_address: str | None = None
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    decoder: Decoder | None = None
    body: bytes | None = None

    async def trace(self, event: str, info: dict[str, object]) -> None:
        """Note the address of a new connection, so that it is known even if no answer comes (an extension of httpcore)."""
        if event.endswith("connect_tcp.complete"):
            self.remote_address = address_of(info["return_value"])

    def answered(self, response: httpx.Response) -> None:
        """Note the head of the answer."""
        self.status = response.status_code
        self.response_headers = _pairs(response.headers)
        self.remote_address = address_of(response.extensions.get("network_stream")) or self.remote_address

    def outcome(self) -> tuple[Result, str | None]:
        """Return what an answer that came whole is."""
        if self.status != _NOT_MODIFIED:
            return Result.RESPONSE, None
        conditional = self.ask.etag or self.ask.last_modified
        return Result.NOT_MODIFIED, None if conditional else "304 to an unconditional request"

    def fetch(self, result: Result, error: str | None, elapsed_ms: int) -> Fetch:
        """Return the row; a body only where it may be read or, cut off, is evidence."""
        body = self.body if result is Result.RESPONSE else None
        if result is Result.TRUNCATED and self.decoder:
            body = self.decoder.received or None
        return Fetch(
            purpose=self.ask.purpose,
            url=self.ask.url,
            requested_at=self.requested_at,
            elapsed_ms=elapsed_ms,
            result=result,
            method=self.ask.method,
            request_headers=self.request_headers,
            request_body=self.request_body,
            remote_address=self.remote_address,
            status=self.status,
            response_headers=self.response_headers,
            body=body,
            error=error,
        )


@dataclass(frozen=True, slots=True)
class _Failure:
    """What an exception means: the plain text for it, and the result before and after the answer's head has come."""

    kind: type[Exception]
    text: str
    before: Result = Result.NETWORK_ERROR
    after: Result = Result.NETWORK_ERROR


# The first row that fits the exception or one of its causes holds: the particular ones stand before the general ones.
_MEANINGS = (
    _Failure(AddressRefusedError, "address refused: {detail}", before=Result.REFUSED),
    _Failure(NameNotKnownError, "name not known: {detail}"),
    _Failure(ssl.SSLCertVerificationError, "certificate not accepted: {detail}"),
    _Failure(ssl.SSLError, "TLS failed: {detail}", after=Result.TRUNCATED),
    _Failure(httpx.ConnectTimeout, "could not connect within {connect:g} s"),
    _Failure(httpx.ConnectError, "could not connect: {detail}"),
    _Failure(httpx.ProxyError, "the proxy refused: {detail}"),
    _Failure(httpx.UnsupportedProtocol, "no usable address: {detail}"),
    _Failure(httpx.InvalidURL, "no usable address: {detail}"),
    _Failure(httpx.LocalProtocolError, "could not be asked: {detail}"),
    _Failure(httpx.RemoteProtocolError, "broken answer: {detail}", after=Result.TRUNCATED),
    _Failure(httpx.NetworkError, "connection lost: {detail}", after=Result.TRUNCATED),
    _Failure(TooLargeError, "{detail}", after=Result.TOO_LARGE),
    _Failure(CutShortError, "{detail}", after=Result.TRUNCATED),
    _Failure(EncodingError, "{detail}"),
    _Failure(TimeoutError, "no answer within {deadline:g} s"),
    _Failure(OSError, "connection lost: {detail}", after=Result.TRUNCATED),
    _Failure(httpx.HTTPError, "not answered: {detail}"),
)
_FAILURES = tuple(meaning.kind for meaning in _MEANINGS)


def _explain(failure: Exception, exchange: _Exchange, options: HttpOptions) -> tuple[Result, str]:
    """Return the result and the text for a failure."""
    chain = _chain(failure)
    meaning, found = next((row, error) for row in _MEANINGS for error in chain if isinstance(error, row.kind))
    detail = _detail(chain[chain.index(found) :])
    text = meaning.text.format(detail=detail[:_MOST_TOLD], connect=options.connect_timeout, deadline=options.deadline)
    return meaning.before if exchange.status is None else meaning.after, text


def _chain(failure: Exception) -> list[Exception]:
    """Return an exception and what led to it, the outermost first; a cancelled wait (no Exception) is where a chain begins.

    httpcore does not keep the cause of every error: then it is the context.
    """
    chain = [failure]
    while isinstance(earlier := chain[-1].__cause__ or chain[-1].__context__, Exception):
        chain.append(earlier)
    return chain


def _detail(chain: list[Exception]) -> str:
    """Return the words nearest to the root of the matter; a connection that just ends leaves none."""
    for error in reversed(chain):
        words = getattr(error, "verify_message", None) or getattr(error, "strerror", None)
        if words:
            return str(words)
    return next((str(error) for error in chain if str(error)), "closed by the other side")


@cache
def _tls_context(*, legacy: bool, authorities: str | None) -> ssl.SSLContext:
    """Return a context that verifies certificates; reading the authorities takes long enough to do it once."""
    context = httpx.create_ssl_context(verify=True, trust_env=False)
    if authorities is not None:
        context.load_verify_locations(cadata=authorities)
    return weaken(context) if legacy else context


def _transport(options: HttpOptions, *, legacy: bool) -> httpx.AsyncHTTPTransport:
    """Build a guarded transport: HTTP/1.1, certificates verified, nothing taken from the environment."""
    limits = httpx.Limits(
        max_connections=options.connections, max_keepalive_connections=options.connections, keepalive_expiry=_KEEPALIVE_SECONDS
    )
    try:
        tls = _tls_context(legacy=legacy, authorities=options.authorities)
        transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False, http2=False, limits=limits, proxy=options.proxy)
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        # Without the address: it may hold a password.
        raise CrawlError("the proxy's address is of no use", hint="write proxy as http://HOST:PORT") from error
    allow = (lambda _host: True) if options.proxy else options.allow_private
    guard(transport, GuardedBackend(allow, options.resolver))
    return transport


def _request(exchange: _Exchange, jar: httpx.Cookies, options: HttpOptions) -> httpx.Request:
    """Build the request and note in `exchange` what is going to be sent."""
    ask = exchange.ask
    form = urlencode(ask.form) if ask.form else None
    timeouts = {"connect": options.connect_timeout, "read": None, "write": None, "pool": None}  # the rest is the deadline's
    request = httpx.Request(
        ask.method,
        _usable(httpx.URL(ask.url)),
        headers=[(name.encode(), _header_bytes(value)) for name, value in _headers(ask, options.user_agent)],
        content=None if form is None else form.encode("ascii"),
        extensions={"timeout": timeouts, "trace": exchange.trace},
    )
    if jar:
        jar.set_cookie_header(request)
    exchange.request_body = form
    exchange.request_headers = tuple(pair for pair in _pairs(request.headers) if pair[0].lower() not in _SECRET)
    return request


def _headers(ask: Ask, user_agent: str) -> list[tuple[str, str]]:
    """Return the headers to send: ours, unless the ask has its own of that name, then the ask's."""
    own = {name.lower() for name, _ in ask.headers}
    ours = (
        ("User-Agent", user_agent),
        ("Accept", _ACCEPT),
        ("Accept-Encoding", ACCEPT_ENCODING),
        ("Content-Type", _FORM_TYPE if ask.form else None),
        ("If-None-Match", ask.etag),
        ("If-Modified-Since", ask.last_modified),
    )
    return [*((name, value) for name, value in ours if value and name.lower() not in own), *ask.headers]


async def _read_body(response: httpx.Response, exchange: _Exchange, limit: int) -> None:
    """Read and decode the body as it comes, under the cap.

    A body that says beforehand to be too large is not begun.  A 304 has none, and its headers speak of the page as it was;
    it is still read to its end, so that the connection can be used again.
    """
    if exchange.status != _NOT_MODIFIED:
        exchange.decoder = Decoder(coding_of(response.headers.get_list("content-encoding")), limit)
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise TooLargeError(limit)
    decoder = exchange.decoder or Decoder("", limit)
    async with aclosing(cast("AsyncGenerator[bytes, None]", response.aiter_raw())) as chunks:
        async for chunk in chunks:
            decoder.feed(chunk)
    exchange.body = decoder.finish()


def _usable(url: httpx.URL) -> httpx.URL:
    """Return the URL if it can be asked; raises InvalidURL."""
    if url.scheme not in {"http", "https"} or not url.host or not 0 < (1 if url.port is None else url.port) <= _LAST_PORT:
        raise httpx.InvalidURL(f"{url} is no http(s) address")
    return url


def _pairs(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    """Return headers as they stand on the wire: bytes are read as Latin-1, which loses none."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)


def _header_bytes(value: str) -> bytes:
    """Return a header's value as it came (Latin-1), or in UTF-8 where it was never on a wire."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()


def _to_millisecond(moment: datetime) -> datetime:
    """Return `moment` as the archive writes it: cut to the millisecond."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _ticks() -> float:
    return asyncio.get_running_loop().time()
