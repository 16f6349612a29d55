"""What a page or a listing reads as, for whoever adapts a portal's file: nothing is asked and nothing is kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from config.portal import Section, read_portal, shipped_portals
from crawler.answers import Reader, stored_answer
from crawler.apart import with_care
from crawler.charset import decode
from crawler.errors import CrawlError, ReadError
from crawler.listings import ListingRequest, read_listing
from crawler.listings.base import cannot_read
from crawler.render_times import plural
from crawler.urls import canonical_url, host_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from config.portal import Portal
    from crawler.render import Screen
    from storage.records import Reading

__all__ = ["How", "content_of", "how_to_read", "listing_of", "page_of", "say_listing", "say_page"]

_ZONE = ZoneInfo("Asia/Shanghai")
"""Of the dates on pages of a portal that no file describes."""


@dataclass(frozen=True, slots=True)
class How:
    """How a file is read: where it came from, by which section's rules, in which zone, and whose rules these are."""

    url: str
    section: Section
    zone: ZoneInfo
    rules: str


def how_to_read(url: str, portal: Path | None, slug: str | None, configured: Sequence[Portal]) -> How:
    """Return how to read what came from `url`: by the given portal's file, else by the portal whose host it is, else by defaults.

    Raises CrawlError for no address and for a section that the portal has not, SettingsError for a portal's file.
    """
    try:
        canonical = canonical_url(url)
    except ValueError as exc:
        raise _usage(
            f"{url} is no address of a page: {exc}", "write it whole, as in --url https://www.example.gov.cn/art/..."
        ) from exc
    portals = (*configured, *map(read_portal, shipped_portals()))
    named = read_portal(portal) if portal else next((each for each in portals if host_of(canonical) in each.hosts), None)
    if named is None:
        section = Section(title="-", listing=canonical)
        return How(canonical, section, _ZONE, "default rules: no portal that is known has this host")
    name = slug or next(iter(named.sections))
    if name not in named.sections:
        raise _usage(f"the portal {named.name} has no section {name}", f"its sections: {', '.join(named.sections)}")
    return How(canonical, named.sections[name], named.zone, f"the rules of {named.name}/{name}")


def _usage(message: str, hint: str) -> CrawlError:
    error = CrawlError(message, hint=hint)
    error.exit_code = 2
    return error


# A page


def page_of(body: bytes, how: How, now: datetime) -> dict[str, Any]:
    """Return what the bytes of a page read as, as one document; raises ReadError where to read them costs too much."""
    return asyncio.run(with_care(body, _page_of, body, how, now))


def _page_of(body: bytes, how: How, now: datetime) -> dict[str, Any]:
    reading = Reader(how.section.select, how.zone).read(stored_answer(how.url, (), body, now))
    assert reading is not None  # a stored answer always has something to read
    return {"kind": "release", **content_of(reading)}


def content_of(reading: Reading) -> dict[str, Any]:
    """Return what a page reads as, field by field; nothing stands in them where it does not read well."""
    names = ("title", "published", "published_at", "published_on", "precision", "source", "author", "number")
    content = reading.content
    return {
        **{name: getattr(content, name) if content else None for name in names},
        "breadcrumb": list(content.breadcrumb) if content else [],
        "language": content.language if content else None,
        "keywords": list(content.keywords) if content else [],
        "text": content.text if content else None,
        "paragraphs": content.text.split("\n\n") if content and content.text else [],
        "attachments": [{"name": file.name, "url": file.url} for file in content.attachments] if content else [],
        "images": list(content.images) if content else [],
        **_judged(reading),
    }


def _judged(reading: Reading) -> dict[str, Any]:
    return {
        "dates": [{"value": date.value, "from": date.origin} for date in reading.dates],
        "outcome": reading.outcome,
        "problems": list(reading.problems),
    }


def say_page(screen: Screen, page: dict[str, Any], how: How) -> None:
    """Print what a page reads as: outcome, fields, candidates for the date, problems, and the text."""
    ok = page["outcome"] == "ok"
    screen.line((f"{page['outcome']}", "green" if ok else "bold red"), f"   read by {how.rules}")
    for problem in page["problems"]:
        screen.line((f"   {problem}", "yellow"))
    facts = [(name, page[name]) for name in ("title", "published", "published_at", "source", "author", "number", "language")]
    facts += [
        ("keywords", ", ".join(page["keywords"])),
        ("breadcrumb", " > ".join(page["breadcrumb"])),
        ("images", plural(len(page["images"]), "image") if page["images"] else ""),
    ]
    if ok:
        screen.table([[name, value or "-"] for name, value in facts], flexible=1)
    for date in page["dates"]:
        screen.line(f"date          {date['value']}   from {date['from']}")
    for file in page["attachments"]:
        screen.line(f"attachment    {file['name']}   {file['url']}")
    for paragraph in page["paragraphs"]:
        screen.line("")
        screen.paragraph(paragraph)


# A listing


def listing_of(body: bytes, how: How) -> dict[str, Any]:
    """Return what one answer of a listing (HTML, XML or JSON) reads as, as one document; raises ReadError as `page_of` does."""
    return asyncio.run(with_care(body, _listing_of, body, how))


def _listing_of(body: bytes, how: How) -> dict[str, Any]:
    decoded = decode(body, None)
    try:
        page = read_listing(decoded.text, ListingRequest(how.url), section=how.section, zone=how.zone)
    except ReadError as exc:
        page = cannot_read(how.section.platform, str(exc))
    return {
        "kind": "listing",
        "platform": page.platform,
        "readable": page.readable,
        "records": [{"url": row.url, "title": row.title, "date": row.date} for row in page.records],
        "total": page.total,
        "pages": page.pages,
        "next": page.next.url if page.next else None,
        "problems": [*decoded.problems, *page.problems],
    }


def say_listing(screen: Screen, listing: dict[str, Any], how: How) -> None:
    """Print what a listing reads as: the platform, its rows, and what would be asked next."""
    style = "green" if listing["readable"] else "bold red"
    screen.line(
        ("readable" if listing["readable"] else "not readable", style),
        f"   platform {listing['platform']}, read by {how.rules}",
    )
    for problem in listing["problems"]:
        screen.line((f"   {problem}", "yellow"))
    screen.table([[row["date"] or "no date", row["title"], row["url"]] for row in listing["records"]], flexible=1)
    if listing["readable"]:
        total = f" of {listing['total']}" if listing["total"] is not None else ""
        pages = f", {plural(listing['pages'], 'page')}" if listing["pages"] is not None else ""
        screen.line(f"{plural(len(listing['records']), 'row')}{total}{pages}; next: {listing['next'] or 'nothing'}")
