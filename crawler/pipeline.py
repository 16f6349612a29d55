"""The run, readable aloud: discover what is listed, then look at what is due.

    schedule -> discover -> fetch -> judge -> read -> deduplicate -> append -> (notify, publish: elsewhere)

Each stage is one function: `discover` reads listings, `look_at` fetches, judges and reads one page, `Archive.append_look`
deduplicates and appends it whole.  What is due is a column; nothing here remembers anything between runs.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.discover import Discovered, discover
from crawler.errors import CrawlError
from crawler.hosts import in_quiet_hours
from crawler.looking import look_at
from storage.instants import instant
from storage.queries import due_pages
from storage.records import Kind, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.session import Session, Target
    from storage.looks import Appended
    from storage.queries import Row

__all__ = ["Summary", "crawl", "recheck"]

_LOOKS_A_PAGE = 2
"""In one run: its own, and one more where a copy of it changed meanwhile."""


@dataclass(slots=True)
class Summary:
    """What a run did: sweeps, sections that failed and why, and looks counted by what they turned out to be."""

    sweeps: list[Discovered] = field(default_factory=list)
    failed: list[CrawlError] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)

    @property
    def answered(self) -> bool:
        """Tell whether at least half of what was asked answered."""
        return 2 * self.counts["answered"] >= self.counts["looked"]

    def add(self, appended: Appended) -> None:
        """Count one look."""
        self.counts.update(_names(appended))


async def crawl(session: Session, targets: Sequence[Target], *, full: bool = False, limit: int | None = None) -> Summary:
    """Discover what the listings of `targets` hold, then look at what is due; `full` sweeps whole and looks at every page.

    A section that cannot be read does not keep the others from being read: it stands in `failed`.
    """
    summary = Summary()
    awake = [target for target in targets if _is_awake(session, target, summary)]
    for target in awake:
        await _discover(session, target, summary, full=full, limit=limit)
    await _look_at_pages(session, awake, summary, everything=full, limit=limit)
    return summary


async def recheck(session: Session, targets: Sequence[Target], pages: Iterable[int]) -> Summary:
    """Look at these pages of `targets` now, due or not."""
    summary = Summary()
    awake = [target for target in targets if _is_awake(session, target, summary)]
    await _look_at_pages(session, awake, summary, purpose=Purpose.RECHECK, only=pages)
    return summary


def _is_awake(session: Session, target: Target, summary: Summary) -> bool:
    """Tell whether a portal may be asked at this hour; in its quiet hours everything of it stays due."""
    quiet = in_quiet_hours(target.portal, session.clock.now())
    if quiet:
        summary.left.append(f"{target.name}: its quiet hours are {quiet} (its own time): nothing was asked")
    return quiet is None


async def _discover(session: Session, target: Target, summary: Summary, *, full: bool, limit: int | None) -> None:
    try:
        summary.sweeps.append(await discover(session, target, full=full, limit=limit))
    except CrawlError as exc:
        summary.failed.append(exc)
        session.report.note(str(exc))


async def _look_at_pages(  # noqa: PLR0913 - what to look at, and how much
    session: Session,
    targets: Sequence[Target],
    summary: Summary,
    *,
    everything: bool = False,
    limit: int | None = None,
    purpose: Purpose | None = None,
    only: Iterable[int] | None = None,
) -> None:
    """Look at the pages of `targets` that are due (`everything`: at all; `only`: at these), each host's in turn.

    Looks may make others due at once (a copy of a page that changed): those follow in the same run.
    """
    by_section = {session.archive.section(target.portal.name, target.slug): target for target in targets}
    chosen = set(only) if only is not None else None
    looks: Counter[int] = Counter()
    pages = _due(session, by_section, chosen, looks, now=None if everything or chosen is not None else instant(session.clock.now()))
    pages = pages if limit is None else pages[:limit]
    session.report.begin(len(pages))
    while pages:
        await _look_at_all(session, by_section, pages, summary, looks, purpose)
        again = _due(session, by_section, None, looks, now=instant(session.clock.now()))
        pages = [page for page in again if page["reason"] == "copy"]


def _due(
    session: Session, by_section: dict[int, Target], chosen: set[int] | None, looks: Counter[int], *, now: str | None
) -> list[Row]:
    pages = due_pages(session.archive.connection, section_ids=list(by_section), now=now)
    return [page for page in pages if looks[page["page"]] < _LOOKS_A_PAGE and (chosen is None or page["page"] in chosen)]


async def _look_at_all(  # noqa: PLR0913, PLR0917 - the run, what to look at, and where it is counted
    session: Session,
    by_section: dict[int, Target],
    pages: Sequence[Row],
    summary: Summary,
    looks: Counter[int],
    purpose: Purpose | None,
) -> None:
    """Look at pages, the hosts side by side, each with as many connections as its portal's file allows."""
    queues: dict[str, deque[Row]] = defaultdict(deque)
    for page in pages:
        queues[page["host"]].append(page)
    try:
        async with asyncio.TaskGroup() as tasks:
            for host, queue in queues.items():
                portal = by_section[queue[0]["section"]].portal
                for _ in range(min(portal.politeness.connections, len(queue))):
                    tasks.create_task(_work(session, host, queue, by_section, summary, looks, purpose))
    except BaseExceptionGroup as group:
        # One writer, one file: what stopped one worker stopped all, and callers know errors, not groups of them.
        raise group.exceptions[0] from group


async def _work(  # noqa: PLR0913, PLR0917 - the run, one host's queue, and where it is counted
    session: Session,
    host: str,
    queue: deque[Row],
    by_section: dict[int, Target],
    summary: Summary,
    looks: Counter[int],
    purpose: Purpose | None,
) -> None:
    while queue:
        backfill = queue[0]["looks"] == 0
        closed = session.gate.closed(host, backfill=backfill)
        if closed:
            summary.left.append(f"{closed} ({len(queue)} pages wait)")
            queue.clear()
            return
        page = queue.popleft()
        session.gate.spend(host, backfill=backfill)
        looks[page["page"]] += 1
        appended = await look_at(session, by_section[page["section"]], page, purpose=purpose)
        summary.add(appended)
        session.report.looked(appended)


def _names(appended: Appended) -> list[str]:
    """Return under which names a look counts in a run's summary."""
    names = ["looked"]
    if appended.answered:
        names.append("answered")
    if appended.kind is None:
        names.append("unchanged" if appended.answered else "failed")
    elif appended.kind is Kind.NEW:
        names.append("baseline" if appended.baseline else "second_address" if appended.second_address else "new")
    else:
        names.append(appended.kind.value)
    names += ["silent"] if appended.silent else []
    names += ["not_modified"] if appended.not_modified else []
    names += ["suspected"] if appended.suspected else []
    return names
