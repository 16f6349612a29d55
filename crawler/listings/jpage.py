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
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.html import find_all, is_among, parse
from crawler.listings.base import ListingPage, ListingRequest, accepts, cannot_read
from crawler.listings.datastore import Datastore, Unit, is_datastore, read_datastore, read_units
from crawler.listings.rows import Row, complete, link_of, read_row
from crawler.urls import canonical_url, looks_like_listing

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from config.portal import Section

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
    units = [(unit, _rows(unit.store, request.url, section, zone)) for unit in read_units(parse(text))]
    wanted = "" if section.unit == "auto" else section.unit
    chosen = [(unit, rows) for unit, rows in units if wanted in ("", unit.name)]
    if not chosen:
        held = ", ".join(f"{unit.name!r} ({len(rows)} links)" for unit, rows in units)
        return cannot_read(
            PLATFORM, f"the page holds no unit {wanted!r}, but {held}" if units else "the page holds no jpage data store"
        )
    unit, rows = max(chosen, key=lambda each: len(each[1]))
    course = _course(unit, request.url)
    return _page(unit.store, rows, course, request, _after_column(unit, course, request))


def _read_reply(store: Datastore, request: ListingRequest, section: Section, zone: ZoneInfo) -> ListingPage:
    carried = request.cursor
    listing = carried.get("listing", request.url)
    course = _Course(
        listing=listing,
        endpoint=_endpoint(request.url, request.url),
        total=store.total or _number(carried.get("total")),
        per_page=_number(carried.get("per_page")) or _number(_query(request.url).get("perpage")),
        group=_number(carried.get("group")) or _PER_PAGE * _GROUP_SIZE,
    )
    rows = _rows(store, listing, section, zone)
    return _page(store, rows, course, request, _after_reply(store, course, request))


def _page(
    store: Datastore, rows: list[Row], course: _Course, request: ListingRequest, following: ListingRequest | None
) -> ListingPage:
    """Put a page together; an empty answer, rows without a link and a way that ends too early are said, not hidden."""
    last = request.first + len(store.records) - 1
    problems = []
    if not store.records and (course.total or 0) >= request.first:
        problems.append(f"empty reply at row {request.first} of {course.total}")
    elif following is None and (course.total or 0) > last:
        problems.append(f"nothing leads on from row {last} of {course.total}: neither proxyUrl nor nextgroup is named")
    unlinked = f"{len(store.records) - len(rows)} of {len(store.records)} rows hold no link to a press release"
    odd = len(rows) < len(store.records)
    mostly = 2 * len(rows) < len(store.records)
    pages = store.pages or (ceil(course.total / course.per_page) if course.total and course.per_page else None)
    return ListingPage(
        PLATFORM,
        readable=True,
        records=complete(rows),
        total=course.total,
        pages=pages,
        next=following,
        problems=(*problems, unlinked) if mostly else tuple(problems),
        remarks=(unlinked,) if odd and not mostly else (),
    )


# The rows.


def _rows(store: Datastore, listing: str, section: Section, zone: ZoneInfo) -> list[Row]:
    rows = (_row(record, listing, section, zone) for record in store.records)
    return [row for row in rows if row]


def _row(record: str, listing: str, section: Section, zone: ZoneInfo) -> Row | None:
    """Read one record: a fragment of HTML with one press release in it.

    A table row is parsed inside a table, else the parser drops its cells and glues their texts together.
    """
    is_cells = re.match(r"\s*<t[rd]\b", record, re.IGNORECASE)
    body = parse(f"<table>{record}</table>" if is_cells else record).body
    anchors = [(url, anchor) for anchor in find_all(body, "a[href]") if (url := link_of(anchor, listing))] if body else []
    url = _release([url for url, _ in anchors], section)
    if body is None or url is None:
        return None
    own = [anchor for other, anchor in anchors if other == url]
    return read_row(url, own, [body], is_among(anchor for _, anchor in anchors), zone)


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
    per_page = _number(settings.get("perpage"))
    named = settings.get("proxyurl") or unit.store.next_group or ""
    return _Course(
        listing=listing,
        endpoint=_endpoint(named, listing) if named else "",
        total=_number(settings.get("totalrecord")) or unit.store.total,
        per_page=per_page,
        group=(per_page or _PER_PAGE) * (_number(settings.get("groupsize")) or _GROUP_SIZE),
    )


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
    if course.total is None or not pairs.get("page", "").isdecimal():
        return None
    return f"{_endpoint(url, url)}?{urlencode(pairs | {'page': str(int(pairs['page']) + 1)})}"


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
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
