"""What a probe of a portal found out: one value, made by `crawler.probing` and shown, written and saved by others.

A probe looks at a portal that nobody has written a file for, politely and without an archive, and says what there is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from config.portal import Portal, Section
    from crawler.listings import ListingPage, ListingRequest
    from crawler.probe_guess import Origins
    from crawler.robots import Rules
    from crawler.session import Target
    from storage.records import Fetch, Listed, Reading

__all__ = ["UNTITLED", "Manners", "Paging", "Probe", "ProbedListing", "ProbedRelease", "Wish"]

UNTITLED = "-"
"""The title of a section that is not known yet."""


def _nobody(_text: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be probed: a section as far as it is declared, where to begin, and which link titles to follow from there.

    `is_listing` says that the page to begin with is the listing itself, whatever it looks like; `releases` is how many press
    releases to ask for; `held` are hosts that asked us to wait, until when; `say` is told what is asked.
    """

    target: Target
    entries: tuple[str, ...]
    follow: tuple[str, ...] = ()
    is_listing: bool = False
    releases: int = 1
    held: Mapping[str, datetime] = field(default_factory=dict)
    say: Callable[[str], None] = _nobody


@dataclass(frozen=True, slots=True)
class Manners:
    """What a host asks of us: its robots.txt, whether we may ask for what we want, and the delay that will hold (seconds)."""

    host: str
    rules: Rules
    body: bytes | None
    allowed: bool
    asked_delay: float | None
    delay: float


@dataclass(frozen=True, slots=True)
class ProbedListing:
    """A listing as found.

    `section` is how it was declared for the probe.  `answers` and `requests` belong together; the last of them brought `page`, the
    first rows.
    """

    url: str
    how: str
    section: Section
    page: ListingPage
    answers: tuple[Fetch, ...]
    requests: tuple[ListingRequest, ...]


@dataclass(frozen=True, slots=True)
class Paging:
    """What came for the page after the first rows.

    `state` is `works`, `ignored` (the first rows again), `empty`, `unread`, `none` (nothing leads on, and nothing says that there
    is more) or `nowhere` (there is more, and nothing leads there).
    """

    state: str
    page: ListingPage | None = None
    answers: tuple[Fetch, ...] = ()
    requests: tuple[ListingRequest, ...] = ()
    new_rows: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProbedRelease:
    """A press release as read, where its parts were found, and the row of the listing that leads to it.

    `proposed_body` is a selector of its text, where that stands in no container that is known.
    """

    url: str
    answer: Fetch
    reading: Reading
    origins: Origins
    listed: Listed | None = None
    proposed_body: str | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """All that a probe found out.

    `title` is what the section is called; `steps` tell how the way to the listing went, `failed` is the answer that ended it,
    and `offered` are links that may be sections, where the way ended at a page that is none.
    """

    target: Target
    title: str
    listing: ProbedListing | None = None
    paging: Paging | None = None
    releases: tuple[ProbedRelease, ...] = ()
    manners: tuple[Manners, ...] = ()
    steps: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    requests: int = 0
    failed: Fetch | None = None

    @property
    def portal(self) -> Portal:
        """The portal as it was declared for the probe."""
        return self.target.portal

    @property
    def has_rows(self) -> bool:
        """Tell whether a listing was found that can be read."""
        return self.listing is not None and self.listing.page.readable and bool(self.listing.page.records)

    @property
    def release(self) -> ProbedRelease | None:
        """The press release to be shown: the first that reads well, else the first that was asked for."""
        sound = [each for each in self.releases if each.reading.content is not None]
        return next(iter((*sound, *self.releases)), None)

    @property
    def is_sound(self) -> bool:
        """Tell whether a crawl would work: a listing with rows, and a press release that reads well."""
        return self.has_rows and self.release is not None and self.release.reading.content is not None
