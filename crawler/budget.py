"""How pressing a page must be to be looked at: the threshold at which a host's pages need just its budget of looks a day.  Pure.

Pages are told by their ages in days.  `plan_day` works it out anew each night from the state of all pages of a host; between two
nights each page's due time follows from it alone (`due_age`), so that what is due is a column and a tick is one query.
"""

from __future__ import annotations

from math import inf, sqrt
from typing import TYPE_CHECKING, NamedTuple

from crawler.hazard import crossing, index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.hazard import Curve

__all__ = ["FORCED", "LEAD", "LONGEST", "LOWEST", "SHORTEST", "Newborn", "Outlook", "Plan", "due_age", "looks_by", "plan_day"]

FORCED = (1 / 24, 6 / 24, 1.0)
"""Days after first sight at which a young page is looked at in any case: errors and corrections come early."""
FORCED_SHARE = 0.1
"""Forced looks may need this part of the budget; beyond it the last of the three are given up first."""
SHORTEST, LONGEST = 1 / 24, 90.0
"""No two looks at a page that answers are closer, or further apart."""
LOWEST = 0.05
"""The floor of the threshold: a page that is edited once in two years reaches it in about six days, however large the budget."""
LEAD = 1.5
"""Days by which a page may be looked at before it is due, where the budget is short and yet there is some to spare.

More than a plan holds: of pages that are all alike, as after a first crawl, a threshold lets all be due, or none.
"""
_HIGHEST, _CLOSE = 1e9, 1.01


class Outlook(NamedTuple):
    """What the due time of a page rests on.

    Its rate, its age when last looked at, its age when first seen (inf: not young), and the longest wait for its next look.
    """

    curve: Curve
    factor: float
    looked: float
    seen: float = inf
    longest: float = LONGEST


class Plan(NamedTuple):
    """How a host's pages are due until the next night: at which index, and how many looks of a young page are forced."""

    least: float
    forced: int = len(FORCED)

    @property
    def lead(self) -> float:
        """Return by how many days pages may be looked at before they are due, if nothing is due and budget is left."""
        return LEAD if self.least > LOWEST else 0.0


class Newborn(NamedTuple):
    """The pages that a host will publish: how a page looks that was just found, and how many are found a day."""

    outlook: Outlook
    a_day: float


def due_age(page: Outlook, plan: Plan) -> float:
    """Return the age at which a page is due next: when its index reaches the threshold, or a look is forced."""
    curve, factor, looked, seen, longest = page
    age = min(max(crossing(curve, factor, looked, plan.least), looked + SHORTEST), looked + longest)
    if looked < seen + FORCED[-1]:
        return min([age, *(seen + after for after in FORCED[: plan.forced] if seen + after > looked)])
    return age


def looks_by(page: Outlook, now: float, until: float, plan: Plan) -> int:
    """Return how often a page will be due from age `now` up to age `until`."""
    looks, looked = 0, page.looked
    while (age := max(due_age(page._replace(looked=looked), plan), now)) < until:
        looks, looked = looks + 1, age
    return looks


def plan_day(pages: Sequence[tuple[Outlook, float]], newborn: Newborn, budget: float) -> Plan:
    """Return the plan by which pages (each with its age now) and those to come need `budget` looks in the next day.

    The threshold is never below `LOWEST`: a small archive has more budget than there is reason to ask.
    """
    forced = min(int(FORCED_SHARE * budget / newborn.a_day), len(FORCED)) if newborn.a_day else len(FORCED)
    none_due = Plan(_HIGHEST, forced)
    tomorrow = sorted(((_pressing(page, now + 1, none_due), page, now) for page, now in pages), key=lambda each: -each[0])
    low, high = LOWEST, _HIGHEST
    if _needed(tomorrow, newborn, Plan(low, forced), budget) <= budget:
        return Plan(low, forced)
    while high > low * _CLOSE:
        middle = sqrt(low * high)
        if _needed(tomorrow, newborn, Plan(middle, forced), budget) > budget:
            low = middle
        else:
            high = middle
    return Plan(high, forced)


def _pressing(page: Outlook, age: float, none_due: Plan) -> float:
    """Return a page's index at an age; without end where a look is forced before."""
    if due_age(page, none_due) < age:
        return inf
    return index(page.curve, page.factor, page.looked, age)


def _needed(tomorrow: list[tuple[float, Outlook, float]], newborn: Newborn, plan: Plan, budget: float) -> float:
    """Return how many looks a day needs by a plan, or something above the budget as soon as that is clear."""
    needed = newborn.a_day * _of_newborn(newborn.outlook, plan)
    for pressing, page, now in tomorrow:
        if pressing < plan.least or needed > budget:
            break
        needed += looks_by(page, now, now + 1, plan)
    return needed


def _of_newborn(page: Outlook, plan: Plan) -> float:
    """Return the looks that a page found at some moment of the day will need before the day is over."""
    needed, looked, end = 0.0, page.looked, page.looked + 1
    while (age := due_age(page._replace(looked=looked), plan)) < end:
        needed, looked = needed + end - age, age
    return needed
