"""What the embedded portal answers to a request: routes, validators, compression, and what its weather does to them."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from seeds.chrome import ASSETS, COLUMNS
from seeds.listing import HOST_MARK, PROXY, answer_proxy, embedded, row
from seeds.pages import Surroundings, article_page, challenge_page, chinese_home, column_page, english_home, error_page
from seeds.records import HOME, TODAY, File, Release, Stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seeds.state import Portal

__all__ = ["Answer", "Ask", "Site"]

HTML = "text/html;charset=UTF-8"
XML = "text/xml;charset=UTF-8"
ROBOTS = "User-agent: *\nDisallow: /jrobot/\nDisallow: /module/visitcount/\n"
WORTH_PACKING = 512
"""Bytes from which a body is compressed for those who take it."""
COLUMN_PATH = re.compile(r"/col/col([0-9]{1,12})/(?:index\.html)?")
RELATED = 5
LATEST = 6
HEAD_OF = {
    "application/pdf": b"%PDF-1.4\n",
    "application/msword": bytes.fromhex("d0cf11e0a1b11ae1"),
    "image/jpeg": bytes.fromhex("ffd8ffe0"),
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: header names are in lower case, `query` is without its question mark."""

    path: str
    query: str = ""
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def target(self) -> str:
        """The path with its query, as it was asked for."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def conditional(self) -> bool:
        """Whether the asker holds a copy and wants to know if it is still good."""
        return "if-none-match" in self.headers or "if-modified-since" in self.headers


@dataclass(frozen=True, slots=True)
class Answer:
    """One response: status, headers in order, and the body as it goes over the wire."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def _etag(stamp: Stamp) -> str:
    return f'"{int(stamp.at.timestamp()):x}-{stamp.revision:x}"'


def _validators(stamp: Stamp) -> tuple[tuple[str, str], ...]:
    when = format_datetime(stamp.at.astimezone(UTC).replace(microsecond=0), usegmt=True)
    return (("ETag", _etag(stamp)), ("Last-Modified", when))


def _not_older(date: str, stamp: Stamp) -> bool:
    """Whether a page of `stamp` is no newer than the HTTP `date`; a date that is none is ignored (RFC 9110, 13.1.3)."""
    try:
        return stamp.at.replace(microsecond=0) <= parsedate_to_datetime(date).replace(tzinfo=UTC)
    except ValueError:
        return False


def _unchanged(ask: Ask, stamp: Stamp) -> bool:
    """Whether the asker's copy is still good: If-None-Match goes before If-Modified-Since (RFC 9110, 13.2.2)."""
    tags = ask.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or _etag(stamp) in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    return "if-modified-since" in ask.headers and _not_older(ask.headers["if-modified-since"], stamp)


def _takes_gzip(ask: Ask) -> bool:
    offers = (offer.replace(" ", "").lower() for offer in ask.headers.get("accept-encoding", "").split(","))
    return any(offer.split(";")[0] == "gzip" and not re.search(r";q=0(\.0*)?$", offer) for offer in offers)


def _ready(ask: Ask, media_type: str, packed: bytes, *, status: int = 200, more: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Return the answer whose gzip'd body is `packed`, unpacked for those who take no gzip and where packing gained little."""
    plain = gzip.decompress(packed)
    small = len(plain) < WORTH_PACKING or not _takes_gzip(ask)
    coding = () if small else (("Content-Encoding", "gzip"),)
    return Answer(status, (("Content-Type", media_type), ("Vary", "Accept-Encoding"), *coding, *more), plain if small else packed)


def _pack(text: str | bytes) -> bytes:
    return gzip.compress(text.encode() if isinstance(text, str) else text, compresslevel=6, mtime=0)


@dataclass(frozen=True, slots=True)
class _Listing:
    """A column's rows in order, as articles and as HTML, and at which of them each article stands first."""

    stamp: Stamp
    rows: list[tuple[Release, int]]
    html: list[str]
    places: dict[int, int]


def _listing(stamp: Stamp, rows: list[tuple[Release, int]]) -> _Listing:
    places = {release.id: place for place, (release, _) in reversed(list(enumerate(rows)))}
    return _Listing(stamp, rows, [row(release, shown) for release, shown in rows], places)


class Site:
    """Answers requests from the state of a `Portal`; pages are generated once and kept until the state moves on."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self._pages: dict[str, tuple[object, bytes]] = {}
        self._listings: dict[int, _Listing] = {}

    def answer(self, ask: Ask) -> Answer:
        """Return the answer to `ask`; safe from any thread, and from one state of the portal."""
        with self.portal.lock:
            weather = self.portal.weather
            if weather.failing is not None:
                return _ready(ask, HTML, _pack(error_page(weather.failing)), status=weather.failing)
            if weather.challenge and ask.path != "/":
                return _ready(ask, HTML, _pack(challenge_page()), status=412)
            return self._routed(ask)

    def _routed(self, ask: Ask) -> Answer:
        column = COLUMN_PATH.fullmatch(ask.path)
        if column:
            return self._column(ask, int(column[1]))
        if ask.path == PROXY:
            return self._proxy(ask)
        if ask.path == "/":
            return _ready(ask, HTML, _pack(chinese_home()))
        if ask.path == "/robots.txt":
            return _ready(ask, "text/plain", _pack(ROBOTS))
        return self._article(ask) or self._file(ask) or _missing(ask)

    def _file(self, ask: Ask) -> Answer | None:
        if ask.path in ASSETS:
            media_type, body = ASSETS[ask.path]
            return _ready(ask, media_type, _pack(body))
        found = self.portal.file(ask.target)
        return _ready(ask, found.media_type, _pack(_file_bytes(found))) if found else None

    def _article(self, ask: Ask) -> Answer | None:
        found = self.portal.at_path(ask.path)
        if found is None:
            return None
        release, column = found
        stamp = self.portal.stamp(release.id)
        if _unchanged(ask, stamp) or (self.portal.weather.lies and ask.conditional):
            return Answer(304, _validators(stamp))
        if ask.path not in self._pages or self._pages[ask.path][0] != stamp:
            around = self._surroundings(release, column, stamp)
            self._pages[ask.path] = (stamp, _pack(article_page(release, around, new_layout=self.portal.weather.new_layout)))
        return _ready(ask, HTML, self._pages[ask.path][1], more=_validators(stamp))

    def _surroundings(self, release: Release, column: int, stamp: Stamp) -> Surroundings:
        listing = self._rows(release.listed_in)
        rows, place = listing.rows, listing.places.get(release.id, 0)
        previous, following = rows[place + 1 : place + 2], rows[place - 1 : place] if place else []
        related = [other for other, _ in rows[place + 2 : place + 2 + RELATED] if other.id != release.id]
        return Surroundings(column, stamp.at, _only(previous), _only(following), related)

    def _rows(self, column: int) -> _Listing:
        stamp = self.portal.listing_stamp
        if column not in self._listings or self._listings[column].stamp != stamp:
            self._listings[column] = _listing(stamp, self.portal.rows(column))
        return self._listings[column]

    def _column(self, ask: Ask, column: int) -> Answer:
        """Answer for a column's page: whatever the query says, it is the same first page."""
        stamp = self.portal.listing_stamp
        if column == HOME:
            return _ready(ask, HTML, _pack(english_home([release for release, _ in self._rows(TODAY).rows[:LATEST]], TODAY)))
        if column not in COLUMNS:
            return _missing(ask)
        if self.portal.weather.listing_broken:
            return _ready(ask, HTML, _pack(error_page(500)), status=500)
        if _unchanged(ask, stamp):
            return Answer(304, _validators(stamp))
        host, name = _host(ask), f"{_host(ask)} {column}"
        if name not in self._pages or self._pages[name][0] != stamp:
            store = embedded(column, self._rows(column).html)
            self._pages[name] = (stamp, _pack(column_page(column, stamp.at, store).replace(HOST_MARK, host)))
        return _ready(ask, HTML, self._pages[name][1], more=_validators(stamp))

    def _proxy(self, ask: Ask) -> Answer:
        if self.portal.weather.listing_broken:
            return _ready(ask, HTML, _pack(error_page(500)), status=500)
        words = dict(parse_qsl(ask.query) + parse_qsl(ask.body.decode("utf-8", "replace")))
        column = int(words["columnid"]) if re.fullmatch(r"[0-9]{1,12}", words.get("columnid", "")) else 0
        return _ready(ask, XML, _pack(answer_proxy(words, column, self._rows(column).html).replace(HOST_MARK, _host(ask))))


def _host(ask: Ask) -> str:
    return ask.headers.get("host", "127.0.0.1")


def _only(rows: list[tuple[Release, int]]) -> Release | None:
    return rows[0][0] if rows else None


def _missing(ask: Ask) -> Answer:
    return _ready(ask, HTML, _pack(error_page(404)), status=404)


def _file_bytes(file: File) -> bytes:
    """Return bytes that begin as a file of the type does and differ from file to file; they show nothing."""
    return HEAD_OF[file.media_type] + f"\n{file.path}\n".encode() * 40
