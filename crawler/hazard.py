"""How likely a page has changed since it was last looked at: the learned model behind the revisit policy.  Pure; times are days.

A page's rate of change is its class's curve over age (piecewise constant) times a multiplier of the page's own, which is drawn
towards its host's.  All three are learned from one bit a look, "changed since the last look or not": the expectation of the edits
in the interval goes to whatever part of the curve the interval covers.  What is learned is sums, so that a replay of all looks in
their order gives the same numbers, and a few numbers a class, host and page hold it all.

The index of a page is Λ·τ + 8 days·(1 − e^−Λ·(1 + Λ)): the edits expected since the last look times the wait, which is their delay,
and how likely it is that of two edits the first was overwritten unseen.  A page is due when its index crosses a threshold, and
`crossing` says at which age that is.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from math import exp, expm1, log1p, sqrt
from typing import NamedTuple

__all__ = [
    "EDGES",
    "UNTOLD",
    "Baseline",
    "Curve",
    "Learned",
    "Tally",
    "crossing",
    "curve_of",
    "expected",
    "index",
    "learn",
    "multiplier",
]

EDGES = (0.0, 1 / 24, 3 / 24, 6 / 24, 12 / 24, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 256.0)
"""Ages in days at which the bins of a class begin; the last bin has no end."""
_LAST = len(EDGES) - 1

_PRIOR_WEIGHT = 2.0
"""How many edits the prior of each bin is worth."""
_HOST_WEIGHT = 3.0
_PAGE_WEIGHT = 0.5
"""How many expected edits it takes until a host (a page) counts as much by itself as what it is drawn towards."""
OVERWRITTEN = 8.0
"""Days of delay that the threat of overwriting an edit unseen is worth, twice: more saves edits, less sees them sooner."""
_CLOSE_ENOUGH = 1e-6


def _prior_by_age(age: float) -> float:
    """Return the edits that a page of which nothing is known has seen by an age: half of all pages early, then one in two years."""
    return 0.5 * (1 - 1 / sqrt(1 + 4 * age)) + 0.5 * age / 365


_PRIOR = (*((_prior_by_age(end) - _prior_by_age(start)) / (end - start) for start, end in pairwise(EDGES)), 0.5 / 365)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a host or a page has shown: edits seen (in expectation), and how many the curve alone would have expected."""

    events: float = 0.0
    exposure: float = 0.0


UNTOLD = Tally()


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a class of pages has shown in each bin of age: edits, and the days (weighted by multiplier) in which they were made."""

    events: tuple[float, ...] = (0.0,) * len(EDGES)
    exposure: tuple[float, ...] = (0.0,) * len(EDGES)


class Curve(NamedTuple):
    """A class's rate (edits a day) in each bin of age, and the edits expected before each bin."""

    rates: tuple[float, ...]
    before: tuple[float, ...]


class Learned(NamedTuple):
    """The three parts that one look teaches."""

    baseline: Baseline
    host: Tally
    page: Tally


def curve_of(baseline: Baseline) -> Curve:
    """Return the curve that a class's sums amount to, drawn towards the prior where it has shown little."""
    rates = tuple(
        (events + _PRIOR_WEIGHT) / (exposure + _PRIOR_WEIGHT / prior)
        for events, exposure, prior in zip(baseline.events, baseline.exposure, _PRIOR, strict=True)
    )
    before, total = [0.0], 0.0
    for place in range(_LAST):
        total += rates[place] * (EDGES[place + 1] - EDGES[place])
        before.append(total)
    return Curve(rates, tuple(before))


def multiplier(host: Tally, page: Tally) -> float:
    """Return how many times the curve's rate a page changes at."""
    return _belief(host, page).mean


def expected(curve: Curve, start: float, end: float) -> float:
    """Return the edits that the curve expects between two ages."""
    return _before(curve, end) - _before(curve, start)


def _before(curve: Curve, age: float) -> float:
    place = bisect_right(EDGES, age) - 1
    return curve.before[place] + curve.rates[place] * (age - EDGES[place])


def index(curve: Curve, factor: float, start: float, end: float) -> float:
    """Return how pressing a look at age `end` is for a page last looked at at age `start`."""
    return _pressing(factor * expected(curve, start, end), end - start)


def _pressing(edits: float, wait: float) -> float:
    """Return the index after a wait in which so many edits are expected: their delay, and how likely one is overwritten."""
    return edits * wait + OVERWRITTEN * (1 - exp(-edits) * (1 + edits))


def crossing(curve: Curve, factor: float, start: float, threshold: float) -> float:
    """Return the age at which the index of a page last looked at at age `start` reaches a threshold."""
    seen, low = _before(curve, start), start
    place = bisect_right(EDGES, start) - 1
    while place < _LAST and _pressing(factor * (curve.before[place + 1] - seen), EDGES[place + 1] - start) < threshold:
        place += 1
        low = EDGES[place]
    rate, known = factor * curve.rates[place], factor * (curve.before[place] - seen)
    line = Line(rate, known - rate * (EDGES[place] - start))
    # Past the last edge delay alone is enough to reach the threshold in the end.
    high = EDGES[place + 1] - start if place < _LAST else low - start + sqrt(threshold / rate)
    return start + _wait(threshold, line, low - start, high)


class Line(NamedTuple):
    """The edits expected after a wait, within one bin: `known + rate·wait`."""

    rate: float
    known: float


def _wait(threshold: float, line: Line, low: float, high: float) -> float:
    """Return the wait between two at which the index reaches a threshold: false position, halving an end that stays (Illinois)."""
    rate, known = line
    below = _pressing(known + rate * low, low) - threshold
    above = _pressing(known + rate * high, high) - threshold
    while high - low > _CLOSE_ENOUGH * high and below < 0 < above:
        middle = low - below * (high - low) / (above - below)
        value = _pressing(known + rate * middle, middle) - threshold
        if abs(value) <= _CLOSE_ENOUGH * threshold:
            return middle
        if value < 0:
            low, below, above = middle, value, above / 2
        else:
            high, above, below = middle, value, below / 2
    return low if below >= 0 else high


class Belief(NamedTuple):
    """What is held of a page's multiplier: a gamma distribution."""

    shape: float
    rate: float

    @property
    def mean(self) -> float:
        """Return the multiplier expected."""
        return self.shape / self.rate

    def chance(self, exposure: float) -> float:
        """Return how likely a change is within an exposure (in edits that the curve expects)."""
        return self._without(exposure, 0)

    def changed(self, exposure: float) -> Belief:
        """Return the belief after a change was seen: the gamma with the mean and variance that one bit leaves, exactly."""
        chance = self.chance(exposure)
        first = self.mean * self._without(exposure, 1) / chance
        second = self.mean * (self.shape + 1) / self.rate * self._without(exposure, 2) / chance
        variance = second - first * first
        return Belief(first * first / variance, first / variance)

    def _without(self, exposure: float, more: int) -> float:
        return -expm1(-(self.shape + more) * log1p(exposure / self.rate))


def _belief(host: Tally, page: Tally) -> Belief:
    level = (_HOST_WEIGHT + host.events) / (_HOST_WEIGHT + host.exposure)
    return Belief(_PAGE_WEIGHT + page.events, _PAGE_WEIGHT / level + page.exposure)


def learn(baseline: Baseline, host: Tally, page: Tally, ages: tuple[float, float], *, changed: bool) -> Learned:
    """Return the three parts after a look at age `ages[1]` told whether the page had changed since the look at age `ages[0]`."""
    start, end = ages
    if end <= start:
        return Learned(baseline, host, page)
    factor, rates = multiplier(host, page), curve_of(baseline).rates
    first, last = bisect_right(EDGES, start) - 1, bisect_right(EDGES, end) - 1
    days = [min(end, EDGES[place + 1] if place < _LAST else end) - max(start, EDGES[place]) for place in range(first, last + 1)]
    shares = [rates[first + offset] * part for offset, part in enumerate(days)]
    exposure = sum(shares)
    belief = _belief(host, page)
    seen = exposure * belief.mean / belief.chance(exposure) if changed else 0.0
    events, exposed = list(baseline.events), list(baseline.exposure)
    for offset, (part, share) in enumerate(zip(days, shares, strict=True)):
        events[first + offset] += seen * share / exposure
        exposed[first + offset] += factor * part
    after = belief.changed(exposure) if changed else Belief(belief.shape, belief.rate + exposure)
    return Learned(
        Baseline(tuple(events), tuple(exposed)),
        Tally(host.events + seen, host.exposure + exposure),
        Tally(page.events + after.shape - belief.shape, page.exposure + after.rate - belief.rate),
    )
