"""Discover: find a section's listing, read it, and append the sweep.

The listing is where the portal's file says, else where it last was, else at the end of a walk from a page that surely exists
(its breadcrumb home, then the link that bears the section's title).  The walk is the same for every portal.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING

from crawler.charset import decode
from crawler.errors import ListingError, LocateError, ReadError
from crawler.http import Ask
from crawler.judge import has_reading, judge
from crawler.listings import ListingPage, ListingRequest, read_listing
from crawler.locate import Hop, is_listing, next_hop
from crawler.urls import article_id, url_key
from storage.instants import local_day
from storage.queries import newest_section_state
from storage.records import Outcome, Purpose, Reading, SweepKind
from storage.sweeps import Row, SweepRecord

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.session import Session, Target
    from storage.records import Fetch

__all__ = ["Discovered", "discover"]

_LONGEST_WALK = 6
"""Pages from a start to a listing; portals are never deeper, and a walk in circles must end."""
_LISTING_READER = "listing-1"
_LOST = frozenset({Outcome.GONE, Outcome.SOFT_GONE, Outcome.UNREADABLE})
"""What a listing's old address answers when the listing has moved: then, and only then, it is searched for anew."""
_SAME_AS_BEFORE = "paging is ignored: page {page} repeats an earlier one; first page only"


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a sweep brought: its size, whether it was complete, and the pages not known before."""

    target: Target
    section_id: int
    platform: str
    rows: int
    total: int | None
    complete: bool
    new_pages: tuple[int, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """A listing's address, how it was first found, and how it was found this time."""

    url: str
    found_by: str
    how: str


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
    read: int = 0
    total: int | None = None
    pages: int | None = None
    platform: str = "auto"
    known_in_a_row: int = 0
    seen: list[tuple[str, ...]] = field(default_factory=list)
    note: str | None = None
    ended: bool = False
    lost: bool = False
    new_pages: tuple[int, ...] = ()


async def discover(session: Session, target: Target, *, full: bool, limit: int | None = None) -> Discovered:
    """Read the listing of a section and append the sweep.

    A section that has never been read completely is always read whole; else a head sweep stops after as many known rows in a
    row as the settings say, because pinned and back-dated rows stand among the new ones.  `limit` stops after so many rows.

    Raises LocateError where no listing was found and ListingError where the first page of it cannot be read; both are recorded.
    """
    section_id = session.archive.section(target.portal.name, target.slug)
    found = _named(session, target, section_id) or await _search(session, target, section_id)
    sweep = await _read_listing(session, target, section_id, found, full=full, limit=limit)
    if sweep.lost and not target.section.listing:
        again = await _search(session, target, section_id)
        if again.url != found.url:
            found, sweep = again, await _read_listing(session, target, section_id, again, full=full, limit=limit)
    if not sweep.read:
        raise ListingError(
            f"{target.name}: the listing cannot be read: {sweep.note}",
            url=found.url,
            hint=f"save it and look: jiaxing-today parse FILE --listing --url {found.url}",
        )
    state = {"title": target.section.title, "listing_url": found.url, "platform": sweep.platform, "found_by": found.found_by}
    session.archive.section_state(section_id, session.run_id, **state)
    return Discovered(
        target, section_id, sweep.platform, len(sweep.rows), sweep.total, _is_complete(sweep), sweep.new_pages, sweep.note
    )


async def _read_listing(  # noqa: PLR0913 - the listing, and how much of it
    session: Session, target: Target, section_id: int, found: _Found, *, full: bool, limit: int | None
) -> _Pass:
    """Read the listing from its first page on and append the sweep, whatever came of it."""
    whole = full or not session.archive.has_complete_sweep(section_id)
    kind = SweepKind.FULL if whole else SweepKind.HEAD
    sweep = _Pass(target, section_id, kind, session.clock.now(), limit, found.how)
    request: ListingRequest | None = ListingRequest(found.url, platform=target.section.platform)
    while request is not None:
        request = await _read_page(session, sweep, request)
    _, new = session.archive.append_sweep(_record(session, sweep))
    sweep.new_pages = tuple(new)
    return sweep


def _record(session: Session, sweep: _Pass) -> SweepRecord:
    return SweepRecord(
        run_id=session.run_id,
        section_id=sweep.section_id,
        kind=sweep.kind,
        day=local_day(sweep.started_at, sweep.target.portal.zone),
        started_at=sweep.started_at,
        rows=sweep.rows,
        complete=_is_complete(sweep),
        pages_read=sweep.read,
        pages_expected=sweep.pages,
        note=sweep.note,
    )


def _is_complete(sweep: _Pass) -> bool:
    return sweep.ended and sweep.note is None


async def _read_page(session: Session, sweep: _Pass, request: ListingRequest) -> ListingRequest | None:
    """Read one answer of the listing into the pass; return what to ask next, None at the end of it."""
    ask = Ask(request.url, Purpose.LISTING, request.method, request.form, request.headers)
    hops = await session.ask(ask)
    page, problem = _listing(hops[-1], request, sweep.target)
    reading = _reading(hops[-1], page, problem)
    fetch_id = session.archive.append_fetches(hops, run_id=session.run_id, section_id=sweep.section_id, reading=reading)[-1]
    if page is None or not page.readable:
        sweep.note = problem or "; ".join(page.problems if page else ())
        sweep.lost = sweep.read == 0 and reading is not None and reading.outcome in _LOST
        return None
    return _take(session, sweep, page, fetch_id)


def _listing(answer: Fetch, request: ListingRequest, target: Target) -> tuple[ListingPage | None, str | None]:
    """Read an answer as a page of a listing; None and the reason where it is none."""
    if not has_reading(answer):
        return None, answer.error or f"no answer ({answer.result.value})"
    verdict = judge(answer)
    if verdict is not None:
        return None, verdict.reason
    decoded = decode(answer.body or b"", answer.header("content-type"))
    # Relative addresses count from where the answer came from, which a redirect may have moved.
    asked = request if request.cursor else replace(request, url=answer.url)
    try:
        return read_listing(decoded.text, asked, section=target.section, zone=target.portal.zone), None
    except ReadError as exc:
        return None, str(exc)


def _reading(answer: Fetch, page: ListingPage | None, problem: str | None) -> Reading | None:
    if not has_reading(answer):
        return None
    verdict = judge(answer)
    if verdict is not None:
        return Reading(_LISTING_READER, verdict.outcome, problems=(verdict.reason,))
    if page is None or not page.readable:
        return Reading(_LISTING_READER, Outcome.UNREADABLE, problems=(problem,) if problem else page.problems if page else ())
    return Reading(_LISTING_READER, Outcome.OK, problems=(*page.problems, *page.remarks))


def _take(session: Session, sweep: _Pass, page: ListingPage, fetch_id: int) -> ListingRequest | None:
    keys = tuple(url_key(listed.url) for listed in page.records)
    sweep.read += 1
    if keys and keys in sweep.seen:
        sweep.note = _SAME_AS_BEFORE.format(page=sweep.read)
        return None
    if sweep.pages is None:
        # In answers, as pages_read is: a first answer may hold several of the pages that a person would leaf through.
        sweep.pages = ceil(page.total / len(keys)) if page.total and keys else page.pages
    sweep.seen.append(keys)
    sweep.platform, sweep.total = page.platform, page.total if page.total is not None else sweep.total
    rows = [Row(listed, key, article_id(listed.url), fetch_id) for listed, key in zip(page.records, keys, strict=True)]
    stop = _stops_at(session, sweep, rows)
    sweep.rows += rows if stop is None else rows[:stop]
    session.report.listing(sweep.target, len(sweep.rows), sweep.total, f"{sweep.how} (platform: {sweep.platform}")
    if stop is not None:
        return None
    sweep.ended = page.next is None
    if page.problems:
        sweep.note = "; ".join(page.problems)
    return page.next


def _stops_at(session: Session, sweep: _Pass, rows: list[Row]) -> int | None:
    """Return how many of `rows` to take where the pass stops among them, else None."""
    for index, row in enumerate(rows, start=1):
        known = session.archive.is_listed(sweep.section_id, row.url_key)
        sweep.known_in_a_row = sweep.known_in_a_row + 1 if known else 0
        if sweep.limit is not None and len(sweep.rows) + index >= sweep.limit:
            return index
        if sweep.kind is SweepKind.HEAD and sweep.known_in_a_row >= session.settings.known_rows_to_stop:
            return index
    return None


def _named(session: Session, target: Target, section_id: int) -> _Found | None:
    """Return the listing that the portal's file names, else the one that was found last, else None."""
    if target.section.listing:
        way = "by the portal's file"
        return _Found(target.section.listing, way, way)
    known = newest_section_state(session.archive.connection, section_id)
    return _Found(known["listing_url"], known["found_by"], "where it was last") if known and known["listing_url"] else None


async def _search(session: Session, target: Target, section_id: int) -> _Found:
    """Walk from the start pages, the first that answers leading on; raises LocateError with every step that led nowhere."""
    steps: list[str] = []
    for start in target.section.start:
        found = await _walk(session, target, section_id, start, steps)
        if found is not None:
            return found
    last = steps[-1] if steps else "there is nowhere to start"
    raise LocateError(
        f"{target.name}: no listing titled “{target.section.title}” was found: {last}",
        steps=tuple(steps),
        hint=f'find its address in a browser and write it into the portal\'s file: [sections.{target.slug}] listing = "https://..."',
    )


async def _walk(session: Session, target: Target, section_id: int, start: str, steps: list[str]) -> _Found | None:
    """Walk from a page towards the listing, noting each step; None where it leads nowhere."""
    url, follow = start, target.section.trail
    ways: list[str] = []
    seen: set[str] = set()
    while url not in seen and len(seen) < _LONGEST_WALK:
        seen.add(url)
        hops = await session.ask(Ask(url, Purpose.LOCATE))
        session.archive.append_fetches(hops, run_id=session.run_id, section_id=section_id)
        answer = hops[-1]
        text = _page_text(answer)
        if text is None:
            steps.append(f"{url}: {_why_not(answer)}")
            return None
        if not follow and is_listing(text, answer.url):
            way = ", then ".join(ways) or "at its start page"
            return _Found(answer.url, way, way)
        step = next_hop(text, answer.url, follow)
        if not isinstance(step, Hop):
            steps.append(f"{answer.url}: {step.reason}")
            return None
        ways.append(step.how)
        url, follow = step.url, step.follow
    steps.append(f"{start}: the way leads in a circle or beyond {_LONGEST_WALK} pages")
    return None


def _page_text(answer: Fetch) -> str | None:
    if not has_reading(answer) or judge(answer) is not None:
        return None
    return decode(answer.body or b"", answer.header("content-type")).text


def _why_not(answer: Fetch) -> str:
    verdict = judge(answer) if has_reading(answer) else None
    return verdict.reason if verdict else answer.error or answer.result.value
