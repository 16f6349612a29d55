"""Listings in plain HTML: the likeliest list of links on each page, and a way to the next page; feeds are read in `feeds`.

The way is a link of the page's (see `paging`), or what the portal's file says the pages are called: `pages`, an address with the
page's number in it.  By such an address every page can be asked for, and nothing says which is the last: the end is the page that
is not there, or that shows again what an earlier one showed, or that is like the first one and lists nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.html import find, parse, text_of
from crawler.listings.base import ListingPage, ListingRequest, cannot_read, count, prints_of, repeats
from crawler.listings.feeds import is_feed, miss_sitemap, read_feed
from crawler.listings.lists import find_list
from crawler.listings.paging import next_page, stated_size

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from config.portal import Section
    from crawler.html import Document
    from crawler.listings.lists import Found

__all__ = ["miss_static", "read_static"]

PLATFORM = "static"

_SECOND = 2


def read_static(text: str, request: ListingRequest, *, section: Section, zone: ZoneInfo) -> ListingPage:
    """Return the rows of a page that lists press releases in plain HTML, and its next page where a way leads there."""
    if is_feed(text):
        return read_feed(text, request, section=section, zone=zone)
    if "sitemaps" in request.cursor:
        return miss_sitemap("it is no sitemap", request)
    doc = parse(text)
    found = find_list(text, doc, request.url, section, zone)
    end = _end(found, doc, request) if section.pages else None
    if end is not None:
        return end
    if isinstance(found, str):
        return cannot_read(PLATFORM, found)
    total, pages = stated_size(doc)
    following, problem = _following(found, doc, request, section, pages)
    return ListingPage(
        PLATFORM,
        readable=True,
        records=found.records,
        printed=found.printed,
        total=total,
        pages=pages,
        next=following,
        problems=(*found.problems, problem) if problem else found.problems,
    )


def miss_static(why: str, request: ListingRequest, *, section: Section) -> ListingPage:
    """Return what is made of a page that is not there: beyond the last one there is none, where the portal's file names them."""
    number = _number(request)
    if "sitemaps" in request.cursor:
        return miss_sitemap(why, request)
    return _ended(number, why, request) if section.pages and number > 1 else cannot_read(PLATFORM, why)


def _number(request: ListingRequest) -> int:
    return count(request.cursor.get("page")) or 1


def _following(
    found: Found, doc: Document, request: ListingRequest, section: Section, pages: int | None
) -> tuple[ListingRequest | None, str | None]:
    """Return what to ask for the next page, and what kept us from going on."""
    if not section.pages:
        return next_page(doc, request, found.printed, pages)
    number = _number(request)
    if number == pages:
        return None, None
    carried = {
        "page": str(number + 1),
        "pages": str(pages or request.cursor.get("pages", "")),
        "title": request.cursor.get("title", _title(doc)),
        "first": request.cursor.get("first", prints_of(found.records)),
        "last": prints_of(found.records),
    }
    url = section.page_url(number + 1)
    return ListingRequest(url, platform=PLATFORM, first=request.first + found.printed, cursor=carried), None


def _title(doc: Document) -> str:
    title = find(doc, "title")
    return text_of(title)[:200] if title is not None else ""


def _end(found: Found | str, doc: Document, request: ListingRequest) -> ListingPage | None:
    """Return the end of the listing where a page after the first brings nothing new, or None where it is to be read."""
    number, carried = _number(request), request.cursor
    if number == 1:
        return None
    if isinstance(found, str):
        is_alike = _title(doc) == carried.get("title") and number > _SECOND
        return _ended(number, "it lists nothing", request) if is_alike else cannot_read(PLATFORM, f"page {number}: {found}")
    if repeats(found.records, carried.get("first")):
        return _ended(number, "it shows page 1 again", request)
    return _ended(number, "it shows the page before again", request) if repeats(found.records, carried.get("last")) else None


def _ended(number: int, why: str, request: ListingRequest) -> ListingPage:
    """Return the page after the last one; a problem where the portal counts more pages, or where it should be the second.

    A second page that is not there speaks against the address rather than for a list of one page.
    """
    stated = count(request.cursor.get("pages"))
    problems = [f"page {number} of {stated} is not at {request.url}: {why}"] if stated and number <= stated else []
    if number == _SECOND and not problems:
        problems = [
            f"page 2 is not at {request.url}, as `pages` in the portal's file says: {why}; a list of one page needs no `pages`"
        ]
    remark = f"the listing ends before page {number}: {why}"
    return ListingPage(
        PLATFORM, readable=True, problems=tuple(problems), remarks=() if problems else (remark,), is_step=not problems
    )
