"""What we hold of a page now: a fold over its looks, so that one step after each look and a rebuild give the same.  Pure.

A *look* is the last hop of one ask for the page.  The fold keeps the bounds honest: `base_at` rests on bodies only (request
time less the Age that the answer carried), `unchanged_304` is kept beside it as the weaker witness.  A body that stood in a
cache since before what is known says nothing of now: it is counted as a look that was answered, and moves nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from storage.instants import later, parse_instant
from storage.records import Kind, Outcome, Result, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["MISSING", "LookFact", "PageState", "VersionFact", "advance", "age_of_hops", "answer_age", "fold"]

MISSING = frozenset({Outcome.GONE, Outcome.SOFT_GONE})
"""Outcomes that speak of the page itself; every other failure speaks of the host or of the way there."""


_LONGEST_AGE = 365 * 24 * 3600
"""Seconds.  An Age beyond a year is a broken cache, and a bound must not leave the calendar."""
_AGE_DIGITS = 20


@dataclass(frozen=True, slots=True)
class VersionFact:
    """A standing version that rests on the look."""

    id: int
    kind: Kind
    content_id: int | None
    compare_sha256: str | None
    observed_at: str


@dataclass(frozen=True, slots=True)
class LookFact:
    """One look: times (instants as text), what came, how it reads in the comparison form, and the version that it made, if any.

    `etag` and `last_modified` are those of the page's own address: what another address sent may not be sent back to this one.
    """

    fetch_id: int
    requested_at: str
    received_at: str
    result: Result
    outcome: Outcome | None = None
    age: int = 0
    etag: str | None = None
    last_modified: str | None = None
    error: str | None = None
    imported: bool = False
    compare_sha256: str | None = None
    version: VersionFact | None = None

    @property
    def stood_at(self) -> str:
        """Return the instant at which the answer's state surely stood: the request, less its age in a cache (RFC 9111, 5.1)."""
        return later(self.requested_at, -1000 * self.age)

    @property
    def cached_at(self) -> str | None:
        """Return since when the answer had stood in a cache, or None for a fresh one."""
        return self.stood_at if self.age else None


@dataclass(frozen=True, slots=True)
class PageState:
    """The columns of `_pages` that follow from looks; `state` is None until the page was read once.

    `missing_at` is when the page was last surely not there: a restoration happened after that.  Of a removed page it is the check
    that dates the removal, for nobody asks a control beside later looks, which may meet the block of our address.
    """

    state: State | None = None
    version_id: int | None = None
    content_id: int | None = None
    compare_sha256: str | None = None
    base_fetch_id: int | None = None
    base_at: str | None = None
    unchanged_304: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    first_seen_at: str | None = None
    last_changed_at: str | None = None
    last_confirmed_at: str | None = None
    last_look_at: str | None = None
    failing_since: str | None = None
    missing_at: str | None = None
    fails: int = 0
    looks: int = 0
    outcome: str | None = None
    error: str | None = None

    def outdates(self, cached_at: str | None) -> bool:
        """Tell whether a copy cached at that instant is older than what is known: the base, or a removed page's absence.

        A fresh answer (None) never is: our own clock may have been set back meanwhile.
        """
        known = self.missing_at if self.state is State.REMOVED else self.base_at
        return known is not None and cached_at is not None and cached_at <= known


def answer_age(headers: Iterable[Sequence[str]]) -> int:
    """Return for how many seconds an answer had stood in a cache, by its Age header (RFC 9111, 5.1); 0 where it says nothing.

    Of several values the first holds.
    """
    value = next((value for name, value in headers if name.lower() == "age"), "").partition(",")[0].strip()
    return min(int(value[:_AGE_DIGITS]), _LONGEST_AGE) if value.isascii() and value.isdecimal() else 0


def age_of_hops(hops: Sequence[tuple[str, Iterable[Sequence[str]]]]) -> int:
    """Return for how many seconds before the last request of a chain of redirects its oldest answer had stood in a cache.

    `hops` are request times and response headers, in order.  A redirect out of a cache leads where its page led when it was cached,
    however fresh the answer is that came in the end.
    """
    ages = [(requested_at, age) for requested_at, headers in hops if (age := answer_age(headers))]
    last = parse_instant(hops[-1][0])
    return max((ceil((last - parse_instant(requested_at)).total_seconds()) + age for requested_at, age in ages), default=0)


def fold(looks: list[LookFact]) -> PageState:
    """Return the state after `looks`, in the order in which they were made."""
    state = PageState()
    for look in looks:
        state = advance(state, look)
    return state


def advance(state: PageState, look: LookFact) -> PageState:
    """Return the state after one more look.

    A 304 that nobody asked for carries an error: it confirms nothing.  Neither does one of a removed page bring it back: only a
    body makes the version that says so.  An answer that made no version and stood in a cache since before what is known says
    nothing of now: neither that the page is there nor that it is not.
    """
    seen = replace(state, last_look_at=look.requested_at, looks=state.looks + 1, error=look.error)
    if look.version is None and _is_of_old(state, look):
        return _answered(state, seen, Outcome.OK)
    if look.result is Result.NOT_MODIFIED and look.error is None and state.base_at is not None and state.state is not State.REMOVED:
        latest = max(look.stood_at, state.unchanged_304 or state.base_at)
        return _confirmed(replace(seen, unchanged_304=latest if latest > state.base_at else None, outcome=look.result.value), look)
    if look.outcome is Outcome.QUARANTINED:
        return _answered(state, seen, Outcome.QUARANTINED)
    if look.outcome is Outcome.OK:
        return _read(replace(seen, outcome=Outcome.OK.value), look)
    return _failed(seen, look)


def _is_of_old(state: PageState, look: LookFact) -> bool:
    """Tell whether a cache answered with what stood before we knew better, be that the page or that there is none.

    A page that is missing is not back because a copy shows it that was taken before it was seen to be missing.
    """
    if look.cached_at is None:
        return False
    if look.outcome in MISSING:
        return state.state is not State.REMOVED and look.cached_at <= (state.base_at or "")
    if state.state is State.SUSPECT and look.cached_at <= (state.missing_at or ""):
        return look.outcome is Outcome.OK or look.result is Result.NOT_MODIFIED
    return look.outcome is Outcome.OK and state.outdates(look.cached_at)


def _confirmed(state: PageState, look: LookFact) -> PageState:
    standing = State.IMPORTED if look.imported else State.LIVE
    return replace(state, state=standing, last_confirmed_at=look.received_at, failing_since=None, fails=0, error=None)


def _answered(state: PageState, seen: PageState, outcome: Outcome) -> PageState:
    """Take an older copy from a cache, or a page kept aside, for an answer, but for none that brings a missing page back."""
    if state.state in {State.SUSPECT, State.REMOVED}:
        return replace(seen, error=state.error)
    return replace(seen, outcome=outcome.value, failing_since=None, fails=0)


def _read(state: PageState, look: LookFact) -> PageState:
    """Take the body as the new base: of the same state (bounds only move forward), or of the version that it made."""
    version = look.version
    base_at = look.stood_at if version is not None else max(look.stood_at, state.base_at or "")
    based = replace(
        state,
        base_fetch_id=look.fetch_id,
        base_at=base_at,
        compare_sha256=look.compare_sha256 or state.compare_sha256,
        unchanged_304=state.unchanged_304 if (state.unchanged_304 or "") > base_at else None,
        etag=look.etag,
        last_modified=look.last_modified,
    )
    if version is not None:
        based = _new_version(based, version)
    return _confirmed(based, look)


def _new_version(state: PageState, version: VersionFact) -> PageState:
    return replace(
        state,
        version_id=version.id,
        content_id=version.content_id or state.content_id,
        compare_sha256=version.compare_sha256 or state.compare_sha256,
        unchanged_304=None,
        first_seen_at=state.first_seen_at or version.observed_at,
        last_changed_at=version.observed_at if state.first_seen_at else None,
    )


def _failed(state: PageState, look: LookFact) -> PageState:
    failing = replace(
        state,
        fails=state.fails + 1,
        failing_since=state.failing_since or look.received_at,
        missing_at=look.stood_at if look.outcome in MISSING and state.state is not State.REMOVED else state.missing_at,
        outcome=(look.outcome or look.result).value,
    )
    if look.version is not None and look.version.kind is Kind.REMOVED:
        return replace(_new_version(failing, look.version), state=State.REMOVED, etag=None, last_modified=None)
    if look.outcome in MISSING and state.state is State.LIVE:
        return replace(failing, state=State.SUSPECT)
    return failing
