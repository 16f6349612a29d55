"""The list of press releases in a page's plain HTML: links, each with its date near it.

No class name is asked for.  Links are grouped by the way that leads to them through the page's elements, and the group with most
links to press releases, dated ones counting double, is the listing; menus, side bars and related links lose.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING

from crawler.html import attribute, base_of, find_all, is_among
from crawler.listings.base import accepts
from crawler.listings.rows import Row, complete, date_within, link_of, links_in, read_row
from crawler.listings.unreadable import hidden_rows, why_no_rows, why_partial, why_templated
from crawler.urls import looks_like_listing, url_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from config.portal import Section
    from crawler.html import Document, Node
    from crawler.listings.base import Accepts
    from storage.records import Listed

__all__ = ["Found", "count_dated", "find_list"]

_ITEMS = frozenset({"dd", "li"})
_ROWS = _ITEMS | frozenset({"article", "dt", "p", "tr"})
# No row reaches beyond one of these: they hold rows.
_BOUNDS = frozenset({"body", "dl", "html", "main", "ol", "table", "tbody", "ul"})
# Lists of links inside a row hold what is related to it.
_NESTED = "ul:has(a[href]), ol:has(a[href]), dl:has(a[href]), table:has(a[href])"
_DEEPEST = 100
_REACH = 4  # elements around a link, and siblings after it, in which its date is looked for
_FEWEST_UNKNOWN = 3  # links of no known form make a listing only when at least so many stand together, each with a date

# Words and numbers by which a template tells every other row from the rest.
_ALTERNATING = re.compile(r"\b(?:odd|even|first|last|active|on|cur|current|hover)\b|\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A link to a press release: its URL and its element."""

    url: str
    node: Node


@dataclass(frozen=True, slots=True)
class _List:
    """The likeliest listing of a page: the way that leads to its rows, and those that are press releases."""

    way: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Found:
    """The listing of a page: its press releases, how many rows it prints, and what keeps it from being read whole."""

    records: tuple[Listed, ...]
    printed: int
    problems: tuple[str, ...] = ()


def find_list(text: str, doc: Document, url: str, section: Section, zone: ZoneInfo) -> Found | str:
    """Return the listing of a page, or the reason why there are no rows to be read."""
    found = _list_or_reason(text, doc, url, section, zone)
    if isinstance(found, str):
        return found
    unread, problems = _unread(doc, url, found, zone)
    return Found(complete(found.rows), len(found.rows) + unread, (*problems, *why_partial(text)))


def _list_or_reason(text: str, doc: Document, url: str, section: Section, zone: ZoneInfo) -> _List | str:
    """Return the listing, or why it cannot be read: links beside a hidden list are not the list."""
    base = base_of(doc, url)
    found = _list(doc, base, section, zone)
    count = hidden_rows(doc, base, accepts(section))
    if count > len(found.rows):
        return f"its {count} rows stand inside an HTML comment, which only a script of the page reads"
    if any(map(_is_dated, found.rows)) or (found.rows and section.article_urls):
        return found
    reason = why_templated(text) or (None if found.rows else why_no_rows(text, doc))
    return reason or found


def _unread(doc: Document, url: str, found: _List, zone: ZoneInfo) -> tuple[int, tuple[str, ...]]:
    """Return how many rows of the listing no reader can follow, and what is to be said of them.

    Such a row stands where the others do and is dated as they are, but calls a script instead of naming an address.
    """
    base = base_of(doc, url)
    scripted = [node for node in find_all(doc, "a, [onclick]") if link_of(node, base) is None and _way_to(node) == found.way]
    rows = {row.mem_id: row for row in map(_row_around, scripted)}.values()
    unread = sum(1 for row in rows if not _leads_on(row, base) and date_within(row, is_among([]), zone))
    printed = len(found.rows) + unread
    said = f"{unread} of {printed} rows cannot be read: they hold no address that can be followed"
    return unread, (said,) if unread else ()


def _leads_on(row: Node, base: str) -> bool:
    return link_of(row, base) is not None or bool(links_in(row, base))


def count_dated(doc: Document, base: str, accept: Accepts, zone: ZoneInfo) -> int:
    """Return how many dated rows the likeliest listing of a page has, of links that are accepted as press releases."""
    return sum(map(_is_dated, _likeliest([link for link in _links(doc, base) if accept(link.url)], zone).rows))


def _links(doc: Document, base: str) -> list[_Anchor]:
    return [_Anchor(url, node) for url, node in links_in(doc, base)]


def _list(doc: Document, base: str, section: Section, zone: ZoneInfo) -> _List:
    """Return the listing of a page; where no form of URL is known, those of the largest group of dated links."""
    links = _links(doc, base)
    accept = accepts(section)
    known = [link for link in links if accept(link.url)]
    if known or section.article_urls:
        return _likeliest(known, zone)
    own = url_key(base)
    others = [link for link in links if not looks_like_listing(link.url) and url_key(link.url) != own]
    found = _likeliest(others, zone)
    dated = [row for row in found.rows if _is_dated(row)]
    return _List(found.way, dated if len(dated) >= _FEWEST_UNKNOWN else [])


def _is_dated(row: Row) -> bool:
    return bool(row.date or row.month_day)


def _likeliest(links: Sequence[_Anchor], zone: ZoneInfo) -> _List:
    """Return the rows of the group with most links, dated ones counting double; the first of equals."""
    runs = _runs(_without_nested(links))
    beneath = Counter(
        node.mem_id for run in runs for node in {each.mem_id: each for link in run for each in _around(link.node)}.values()
    )
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for run in runs:
        groups[_way_to(run[0].node)].append(_row(run, beneath, zone))
    lists = (_List(way, rows) for way, rows in groups.items())
    return max(lists, key=lambda each: len(each.rows) + sum(map(_is_dated, each.rows)), default=_List("", []))


def _without_nested(links: Sequence[_Anchor]) -> list[_Anchor]:
    """Leave out links in a list inside a list item that has a link of its own before: they are related to it, no rows."""
    owners: set[int] = set()
    kept = []
    for link in links:
        innermost, *outer = [node.mem_id for node in _around(link.node) if node.tag in _ITEMS] or [0]
        if owners.isdisjoint(outer):
            kept.append(link)
            owners.add(innermost)
    return kept


def _around(node: Node) -> Iterator[Node]:
    """Yield a link and the elements around it, from the innermost; real pages have a dozen or two, hostile ones thousands."""
    at: Node | None = node
    for _ in range(_DEEPEST):
        if at is None or not at.is_element_node:
            return
        yield at
        at = at.parent


def _runs(links: Iterable[_Anchor]) -> list[list[_Anchor]]:
    """Return runs of neighbouring links to one URL: an image and a title, or a title and its date."""
    return [list(run) for _, run in groupby(links, key=lambda link: link.url)]


def _way_to(node: Node) -> str:
    """Return the elements from the root to the row of a link, by name and class: equal for all rows of a list.

    Lists in groups of five, or in a table for each row, have one way too.
    """
    around = list(_around(node))
    return ">".join(map(_step, reversed(around[_row_among(around) + 1 :])))


def _row_around(node: Node) -> Node:
    around = list(_around(node))
    return around[min(_row_among(around), len(around) - 1)]


def _row_among(around: Sequence[Node]) -> int:
    """Return which of a link and the elements around it is its row."""
    return next((index for tags in (_ITEMS, _ROWS) for index, each in enumerate(around) if each.tag in tags), 1)


def _step(node: Node) -> str:
    names = _ALTERNATING.sub("", attribute(node, "class") or "").split()
    return ".".join([node.tag or "", *sorted(names)])


def _row(run: Sequence[_Anchor], beneath: Mapping[int, int], zone: ZoneInfo) -> Row:
    """Read the row around the links to one press release.

    Its date stands in the smallest element around them that holds one, or after them; the search ends where another row begins.
    """
    nodes = [link.node for link in run]
    scopes = _scopes(nodes[-1], beneath)
    lists = [
        inner for scope in scopes if scope.is_element_node for inner in find_all(scope, _NESTED) if not beneath.get(inner.mem_id)
    ]
    return read_row(run[0].url, nodes, scopes, is_among([*nodes, *lists]), zone)


def _scopes(anchor: Node, beneath: Mapping[int, int]) -> list[Node]:
    """Return where a row's date may stand: the elements around its link up to the row, then what follows up to the next row.

    `beneath` tells how many rows' links an element holds.
    """
    scopes: list[Node] = []
    outermost = anchor
    for node in islice(_around(anchor), 1, _REACH + 1):
        if node.tag in _BOUNDS or beneath[node.mem_id] > 1:
            break
        scopes.append(node)
        outermost = node
        if node.tag in _ROWS - {"p"}:
            break
    return scopes + list(islice(_following(outermost, beneath), _REACH))


def _following(node: Node, beneath: Mapping[int, int]) -> Iterator[Node]:
    """Yield the siblings after a node up to the one that holds another row's link."""
    at = node.next
    while at is not None and not beneath.get(at.mem_id):
        if at.is_element_node or (at.is_text_node and (at.text_content or "").strip()):
            yield at
        at = at.next
