"""What the test server answers: one path for each misbehaviour, see `ROUTES`.

A handler takes a `Request`.  One that returns bytes gives a whole response and keeps the connection; one that yields pieces
closes the connection behind the last of them, wherever that leaves the response, and resets it by a ResetWantedError.
"""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from urllib.parse import parse_qs, urlsplit

__all__ = [
    "BOMB_BYTES",
    "ETAG",
    "GB18030_TEXT",
    "LAST_MODIFIED",
    "PAGE",
    "RETRY_AT",
    "ROUTES",
    "Handler",
    "Pieces",
    "Request",
    "ResetWantedError",
    "response",
]

PAGE = b"<!DOCTYPE html><html><head><title>Jiaxing Today</title></head><body><p>A page that is well.</p></body></html>"
ETAG = '"5f3a-1"'
LAST_MODIFIED = "Tue, 20 Sep 2022 02:46:00 GMT"
RETRY_AT = datetime(2030, 1, 1, tzinfo=UTC)
GB18030_TEXT = "<html><head><title>嘉兴市人民政府</title></head><body><p>朱镕基。</p></body></html>"
BOMB_BYTES = 64 * 1024 * 1024
DRIP_SECONDS = 0.05
_CHUNK = b"x" * 65_536

CHALLENGE = b"""<!DOCTYPE html><html><head><meta content="{qY7n" id="9DhefwqGPrzGxEp9hPaoag" r="m"></head><body>
<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=41238;$_ts.cd="qE3rrqlE";</script>
<script src="/4QbVtADbnLVI/d.js" r="m"></script></body></html>"""


class ResetWantedError(Exception):
    """A handler wants its connection reset, not merely closed."""


@dataclass(frozen=True)
class Request:
    """What a client sent: `rest` is the path behind the first segment, header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def route(self) -> str:
        """The first segment of the path, with its slash."""
        return "/" + self.path.lstrip("/").partition("/")[0]

    @property
    def rest(self) -> str:
        """What stands behind the first segment and its slash."""
        return self.path.lstrip("/").partition("/")[2]

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path

    def query(self, name: str, default: str = "") -> str:
        """Return the first value of a field of the query."""
        return parse_qs(urlsplit(self.target).query).get(name, [default])[0]


Pieces = AsyncIterator[bytes]
Handler = Callable[[Request], bytes | Pieces]


def response(status: str, *headers: str, body: bytes = b"", length: int | None = None) -> bytes:
    """Return a response; `length` is what it says of its body's length, in truth by default."""
    said = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {said}"]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def _page(*headers: str, body: bytes = PAGE) -> bytes:
    return response("200 OK", "Content-Type: text/html; charset=utf-8", *headers, body=body)


def ok(_request: Request) -> bytes:
    """Serve the page, with headers whose spelling, order and repetition can be compared."""
    return _page("X-First: 1", "set-COOKIE: a=1; Path=/", "Set-Cookie: b=2; Path=/", f"ETag: {ETAG}", "Age: 7", "X-Latin: caf\xe9")


def echo(request: Request) -> bytes:
    """Serve what was asked, one fact a line."""
    lines = [request.method, request.target, *(f"{name}: {value}" for name, value in request.headers.items()), ""]
    return _page(body="\n".join(lines).encode() + request.body)


def compressed(_request: Request) -> bytes:
    """Serve the page as gzip."""
    return _page("Content-Encoding: gzip", body=gzip.compress(PAGE))


def deflate(_request: Request) -> bytes:
    """Serve the page as deflate with the zlib header that the name asks for."""
    return _page("Content-Encoding: deflate", body=zlib.compress(PAGE))


def raw_deflate(_request: Request) -> bytes:
    """Serve the page as deflate without a header, as some servers do."""
    return _page("Content-Encoding: deflate", body=zlib.compress(PAGE, wbits=-15))


def bad_gzip(_request: Request) -> bytes:
    """Say gzip and send something else."""
    return _page("Content-Encoding: gzip")


def cut_gzip(_request: Request) -> bytes:
    """Send the first part of a gzip stream, of the length that is announced."""
    return _page("Content-Encoding: gzip", body=gzip.compress(PAGE)[:-12])


def brotli(_request: Request) -> bytes:
    """Use an encoding that nobody asked for."""
    return _page("Content-Encoding: br", body=b"\x0b\x02\x80hello\x03")


def nested(_request: Request) -> bytes:
    """Use two encodings on top of each other."""
    return _page("Content-Encoding: gzip", "Content-Encoding: gzip", body=gzip.compress(gzip.compress(PAGE)))


@cache
def _bomb() -> bytes:
    return gzip.compress(b"\0" * BOMB_BYTES, compresslevel=1)


def bomb(_request: Request) -> bytes:
    """Serve a small gzip body that unpacks to 64 MiB."""
    return _page("Content-Encoding: gzip", body=_bomb())


def deflate_bomb(request: Request) -> bytes:
    """Serve the same as deflate: with its header, or at /deflate-bomb/raw without."""
    wbits = -15 if request.rest == "raw" else 15
    return _page("Content-Encoding: deflate", body=zlib.compress(b"\0" * BOMB_BYTES, level=1, wbits=wbits))


def members(_request: Request) -> bytes:
    """Serve a gzip body of a thousand empty members."""
    return _page("Content-Encoding: gzip", body=gzip.compress(b"") * 1_000)


def thrice(_request: Request) -> bytes:
    """Use three encodings on top of each other, named in one header."""
    return _page("Content-Encoding: gzip, deflate, gzip", body=gzip.compress(zlib.compress(gzip.compress(PAGE))))


def gzip_and_more(_request: Request) -> bytes:
    """Serve the page as two gzip members and something that is none."""
    half = len(PAGE) // 2
    return _page("Content-Encoding: gzip", body=gzip.compress(PAGE[:half]) + gzip.compress(PAGE[half:]) + b"<!-- cached -->" * 99)


async def chunk_extension(_request: Request) -> Pieces:
    """Send a chunk whose extension has no end."""
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;name="
    while True:
        yield _CHUNK


async def small_chunks(_request: Request) -> Pieces:
    """Send chunks of one byte, each with a long extension, without end."""
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    while True:
        yield (b"1;name=" + b"x" * 1_000 + b"\r\nx\r\n") * 50
        await asyncio.sleep(0)


async def trailers(_request: Request) -> Pieces:
    """Send a body, and then trailers without end."""
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    while True:
        yield b"X-Trailer: " + b"x" * 1_000 + b"\r\n"


async def informed(request: Request) -> Pieces:
    """Send /informed/STATUS, an answer that goes before the answer, without end."""
    while True:
        yield f"HTTP/1.1 {request.rest} Wait\r\nLink: </a.css>\r\n\r\n".encode() * 50
        await asyncio.sleep(0)


def cookies(request: Request) -> bytes:
    """Redirect to the next of /cookies/N with a thousand cookies more each time."""
    hop = int(request.rest or "0")
    set_cookies = (f"Set-Cookie: c{hop}-{number}=1; Path=/" for number in range(1_000))
    return response("302 Moved", f"Location: /cookies/{hop + 1}", *set_cookies)


async def wire_flood(_request: Request) -> Pieces:
    """Send without end."""
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    while True:
        yield _CHUNK


def announced_flood(_request: Request) -> bytes:
    """Announce a terabyte."""
    return response("200 OK", body=PAGE, length=2**40)


async def drip(_request: Request) -> Pieces:
    """Send a byte every now and then, so that no single read takes long."""
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    while True:
        yield b"x"
        await asyncio.sleep(DRIP_SECONDS)


async def silence(_request: Request) -> Pieces:
    """Take the request and never answer."""
    await asyncio.sleep(3600)
    yield b""


async def short(_request: Request) -> Pieces:
    """Announce more than comes."""
    yield response("200 OK", "Content-Type: text/html", body=PAGE, length=len(PAGE) + 100)


async def short_chunked(_request: Request) -> Pieces:
    """End in the middle of a chunk."""
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nhalf a chunk"


async def short_at_once(_request: Request) -> Pieces:
    """Announce a body of which nothing comes."""
    yield response("200 OK", length=100)


async def long(_request: Request) -> Pieces:
    """Send more than announced."""
    yield response("200 OK", body=PAGE + b"<p>and more</p>", length=len(PAGE))


async def chunked(_request: Request) -> Pieces:
    """Send the page in two chunks."""
    half = len(PAGE) // 2
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for part in (PAGE[:half], PAGE[half:], b""):
        yield f"{len(part):x}\r\n".encode() + part + b"\r\n"


async def until_closed(_request: Request) -> Pieces:
    """Send a body that only the end of the connection ends."""
    yield b"HTTP/1.1 200 OK\r\n\r\n" + PAGE


def redirect(request: Request) -> bytes:
    """Redirect /redirect/N to /redirect/N-1, and /redirect/0 to /ok; `?status=` picks the kind."""
    left = int(request.rest or "1")
    target = f"/redirect/{left - 1}" if left else "/ok"
    return response(f"{request.query('status', '302')} Moved", f"Location: {target}", body=b"moved")


def redirect_to(request: Request) -> bytes:
    """Redirect to `?u=`, raw in Latin-1; without it there is no Location."""
    target = request.query("u")
    headers = [f"Location: {target}"] if target else []
    return response(f"{request.query('status', '302')} Moved", *headers)


def redirect_bytes(_request: Request) -> bytes:
    """Redirect to a path in bare UTF-8, with a blank and a fragment."""
    return response("302 Moved", f"Location: /echo/{'嘉兴'.encode().decode('latin-1')} 1#part")


def loop(_request: Request) -> bytes:
    """Redirect to itself."""
    return response("302 Moved", "Location: /loop")


def self_cookie(request: Request) -> bytes:
    """Redirect to itself until the cookie that it sets comes back."""
    if "clearance=yes" in request.headers.get("cookie", ""):
        return _page()
    return response("302 Moved", "Location: /self-cookie", "Set-Cookie: clearance=yes; Path=/")


def validated(request: Request) -> bytes:
    """Serve the page with validators, and 304 to whoever holds one of them."""
    validators = (f"ETag: {ETAG}", f"Last-Modified: {LAST_MODIFIED}")
    held = request.headers.get("if-none-match") == ETAG or request.headers.get("if-modified-since") == LAST_MODIFIED
    if held or request.query("always"):
        return "\r\n".join(["HTTP/1.1 304 Not Modified", *validators, "Content-Encoding: gzip", "", ""]).encode()
    return _page(*validators)


def too_many(request: Request) -> bytes:
    """Ask for patience: for 120 seconds, or with `?form=date` until a date."""
    wait = format_datetime(RETRY_AT, usegmt=True) if request.query("form") == "date" else "120"
    return response("429 Too Many Requests", f"Retry-After: {wait}")


def challenge(_request: Request) -> bytes:
    """Serve the script of a common firewall instead of the page."""
    return response("412 Precondition Failed", "Content-Type: text/html", body=CHALLENGE)


def empty(_request: Request) -> bytes:
    """Serve nothing, with the best of marks."""
    return _page(body=b"")


def status(request: Request) -> bytes:
    """Serve the status that the path names: /status/503."""
    return response(f"{request.rest} As Asked", "Content-Type: text/html", body=b"<p>as asked</p>")


async def headers_flood(_request: Request) -> Pieces:
    """Send headers without end."""
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-Flood: " + b"x" * 1_000 + b"\r\n"


async def close_before_headers(_request: Request) -> Pieces:
    """Hang up without a word."""
    yield b""


async def no_http(_request: Request) -> Pieces:
    """Speak another protocol."""
    yield b"220 mail.example ESMTP ready\r\n"


async def reset(_request: Request) -> Pieces:
    """Send half the page, then fail: the connection is reset."""
    yield response("200 OK", body=PAGE[:20], length=len(PAGE))
    await asyncio.sleep(DRIP_SECONDS)
    raise ResetWantedError


def gb18030_as_utf8(_request: Request) -> bytes:
    """Serve gb18030 under the label utf-8."""
    return _page(body=GB18030_TEXT.encode("gb18030"))


def stale(request: Request) -> bytes:
    """Serve a copy that says to have lain in a cache: /stale/SECONDS."""
    return _page(f"Age: {request.rest}", f"Date: {format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)}")


ROUTES: dict[str, Handler] = {
    "/ok": ok,
    "/echo": echo,
    "/gzip": compressed,
    "/deflate": deflate,
    "/raw-deflate": raw_deflate,
    "/bad-gzip": bad_gzip,
    "/cut-gzip": cut_gzip,
    "/br": brotli,
    "/nested": nested,
    "/bomb": bomb,
    "/deflate-bomb": deflate_bomb,
    "/members": members,
    "/thrice": thrice,
    "/gzip-and-more": gzip_and_more,
    "/chunk-extension": chunk_extension,
    "/small-chunks": small_chunks,
    "/trailers": trailers,
    "/informed": informed,
    "/cookies": cookies,
    "/wire-flood": wire_flood,
    "/announced-flood": announced_flood,
    "/drip": drip,
    "/silence": silence,
    "/short": short,
    "/short-chunked": short_chunked,
    "/short-at-once": short_at_once,
    "/long": long,
    "/chunked": chunked,
    "/until-closed": until_closed,
    "/redirect": redirect,
    "/redirect-to": redirect_to,
    "/redirect-bytes": redirect_bytes,
    "/loop": loop,
    "/self-cookie": self_cookie,
    "/304": validated,
    "/429": too_many,
    "/412": challenge,
    "/empty": empty,
    "/status": status,
    "/headers-flood": headers_flood,
    "/close-before-headers": close_before_headers,
    "/no-http": no_http,
    "/reset": reset,
    "/gb18030-as-utf8": gb18030_as_utf8,
    "/stale": stale,
}
