"""Once a day and host: the plan by which its pages need just the budget of looks that it has, and when each is due by that."""

from __future__ import annotations

from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING

from config.durations import parse_duration
from crawler.agenda import sections_of
from crawler.budget import Newborn, Outlook, due_age, plan_day
from crawler.hazard import UNTOLD, Tally, curve_of, multiplier
from crawler.revisit import learned_of, longest_wait, origin_of
from storage.agenda import pages_of_host
from storage.hazard import HostPlan, Known, Sum, sums_of
from storage.instants import instant, parse_instant

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from config.portal import Portal
    from crawler.budget import Plan
    from crawler.hazard import Curve
    from crawler.session import Target
    from storage.queries import Row

__all__ = ["plan_host"]

_DAY = timedelta(days=1)
_LATELY = timedelta(days=30)
_YOUNG = timedelta(days=2)
_NO_BOUND = 1e9
"""Looks a day of a host without a budget."""


class _Host:
    """What is known of a host's pages, read once."""

    def __init__(self, connection: sqlite3.Connection, host: str, pages: list[Row], longest: timedelta, now: datetime) -> None:
        self.now = now
        self._longest = longest
        self.pages = pages
        self._connection = connection
        self._sum = Tally(*(sums_of(connection, "host", host) or (Sum(),))[0])
        self._curves: dict[str, Curve] = {}

    def curve(self, kind: str) -> Curve:
        """Return how the rate of a kind of page goes with its age."""
        if kind not in self._curves:
            known = Known(by_age=sums_of(self._connection, "class", kind))
            self._curves[kind] = curve_of(learned_of(known).baseline)
        return self._curves[kind]

    def outlooks(self) -> Iterator[tuple[Row, Outlook, datetime]]:
        """Yield each page with what its due time rests on, and the instant from which its age counts.

        Looks that a young page should have had long ago are made up for by none: they would all be due at once.
        """
        for page in self.pages:
            origin, young = origin_of(page["first_seen_at"], page["last_look_at"], page["published_on"])
            looked = max(0.0, (parse_instant(page["last_look_at"]) - origin) / _DAY)
            factor = multiplier(self._sum, Tally(page["events"], page["exposure"]))
            seen = 0.0 if young and self.now - origin < _YOUNG else inf
            longest = longest_wait(self._longest, page["looks"], page["base_fetch_id"]) / _DAY
            yield page, Outlook(self.curve(page["kind"]), factor, looked, seen, longest), origin

    def newborn(self) -> Newborn:
        """Return the pages that the host will publish, by those that it published lately."""
        since = instant(self.now - _LATELY)
        young = [page for page in self.pages if page["kind"] == "release" and (page["first_seen_at"] or "") >= since]
        count = sum(origin_of(page["first_seen_at"], page["last_look_at"], page["published_on"])[1] for page in young)
        first = min((page["first_seen_at"] for page in self.pages if page["first_seen_at"]), default=instant(self.now))
        watched = min(max(self.now - parse_instant(first), _DAY), _LATELY)
        return Newborn(Outlook(self.curve("release"), multiplier(self._sum, UNTOLD), 0.0, 0.0), count * (_DAY / watched))


def plan_host(
    connection: sqlite3.Connection, host: str, portal: Portal, targets: Sequence[Target], now: datetime
) -> tuple[HostPlan, list[tuple[int, str, str, str]]]:
    """Return a host's plan, and for each page of `targets` that waits: the look that this rests on, when it is due, and why."""
    schedule, pages = portal.schedule, pages_of_host(connection, host, sections_of(connection, targets))
    if schedule.recheck != "learned":
        every = parse_duration(schedule.recheck.removeprefix("every "))
        fixed = HostPlan(0.0, 0, every, schedule.longest_unseen)
        return fixed, _fixed(pages, every)
    known = _Host(connection, host, pages, timedelta(seconds=schedule.longest_unseen), now)
    outlooks = list(known.outlooks())
    ages = [(outlook, max((now - origin) / _DAY, outlook.looked)) for _, outlook, origin in outlooks]
    plan = plan_day(ages, known.newborn(), portal.politeness.requests_per_day or _NO_BOUND)
    return HostPlan(plan.least, plan.forced, None, schedule.longest_unseen), _dues(outlooks, plan)


def _dues(outlooks: Sequence[tuple[Row, Outlook, datetime]], plan: Plan) -> list[tuple[int, str, str, str]]:
    return [
        (page["page"], page["last_look_at"], instant(origin + due_age(outlook, plan) * _DAY), "learned")
        for page, outlook, origin in outlooks
    ]


def _fixed(pages: Sequence[Row], every: float) -> list[tuple[int, str, str, str]]:
    wait = timedelta(seconds=every)
    return [(page["page"], page["last_look_at"], instant(parse_instant(page["last_look_at"]) + wait), "every") for page in pages]
