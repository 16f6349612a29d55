"""Hanweb's `jpage`: rows that wait in a data store on the column page, and further groups of them from a data proxy.

The column page prints no list: its rows stand as CDATA in `<script type="text/xml">`, and the browser's script asks
`dataproxy.jsp` for the rows after them.  Two dialects are spoken there.  In the first the reader names the rows
(`startrecord`, `endrecord`, `perpage`, counted from 1, both ends included) and posts the column's parameters; in the second the
portal names the next group (`nextgroup`, a link with `page=N`) and the reader follows.  The first is spoken wherever the page
tells enough for it: every row is then asked for by its number, and none can be missed in between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from crawler.html import find_all, is_among, parse
from crawler.listings.base import ListingPage, ListingRequest, accepts, cannot_read, count
from crawler.listings.datastore import Datastore, Unit, is_datastore, read_datastore, read_units
from crawler.listings.rows import Row, complete, date_within, links_in, read_row
from crawler.listings.tally import MOST_ROWS
from crawler.urls import canonical_url, looks_like_listing

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from config.portal import Section
    from crawler.html import Node

__all__ = ["read_jpage"]

PLATFORM = "jpage"

_PER_PAGE = 15  # what the script assumes where the page says nothing
_GROUP_SIZE = 3  # pages to a request, likewise
_COLUMN = re.compile(r"/col/col([0-9]+)(?:/|$)")

# What the script posts, in its order, with what it sends where the page sets nothing ('' leaves a field out).
_FORM = (
    ("col", "1"),
    ("appid", "1"),
    ("webid", "1"),
    ("path", "/"),
    ("columnid", ""),
    ("sourceContentType", "1"),
    ("unitid", ""),
    ("webname", ""),
    ("permissiontype", "0"),
)


@dataclass(frozen=True, slots=True)
class _Course:
    """Where a sweep stands: what it must remember from one answer to the next."""

    listing: str
    endpoint: str
    total: int | None
    per_page: int | None
    group: int

    def cursor(self) -> dict[str, str]:
        """Return the course as plain texts."""
        numbers = {"total": self.total, "per_page": self.per_page, "group": self.group}
        return {"listing": self.listing} | {name: str(number) for name, number in numbers.items() if number}


def read_jpage(text: str, request: ListingRequest, *, section: Section, zone: ZoneInfo) -> ListingPage:
    """Return the rows of a column page with embedded data stores, or of an answer of the data proxy."""
    if is_datastore(text) or (request.cursor and not text.strip()):
        return _read_reply(read_datastore(text), request, section, zone)
    if request.cursor:
        return cannot_read(PLATFORM, f"no data store came for the rows from {request.first} on, but a page of another kind")
    return _read_column(text, request, section, zone)


def _read_column(text: str, request: ListingRequest, section: Section, zone: ZoneInfo) -> ListingPage:
    units = [(unit, _read_store(unit.store, request.url, section, zone)) for unit in read_units(parse(text))]
    configured = section.unit not in {"", "auto"}
    wanted = section.unit if configured else request.unit
    chosen = [(unit, read) for unit, read in units if wanted in {None, unit.name}]
    if not chosen:
        return cannot_read(PLATFORM, _no_such_unit(wanted, units))
    unit, read = max(chosen, key=lambda each: len(each[1].rows))
    if not configured and request.unit is not None and not read.rows and any(other.rows for _, other in units):
        return cannot_read(PLATFORM, f"the unit {unit.name!r}, from which this listing was read before, is empty: {_held(units)}")
    course = _course(unit, request.url)
    return _page(unit.store, read, course, request, _after_column(unit, course, request), unit.name)


def _no_such_unit(wanted: str | None, units: list[tuple[Unit, _Read]]) -> str:
    return f"the page holds no unit {wanted!r}, but {_held(units)}" if units else "the page holds no jpage data store"


def _held(units: list[tuple[Unit, _Read]]) -> str:
    """Return which units a page holds, for whoever must choose one by `unit` in the portal's file."""
    held = ", ".join(f"{unit.name!r} ({len(read.rows)} links)" for unit, read in units)
    return f"{held}; `unit` in the portal's file says which is the listing"


def _read_reply(store: Datastore, request: ListingRequest, section: Section, zone: ZoneInfo) -> ListingPage:
    carried = request.cursor
    listing = carried.get("listing", request.url)
    course = _Course(
        listing=listing,
        endpoint=_endpoint(request.url, request.url),
        total=_stated(store.total, count(carried.get("total"))),
        per_page=count(carried.get("per_page")) or count(_query(request.url).get("perpage")),
        group=count(carried.get("group")) or _PER_PAGE * _GROUP_SIZE,
    )
    read = _read_store(store, listing, section, zone)
    return _page(store, read, course, request, _after_reply(store, course, request), None)


def _page(  # noqa: PLR0913, PLR0917 - what an answer held, and where it stands in the sweep
    store: Datastore, read: _Read, course: _Course, request: ListingRequest, following: ListingRequest | None, unit: str | None
) -> ListingPage:
    """Put a page together; an empty answer, rows that cannot be read and a way that ends too early are said, not hidden."""
    problems, remarks = _unlinked(read, len(store.records))
    pages = store.pages or (ceil(course.total / course.per_page) if course.total and course.per_page else None)
    return ListingPage(
        PLATFORM,
        readable=True,
        records=complete(read.rows),
        printed=len(store.records),
        total=course.total,
        pages=pages,
        unit=unit,
        next=following,
        problems=(*_too_early(store, course, request, following), *problems),
        remarks=remarks,
    )


def _too_early(store: Datastore, course: _Course, request: ListingRequest, following: ListingRequest | None) -> list[str]:
    """Return why this answer cannot be the end of the listing, if it looks like it."""
    last = request.first + len(store.records) - 1
    if not store.records and course.total is None and not request.cursor:
        return ["the store is empty, and nothing says that the listing is"]
    if not store.records and (course.total or 0) >= request.first:
        return [f"empty reply at row {request.first} of {course.total}"]
    if following is None and (course.total or 0) > last:
        return [f"nothing leads on from row {last} of {course.total}: neither proxyUrl nor nextgroup is named"]
    return []


def _unlinked(read: _Read, printed: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the problems and the remarks that rows without a press release make.

    One that cannot be followed may be any press release, so nothing can be said to have left the listing.  One that leads
    elsewhere is merely odd, unless most do: then the form of the addresses has changed.
    """
    problems = [f"{read.unread} of {printed} rows cannot be read: they hold no address that can be followed"] if read.unread else []
    if not read.elsewhere:
        return tuple(problems), ()
    elsewhere = f"{read.elsewhere} of {printed} rows hold no link to a press release: `article_urls` can say which do"
    if 2 * read.elsewhere > printed:
        return (*problems, elsewhere), ()
    return tuple(problems), (elsewhere,)


# The rows.


@dataclass(frozen=True, slots=True)
class _Read:
    """A store as read: its rows, how many lead elsewhere or are mere headings, and how many a reader cannot follow."""

    rows: list[Row]
    elsewhere: int
    unread: int


def _read_store(store: Datastore, listing: str, section: Section, zone: ZoneInfo) -> _Read:
    if len(store.records) > MOST_ROWS:
        return _Read([], 0, 0)  # a sweep takes no answer of so many, and to read them would take as long as a whole crawl
    rows: list[Row] = []
    unread = 0
    for body in map(_body, store.records):
        row = _row(body, listing, section, zone) if body else None
        if row:
            rows.append(row)
        elif body and _cannot_be_followed(body, listing, zone):
            unread += 1
    return _Read(rows, len(store.records) - len(rows) - unread, unread)


def _body(record: str) -> Node | None:
    """Parse one record: a table row inside a table, else the parser drops its cells and glues their texts together."""
    is_cells = re.match(r"\s*<t[rd]\b", record, re.IGNORECASE)
    return parse(f"<table>{record}</table>" if is_cells else record).body


def _row(body: Node, listing: str, section: Section, zone: ZoneInfo) -> Row | None:
    """Read one record: a fragment of HTML with one press release in it."""
    anchors = links_in(body, listing)
    url = _release([url for url, _ in anchors], section)
    if url is None:
        return None
    own = [anchor for other, anchor in anchors if other == url]
    return read_row(url, own, [body], is_among(anchor for _, anchor in anchors), zone)


def _cannot_be_followed(body: Node, listing: str, zone: ZoneInfo) -> bool:
    """Tell whether a record is a press release without an address: it calls a script or is dated, and no link leads anywhere."""
    if links_in(body, listing):
        return False
    return bool(find_all(body, "a[href], [onclick]")) or date_within(body, is_among([]), zone) is not None


def _release(urls: list[str], section: Section) -> str | None:
    """Return the URL of a record's press release: the first accepted one.

    Where nothing is configured, any other link of a record is taken too, unless it leads to a column: being a record of the
    store is more evidence than the form of an address.
    """
    accepted = next(filter(accepts(section), urls), None)
    if accepted or section.article_urls:
        return accepted
    return next((url for url in urls if not looks_like_listing(url)), None)


# The way on.


def _course(unit: Unit, listing: str) -> _Course:
    settings = unit.settings
    per_page = count(settings.get("perpage"))
    named = settings.get("proxyurl") or unit.store.next_group or ""
    return _Course(
        listing=listing,
        endpoint=_endpoint(named, listing) if named else "",
        total=_stated(count(settings.get("totalrecord")), unit.store.total),
        per_page=per_page,
        group=(per_page or _PER_PAGE) * (count(settings.get("groupsize")) or _GROUP_SIZE),
    )


def _stated(*totals: int | None) -> int | None:
    """Return the first total that is more than nothing; 0 where all that is stated is that there is nothing."""
    return next(filter(None, totals), 0 if 0 in totals else None)


def _after_column(unit: Unit, course: _Course, request: ListingRequest) -> ListingRequest | None:
    start = request.first + len(unit.store.records)
    if course.total is not None and start > course.total:
        return None
    form = _form(unit, course.listing)
    if course.endpoint and course.total and dict(form).keys() >= {"columnid", "unitid"}:
        asked = ListingRequest(course.endpoint, "POST", form, _headers(course.listing), PLATFORM)
        return _asking_for_rows(asked, course, start)
    return _following_group(unit.store, course, request, start)


def _after_reply(store: Datastore, course: _Course, request: ListingRequest) -> ListingRequest | None:
    start = request.first + len(store.records)
    if not store.records or (course.total is not None and start > course.total):
        return None
    if request.method == "POST" and course.total:
        return _asking_for_rows(request, course, start)
    return _following_group(store, course, request, start)


def _asking_for_rows(asked: ListingRequest, course: _Course, start: int) -> ListingRequest:
    """Return the first dialect's request for one group of rows, cut off at the last row there is."""
    end = min(start + course.group - 1, course.total or start)
    query = urlencode({"startrecord": start, "endrecord": end, "perpage": course.per_page or _PER_PAGE})
    url = f"{course.endpoint}?{query}"
    return ListingRequest(url, asked.method, asked.form, asked.headers, PLATFORM, first=start, cursor=course.cursor())


def _following_group(store: Datastore, course: _Course, request: ListingRequest, start: int) -> ListingRequest | None:
    """Return the second dialect's request: the group that the portal names, else the page after the one asked for."""
    url = _named_group(store, request.url) or _page_after(request.url, course)
    if url is None or url == request.url:
        return None
    return ListingRequest(url, headers=_headers(course.listing), platform=PLATFORM, first=start, cursor=course.cursor())


def _named_group(store: Datastore, base: str) -> str | None:
    if not store.next_group:
        return None
    try:
        named = canonical_url(store.next_group, base)
    except ValueError:
        return None
    pairs = _query(named)
    if _is_sound(pairs.get("webname", "")):
        return named
    return f"{_endpoint(named, base)}?{urlencode({name: value for name, value in pairs.items() if name != 'webname'})}"


def _page_after(url: str, course: _Course) -> str | None:
    pairs = _query(url)
    page = count(pairs.get("page"))
    if course.total is None or page is None:
        return None
    return f"{_endpoint(url, url)}?{urlencode(pairs | {'page': str(page + 1)})}"


def _form(unit: Unit, listing: str) -> tuple[tuple[str, str], ...]:
    """Return what is posted: what the page's script sets, else what `nextgroup` and the addresses tell, else the defaults."""
    column = _COLUMN.search(listing)
    known = {"unitid": unit.name, "columnid": column[1] if column else ""}
    known |= {name.lower(): value for name, value in _query(unit.store.next_group or "").items() if value}
    known |= {name: value for name, value in unit.settings.items() if value}
    if not _is_sound(known.get("webname", "")):
        del known["webname"]
    values = ((name, known.get(name.lower()) or default) for name, default in _FORM)
    return tuple((name, value) for name, value in values if value)


def _headers(listing: str) -> tuple[tuple[str, str], ...]:
    return (("Accept", "application/xml"), ("Referer", listing), ("X-Requested-With", "XMLHttpRequest"))


def _is_sound(webname: str) -> bool:
    """Tell whether a site's name survived its way: some portals print it garbled, and asking with that finds nothing."""
    return "\ufffd" not in webname and "?" not in webname


def _endpoint(url: str, base: str) -> str:
    """Return an address without its query, resolved; '' for what is no http(s) URL."""
    try:
        return canonical_url(url.partition("?")[0], base)
    except ValueError:
        return ""


def _query(url: str) -> dict[str, str]:
    """Return the fields of an address's query; it may be any text that stands where an address should."""
    return dict(parse_qsl(url.partition("?")[2].partition("#")[0], keep_blank_values=True))
