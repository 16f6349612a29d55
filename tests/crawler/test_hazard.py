"""What is learned of when pages change: one bit a look, deterministic, bounded, and right where the truth is known."""

from __future__ import annotations

from itertools import pairwise
from math import exp
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.hazard import EDGES, UNTOLD, Baseline, Learned, Tally, crossing, curve_of, expected, index, learn, multiplier

ages = st.floats(0, 2000)
tallies = st.builds(Tally, st.floats(0, 50), st.floats(0, 50))
curves = st.builds(
    lambda events, exposure: curve_of(Baseline(tuple(events), tuple(exposure))),
    st.lists(st.floats(0, 100), min_size=13, max_size=13),
    st.lists(st.floats(0, 1000), min_size=13, max_size=13),
)


def taught(looks: list[tuple[float, float, bool]]) -> Learned:
    """Return what looks taught, all of one page."""
    learned = Learned(Baseline(), UNTOLD, UNTOLD)
    for start, wait, changed in looks:
        learned = learn(*learned, (start, start + wait), changed=changed)
    return learned


def test_nothing_known_is_the_prior() -> None:
    """A page of which nothing is known is expected to be edited 0.28 times on its first day, and once in two years when old."""
    curve = curve_of(Baseline())
    assert expected(curve, 0, 1) == pytest.approx(0.278, abs=0.001)
    assert expected(curve, 1000, 1730) == pytest.approx(1.0)
    assert multiplier(UNTOLD, UNTOLD) == 1


@given(curves, ages, ages, ages)
def test_expected_edits_add_up(curve, one, two, three) -> None:
    """The edits of two waits, one after the other, are those of both together, and never negative."""
    first, second, third = sorted((one, two, three))
    assert expected(curve, first, third) == pytest.approx(expected(curve, first, second) + expected(curve, second, third))
    assert expected(curve, first, second) >= 0


@given(curves, st.floats(0.001, 100), ages, st.floats(1e-4, 1e4))
def test_a_page_is_due_when_its_index_reaches_the_threshold(curve, factor, looked, threshold) -> None:
    """At the age of crossing the index is the threshold, whichever bins lie between."""
    due = crossing(curve, factor, looked, threshold)
    assert due > looked
    if due - looked > 1e-6 * (1 + looked):
        assert index(curve, factor, looked, due) == pytest.approx(threshold, rel=1e-2)


@given(curves, st.floats(0.001, 100), ages, st.floats(1e-3, 1e3))
def test_more_is_due_later(curve, factor, looked, threshold) -> None:
    """A higher threshold is crossed later, and a page that changes more often crosses it sooner."""
    due = crossing(curve, factor, looked, threshold)
    assert crossing(curve, factor, looked, 2 * threshold) >= due
    assert crossing(curve, 2 * factor, looked, threshold) <= due


@given(tallies, tallies, st.floats(0, 500), st.floats(0.01, 300))
def test_a_change_raises_and_its_absence_lowers(host, page, start, wait) -> None:
    """After a change a page is held to change more often than after none, and every sum stays finite."""
    baseline = Baseline()
    changed = learn(baseline, host, page, (start, start + wait), changed=True)
    same = learn(baseline, host, page, (start, start + wait), changed=False)
    assert multiplier(host, changed.page) >= multiplier(host, page) * (1 - 1e-6)
    assert multiplier(host, same.page) <= multiplier(host, page)
    assert all(value >= 0 for value in (*changed.baseline.events, *changed.baseline.exposure, *same.baseline.exposure))


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 90), st.booleans()), max_size=30))
def test_a_replay_gives_the_same(looks) -> None:
    """The same looks in the same order teach exactly the same numbers, and no more numbers than before."""
    assert taught(looks) == taught(looks)
    assert len(taught(looks).baseline.events) == len(EDGES)


def test_a_look_without_a_wait_teaches_nothing() -> None:
    """Two looks at the same instant, or at a clock set back, say nothing of changes."""
    nothing = Learned(Baseline(), UNTOLD, UNTOLD)
    assert learn(*nothing, (3.0, 3.0), changed=True) == nothing
    assert learn(*nothing, (3.0, 2.0), changed=True) == nothing


def test_a_known_rate_is_learned() -> None:
    """Of 600 pages that change at 0.1 a day on average, some often and most hardly ever, looks tell a curve of about that."""
    random, baseline, host = Random(7), Baseline(), UNTOLD
    for _ in range(600):
        page, looked, rate = UNTOLD, 0.0, 0.1 * random.gammavariate(0.5, 2.0)
        while looked < 60:
            wait = random.expovariate(1 / 3)
            changed = random.random() < 1 - exp(-rate * wait)
            baseline, host, page = learn(baseline, host, page, (looked, looked + wait), changed=changed)
            looked += wait
    curve = curve_of(baseline)
    level = multiplier(host, UNTOLD)
    days = [level * expected(curve, start, end) / (end - start) for start, end in pairwise((1, 4, 16, 32, 60))]
    assert days == pytest.approx([0.1] * 4, rel=0.25)


def test_pages_are_told_apart() -> None:
    """Of two pages looked at weekly, the one that always changed is held to change ten times as often as the one that never did."""
    looks = [(7.0 * week, 7.0) for week in range(12)]
    often, never = (multiplier(UNTOLD, taught([(*look, changed) for look in looks]).page) for changed in (True, False))
    assert often > 10 * never
