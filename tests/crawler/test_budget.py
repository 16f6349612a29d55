"""The day's plan: as many looks are due as the budget holds, a floor for small archives, and forced looks within their share."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.budget import FORCED, LEAD, LONGEST, LOWEST, SHORTEST, Newborn, Outlook, Plan, due_age, looks_by, plan_day
from crawler.hazard import Baseline, curve_of

CURVE = curve_of(Baseline())
NONE_BORN = Newborn(Outlook(CURVE, 1.0, 0.0, 0.0), 0.0)


def page(looked: float, factor: float = 1.0, seen: float = inf) -> Outlook:
    """Return a page last looked at at an age."""
    return Outlook(CURVE, factor, looked, seen)


def due(pages, newborn, plan) -> int:
    """Return how many looks the next day has by a plan."""
    return sum(looks_by(each, now, now + 1, plan) for each, now in pages)


@given(st.lists(st.tuples(st.floats(1, 900), st.floats(0.01, 20), st.floats(0, 30)), min_size=60, max_size=120), st.integers(5, 50))
def test_a_plan_spends_the_budget(drawn, budget) -> None:
    """The looks of the next day are no more than the budget, and a slightly lower threshold would need more."""
    pages = [(page(looked, factor), looked + waited) for looked, factor, waited in drawn]
    plan = plan_day(pages, NONE_BORN, budget)
    assert due(pages, NONE_BORN, plan) <= budget
    assert plan.least == LOWEST or due(pages, NONE_BORN, plan._replace(least=plan.least * 0.98)) > budget


def test_a_small_archive_is_left_in_peace() -> None:
    """Ten old pages and 300 looks a day: the floor holds, and each is looked at about once a week and never ahead of that."""
    pages = [(page(400.0), 400.0)] * 10
    plan = plan_day(pages, NONE_BORN, 300)
    assert (plan.least, plan.lead) == (LOWEST, 0)
    assert 5 < due_age(page(400.0), plan) - 400 < 8


def test_a_short_budget_may_be_spent_ahead() -> None:
    """Where the budget is short, what is left over of it may go to pages that are due a little later."""
    assert plan_day([(page(400.0), 430.0)] * 100, NONE_BORN, 3).lead == LEAD


@pytest.mark.parametrize(("budget", "forced"), [(300, 0), (400, 1), (1000, 2), (1200, 3)])
def test_forced_looks_take_a_tenth(budget, forced) -> None:
    """With 40 new pages a day, one forced look each is made from 400 looks a day on: they take a tenth at most."""
    assert plan_day([], Newborn(page(0.0, seen=0.0), 40.0), budget).forced == forced


def test_a_young_page_is_looked_at_after_1_6_and_24_hours() -> None:
    """Where the budget holds them, the forced looks come whatever the threshold."""
    looked, found = 0.0, []
    for _ in range(3):
        looked = due_age(page(looked, seen=0.0), Plan(1e9))
        found.append(looked)
    assert found == list(FORCED)


@given(st.floats(0, 5000), st.floats(1e-3, 1e3), st.floats(1e-6, 1e9))
def test_every_wait_is_between_an_hour_and_90_days(looked, factor, least) -> None:
    """However pressing or dull a page is, it waits an hour at least and 90 days at most."""
    wait = due_age(page(looked, factor), Plan(least)) - looked
    assert SHORTEST * 0.999 <= wait <= LONGEST * 1.001


def test_pages_to_come_are_provided_for() -> None:
    """A host that publishes leaves fewer looks for its old pages: the threshold is higher."""
    pages = [(page(20.0), 20.0 + day / 10) for day in range(100)]
    busy = Newborn(page(0.0, seen=0.0), 20.0)
    assert plan_day(pages, busy, 30).least > plan_day(pages, NONE_BORN, 30).least
