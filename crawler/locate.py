"""Finding a listing whose address is not known: the pure steps of a walk over links.

A portal's file may name known pages (`start`) and the titles of links to follow (`follow`) instead of a listing.  The walk is
what a person does: look for the link with the wanted title on the page at hand; if it is not there, take the first step of the
trail; from an article, go home by its breadcrumb and look again.  Fetching, and remembering which pages were seen, is the
caller's::

    hop = next_hop(text, url, follow)
    while isinstance(hop, Hop) and hop.follow: fetch hop.url and ask again with hop.follow

A walk has arrived when a hop's `follow` is empty: its URL is the listing's.  A `DeadEnd` says in words for people why nothing
leads on from a page.  Each hop uses up a title, except those home, which a page offers once: a walk that goes home twice walks
in a circle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crawler.html import attribute, base_of, find_all, parse, text_of
from crawler.listings.detect import detect
from crawler.listings.feeds import is_feed
from crawler.listings.lists import count_dated
from crawler.listings.rows import link_of
from crawler.places import PLACE
from crawler.urls import looks_like_article, url_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from crawler.html import Document, Node

__all__ = ["HOME_NAMES", "DeadEnd", "Hop", "is_listing", "next_hop"]

_SPACES = re.compile(r"\s+")
_MARKS = ">»›·•|/"
_REACH = 4  # elements around the words "Current location" in which the breadcrumb's links stand
_MOST_CRUMBS = 50
_ANY_ZONE = ZoneInfo("UTC")  # whether a row is dated does not depend on it
_FEWEST_ROWS = 3  # dated links to press releases that make a plain page a listing
_LONGEST_LABEL = 60  # characters; a longer text that holds the words is prose

# How templates name a breadcrumb that has no such words.
_CRUMBS = (
    '[class*="crumb" i], [id*="crumb" i], [class*="position" i], [class*="location" i], [class*="dqwz" i], .CurrChnlCls, .path'
)
HOME_NAMES = frozenset({"home", "homepage", "首页", "网站首页", "主页", "首頁"})


@dataclass(frozen=True, slots=True)
class Hop:
    """The next page of a walk: where to go, which titles remain to be followed from there, and how we know, for people."""

    url: str
    follow: tuple[str, ...]
    how: str


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """Nothing on a page leads on: why, for people."""

    reason: str


def next_hop(text: str, url: str, follow: Sequence[str]) -> Hop | DeadEnd:
    """Return the next step from a page towards the listing that the last title of `follow` names.

    Of the titles in `follow`, the last one that a link of the page bears is taken, so that steps which a page makes needless are
    left out; failing all, the home link of the page's breadcrumb, then any link that says that it leads home.
    """
    if not follow:
        return DeadEnd("no link title is left to follow")
    doc = parse(text)
    for index in range(len(follow) - 1, -1, -1):
        found = _find(doc, url, follow[index])
        if found and not _is_same(found, url):
            return Hop(found, tuple(follow[index + 1 :]), f'by the link "{follow[index]}"')
    crumb = _crumb_home(doc, url)
    if crumb and not _is_same(crumb, url):
        return Hop(crumb, tuple(follow), "by the breadcrumb home")
    home = next((found for link, found in _links(doc, url) if _folded(text_of(link)) in HOME_NAMES), None)
    if home and not _is_same(home, url):
        return Hop(home, tuple(follow), "by the link home")
    titles = " or ".join(f'"{title}"' for title in reversed(follow))
    return DeadEnd(f"no link titled {titles} among the page's {len(find_all(doc, 'a[href]'))} links, and none that leads home")


def is_listing(text: str, url: str) -> bool:
    """Tell whether a page lists press releases: a feed, the marks of a platform, or rows of dated links in plain HTML.

    An article never does, by its URL; a home page with boxes of news may.
    """
    if looks_like_article(url):
        return False
    if is_feed(text):
        return True
    doc = parse(text)
    return detect(text) != "static" or count_dated(doc, base_of(doc, url), looks_like_article, _ANY_ZONE) >= _FEWEST_ROWS


# Links by their titles.


def _find(doc: Document, url: str, title: str) -> str | None:
    """Return the absolute URL of the link with a title, or None.

    An exact text goes before one that differs in case or white space, those before the link's `title` attribute, an image's
    alternative text, and a "more" link under a heading with the title; among equals, one that is no article goes first.
    """
    links = _links(doc, url)
    for bears in _TIERS:
        found = [target for node, target in links if bears(node, title)]
        if found:
            return min(found, key=looks_like_article)
    return _more_link(doc, url, title)


def _links(doc: Document, url: str) -> list[tuple[Node, str]]:
    base = base_of(doc, url)
    return [(node, found) for node in find_all(doc, "a[href]") if (found := link_of(node, base))]


def _has_text(node: Node, title: str) -> bool:
    return text_of(node) == title


def _has_like_text(node: Node, title: str) -> bool:
    return _folded(text_of(node)) == _folded(title)


def _has_attribute(node: Node, title: str) -> bool:
    return _folded(attribute(node, "title") or "") == _folded(title)


def _has_image(node: Node, title: str) -> bool:
    return any(_folded(attribute(image, "alt") or "") == _folded(title) for image in find_all(node, "img[alt]"))


# Ways in which a link bears a title, the surest first.
_TIERS: tuple[Callable[[Node, str], bool], ...] = (_has_text, _has_like_text, _has_attribute, _has_image)
_MORE = frozenset({"more", "more...", "readmore", "viewmore", "更多", "更多...", "查看更多", "+"})


def _more_link(doc: Document, url: str, title: str) -> str | None:
    """Return the "more" link beside a heading: many home pages link only that, not the heading."""
    for label in _labels(doc, lambda text: _folded(text) == _folded(title)):
        for around in islice(_ancestors(label), _REACH):
            links = find_all(around, "a[href]")
            more = [node for node in links if _folded(text_of(node) or attribute(node, "title") or "") in _MORE]
            if links:
                return link_of(more[0], base_of(doc, url)) if more else None
    return None


def _folded(text: str) -> str:
    """Return a text without what editors vary: case, white space, and the marks that part the levels of a breadcrumb."""
    return _SPACES.sub("", text).casefold().strip(_MARKS)


# The breadcrumb.


def _crumb_home(doc: Document, url: str) -> str | None:
    base = base_of(doc, url)
    for crumb, is_announced in _crumbs(doc):
        links = [(node, found) for node in _own_links(crumb) if (found := link_of(node, base))]
        home = next((found for node, found in links if _folded(text_of(node)) in HOME_NAMES), None)
        if home or (links and is_announced):
            return home or links[0][1]
    return None


def _crumbs(doc: Document) -> Iterator[tuple[Node, bool]]:
    """Yield the elements that may hold the breadcrumb, and whether words announce it.

    After such words the first link leads home, whatever it is called; in an element that is only named so, one that says it.
    """
    for label in _labels(doc, lambda text: len(text) <= _LONGEST_LABEL and PLACE.search(text) is not None):
        around = (node for node in islice(_ancestors(label), _REACH) if _own_links(node))
        yield from ((node, True) for node in islice(around, 1))
    yield from ((node, False) for node in find_all(doc, _CRUMBS)[:_MOST_CRUMBS])


def _own_links(node: Node) -> list[Node]:
    return [node] if node.tag == "a" else find_all(node, "a[href]")


def _labels(doc: Document, says: Callable[[str], bool]) -> Iterable[Node]:
    """Yield the innermost elements whose own texts say something: breadcrumbs are split over elements, labels are not."""
    for node in find_all(doc, "body *"):
        own = (child.text_content or "" for child in node.iter(include_text=True) if child.is_text_node)
        if any(says(" ".join(text.split())) for text in own if text.strip()):
            yield node


def _ancestors(node: Node) -> Iterator[Node]:
    at: Node | None = node
    while at is not None and at.tag not in {"body", "html", "-undef"}:
        yield at
        at = at.parent


def _is_same(found: str, url: str) -> bool:
    return url_key(found) == url_key(url)
