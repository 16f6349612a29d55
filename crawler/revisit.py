"""When to look at a page again.  Pure: state in, instant out, so that what is due is a column and can be rebuilt.

What is learned of a page, its host and its class (`crawler.hazard`) and the host's plan of the day (`crawler.budget`) say when it
is due.  Without them a rule of thumb does: pages change soon after they are published and ever more rarely later, so the wait grows
with the page's age; a page seen while it is young is looked at 1, 6 and 24 hours after first sight; none waits over 90 days.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from crawler.budget import FORCED, LONGEST, SHORTEST, Outlook, Plan, due_age
from crawler.hazard import Baseline, Learned, Tally, curve_of, learn, multiplier
from storage.hazard import Known, Sum
from storage.instants import instant, parse_instant
from storage.records import State
from storage.removal import RemovalRule

if TYPE_CHECKING:
    from config.portal import Portal
    from storage.state import PageState

__all__ = [
    "PATIENT",
    "POLICY",
    "Policy",
    "Told",
    "learned_from",
    "learned_of",
    "longest_wait",
    "next_look",
    "origin_of",
    "outlook_of",
    "rule_of",
    "told_by",
]

_FORCED = tuple(timedelta(days=after) for after in FORCED)
"""After first sight, and likewise after a failure: errors and corrections come early."""
_YOUNG = timedelta(days=3)
"""A page first seen later than this after its printed date was old when we came: nobody corrects it within the hour."""
PATIENT = frozenset({"age", "learned", "every"})
"""Reasons of looks that are spread over the day; every other wants its look soon."""
_SHARE_OF_AGE = 0.2
_SHORTEST, _LONGEST = timedelta(days=SHORTEST), timedelta(days=LONGEST)
_REMOVED = timedelta(days=30)
_GOLDEN = (5**0.5 - 1) / 2
_DAY = timedelta(days=1)


class Policy:
    """The policy as the archive asks it (a `storage.hazard.Schedule`): sums in, sums out."""

    def due(self, state: PageState, recorded_at: str, published_on: str | None, known: Known) -> tuple[str, str]:
        """Return when a page is due next, as an instant, and why; without a plan of its host by the rule of thumb."""
        plan = known.plan
        if plan is None:
            return next_look(state, recorded_at, published_on)
        if plan.every is not None and state.state is State.LIVE and not state.fails and state.last_look_at is not None:
            return instant(parse_instant(state.last_look_at) + timedelta(seconds=plan.every)), "every"
        longest = longest_wait(timedelta(seconds=plan.longest), state.looks, state.base_fetch_id)
        return next_look(state, recorded_at, published_on, learned_of(known), Plan(plan.least, plan.forced), longest)

    def taught(self, before: PageState, after: PageState, published_on: str | None, known: Known) -> Known | None:
        """Return what is known after the look that led from one state to the other; None where it taught nothing."""
        told = told_by(before, after, published_on)
        if told is None:
            return None
        baseline, host, page = learned_from(learned_of(known), told)
        by_age = tuple(Sum(*each) for each in zip(baseline.events, baseline.exposure, strict=True))
        return Known(by_age, Sum(host.events, host.exposure), Sum(page.events, page.exposure), known.plan)


POLICY = Policy()


def learned_of(known: Known) -> Learned:
    """Return what is kept of a page, its host and its class as the model reads it."""
    events, exposure = zip(*known.by_age, strict=True) if known.by_age else ((), ())
    return Learned(Baseline(events, exposure) if events else Baseline(), Tally(*known.host), Tally(*known.page))


class Told(NamedTuple):
    """What a look told: between which ages (in days) of the page, and whether it had changed in between."""

    ages: tuple[float, float]
    changed: bool


def next_look(  # noqa: PLR0913, PLR0917 - a page's state, and what is known beside it
    state: PageState,
    recorded_at: str,
    published_on: str | None,
    learned: Learned | None = None,
    plan: Plan | None = None,
    longest: timedelta = _LONGEST,
) -> tuple[str, str]:
    """Return when a page is due next, as an instant, and why: `new`, `failing`, `removed`, `young`, `age` or `learned`.

    `recorded_at` is when the page was first listed, `published_on` the printed day (`YYYY-MM-DD`), where one is known; `learned`
    and its host's `plan` count only together, and `longest` with them.
    """
    if state.last_look_at is None:
        return recorded_at, "new"
    looked = parse_instant(state.last_look_at)
    if state.state is State.REMOVED:
        return instant(looked + _REMOVED), "removed"
    if state.fails:
        return instant(looked + _FORCED[min(state.fails, len(_FORCED)) - 1]), "failing"
    if learned is not None and plan is not None:
        due = due_age(outlook_of(state, published_on, learned)._replace(longest=longest / _DAY), plan)
        return instant(_origin(state, published_on)[0] + due * _DAY), "learned"
    return _next_by_age(state, looked, published_on)


def longest_wait(longest: timedelta, looks: int, look: int | None) -> timedelta:
    """Return for how long a page may go without its next look, the newest of its `looks` being the fetch `look`.

    The first waits are spread, by the golden ratio, from a quarter of the longest on: what a first crawl read in a week must not be
    due again in one week.
    """
    return longest * (0.25 + 0.75 * ((look or 0) * _GOLDEN % 1)) if looks == 1 else longest


def outlook_of(state: PageState, published_on: str | None, learned: Learned) -> Outlook:
    """Return what the due time of a page that was looked at rests on, for `due_age` and `plan_day`."""
    origin, young = _origin(state, published_on)
    looked = max(0.0, (parse_instant(state.last_look_at or "") - origin) / _DAY)
    return Outlook(curve_of(learned.baseline), multiplier(learned.host, learned.page), looked, 0.0 if young else inf)


def told_by(before: PageState, after: PageState, published_on: str | None) -> Told | None:
    """Return what the look told that led from one state to the other, or None where it told nothing of changes.

    That is the first sight of a page, a failure, a copy out of a cache, or the return of a removed page.  A removal is a change.
    """
    if before.last_confirmed_at is None or before.state is State.REMOVED:
        return None
    removed = after.state is State.REMOVED
    seen = after.missing_at if removed else after.last_confirmed_at
    if seen is None or seen <= before.last_confirmed_at:
        return None
    origin, _ = _origin(before, published_on)
    start, end = (max(0.0, (parse_instant(each) - origin) / _DAY) for each in (before.last_confirmed_at, seen))
    return Told((start, end), changed=after.version_id != before.version_id)


def learned_from(learned: Learned, told: Told | None) -> Learned:
    """Return what is known of a page, its host and its class after a look."""
    return learned if told is None else learn(learned.baseline, learned.host, learned.page, told.ages, changed=told.changed)


def _origin(state: PageState, published_on: str | None) -> tuple[datetime, bool]:
    return origin_of(state.first_seen_at, state.last_look_at, published_on)


def origin_of(first_seen_at: str | None, last_look_at: str | None, published_on: str | None) -> tuple[datetime, bool]:
    """Return the instant from which a page's age counts, and whether it was found young: then the age counts from first sight."""
    first_seen = parse_instant(first_seen_at or last_look_at or "")
    printed = datetime.fromisoformat(f"{published_on}T00:00:00Z") if published_on else first_seen
    young = first_seen - printed <= _YOUNG
    return (first_seen if young else printed), young


def _next_by_age(state: PageState, looked: datetime, published_on: str | None) -> tuple[str, str]:
    first_seen = parse_instant(state.first_seen_at or state.last_look_at or instant(looked))
    born = min(first_seen, datetime.fromisoformat(f"{published_on}T00:00:00Z")) if published_on else first_seen
    changed = parse_instant(state.last_changed_at) if state.last_changed_at else born
    wait = min(max(_SHARE_OF_AGE * (looked - max(born, changed)), _SHORTEST), _LONGEST)
    forced = [first_seen + after for after in _FORCED if first_seen + after > looked] if first_seen - born <= _YOUNG else []
    if forced and not state.last_changed_at:
        return instant(forced[0]), "young"
    return instant(looked + wait), "age"


def rule_of(portal: Portal) -> RemovalRule:
    """Return when a page of a portal may be called removed, by its file: checks, their span, and their days."""
    removal = portal.removal
    return RemovalRule(removal.checks, removal.spread, removal.days, portal.zone)
