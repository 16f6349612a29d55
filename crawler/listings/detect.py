"""Which platform an answer comes from, by what only that platform prints.

Pages keep leftovers of the platform that made them before: stores without rows, header and footer as units, pagers.  So what
shows rows goes before what only promises some, and what promises a list before what only turns its pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crawler.html import parse
from crawler.listings.base import count
from crawler.listings.datastore import is_datastore, read_units
from crawler.listings.feeds import is_feed
from crawler.listings.jpaas import is_answer
from crawler.listings.lists import count_dated
from crawler.listings.trs import pager_of
from crawler.listings.units import builds_lists
from crawler.urls import looks_like_article

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.html import Document

__all__ = ["detect"]

_FEWEST_ROWS = 3  # dated links in plain HTML that make a list, beside a store that has none
_ANY_URL, _ANY_ZONE = "https://page.invalid/", ZoneInfo("UTC")  # it is asked whether rows are dated, not when and where


def detect(text: str) -> str:
    """Return the platform of an answer: `jpage`, `jpaas`, `trs`, or `static` where nothing speaks for another."""
    if is_datastore(text):
        return "jpage"
    if text.lstrip().startswith("{"):
        return "jpaas" if is_answer(text) else "static"
    if is_feed(text):
        return "static"
    doc = parse(text)
    return next((name for name, prints in _MARKS if prints(doc)), "static")


def _holds_stores(doc: Document) -> bool:
    """Tell whether a page holds a jpage store with rows."""
    return any(unit.store.records for unit in read_units(doc))


def _promises_stores(doc: Document) -> bool:
    """Tell whether a page holds a jpage store that says that there are rows to be asked for, and no list in plain HTML.

    An empty store beside such a list is a leftover of the template: some provinces print both.
    """
    promised = any(unit.store.next_group or unit.store.total or count(unit.settings.get("totalrecord")) for unit in read_units(doc))
    return promised and count_dated(doc, _ANY_URL, looks_like_article, _ANY_ZONE) < _FEWEST_ROWS


def _prints_trs_pager(doc: Document) -> bool:
    return pager_of(doc) is not None


_MARKS: tuple[tuple[str, Callable[[Document], bool]], ...] = (
    ("jpage", _holds_stores),
    ("jpaas", builds_lists),
    ("jpage", _promises_stores),
    ("trs", _prints_trs_pager),
)
