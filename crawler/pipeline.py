"""The run, readable aloud: discover what is listed, then look at what is due.

    schedule -> discover -> fetch -> judge -> read -> deduplicate -> append -> (notify, publish: elsewhere)

Each stage is one function: `discover` reads listings, `look_at` fetches, judges and reads one page, `Archive.append_look`
deduplicates and appends it whole, `prove_removals` asks controls for what was missing.  What is due is a column; nothing here
remembers anything between runs.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.alarms import watch, watch_listing
from crawler.children import look_at_children
from crawler.discover import discover
from crawler.errors import CrawlError
from crawler.hosts import in_quiet_hours
from crawler.looking import look_at
from crawler.proving import end_trouble, prove_removals
from crawler.reread import believe_witnessed
from crawler.revisit import PATIENT
from storage.children import offered_as
from storage.instants import instant
from storage.queries import due_pages
from storage.records import PageKind, Purpose, State
from storage.removal import unchecked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from crawler.session import Session, Target
    from crawler.summary import Summary
    from storage.looks import Appended
    from storage.queries import Row

__all__ = ["crawl", "recheck", "revisit", "sweep"]

_COPY = "copy"
"""The reason of a look that became due because a copy of the page changed: it follows in the same run, once."""


async def crawl(session: Session, targets: Sequence[Target], *, full: bool = False, limit: int | None = None) -> Summary:
    """Discover what the listings of `targets` hold, then look at what is due; `full` sweeps whole and looks at every page.

    A section that cannot be read does not keep the others from being read: it stands in the summary's `failed`.
    """
    awake = [target for target in targets if _is_awake(session, target)]
    for target in awake:
        await _discover(session, target, full=full, limit=limit)
    return await _look_at_due(session, awake, full=full, limit=limit)


async def sweep(session: Session, due: Sequence[tuple[Target, bool]]) -> Summary:
    """Discover what listings hold, each whole or only its head, then look at what is new in these sections, or wants its look soon.

    What can wait has its own times: `revisit` spreads such looks over the day.
    """
    awake = [(target, whole) for target, whole in due if _is_awake(session, target)]
    for target, whole in awake:
        if session.should_stop() is None:
            await _discover(session, target, full=whole, limit=None)
    return await _look_at_due(session, [target for target, _ in awake], but=PATIENT)


async def revisit(session: Session, targets: Sequence[Target], pages: Sequence[int], ahead: timedelta = timedelta()) -> Summary:
    """Look at those of `pages` in `targets` that are due now or at most so long `ahead`, without reading any listing."""
    awake = [target for target in targets if _is_awake(session, target)]
    looks = _Looks(session, _by_section(session, awake))
    now = session.clock.now()
    due = looks.due(now=instant(now), only=pages)
    known = {page["page"] for page in due}
    early = [page for page in looks.due(now=instant(now + ahead), only=pages) if page["page"] not in known]
    due += [page | {"files_due": 0} for page in early]  # files that are due some hours later have their time
    await looks.at(due + looks.left_over(but=due))
    await looks.end()
    return session.summary


async def _look_at_due(
    session: Session,
    awake: Sequence[Target],
    *,
    full: bool = False,
    limit: int | None = None,
    but: Collection[str] = (),
) -> Summary:
    looks = _Looks(session, _by_section(session, awake), whole=full)
    due = [page for page in looks.due(now=None if full else instant(session.clock.now())) if page["reason"] not in but]
    await looks.at((due + looks.left_over(but=due))[:limit])
    await looks.end()
    return session.summary


async def recheck(session: Session, targets: Sequence[Target], pages: Iterable[int]) -> Summary:
    """Look at these pages of `targets` now, due or not."""
    awake = [target for target in targets if _is_awake(session, target)]
    looks = _Looks(session, _by_section(session, awake), Purpose.RECHECK, whole=True)
    await looks.at(looks.due(now=None, only=list(pages)))
    await looks.end()
    return session.summary


def _is_awake(session: Session, target: Target) -> bool:
    """Tell whether a portal may be asked at this hour; in its quiet hours everything of it stays due."""
    quiet = in_quiet_hours(target.portal, session.clock.now())
    if quiet:
        session.summary.left.append(f"{target.name}: its quiet hours are {quiet} (its own time): nothing was asked")
    return quiet is None


def _by_section(session: Session, targets: Sequence[Target]) -> dict[int, Target]:
    return {session.archive.section(target.portal.name, target.slug): target for target in targets}


async def _discover(session: Session, target: Target, *, full: bool, limit: int | None) -> None:
    sweep = None
    try:
        sweep = await discover(session, target, full=full, limit=limit)
        session.summary.sweeps.append(sweep)
    except CrawlError as exc:
        session.summary.failed.append(exc)
        session.report.note(str(exc))
    watch_listing(session, target, sweep)


@dataclass(slots=True)
class _Looks:
    """The looks of one run: the hosts side by side, each with as many connections as its portal's file allows.

    `whole` looks at the files of every page too, due or not.
    """

    session: Session
    by_section: Mapping[int, Target]
    purpose: Purpose | None = None
    whole: bool = False
    tried: set[int] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    missing: list[Row] = field(default_factory=list)
    looked_at: set[int] = field(default_factory=set)

    def due(self, *, now: str | None, only: Sequence[int] | None = None, reason: str | None = None) -> list[Row]:
        """Return the pages that are due at `now` (None: all), leaving out those of foreign hosts that were refused once."""
        sections = list(self.by_section)
        pages = due_pages(self.session.archive.connection, section_ids=sections, now=now, only=only, reason=reason)
        return [page for page in pages if self.session.gate.knows(page["host"]) or not page["looks"]]

    def left_over(self, *, but: Sequence[Row]) -> list[Row]:
        """Return the pages, beside those that are due, of whose being missing a run that broke off could make nothing."""
        known = {page["page"] for page in but}
        return [page for page in self.due(now=None, only=unchecked(self.session.archive.connection)) if page["page"] not in known]

    async def at(self, pages: list[Row]) -> None:
        """Look at pages, and then once at those whose copies turned out to have changed."""
        self.session.report.begin(len(pages))
        await self._round(pages)
        while copies := self._copies():
            await self._round(copies)

    async def end(self) -> None:
        """Prove the removals of pages that were missing, believe what other pages bear out by now, and say what is wrong."""
        await prove_removals(self.session, self.by_section, self.missing)
        end_trouble(self.session, sorted(self.hosts))
        for section, target in self.by_section.items():
            _, told = believe_witnessed(self.session.archive, section, target.reader)
            self.session.summary.counts.update(told)
        watch(self.session, self.by_section, self.hosts, self.looked_at)

    def _copies(self) -> list[Row]:
        """Return the pages that are due because of a copy and were not tried for that; each is tried once, whatever comes."""
        due = self.due(now=instant(self.session.clock.now()), reason=_COPY)
        copies = [page for page in due if page["page"] not in self.tried]
        self.tried.update(page["page"] for page in copies)
        return copies

    async def _round(self, pages: Sequence[Row]) -> None:
        queues: dict[str, deque[Row]] = defaultdict(deque)
        for page in pages:
            queues[page["host"]].append(page)
        try:
            async with asyncio.TaskGroup() as tasks:
                for host, queue in queues.items():
                    portal = self.by_section[queue[0]["section"]].portal
                    for _ in range(min(portal.politeness.connections, len(queue))):
                        tasks.create_task(self._work(host, queue))
        except BaseExceptionGroup as group:
            # One writer, one file: what stopped one worker stopped all, and callers know errors, not groups of them.
            raise group.exceptions[0] from group

    async def _work(self, host: str, queue: deque[Row]) -> None:
        """Look at one host's pages in turn, until there are none or the host is to be left alone."""
        while queue:
            backfill = queue[0]["looks"] == 0
            closed = self._stop() or self.session.gate.closed(host, backfill=backfill)
            if closed:
                self.session.summary.left.append(f"{closed} ({len(queue)} pages wait)")
                queue.clear()
                return
            page = queue.popleft()
            self.session.gate.spend(host, backfill=backfill)
            target = self.by_section[page["section"]]
            is_file = page["kind"] == PageKind.ATTACHMENT
            like = offered_as(self.session.archive.connection, page["page"]) if is_file else None
            if is_file and like is None:
                continue  # its page is gone since it named the file: what else there is to say of it, the page says when it is back
            look = await look_at(self.session, target, page, purpose=self.purpose, like=like)
            self._take(page, look.appended)
            hanging = look_at_children(self.session, target, page, look, whole=self.whole, purpose=self.purpose)
            async for child, looked in hanging:
                self._take(child, looked)

    def _stop(self) -> str | None:
        return self.session.should_stop() or self.session.should_yield()

    def _take(self, page: Row, appended: Appended) -> None:
        """Count what a look turned out to be."""
        is_file = page["kind"] == PageKind.ATTACHMENT
        self.session.summary.add(appended, is_file=is_file)
        self.hosts.add(page["host"])
        if appended.state is State.SUSPECT:
            self.missing.append(page)
        if not is_file:
            self.looked_at.add(page["section"])
            self.session.report.looked(appended)
