"""What the embedded portal holds: press releases, their files, and the diary of what was done to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from seeds.addresses import ADDRESSES, HOME, PHOTOS, REPORTS, SECOND, TODAY, Platform

if TYPE_CHECKING:
    from datetime import datetime

    from seeds.shelf import Shelf

__all__ = [
    "HOME",
    "PHOTOS",
    "REPORTS",
    "SECOND",
    "TODAY",
    "Cache",
    "Change",
    "Event",
    "File",
    "Gone",
    "Layout",
    "Missing",
    "Platform",
    "Release",
    "Stamp",
    "Weather",
]


class File(NamedTuple):
    """An attachment or a picture: the name that people see, its path with query, and the type it is served as.

    `revision` counts how often other bytes were put in its place.
    """

    name: str
    path: str
    media_type: str
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Release:
    """One press release as the portal holds it at a moment.

    `published` is the printed date, `YYYY-MM-DD HH:MM` in the portal's zone.  `columns` are the columns under which the
    article answers, the first of them its home; there is one path for each, and all hold the same text.  `day` is the date
    in the paths: it stays when the printed date moves.  `listed_in` is the column whose listing shows it.  `state` is
    `live`, `unlisted` (answers, but is on no listing) or `removed` (404).  `platform` settles how its paths look.  On TRS a text
    may be spread over pages of `spread` paragraphs each; 0 is the ordinary thing, one page.
    """

    id: int
    title: str
    published: str
    paragraphs: tuple[str, ...]
    source: str = ""
    attachments: tuple[File, ...] = ()
    images: tuple[File, ...] = ()
    columns: tuple[int, ...] = (TODAY,)
    day: str = ""
    listed_in: int = TODAY
    pinned: bool = False
    state: str = "live"
    platform: Platform = Platform.JCMS
    spread: int = 0

    @property
    def pages(self) -> int:
        """How many pages hold the text at each of its addresses."""
        is_spread = self.spread > 0 and self.platform is Platform.TRS
        return max(-(-len(self.paragraphs) // self.spread), 1) if is_spread else 1

    @property
    def column(self) -> int:
        """The article's home column."""
        return self.columns[0]

    @property
    def attachment_names(self) -> tuple[str, ...]:
        """The names of the attachments, in order."""
        return tuple(file.name for file in self.attachments)

    @property
    def text(self) -> str:
        """The paragraphs, parted by blank lines."""
        return "\n\n".join(self.paragraphs)

    @property
    def path(self) -> str:
        """The path at the home column."""
        return self.path_in(self.column)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path under which the article answers, the home column's first."""
        return tuple(self.path_in(column) for column in self.columns)

    def path_in(self, column: int) -> str:
        """Return the article's path under `column`, as the platform writes it."""
        return ADDRESSES[self.platform].article(column, self.id, self.day or self.published[:10])


class Change(NamedTuple):
    """What a tracker of single pages ought to find: `kind` is new, edited, silent, removed or restored."""

    kind: str
    id: int
    path: str


class Stamp(NamedTuple):
    """When a static page was last generated; `revision` tells two generations within one second apart."""

    revision: int
    at: datetime

    def next(self, moment: datetime) -> Stamp:
        """Return the stamp of the generation after this one."""
        return Stamp(self.revision + 1, moment)


class Layout(StrEnum):
    """The templates from which articles are generated."""

    USUAL = "usual"
    """As JCMS has it."""
    CHANGED = "changed"
    """Without anything that a reader knows: nobody who was not told can read it."""
    MISLEADING = "misleading"
    """With a teaser where the text stood and the date where no reader looks: it can be read, and is read wrongly."""
    RESTYLED = "restyled"
    """Another look and other class names, and all that readers hold on to: it is read as before."""


class Gone(StrEnum):
    """How an article that was taken down answers."""

    NOT_FOUND = "404"
    NOTICE = "notice"
    """200, and a page that says that there is no such page."""
    HOME = "home"
    """A redirect to the home page."""


class Missing(NamedTuple):
    """A group of the listing's rows, counted from 0 as the data endpoint does, that fails or comes empty."""

    group: int
    empty: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Cache:
    """A cache before the portal: what stood there when it filled, for which articles (None: for all, and the listings).

    Of the requests for an address it answers one in `one_in`, as one node of several does.
    """

    at: datetime
    shelf: Shelf
    only: frozenset[int] | None = None
    one_in: int = 1

    def holds(self, number: int | None) -> bool:
        """Tell whether the cache answers for an article, or for the listings (None)."""
        return self.only is None or number in self.only


@dataclass(frozen=True, slots=True)
class Weather:
    """What is wrong with the portal at present; all False, None and empty is a fine day."""

    failing: int | None = None
    challenge: bool = False
    blocked: int | None = None
    layout: Layout = Layout.USUAL
    listing_broken: bool = False
    paging_ignored: bool = False
    missing: Missing | None = None
    lies: bool = False
    lying: frozenset[int] = frozenset()
    caches: tuple[Cache, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the diary: what was done, when, to which article (0: to the whole portal), and how it stood before and after.

    `weather` is what was wrong with the portal from then on.
    """

    at: datetime
    what: str
    id: int = 0
    before: Release | None = None
    after: Release | None = None
    changes: tuple[Change, ...] = ()
    weather: Weather = Weather()
