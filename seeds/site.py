"""What the embedded portal answers to a request: routes, validators, compression, and what its weather does to them."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from seeds.addresses import HOST_MARK, TICKET, part_of, unsigned
from seeds.chrome import ASSETS, COLUMNS
from seeds.pages import Surroundings, article_page, challenge_page, chinese_home, english_home, error_page
from seeds.platforms import CLICKS, TWINS, Sheet
from seeds.records import HOME, TODAY, File, Gone, Release, Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seeds.platforms import Twin, Wish
    from seeds.records import Cache
    from seeds.shelf import Shelf
    from seeds.state import Portal

__all__ = ["Answer", "Ask", "Site"]

HTML = "text/html;charset=UTF-8"
ROBOTS = "User-agent: *\nDisallow: /jrobot/\nDisallow: /module/visitcount/\n"
WORTH_PACKING = 512
"""Bytes from which a body is compressed for those who take it."""
PAGING_WORDS = frozenset({"startrecord", "endrecord", "page", "paramJson"})
"""What requests to the endpoints of listings say of the page that they want."""
GENERATIONS = 2
"""How many generations of a page are kept: what the portal has, and what a cache before it has."""
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


def _not_modified(stamp: Stamp) -> Answer:
    return Answer(304, _validators(stamp))


def _pack(text: str | bytes) -> bytes:
    return gzip.compress(text.encode() if isinstance(text, str) else text, compresslevel=6, mtime=0)


@dataclass(frozen=True, slots=True)
class _Listing:
    """A column's rows in order, as articles and as HTML, and at which of them each article stands first."""

    stamp: Stamp
    rows: list[tuple[Release, int]]
    html: list[str]
    places: dict[int, int]


def _listing(stamp: Stamp, rows: list[tuple[Release, int]], twin: Twin, column: int) -> _Listing:
    places = {release.id: place for place, (release, _) in reversed(list(enumerate(rows)))}
    return _Listing(stamp, rows, [twin.row(release, shown, column) for release, shown in rows], places)


class Site:
    """Answers requests from the state of a `Portal`; pages are generated once and kept until the state moves on."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.twin = TWINS[portal.platform]
        self._printed = 0
        self._pages: dict[str, dict[Stamp, bytes]] = {}
        self._listings: dict[int, _Listing] = {}
        self._asked: Counter[tuple[int, str]] = Counter()

    def answer(self, ask: Ask) -> Answer:
        """Return the answer to `ask`; safe from any thread, and from one state of the portal."""
        with self.portal.lock:
            weather = self.portal.weather
            if weather.failing is not None:
                return self._error(ask, weather.failing)
            if weather.challenge and ask.path != "/":
                return _page(ask, challenge_page(), 412)
            if weather.blocked is not None and ask.path not in {"/", "/robots.txt"}:
                return self._error(ask, weather.blocked)
            return self._through_caches(ask)

    def _through_caches(self, ask: Ask) -> Answer:
        """Answer from what a cache keeps, with its age in whole seconds, or from what the portal has."""
        cache = self._cache(ask)
        if cache is None:
            return self._routed(ask, self.portal.shelf)
        age = int((self.portal.now() - cache.at).total_seconds())
        answer = self._routed(ask, cache.shelf)
        return replace(answer, headers=(*answer.headers, ("Age", str(age))))

    def _cache(self, ask: Ask) -> Cache | None:
        """Return the cache that answers, if it is its turn: it keeps articles and listings, and nothing else."""
        number = self.portal.shelf.number_at(ask.path)
        if number is None and self._wish(ask) is None:
            return None
        cache = next((each for each in self.portal.weather.caches if each.holds(number)), None)
        if cache is None:
            return None
        turn = (id(cache), ask.path)
        self._asked[turn] += 1
        return cache if self._asked[turn] % cache.one_in == 0 else None

    def _wish(self, ask: Ask) -> Wish | None:
        """Read a request as one to a listing, None where it is none; where paging is ignored, they are all for the first page."""
        words = dict(parse_qsl(ask.query) + parse_qsl(ask.body.decode("utf-8", "replace")))
        is_ignored = self.portal.weather.paging_ignored
        if is_ignored:
            words = {name: value for name, value in words.items() if name not in PAGING_WORDS}
        wish = self.twin.wish(ask.path, words, self.portal.per_page)
        return replace(wish, part=0) if is_ignored and wish is not None and wish.part else wish

    def _routed(self, ask: Ask, shelf: Shelf) -> Answer:
        wish = self._wish(ask)
        if wish is not None:
            return self._listed(ask, wish, shelf)
        if ask.path == "/":
            return _page(ask, chinese_home(self.portal.platform))
        if ask.path == "/robots.txt":
            return _ready(ask, "text/plain", _pack(ROBOTS))
        return self._article(ask, shelf) or self._file(ask) or self._missing(ask, shelf.way_gone(ask.path))

    def _file(self, ask: Ask) -> Answer | None:
        if ask.path in ASSETS:
            media_type, body = ASSETS[ask.path]
            return _ready(ask, media_type, _pack(body))
        found = self.portal.file(unsigned(ask.target))
        return _ready(ask, found.media_type, _pack(_file_bytes(found))) if found else None

    def _article(self, ask: Ask, shelf: Shelf) -> Answer | None:
        found = shelf.at_path(ask.path)
        if found is None:
            return None
        release, column = found
        stamp = shelf.stamps[release.id]
        if _unchanged(ask, stamp) or (ask.conditional and self._lies(release)):
            return _not_modified(stamp)
        body = self._kept(
            ask.path,
            stamp,
            lambda: article_page(release, self._surroundings(release, column, shelf, part_of(ask.path)[1]), layout=shelf.layout),
        )
        return _ready(ask, HTML, self._filled_in(body), more=_validators(stamp))

    def _filled_in(self, packed: bytes) -> bytes:
        """Put in what no two answers have in common, on platforms that print such a thing: a number of clicks, a signature."""
        if not self.twin.is_living:
            return packed
        self._printed += 1
        ticket = f"{self._printed * 7919:016x}"
        return _pack(gzip.decompress(packed).decode().replace(CLICKS, str(self._printed)).replace(TICKET, ticket))

    def _lies(self, release: Release) -> bool:
        weather = self.portal.weather
        return weather.lies or release.id in weather.lying

    def _kept(self, name: str, stamp: Stamp, generate: Callable[[], str]) -> bytes:
        """Return a page's bytes, packed: those of the same generation where they are at hand."""
        kept = self._pages.setdefault(name, {})
        if stamp not in kept:
            if len(kept) == GENERATIONS:
                del kept[next(iter(kept))]
            kept[stamp] = _pack(generate())
        return kept[stamp]

    def _surroundings(self, release: Release, column: int, shelf: Shelf, part: int) -> Surroundings:
        listing = self._rows(release.listed_in, shelf)
        rows, place = listing.rows, listing.places.get(release.id, 0)
        previous, following = rows[place + 1 : place + 2], rows[place - 1 : place] if place else []
        related = [other for other, _ in rows[place + 2 : place + 2 + RELATED] if other.id != release.id]
        return Surroundings(column, shelf.stamps[release.id].at, _only(previous), _only(following), related, part)

    def _rows(self, column: int, shelf: Shelf) -> _Listing:
        stamp = shelf.listing_stamp
        if column not in self._listings or self._listings[column].stamp != stamp:
            self._listings[column] = _listing(stamp, shelf.rows(column), self.twin, column)
        return self._listings[column]

    def _listed(self, ask: Ask, wish: Wish, shelf: Shelf) -> Answer:
        """Answer for a listing: its pages and whatever else holds its rows, or what the weather makes of them."""
        if wish.is_page and wish.column == HOME and not wish.form and not wish.part:
            latest = [release for release, _ in self._rows(TODAY, shelf).rows[:LATEST]]
            return _page(ask, english_home(latest, self.portal.platform))
        if wish.is_page and wish.column not in COLUMNS:
            return self._missing(ask)
        missing = self.portal.weather.missing
        is_missing = missing is not None and missing.group == wish.part
        if self.portal.weather.listing_broken or (is_missing and not (missing and missing.empty)):
            return self._error(ask, 500)
        if wish.is_page and _unchanged(ask, shelf.listing_stamp):
            return _not_modified(shelf.listing_stamp)
        return self._rows_sent(ask, wish, shelf, is_lost=is_missing)

    def _rows_sent(self, ask: Ask, wish: Wish, shelf: Shelf, *, is_lost: bool) -> Answer:
        """Answer with rows, or as if they were lost; only pages have validators, and are kept."""
        sheet, host = self._sheet(wish.column, shelf), _host(ask)
        if wish.is_page and wish.part is not None and wish.part >= sheet.pages:
            return self._missing(ask)
        write = self.twin.empty if is_lost else self.twin.listing
        if is_lost or not wish.is_page:
            return _ready(ask, wish.media_type, _pack(write(wish, sheet).replace(HOST_MARK, host)))
        name, stamp = f"{host} {ask.path} {wish.part}", shelf.listing_stamp
        body = self._kept(name, stamp, lambda: write(wish, sheet).replace(HOST_MARK, host))
        return _ready(ask, wish.media_type, body, more=_validators(stamp))

    def _sheet(self, column: int, shelf: Shelf) -> Sheet:
        listing = self._rows(column, shelf)
        return Sheet(column, listing.rows, listing.html, listing.stamp.at, self.portal.per_page)

    def _error(self, ask: Ask, status: int) -> Answer:
        return _page(ask, error_page(status, self.portal.platform), status)

    def _missing(self, ask: Ask, way: Gone = Gone.NOT_FOUND) -> Answer:
        """Answer for an address at which nothing stands, in the way that the publisher chose."""
        if way is Gone.HOME:
            return Answer(302, (("Location", "/"),))
        return _page(ask, error_page(404, self.portal.platform), 200 if way is Gone.NOTICE else 404)


def _host(ask: Ask) -> str:
    return ask.headers.get("host", "127.0.0.1")


def _only(rows: list[tuple[Release, int]]) -> Release | None:
    return rows[0][0] if rows else None


def _page(ask: Ask, html: str, status: int = 200) -> Answer:
    return _ready(ask, HTML, _pack(html), status=status)


def _file_bytes(file: File) -> bytes:
    """Return bytes that begin as a file of the type does and differ from file to file and revision; they show nothing."""
    return HEAD_OF[file.media_type] + f"\n{file.path}\n".encode() * (40 + file.revision)
