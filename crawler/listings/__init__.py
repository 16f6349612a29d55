"""Listings: which platform prints one, and its rows.

`read_listing` takes one answer and returns its press releases and what to ask next; `miss_listing` says what is made of an answer
that is no page.  One module reads one platform: `jpage`, `jpaas`, `trs`, `static`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.listings.base import ListingPage, ListingRequest, cannot_read
from crawler.listings.detect import detect
from crawler.listings.jpaas import IN_PAGE, miss_jpaas, read_jpaas
from crawler.listings.jpage import read_jpage
from crawler.listings.static import miss_static, read_static
from crawler.listings.trs import miss_trs, read_trs

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from config.portal import Section

__all__ = ["ListingPage", "ListingRequest", "detect", "miss_listing", "read_listing"]

_READERS = {"jpaas": read_jpaas, "jpage": read_jpage, "static": read_static, "trs": read_trs}
_MISSED = {"jpaas": miss_jpaas, "static": miss_static, "trs": miss_trs}


def read_listing(text: str, request: ListingRequest, *, section: Section, zone: ZoneInfo) -> ListingPage:
    """Return the press releases of one answer and what to ask next.

    The platform is the request's, else the section's, else found from the answer: but where the listing was read from a unit
    before, only `jpage` and `jpaas` have units, and what else the page may show is another list.  `zone` is the portal's, in
    which its dates are printed.  Raises `ReadError` for a page that nests too deeply to be parsed; everything else that is wrong
    with an answer is said in `problems`.
    """
    named = next((name for name in (request.platform, section.platform) if name != "auto"), None)
    platform = named or _with_unit(detect(text), request)
    return _READERS[platform](text, request, section=section, zone=zone)


def _with_unit(platform: str, request: ListingRequest) -> str:
    """Return the platform that an answer is read as, where the listing may have been read from a unit before."""
    return platform if request.unit in {None, IN_PAGE} or platform == "jpaas" else "jpage"


def miss_listing(why: str, request: ListingRequest, *, section: Section) -> ListingPage:
    """Return what is made of a request that was answered by no page, because there is none.

    A page beyond the last one, or one that was looked for under two names, may be missing by right; any other is unreadable.
    """
    miss = _MISSED.get(request.platform) if request.cursor else None
    return miss(why, request, section=section) if miss else cannot_read(request.platform, why)
