"""What one run of the crawler works with, and whom it tells how it goes."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from crawler.answers import Reader
from crawler.summary import Summary

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable

    from config.portal import Portal, Section
    from config.settings import Settings
    from crawler.clock import Clock
    from crawler.hosts import Gate
    from crawler.http import Ask, Client
    from crawler.turns import Turns
    from storage.archive import Archive
    from storage.looks import Appended
    from storage.records import Fetch

__all__ = ["Reporter", "Session", "Silent", "Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """One section to crawl: its portal, its short name and its settings."""

    portal: Portal
    slug: str
    section: Section

    @property
    def name(self) -> str:
        """Return how people name the section: `portal/slug`."""
        return f"{self.portal.name}/{self.slug}"

    @property
    def reader(self) -> Reader:
        """Return how the section's pages are read."""
        return Reader(self.section.select, self.portal.zone)


class Reporter(Protocol):
    """Whom a run tells how it goes; nothing depends on what is made of it."""

    def note(self, text: str) -> None:
        """Take one line that a person should read."""
        ...

    def listing(self, target: Target, rows: int, total: int | None, how: str) -> None:
        """Take how far the listing of a section was read, and how it was found and is built."""
        ...

    def begin(self, looks: int) -> None:
        """Take how many pages are about to be looked at."""
        ...

    def looked(self, appended: Appended) -> None:
        """Take what one look turned out to be."""
        ...


class Silent:
    """A reporter that tells nobody."""

    def note(self, text: str) -> None:
        """Take a line, and leave it."""

    def listing(self, target: Target, rows: int, total: int | None, how: str) -> None:
        """Take a number, and leave it."""

    def begin(self, looks: int) -> None:
        """Take a number, and leave it."""

    def looked(self, appended: Appended) -> None:
        """Take a look, and leave it."""


@dataclass(frozen=True, slots=True)
class Session:
    """One run: where it writes and in turn with whom, how it asks, what time it is, how chance falls, and when to stop.

    `should_stop` says why nothing further is to be begun, `should_yield` why no page is, for the moment (None: go on).
    """

    archive: Archive
    client: Client
    gate: Gate
    turns: Turns
    clock: Clock
    settings: Settings
    rng: random.Random
    run_id: int
    report: Reporter
    summary: Summary = field(default_factory=Summary)
    should_stop: Callable[[], str | None] = lambda: None
    should_yield: Callable[[], str | None] = lambda: None

    @asynccontextmanager
    async def work(self, url: str) -> AsyncIterator[None]:
        """Do one piece of work at a host: wait for our turn there, and let another writer in first if one waits."""
        await self.gate.wait_for_turn(url)
        async with self.turns.work():
            yield

    async def ask(self, ask: Ask) -> list[Fetch]:
        """Ask, with the run's manners, and return the hops; the last is the answer."""
        hops = await self.client.fetch(ask, self.gate.permit)
        self.gate.heard(hops[-1])
        return hops
