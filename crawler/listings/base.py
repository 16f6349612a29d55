"""What all platforms share: what is asked of a listing, what comes of it, and which links are press releases.

A listing is read one answer at a time.  `ListingRequest` says what to ask and carries, as plain data, whatever the platform must
remember from one answer to the next; `ListingPage` is what one answer held and what to ask next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.urls import looks_like_article, url_key

if TYPE_CHECKING:
    from config.portal import Section
    from storage.records import Listed

__all__ = ["Accepts", "ListingPage", "ListingRequest", "accepts", "cannot_read", "count", "prints_of", "repeats", "step"]

Accepts = Callable[[str], bool]

_LONGEST_COUNT = 9
"""Digits: no listing has a milliard rows, and Python refuses to read numbers of thousands of digits."""

_PRINT = 10  # hexadecimal digits of a row's fingerprint: two rows of one list have the same in one of 10^9 lists
_MOST_PRINTS = 500  # rows; what is longer than any page of a list is told by the tally to repeat itself


@dataclass(frozen=True, slots=True)
class ListingRequest:
    """One thing to ask of a listing.

    `form` is the body of a POST as (name, value) pairs, not yet encoded; `first` is the number, from 1, of the first row that
    this asks for; `cursor` is what the platform carries from answer to answer (texts only, so that it can be stored as JSON).
    `unit` is the one of several lists on a page that the listing was read from before, None where that is not known.
    """

    url: str
    method: str = "GET"
    form: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    platform: str = "auto"
    first: int = 1
    cursor: Mapping[str, str] = field(default_factory=dict, hash=False)
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What one answer of a listing held.

    `records` are its press releases in the order printed, each URL once; `printed` counts its rows as the portal does: with those
    that repeat a URL and those that hold no press release.  `total` and `pages` count the whole listing as the portal states it
    (None where it does not); `unit` names the list that was read where a page may hold several; `next` is what to ask for the
    rows after these, None at the end or where nothing leads on.  `problems` say what keeps the listing from being read whole,
    `remarks` what is merely odd.
    `is_step` is True for an answer that is no part of the list and only leads on: a shell that names where the rows are to be had,
    or one way of asking that was tried in vain.
    `readable` is False when the answer shows no rows to a reader that runs no scripts: `problems` then says why, and
    the listing must not be taken for empty.
    """

    platform: str
    readable: bool
    records: tuple[Listed, ...] = ()
    printed: int = 0
    total: int | None = None
    pages: int | None = None
    unit: str | None = None
    next: ListingRequest | None = None
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    is_step: bool = False


def cannot_read(platform: str, *problems: str) -> ListingPage:
    """Return the page of a listing that cannot be read, with the reasons."""
    return ListingPage(platform, readable=False, problems=problems)


def step(platform: str, following: ListingRequest, *remarks: str, problems: tuple[str, ...] = ()) -> ListingPage:
    """Return the page of an answer that only leads on, with what is to be said of it."""
    return ListingPage(platform, readable=True, next=following, problems=problems, remarks=remarks, is_step=True)


def prints_of(records: Sequence[Listed]) -> str:
    """Return a fingerprint of each row, as one text that a cursor can carry: by it a later answer is seen to repeat this one."""
    return " ".join(map(_print, records[:_MOST_PRINTS]))


def repeats(records: Sequence[Listed], prints: str | None) -> bool:
    """Tell whether an answer has rows, and not one that the answer with these fingerprints did not have."""
    known = set((prints or "").split())
    return bool(records) and all(_print(listed) in known for listed in records)


def _print(listed: Listed) -> str:
    return sha256(url_key(listed.url).encode()).hexdigest()[:_PRINT]


def accepts(section: Section) -> Accepts:
    """Return the test of whether an absolute URL leads to a press release of a section.

    The section's `article_urls`, globs over the path of a URL in which `*` passes `/`, decide where there are any; else
    whatever looks like an article of a known system.
    """
    globs = section.article_urls
    if not globs:
        return looks_like_article
    return lambda url: any(fnmatchcase(urlsplit(url).path, glob) for glob in globs)


def count(digits: str | None) -> int | None:
    """Return a printed count of rows or pages as a number, or None for what is none: nothing, no digits, or far too many."""
    return int(digits) if digits and digits.isdecimal() and len(digits) <= _LONGEST_COUNT else None
