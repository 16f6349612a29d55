"""One look at one page, appended whole: fetches, bodies, readings, content, version, identities, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from storage.children import offer
from storage.comparing import base_as_read, said_before
from storage.derived import look_of, looks_of, page_state, plan_with_copies, refresh_releases, save_state
from storage.fingerprint import compare_sha256
from storage.hazard import teach
from storage.instants import instant, later
from storage.marks import FLAP, is_unconfirmed, marked, was_told
from storage.news import is_baseline, is_second_address, tell, tell_version
from storage.opinions import identify
from storage.records import FoundBy, Kind, Outcome, Result, State
from storage.state import MISSING, advance, age_of_hops, fold
from storage.versions import Draft, draft_version
from storage.writer import received_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.children import Offered
    from storage.hazard import Schedule
    from storage.records import Fetch, Reading
    from storage.state import LookFact, PageState
    from storage.writer import VersionRow, Writer

__all__ = ["Appended", "Look", "append_look"]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a page brought.

    `fetches` are the hops of one ask; `reading` is what the reader made of the last (None where nothing came to read);
    `rereading` is what the same reader makes of the page's base body, needed where another reader read that (rule 1).
    `offered` are the files and further pages that it names (None: it does not tell).
    """

    run_id: int
    page_id: int
    fetches: Sequence[Fetch]
    reading: Reading | None = None
    rereading: Reading | None = None
    section_id: int | None = None
    found_by: FoundBy = FoundBy.CRAWL
    offered: Sequence[Offered] | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """What a look turned out to be: the version it made (None: nothing changed or nothing came), and pages to look at next.

    `children` are the pages of what it offered, in that order (`storage.children`).
    """

    fetch_id: int
    state: State | None
    kind: Kind | None = None
    version_id: int | None = None
    baseline: bool = False
    silent: bool = False
    suspected: bool = False
    answered: bool = True
    missing: bool = False
    aside: bool = False
    not_modified: bool = False
    second_address: bool = False
    look_at: tuple[int, ...] = field(default=())
    children: tuple[int | None, ...] = field(default=())


def append_look(writer: Writer, look: Look, *, now: datetime, schedule: Schedule) -> Appended:
    """Append one look in the caller's transaction and return what it turned out to be."""
    before = page_state(writer.connection, look.page_id)
    fetch_id = writer.hops(look.fetches, run_id=look.run_id, page_id=look.page_id, section_id=look.section_id)[-1]
    draft, content_id = _read(writer, look, before, fetch_id, now)
    baseline = draft is not None and is_baseline(writer.connection, look.page_id, draft.kind, look.found_by)
    if draft is not None:
        row: VersionRow = {
            "page_id": look.page_id,
            "fetch_id": fetch_id,
            "content_id": content_id,
            "previous_id": before.version_id,
            "observed_at": received_at(look.fetches[-1]),
            "baseline": baseline,
        }
        draft = marked(writer.connection, draft, **row)
        writer.version(draft, **row, found_by=look.found_by, recorded_at=now)
    fact = look_of(writer.connection, fetch_id)
    version = fact.version
    after = advance(before, fact)
    if look.rereading is not None and after.base_fetch_id == before.base_fetch_id:
        after = fold(looks_of(writer.connection, look.page_id))  # the base stayed, and reads otherwise now
    save_state(writer.connection, look.page_id, after)
    teach(writer.connection, look.page_id, before, after, schedule)
    to_see = identify(writer, look.page_id, now, read=version is not None)
    refresh_releases(writer.connection, [look.page_id])
    suspected = before.state is State.LIVE and after.state is State.SUSPECT
    second = version is not None and is_second_address(writer.connection, version.id, version.kind)
    news = _news(writer, look.page_id, draft, fact, after, known=baseline or second)
    if news is not None:
        tell_version(writer, news, now)
    if suspected:
        tell(writer, "suspect", now, fetch_id=fetch_id)
    look_at = plan_with_copies(writer.connection, look.page_id, to_see, now, schedule)
    tells = look.offered is not None and after.state is State.LIVE
    children = offer(writer, look.page_id, look.offered or (), now, schedule, anew=version is not None) if tells else ()
    return Appended(
        fetch_id=fetch_id,
        state=after.state,
        kind=version.kind if version else None,
        version_id=version.id if version else None,
        baseline=baseline,
        silent=bool(draft and draft.silent),
        suspected=suspected,
        answered=after.fails == 0 or fact.outcome is Outcome.OK,
        missing=look.reading is not None and look.reading.outcome in MISSING,
        aside=fact.outcome is Outcome.QUARANTINED,
        not_modified=fact.result is Result.NOT_MODIFIED,
        second_address=second,
        look_at=look_at,
        children=children,
    )


def _news(  # noqa: PLR0913 - what a look brought
    writer: Writer, page_id: int, draft: Draft | None, fact: LookFact, state: PageState, *, known: bool
) -> int | None:
    """Return the version that people are to be told of now: the one that the look made, or an older one that it bears out.

    One that may be a copy that lags is told of only when a further body says the same, and not at all where that is no news.
    """
    if draft is not None and fact.version is not None:
        return None if known or FLAP in draft.labels else fact.version.id
    if fact.outcome is not Outcome.OK or state.base_fetch_id != fact.fetch_id:
        return None
    waits = is_unconfirmed(writer.connection, state.version_id)
    return state.version_id if waits and not was_told(writer.connection, page_id, state.compare_sha256) else None


def _read(writer: Writer, look: Look, state: PageState, fetch_id: int, now: datetime) -> tuple[Draft | None, int | None]:
    """Write the readings and draft the version, comparing under one reader."""
    reading = look.reading
    if reading is None:
        return None, None
    again = look.rereading if reading.content is not None else None
    if again is not None and again.content is not None and state.base_fetch_id is not None:
        # One that finds a notice in an old body would take versions back, and only `storage.late` may do that.
        writer.reading(state.base_fetch_id, again, now)
    base = base_as_read(writer.connection, state.base_fetch_id, reading.reader)
    compared = compare_sha256(reading.content) if reading.content is not None else None
    earlier = partial(said_before, writer.connection, look.page_id, fetch_id)
    draft, problem = draft_version(state, base, reading, compared, cached_at=_cached_at(look.fetches), earlier=earlier)
    if problem:
        reading = replace(reading, problems=(*reading.problems, problem))
    return draft, writer.reading(fetch_id, reading, now, compared)


def _cached_at(hops: Sequence[Fetch]) -> str | None:
    age = age_of_hops([(instant(hop.requested_at), hop.response_headers) for hop in hops])
    return later(instant(hops[-1].requested_at), -1000 * age) if age else None
