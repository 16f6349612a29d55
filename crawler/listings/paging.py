"""The way from one page of a plain listing to the next: a link that says so, or the number after this page's."""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING

from crawler.html import attribute, base_of, find_all, is_among, text_of
from crawler.listings.base import ListingRequest
from crawler.listings.rows import link_of
from crawler.urls import host_of, looks_like_article, url_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.html import Document, Node

__all__ = ["next_page", "stated_size"]

# What links to the next page say: white space, case, brackets and arrows at the end aside.
_NEXT = frozenset({"下一页", "下页", "后一页", "后页", "下一頁", "下頁", "nextpage", "next"})
_MOST_TRIED = 20  # links that bear a page's number; the numbers around each are looked for
_ARROWS = ">»›→]】"  # by themselves only among page numbers: breadcrumbs print them too

# Every run is bounded, so that no run of digits or white space makes the search slow; no listing has a milliard of anything.
_NUMBER, _GAP = r"([0-9]{1,9})(?![0-9])", r"\s{0,9}"
_PAGES = (
    re.compile(rf"共{_GAP}{_NUMBER}{_GAP}页"),
    re.compile(rf"(?<![0-9])[0-9]{{1,9}}{_GAP}/{_GAP}{_NUMBER}{_GAP}页"),
    re.compile(rf"(?:[条篇]|记录|页码){_GAP}[:：]?{_GAP}[0-9]{{1,9}}{_GAP}/{_GAP}{_NUMBER}(?!{_GAP}[/月])"),
    re.compile(rf"\bpage\s{{1,9}}[0-9]{{1,9}}{_GAP}(?:of|/){_GAP}{_NUMBER}\b", re.IGNORECASE),
)
_TOTALS = (
    re.compile(rf"共{_GAP}{_NUMBER}{_GAP}(?:[条篇]|记录)"),
    re.compile(rf"\btotal{_GAP}[:：]?{_GAP}{_NUMBER}{_GAP}(?:items|records|results)\b", re.IGNORECASE),
)

_CALL = re.compile(r"[A-Za-z_$][\w$.]*\s*\(")
_NO_CALL = re.compile(r"javascript:\s*(?:void\b.*|;*)\s*$", re.IGNORECASE)


def stated_size(doc: Document) -> tuple[int | None, int | None]:
    """Return how many rows and pages the page says that the listing has, each None where it does not say."""
    text = text_of(doc, is_among(find_all(doc, "a")))
    return _first_number(_TOTALS, text), _first_number(_PAGES, text)


def _first_number(patterns: tuple[re.Pattern[str], ...], text: str) -> int | None:
    found = (pattern.search(text) for pattern in patterns)
    return next((int(match[1]) for match in found if match), None)


def next_page(doc: Document, request: ListingRequest, rows: int, pages: int | None) -> tuple[ListingRequest | None, str | None]:
    """Return what to ask for the next page, or None at the end, and what kept us from going on.

    `rows` is the number of rows on this page, `pages` the number of pages as stated.
    """
    page = int(request.cursor.get("page", "1"))
    base = base_of(doc, request.url)
    url = next((url for url in _ways_on(doc, base, page) if url_key(url) != url_key(request.url)), None)
    if page == pages:
        return None, None
    if url is not None:
        cursor = {"page": str(page + 1)}
        return ListingRequest(url, platform="static", first=request.first + rows, cursor=cursor), None
    if any(_is_scripted(node) for node in find_all(doc, "a") if _says_next(node) and _is_pager(node)):
        return None, f"page {page} leads on by a script only: pages after it are not read"
    if pages is not None:
        return None, f"page {page} of {pages}, and no link leads on"
    return None, None


def _ways_on(doc: Document, base: str, page: int) -> Iterator[str]:
    """Yield the URLs that may be the next page's, the surest first: declared, said in words, the next number."""
    host = host_of(base)
    anchors = find_all(doc, "a")
    declared = [
        node for node in find_all(doc, "link[rel][href], a[rel][href]") if "next" in (attribute(node, "rel") or "").lower().split()
    ]
    printing = (node for node in anchors if text_of(node).strip("[]") == str(page + 1))
    numbered = (node for node in islice(printing, _MOST_TRIED) if _is_among_numbers(node))
    for node in chain(declared, filter(_says_next, anchors), numbered):
        url = link_of(node, base)
        if url and host_of(url) == host and not looks_like_article(url):
            yield url


def _says_next(node: Node) -> bool:
    printed = re.sub(r"\s+", "", text_of(node) or attribute(node, "title") or "").lower()
    words = printed.lstrip("[【").rstrip(_ARROWS)
    return words in _NEXT or (bool(printed) and not words and _is_among_numbers(node))


def _is_among_numbers(node: Node) -> bool:
    """Tell whether page numbers stand around a link: in its parent, or in the list that its item belongs to."""
    around = node.parent.parent if node.parent is not None and node.parent.tag == "li" else node.parent
    rest = text_of(around, is_among([node])) if around is not None else ""
    return re.search(r"(?<![0-9])[0-9]{1,4}(?![0-9])", rest) is not None


def _is_pager(node: Node) -> bool:
    """Tell whether a link that says "next" turns pages: the arrows of picture shows say so too."""
    return "页" in text_of(node) or _is_among_numbers(node)


def _is_scripted(node: Node) -> bool:
    """Tell whether a link calls a script instead of naming a page; `javascript:void(0)` and `#` mean that there is none."""
    href = attribute(node, "href") or ""
    script = href if href.lower().startswith("javascript:") and not _NO_CALL.match(href) else ""
    return bool(_CALL.search(attribute(node, "onclick") or script))
