"""What the module of a platform gives: a `Twin`, and the values that pass between it and the site that answers for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seeds.chrome import footer, menu

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from seeds.addresses import Platform
    from seeds.markup import Surroundings
    from seeds.records import Release

__all__ = ["CLICKS", "HTML", "JSON", "XML", "Sheet", "Twin", "Wish"]

HTML = "text/html;charset=UTF-8"
XML = "text/xml;charset=UTF-8"
JSON = "application/json;charset=UTF-8"
CLICKS = "clicks-to-be-counted"
"""Stands in pages for a number that moves whenever they are looked at; the site puts one in its place."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A request that a listing answers: of which column, in which form, and with which words of the query and the body.

    `part` is the one of the parts in which rows come that is asked for, counted from 0; None where the answer is not one of them
    (a page that embeds rows, a menu).  `is_page` tells static pages, which have validators, from what is made on demand.
    `media_type` is that of the answer.
    """

    column: int
    form: str = ""
    part: int | None = None
    is_page: bool = True
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    media_type: str = HTML


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a listing is written from: its rows in order, as articles and as HTML, and when it was generated."""

    column: int
    listed: Sequence[tuple[Release, int]]
    rows: Sequence[str]
    made_at: datetime
    per_page: int

    def part(self, number: int) -> Sequence[str]:
        """Return the rows of one page, counted from 0."""
        return self.rows[number * self.per_page : (number + 1) * self.per_page]

    @property
    def pages(self) -> int:
        """How many pages the rows fill; one at least."""
        return max(-(-len(self.rows) // self.per_page), 1)


@dataclass(frozen=True, slots=True)
class Twin:
    """How a platform serves what stands on the portal.

    `wish` reads a path with the words of its query (and the rows to a page) as a request to a listing, None where it is none;
    `row` writes the row of an article, linked under a column, in the listing of a column; `listing` answers a wish, and `empty`
    answers it as if the rows were lost.

    Of an article, `head` are its meta tags, `usual` its page in the platform's template, `text` and `files` what any template
    shows of it; `hold` are the attributes by which readers know the container of the text, besides a class for the look.
    `stamp` says in a tag when a page was generated; `above` and `below` make menu and footer.  `is_living`: articles have marks
    that are filled in anew for each answer (`CLICKS`, tickets).
    """

    platform: Platform
    wish: Callable[[str, Mapping[str, str], int], Wish | None]
    row: Callable[[Release, int, int], str]
    listing: Callable[[Wish, Sheet], str]
    empty: Callable[[Wish, Sheet], str]
    head: Callable[[Release, Surroundings], str]
    usual: Callable[[Release, Surroundings], str]
    text: Callable[[Release, Surroundings], str]
    files: Callable[[Release, Surroundings], str]
    hold: Callable[[str], str]
    stamp: Callable[[datetime], str]
    above: Callable[[Platform], str] = menu
    below: Callable[[], str] = footer
    is_living: bool = False
