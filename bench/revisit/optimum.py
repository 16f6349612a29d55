"""The offline optimum: when each page would best be looked at, were its rate known exactly and the budget free to be moved in time.

For each page the sum over its waits of delay (expected edit-days until the next look) and of edits overwritten unseen, each
weighing one, and of a price a look, is least by dynamic programming over ages; the price is the one at which all pages together
need the budget of the whole time.  Pages differ in nothing but multiplier and in how long they live, and one pass forward over
ages serves all lifetimes, so that a few dozen multipliers are worked out.  It knows no single edit: what it sees is then counted
on the same edits as everybody's.  Only worlds whose rates are a multiplier times one curve over age have it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from math import exp, inf, log, sqrt
from typing import TYPE_CHECKING, NamedTuple

from bench.revisit.simulation import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.revisit.simulation import Figures
    from bench.revisit.worlds import World, WorldSpec

__all__ = ["has_optimum", "optimum"]

_LEVELS = 30
_COARSE, _FINE, _MANY = 120, 260, 3.0
"""Points of the grid of ages for a page that is edited little, and for one with a multiplier over `_MANY`."""
_LAG = 1 / 48
"""The age at which a page is found, on average."""
_STEPS = 11


class Schedule(NamedTuple):
    """The cheapest way to each age of a grid: its cost, the place of the look before (-1: none), and the looks on the way."""

    cost: list[float]
    before: list[int]
    looks: list[int]


class Costs(NamedTuple):
    """A multiplier's grid of ages and what it costs to wait from one of its points to another."""

    ages: list[float]
    waits: list[list[float]]


def has_optimum(spec: WorldSpec) -> bool:
    """Tell whether a world's rates are a multiplier times one curve over age."""
    return len(spec.curves) == 1 and not (spec.waves or spec.later or spec.office_hours or spec.by_host or spec.stock)


def optimum(world: World, budget: float) -> Figures:
    """Return what the best schedule within the budget sees of a world."""
    levels = sorted(page.multiplier for page in world.pages)
    levels = [max(levels[int((place + 0.5) * len(levels) / _LEVELS)], 1e-3) for place in range(_LEVELS)]
    levels += [levels[-1] * 1.5, levels[-1] * 2.5, levels[-1] * 4]
    costs = [_costs(world.spec, level) for level in levels]
    pages = [(_nearest(levels, page.multiplier), world.spec.days - page.found) for page in world.pages]
    low, high = 1e-6, 1e3
    for _ in range(_STEPS * 2):
        price = sqrt(low * high)
        plans = [_cheapest(each, price) for each in costs]
        if sum(_looks(costs[level], plans[level], life)[0] for level, life in pages) > budget * world.spec.days:
            low = price
        else:
            high = price
        if high < low * 1.02:
            break
    return _acted(world, costs, plans, pages)


def _acted(world: World, costs: list[Costs], plans: list[Schedule], pages: list[tuple[int, float]]) -> Figures:
    watch = Watch(world)
    for number, (level, life) in enumerate(pages):
        _, place = _looks(costs[level], plans[level], life)
        ages = []
        while place > 0:
            ages.append(costs[level].ages[place])
            place = plans[level].before[place]
        for age in reversed(ages):
            watch.look(number, world.pages[number].found + age)
    return watch.figures()


def _nearest(levels: list[float], multiplier: float) -> int:
    place = min(bisect_left(levels, multiplier), len(levels) - 1)
    if place and abs(log(levels[place - 1] / max(multiplier, 1e-6))) < abs(log(levels[place] / max(multiplier, 1e-6))):
        return place - 1
    return place


def _costs(spec: WorldSpec, multiplier: float) -> Costs:
    """Return the cost of each wait: λ is taken as even between two neighbours of the grid."""
    by_age = spec.curves[0].by_age
    ages = _grid(by_age, spec.days, _FINE if multiplier > _MANY else _COARSE)
    edits = [multiplier * (by_age(age + _LAG) - by_age(_LAG)) for age in ages]
    moments = [0.0]
    for place in range(1, len(ages)):
        middle = (ages[place] + ages[place - 1]) / 2
        moments.append(moments[-1] + (edits[place] - edits[place - 1]) * middle)
    waits = []
    for end in range(len(ages)):
        row = []
        for start in range(end):
            mean = edits[end] - edits[start]
            row.append(mean * ages[end] - (moments[end] - moments[start]) + mean - 1 + exp(-mean))
        waits.append(row)
    return Costs(ages, waits)


def _grid(by_age: Callable[[float], float], days: float, points: int) -> list[float]:
    """Return ages that lie closer where more is edited: evenly in a mix of √rate and time."""
    fine = [days * (step / 2000) ** 3 for step in range(2001)]
    steps = list(pairwise(fine))
    roots = [sqrt((by_age(end + _LAG) - by_age(start + _LAG)) / (end - start)) * (end - start) for start, end in steps]
    whole = sum(roots)
    ages, reached = [0.0], 0.0
    for (start, end), root in zip(steps, roots, strict=True):
        reached += (0.7 * root / whole + 0.3 * (end - start) / days) * points
        if reached >= len(ages):
            ages.append(end)
    if ages[-1] < days:
        ages.append(days)
    return ages


def _cheapest(costs: Costs, price: float) -> Schedule:
    """Return the cheapest way to each age at a price a look, the look at that age included."""
    cost, before, looks = [0.0], [-1], [0]
    for end in range(1, len(costs.ages)):
        row = costs.waits[end]
        best = min(map(float.__add__, cost, row))
        start = next(place for place in range(end) if cost[place] + row[place] == best)
        cost.append(best + price)
        before.append(start)
        looks.append(looks[start] + 1)
    return Schedule(cost, before, looks)


def _looks(costs: Costs, plan: Schedule, life: float) -> tuple[int, int]:
    """Return how many looks a page with a given life gets, and the place of the last: the rest of its life is waited out."""
    end = bisect_right(costs.ages, life) - 1
    if end <= 0:
        return 0, 0
    row, best, last = costs.waits[end], inf, 0
    for place in range(end):
        if plan.cost[place] + row[place] < best:
            best, last = plan.cost[place] + row[place], place
    return plan.looks[last], last
