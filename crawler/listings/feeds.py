"""Feeds and sitemaps as listings: Atom, RSS 2.0 and 1.0, `urlset`, and `sitemapindex`, whose sitemaps are read in turn.

They are read by the standard library's expat, one event after another, and no tree is built.  What XML can do to its reader is
ruled out beforehand: a text longer than any page is not read, a document that declares an entity is refused at the declaration,
before anything is expanded, so that no entity can grow; expat fetches nothing by itself, and no handler here does; elements
nest to a small depth only.  Prefixes are not resolved: feeds are found in the wild with prefixes that they never declare, and
the local names tell enough.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from xml.parsers import expat

from crawler.dates import find_dates
from crawler.html import collapsed, text_in, too_large
from crawler.listings.base import ListingPage, ListingRequest, accepts, cannot_read
from crawler.urls import canonical_url, looks_like_listing, url_key
from storage.records import Listed

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from config.portal import Section

__all__ = ["is_feed", "miss_sitemap", "read_feed"]

PLATFORM = "static"

_ROOT = re.compile(r"<(?:\w{1,20}:)?(?:feed|rss|RDF|urlset|sitemapindex)\b")
_PROLOGUE = (("<?", "?>"), ("<!--", "-->"), ("<!", ">"), ("%", ";"), ("]", ">"))  # what may stand before a root, and how it ends
_LONGEST_PROLOGUE = 20_000
_BLANK = "\ufeff \t\r\n"
_ITEMS = frozenset({"item", "entry", "url", "sitemap"})
_MOST_DEEP = 60
_MOST_ITEMS = 60_000  # a sitemap may have 50,000
_MOST_SITEMAPS = 500
_CHINA_TIME = re.compile(r"\s(?:CST|BJT)$")  # to e-mail, CST is America's; a portal means its own

# Where an item says when it was published, the surest first; a sitemap knows when a page was last changed only.
_DATES = ("publication_date", "published", "pubdate", "issued", "date", "updated", "modified", "lastmod")


@dataclass(slots=True)
class _Item:
    """One entry while it is read: the texts of its elements by local name, the first of each, and its links."""

    kind: str
    prefix: str
    base: str
    texts: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    own: set[str] = field(default_factory=set)
    is_permalink: bool = True
    is_plain_title: bool = False


class _RefusedError(Exception):
    """What an XML document must not hold."""


@dataclass(slots=True)
class _Feed:
    """What is read of a document: its root, its entries, and the address of its next page."""

    url: str
    root: str = ""
    items: list[_Item] = field(default_factory=list)
    following: str | None = None
    _open: list[str] = field(default_factory=list)
    _bases: list[str] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)
    _item_depth: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        prefix, _, local = name.rpartition(":")
        self.root = self.root or local
        self._open.append(name)
        if len(self._open) > _MOST_DEEP:
            raise _RefusedError(f"its elements nest more than {_MOST_DEEP} deep")
        self._bases.append(_resolved(attributes.get("xml:base", ""), self._bases[-1] if self._bases else self.url) or self.url)
        if not self._item_depth and local in _ITEMS:
            self._begin(local, prefix)
        elif self._is_told():
            self._text.clear()
        if local == "link":
            self._link(attributes)
        if self._item_depth and local == "guid":
            self.items[-1].is_permalink = attributes.get("isPermaLink", "true").lower() != "false"
        is_titled = local == "title" and len(self._open) == self._item_depth + 1 and prefix == self.items[-1].prefix
        if is_titled and self.root == "feed":
            self.items[-1].is_plain_title = attributes.get("type", "text") == "text"

    def _begin(self, kind: str, prefix: str) -> None:
        if len(self.items) >= _MOST_ITEMS:
            raise _RefusedError(f"it has more than {_MOST_ITEMS} entries")
        self.items.append(_Item(kind, prefix, self._bases[-1]))
        self._item_depth = len(self._open)

    def _link(self, attributes: dict[str, str]) -> None:
        """Take a link of Atom: an entry's own, or the feed's to its next page (RFC 5005)."""
        href, rel = attributes.get("href"), attributes.get("rel", "alternate")
        if href and self._item_depth and rel == "alternate":
            self.items[-1].links.append(_resolved(href, self._bases[-1]) or "")
        elif href and not self._item_depth and rel == "next":
            self.following = _resolved(href, self._bases[-1])

    def data(self, text: str) -> None:
        """Take a text."""
        if self._item_depth:
            self._text.append(text)

    def end(self, name: str) -> None:
        """Take the end of an element: a child of an entry gives the entry one of its texts, its own prefix before others."""
        if self._item_depth and self._is_told():
            self._tell(name)
        if len(self._open) == self._item_depth:
            self._item_depth = 0
        self._open.pop()
        self._bases.pop()

    def _is_told(self) -> bool:
        """Tell whether the innermost open element is a child of an entry; what a news sitemap says stands a level deeper."""
        depth = len(self._open) - self._item_depth
        return depth == 1 or (depth == 2 and self._open[-2].rpartition(":")[2] == "news")  # noqa: PLR2004 - two levels

    def _tell(self, name: str) -> None:
        """Give the entry one of its texts: the first of a name, but one with the entry's own prefix before others."""
        prefix, _, local = name.lower().rpartition(":")
        item = self.items[-1]
        text = "".join(self._text)
        is_own = prefix == item.prefix.lower() and local not in item.own
        if text.strip() and (is_own or local not in item.texts):
            item.texts[local] = text
            item.own |= {local} if is_own else set()
        self._text.clear()


def is_feed(text: str) -> bool:
    """Tell whether a text is a feed or a sitemap, by its first element."""
    head = text[:_LONGEST_PROLOGUE].lstrip(_BLANK)
    while end := next((end for start, end in _PROLOGUE if head.startswith(start)), None):
        head = head.partition(end)[2].lstrip(_BLANK)
    return _ROOT.match(head) is not None


def read_feed(text: str, request: ListingRequest, *, section: Section, zone: ZoneInfo) -> ListingPage:
    """Return the entries of a feed or sitemap, and the next page or sitemap."""
    feed = _parsed(text, request.url)
    if isinstance(feed, str):
        return _unread(feed, request)
    if feed.root == "sitemapindex":
        return _read_index(feed, request)
    rows = [(row, item) for item in feed.items if (row := _row(item, zone))]
    known = [row for row, _ in rows if accepts(section)(row.url)]
    others = [row for row, _ in rows if not looks_like_listing(row.url)]
    records = known if known or section.article_urls else others
    if not records and feed.items:
        return _unread(f"none of its {len(feed.items)} entries links to a press release; `article_urls` can say which do", request)
    unread = len(feed.items) - len(rows)
    left = len(rows) - len(records)
    return ListingPage(
        PLATFORM,
        readable=True,
        records=tuple({url_key(row.url): row for row in reversed(records)}.values())[::-1],
        printed=len(feed.items),
        next=_after(feed, request, len(feed.items)),
        problems=(f"{unread} of {len(feed.items)} entries hold no address that can be followed",) if unread else (),
        remarks=(f"{left} of {len(feed.items)} entries lead to no press release",) if left else (),
    )


def miss_sitemap(why: str, request: ListingRequest) -> ListingPage:
    """Return what is made of a sitemap of an index that did not come: a problem, and the next one."""
    return _unread(why, request)


def _unread(why: str, request: ListingRequest) -> ListingPage:
    """Return an unreadable feed; where it is one sitemap of several, the others are read all the same."""
    following = _after(None, request, 0)
    if following is None:
        return cannot_read(PLATFORM, why)
    return ListingPage(PLATFORM, readable=True, next=following, problems=(f"{request.url}: {why}",), is_step=True)


def _parsed(text: str, url: str) -> _Feed | str:
    """Return what a document holds, or why it cannot be read."""
    problem = too_large(len(text))
    if problem:
        return problem
    feed = _Feed(url)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = feed.start, feed.end, feed.data
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(text.lstrip(_BLANK).encode("utf-8", "replace").decode(), True)  # noqa: FBT003 - expat's way to say that this is all
    except expat.ExpatError as exc:
        return f"it is no well-formed XML: {exc}"
    except _RefusedError as exc:
        return str(exc)
    return feed


def _refuse_entity(name: str, *_: object) -> None:
    raise _RefusedError(f"it declares an entity ({name[:40]!r}), which no feed needs and bombs are made of")


# The entries.


def _row(item: _Item, zone: ZoneInfo) -> Listed | None:
    url = _address(item)
    if url is None:
        return None
    title = item.texts.get("title", "")
    return Listed(url, collapsed(title) if item.is_plain_title else text_in(title), _date(item, zone))


def _address(item: _Item) -> str | None:
    """Return where an entry leads: an Atom link, else the text of `link` or `loc`, else a `guid` that is an address."""
    texts = (item.texts.get("link"), item.texts.get("loc"), item.texts.get("guid") if item.is_permalink else None)
    printed = (_resolved(text.strip(), item.base) for text in texts if text and text.strip())
    return next(filter(None, (*item.links, *printed)), None)


def _resolved(address: str, base: str) -> str | None:
    try:
        return canonical_url(address, base)
    except ValueError:
        return None


def _date(item: _Item, zone: ZoneInfo) -> str | None:
    texts = (collapsed(item.texts[name]) for name in _DATES if name in item.texts)
    return next(filter(None, (_day(text[:100], zone) for text in texts)), None)


def _day(text: str, zone: ZoneInfo) -> str | None:
    """Return the day of an instant (RFC 822 or ISO 8601) in the portal's zone, in which a time without one is."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(_CHINA_TIME.sub("", text))
            return (at if at.tzinfo is None else at.astimezone(zone)).date().isoformat()
        except (ValueError, OverflowError):
            continue
    return next((printed.published_on for printed in find_dates(text, zone)), None)


# The way on.


def _read_index(feed: _Feed, request: ListingRequest) -> ListingPage:
    """Lead on to the sitemaps of an index, one after the other; an index within an index is not followed."""
    if "sitemaps" in request.cursor:
        return _unread("it is an index of sitemaps within another", request)
    urls = list(dict.fromkeys(url for item in feed.items if (url := _address(item)) and url != request.url))
    if not urls:
        return cannot_read(PLATFORM, "it is an index that names no sitemap")
    too_many = (f"it names {len(urls)} sitemaps, of which {_MOST_SITEMAPS} are read",) if len(urls) > _MOST_SITEMAPS else ()
    following = _sitemap(urls[:_MOST_SITEMAPS], request.first)
    return ListingPage(PLATFORM, readable=True, next=following, problems=too_many, is_step=True)


def _sitemap(urls: list[str], first: int) -> ListingRequest:
    return ListingRequest(urls[0], platform=PLATFORM, first=first, cursor={"sitemaps": json.dumps(urls[1:])})


def _after(feed: _Feed | None, request: ListingRequest, rows: int) -> ListingRequest | None:
    """Return what follows a page: the next sitemap of the index, or the feed's own next page."""
    first = request.first + rows
    urls = json.loads(request.cursor.get("sitemaps", "[]"))
    if urls:
        return _sitemap(urls, first)
    if feed is None or feed.following is None or feed.following == request.url:
        return None
    return ListingRequest(feed.following, platform=PLATFORM, first=first, cursor={"feed": "yes"})
