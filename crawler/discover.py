"""Discover: find a section's listing, read it, and append the sweep.

The listing is where the portal's file says, else where it last was, else at the end of a walk from a page that surely exists
(its breadcrumb home, then the link that bears the section's title).  The walk is the same for every portal.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crawler.apart import with_care
from crawler.charset import Decoded
from crawler.decoded import read_text, why_unread
from crawler.errors import ListingError, LocateError, ReadError
from crawler.http import Ask
from crawler.listings import ListingPage, ListingRequest, miss_listing, read_listing
from crawler.listings.base import cannot_read
from crawler.listings.tally import Tally
from crawler.locate import Hop, is_listing, next_hop
from crawler.urls import article_id, host_of, url_key
from storage.instants import local_day
from storage.queries import newest_section_state
from storage.records import Outcome, Purpose, Reading, SweepKind
from storage.sweeps import Row, SweepRecord, Swept

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.session import Session, Target
    from storage.records import Fetch

__all__ = ["LONGEST_WALK", "Discovered", "discover", "read_answer", "read_step"]

LONGEST_WALK = 6
"""Pages from a start to a listing; portals are never deeper, and a walk in circles must end."""
_LISTING_READER = "listing-1"
_LOST = frozenset({Outcome.GONE, Outcome.SOFT_GONE, Outcome.UNREADABLE})
"""What a listing's old address answers when the listing has moved: then, and only then, it is searched for anew."""
_NOT_THERE = frozenset({Outcome.GONE, Outcome.SOFT_GONE})
"""What answers where a listing has no such page: beyond its last one, or because its pages have other names.

An empty answer is none of these: it may be a failure, and must not look like an end."""
_READER_FAILS = (ReadError, ValueError, OverflowError, RecursionError)
"""What a page may do to the readers.  They are held to raise only the first; an answer that finds a hole in them is kept too."""
_GONE_EMPTY = "the listing shows no rows, and held {held} when it was last read: it is not taken for empty"


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a sweep brought: its size, whether it was complete, and the pages not known before.

    `held` is how many press releases the listing held before and `shown` how many of them it shows still, where that is known;
    `reworded` how many of its rows read otherwise because the listing has another layout.
    """

    target: Target
    section_id: int
    platform: str
    rows: int
    total: int | None
    complete: bool
    new_pages: tuple[int, ...]
    note: str | None = None
    url: str = ""
    held: int = 0
    shown: int = 0
    reworded: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    """A listing's address, how it was first found, how it was found this time, and the unit that it was read from before."""

    url: str
    found_by: str
    how: str
    unit: str | None = None


@dataclass(slots=True)
class _Pass:
    """A sweep while it is being read."""

    target: Target
    section_id: int
    kind: SweepKind
    started_at: datetime
    limit: int | None
    how: str
    rows: list[Row] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    platform: str = "auto"
    unit: str | None = None
    known_in_a_row: int = 0
    ended: bool = False
    lost: bool = False
    held: int = 0
    swept: Swept = field(default_factory=lambda: Swept(0))

    @property
    def is_complete(self) -> bool:
        """Tell whether every row was read: the end was reached, and nothing speaks against it."""
        return self.ended and not self.tally.notes


async def discover(session: Session, target: Target, *, full: bool, limit: int | None = None) -> Discovered:
    """Read the listing of a section and append the sweep.

    A section that has never been read completely is always read whole, and so is one whose last sweep broke off, for rows that
    nobody saw stand behind those that it read.  Else a head sweep stops after as many known rows in a row as the settings say,
    because pinned and back-dated rows stand among the new ones.  `limit` stops after so many rows.

    Raises LocateError where no listing was found and ListingError where the first page of it cannot be read; both are recorded.
    """
    section_id = session.archive.section(target.portal.name, target.slug)
    found = _named(session, target, section_id) or await _sought(session, target, section_id)
    sweep = await _read_listing(session, target, section_id, found, full=full, limit=limit)
    if sweep.lost and not target.section.listing:
        again = await _search(session, target, section_id)
        if again.url != found.url:
            found, sweep = again, await _read_listing(session, target, section_id, again, full=full, limit=limit)
    if not sweep.tally.answers:
        raise ListingError(
            f"{target.name}: the listing cannot be read: {sweep.tally.note}",
            url=found.url,
            hint=f"save it and look: jiaxing-today parse FILE --listing --url {found.url}",
        )
    session.archive.section_state(
        section_id,
        session.run_id,
        title=target.section.title,
        listing_url=found.url,
        platform=sweep.platform,
        unit=sweep.unit,
        found_by=found.found_by,
    )
    return _discovered(sweep, found.url)


def _discovered(sweep: _Pass, url: str) -> Discovered:
    held = sweep.swept.held or sweep.held
    return Discovered(
        target=sweep.target,
        section_id=sweep.section_id,
        platform=sweep.platform,
        rows=len(sweep.rows),
        total=sweep.tally.total,
        complete=sweep.is_complete,
        new_pages=sweep.swept.new_pages,
        note=sweep.tally.note,
        url=url,
        held=held,
        shown=sweep.swept.held - sweep.swept.left,
        reworded=sweep.swept.reworded,
    )


async def _read_listing(  # noqa: PLR0913 - the listing, and how much of it
    session: Session, target: Target, section_id: int, found: _Found, *, full: bool, limit: int | None
) -> _Pass:
    """Read the listing from its first page on and append the sweep, whatever came of it."""
    archive = session.archive
    whole = full or not archive.has_complete_sweep(section_id) or archive.was_cut(section_id)
    kind = SweepKind.FULL if whole else SweepKind.HEAD
    sweep = _Pass(target, section_id, kind, session.clock.now(), limit, found.how, unit=found.unit)
    request: ListingRequest | None = ListingRequest(found.url, platform=target.section.platform, unit=found.unit)
    while request is not None:
        request = await _read_page(session, sweep, request)
    if sweep.ended:
        sweep.tally.end()
        sweep.held = archive.members(section_id) if not sweep.rows else 0
        if sweep.held:
            sweep.tally.notes.append(_GONE_EMPTY.format(held=sweep.held))
    sweep.swept = archive.append_sweep(_record(session, sweep))
    return sweep


def _record(session: Session, sweep: _Pass) -> SweepRecord:
    return SweepRecord(
        run_id=session.run_id,
        section_id=sweep.section_id,
        kind=sweep.kind,
        day=local_day(sweep.started_at, sweep.target.portal.zone),
        started_at=sweep.started_at,
        rows=sweep.rows,
        complete=sweep.is_complete,
        pages_read=sweep.tally.answers,
        pages_expected=sweep.tally.answers_expected,
        note=sweep.tally.note,
    )


async def _read_page(session: Session, sweep: _Pass, request: ListingRequest) -> ListingRequest | None:
    """Read one answer of the listing into the pass; return what to ask next, None at the end of it."""
    stop = session.should_stop() if sweep.tally.answers else None
    if stop:
        sweep.tally.notes.append(f"broken off: {stop}")
        return None
    ask = Ask(request.url, Purpose.LISTING, request.method, request.form, request.headers)
    async with session.work(request.url):
        hops = await session.ask(ask)
        page, reading = await read_answer(hops[-1], request, sweep.target)
        fetch_id = session.archive.append_fetches(hops, run_id=session.run_id, section_id=sweep.section_id, reading=reading)[-1]
    if not page.readable:
        sweep.tally.notes += page.problems
        sweep.lost = not sweep.tally.answers and reading is not None and reading.outcome in _LOST
        return None
    return _take(session, sweep, page, fetch_id)


async def read_answer(answer: Fetch, request: ListingRequest, target: Target) -> tuple[ListingPage, Reading | None]:
    """Read an answer, apart where it may cost much; one that costs too much is an unreadable page, and says so."""
    try:
        return await with_care(answer.body, _listing, answer, request, target)
    except ReadError as exc:
        page = cannot_read(request.platform, str(exc))
        return page, Reading(_LISTING_READER, Outcome.UNREADABLE, problems=page.problems)


def _listing(answer: Fetch, request: ListingRequest, target: Target) -> tuple[ListingPage, Reading | None]:
    """Read an answer as a page of a listing: an unreadable one with the reason where it is none, and what is kept of it."""
    came = read_text(answer)
    if not isinstance(came, Decoded):
        why = why_unread(answer, came)
        is_missing = came is not None and came.outcome in _NOT_THERE
        page = miss_listing(why, request, section=target.section) if is_missing else cannot_read(request.platform, why)
        return page, Reading(_LISTING_READER, came.outcome, problems=page.problems or (why,)) if came else None
    # Relative addresses count from where the answer came from, which a redirect may have moved.
    asked = request if request.cursor else replace(request, url=answer.url)
    try:
        page = read_listing(came.text, asked, section=target.section, zone=target.portal.zone)
    except _READER_FAILS as exc:
        page = cannot_read(request.platform, str(exc))
    outcome = Outcome.OK if page.readable else Outcome.UNREADABLE
    return page, Reading(_LISTING_READER, outcome, problems=(*page.problems, *page.remarks))


def _take(session: Session, sweep: _Pass, page: ListingPage, fetch_id: int) -> ListingRequest | None:
    if page.is_step:
        sweep.tally.notes += page.problems
        sweep.ended = page.next is None
        return page.next
    keys = tuple(url_key(listed.url) for listed in page.records)
    is_first = not sweep.tally.answers
    if not sweep.tally.take(page, keys):
        return None
    if is_first:
        sweep.platform = page.platform
        sweep.unit = page.unit if keys else sweep.unit  # a store without rows is no proof that it is the listing's
    rows = [Row(listed, key, article_id(listed.url), fetch_id) for listed, key in zip(page.records, keys, strict=True)]
    stop = _stops_at(session, sweep, rows)
    sweep.rows += rows if stop is None else rows[:stop]
    session.report.listing(sweep.target, len(sweep.rows), sweep.tally.total, f"{sweep.how} (platform: {sweep.platform}")
    if stop is not None:
        return None
    sweep.ended = page.next is None
    return page.next


def _stops_at(session: Session, sweep: _Pass, rows: list[Row]) -> int | None:
    """Return how many of `rows` to take where the pass stops among them, else None."""
    for index, row in enumerate(rows, start=1):
        known = session.archive.is_listed(sweep.section_id, row.url_key, row.listed.url)
        sweep.known_in_a_row = sweep.known_in_a_row + 1 if known else 0
        if sweep.kind is SweepKind.HEAD and sweep.known_in_a_row >= session.settings.known_rows_to_stop:
            return index
        if sweep.limit is not None and len(sweep.rows) + index >= sweep.limit:
            sweep.tally.notes.append(f"stopped after {len(sweep.rows) + index} rows, as asked (--limit)")
            return index
    return None


def _named(session: Session, target: Target, section_id: int) -> _Found | None:
    """Return the listing that the portal's file names, else the one that was found last, else None."""
    known = newest_section_state(session.archive.connection, section_id)
    last, unit = (known["listing_url"], known["unit"]) if known else (None, None)
    if target.section.listing:
        way = "by the portal's file"
        return _Found(target.section.listing, way, way, unit if last == target.section.listing else None)
    return _Found(last, known["found_by"], "where it was last", unit) if known and last else None


async def _sought(session: Session, target: Target, section_id: int) -> _Found:
    """Search for a listing of which nothing is known; where there is none, the sweep that came to nothing is on record."""
    began = session.clock.now()
    try:
        return await _search(session, target, section_id)
    except LocateError as exc:
        sweep = _Pass(target, section_id, SweepKind.FULL, began, None, "")
        sweep.tally.notes.append(str(exc))
        session.archive.append_sweep(_record(session, sweep))
        raise


async def _search(session: Session, target: Target, section_id: int) -> _Found:
    """Walk from the start pages, the first that answers leading on; raises LocateError with every step that led nowhere."""
    steps: list[str] = []
    for start in target.section.start:
        if steps and _is_held(session, start):
            steps.append(f"{start}: not asked, because {host_of(start)} asked us to wait")
            continue
        found = await _walk(session, target, section_id, start, steps)
        if found is not None:
            return found
    last = steps[-1] if steps else "there is nowhere to start"
    raise LocateError(
        f"{target.name}: no listing titled “{target.section.title}” was found: {last}",
        steps=tuple(steps),
        hint=f'find its address in a browser and write it into the portal\'s file: [sections.{target.slug}] listing = "https://..."',
    )


def _is_held(session: Session, url: str) -> bool:
    """Tell whether the host of a start page asked us to wait: asking for others of its pages would be no better."""
    until = session.archive.held_until(host_of(url))
    return until is not None and until > session.clock.now()


async def _walk(session: Session, target: Target, section_id: int, start: str, steps: list[str]) -> _Found | None:
    """Walk from a page towards the listing, noting each step; None where it leads nowhere."""
    url, follow = start, target.section.trail
    ways: list[str] = []
    seen: set[str] = set()
    while url not in seen and len(seen) < LONGEST_WALK:
        seen.add(url)
        async with session.work(url):
            hops = await session.ask(Ask(url, Purpose.LOCATE))
            session.archive.append_fetches(hops, run_id=session.run_id, section_id=section_id)
        answer = hops[-1]
        step = await read_step(answer, follow)
        if isinstance(step, str):
            steps.append(f"{answer.url}: {step}")
            return None
        if step is None:
            way = ", then ".join(ways) or "at its start page"
            return _Found(answer.url, way, way)
        ways.append(step.how)
        url, follow = step.url, step.follow
    steps.append(f"{start}: the way leads in a circle or beyond {LONGEST_WALK} pages")
    return None


async def read_step(answer: Fetch, follow: tuple[str, ...]) -> Hop | str | None:
    """Read a page of the walk, apart where it may cost much; one that costs too much leads nowhere."""
    try:
        return await with_care(answer.body, _step, answer, follow)
    except ReadError as exc:
        return str(exc)


def _step(answer: Fetch, follow: tuple[str, ...]) -> Hop | str | None:
    """Return where a page of the walk leads, or why it leads nowhere; None where the walk has arrived."""
    came = read_text(answer)
    if not isinstance(came, Decoded):
        return why_unread(answer, came)
    try:
        if not follow and is_listing(came.text, answer.url):
            return None
        step = next_hop(came.text, answer.url, follow)
    except _READER_FAILS as exc:
        return str(exc)
    return step if isinstance(step, Hop) else step.reason
