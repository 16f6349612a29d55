"""The worlds that the revisit policies are tried in: who publishes what when, and what is edited afterwards.

Every parameter and every seed stands in this file, and stood here before any policy was tuned.  Two worlds (`HELD_OUT`) were not
run until the tuning was over.  Times are days from the start; a page is looked at for the first time when it is found, within
the hour, and only edits after that can be missed.  A burst, a slow and a flat world follow the policy's own family, a rate for
the page times a curve over its age; the others break it: waves over many pages at once, office hours, rebuilds, budgets by host,
edits to old pages only, removals in waves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log
from random import Random

__all__ = ["HELD_OUT", "SEEDS", "WORLDS", "Curve", "Page", "Wave", "World", "WorldSpec", "make_world", "shrunk"]

SEEDS = (1, 2, 3)
HELD_OUT = ("mixed", "drift")
"""Not run before the policy was final."""

DAYS = 90.0
HOSTS = 20
FOUND_WITHIN = 1 / 24
_WEEK, _WORKDAYS, _OPENS, _CLOSES = 7, 5, 9 / 24, 18 / 24
_OFFICE_SHARE = _WORKDAYS * (_CLOSES - _OPENS) / _WEEK


@dataclass(frozen=True, slots=True)
class Curve:
    """The edits that a page with multiplier 1 has seen by age a: total·(1 − (1 + a/scale)^−power) + floor·max(0, a − asleep)."""

    total: float = 0.0
    power: float = 1.0
    scale: float = 1.0
    floor: float = 0.0
    asleep: float = 0.0

    def by_age(self, age: float) -> float:
        """Return the expected edits up to an age in days."""
        return self.total * (1 - (1 + age / self.scale) ** -self.power) + self.floor * max(0.0, age - self.asleep)

    def ages(self, upto: float, multiplier: float, random: Random) -> list[float]:
        """Draw the ages at which one page is edited, in no order."""
        share = 1 - (1 + upto / self.scale) ** -self.power
        decaying = [
            self.scale * ((1 - random.random() * share) ** (-1 / self.power) - 1)
            for _ in range(_poisson(multiplier * self.total * share, random))
        ]
        awake = max(0.0, upto - self.asleep)
        return decaying + [self.asleep + awake * random.random() for _ in range(_poisson(multiplier * self.floor * awake, random))]


@dataclass(frozen=True, slots=True)
class Wave:
    """Something that befalls many pages of a few hosts at once: how often, how many pages, over how long, and what it does."""

    every: float
    hosts: int
    share: float
    lasts: float
    older_than: float = 0.0
    removes: bool = False


@dataclass(frozen=True, slots=True)
class WorldSpec:
    """What a world is made of; `curves` are given to the hosts in turn, `later` replaces them from day 45 on."""

    name: str
    curves: tuple[Curve, ...]
    waves: tuple[Wave, ...] = ()
    later: tuple[Curve, ...] = ()
    office_hours: bool = False
    by_host: bool = False
    uneven: float = 0.0
    stock: int = 0
    stock_days: float = 0.0
    births: float = 40.0
    days: float = DAYS
    hosts: int = HOSTS


_BURST = Curve(total=1.0, power=0.8, scale=0.1, floor=1 / 365)
_SLOW = Curve(total=1.6, power=0.3, scale=1.0, floor=1 / 365)
_FLAT = Curve(floor=0.025)

WORLDS = (
    WorldSpec("burst", (_BURST,)),
    WorldSpec("slow", (_SLOW,)),
    WorldSpec("flat", (_FLAT,)),
    # Edits come in waves: every 2 days some host edits a sixth of its pages within a day, beside half the slow world's edits.
    WorldSpec("waves", (Curve(total=0.8, power=0.3, scale=1.0),), (Wave(every=2.0, hosts=1, share=1 / 6, lasts=1.0),)),
    # Releases and edits fall in office hours, Monday to Friday, nine to six.
    WorldSpec("hours", (Curve(total=0.6, power=0.8, scale=0.1), Curve(total=1.0, power=0.3, scale=1.0)), office_hours=True),
    # Every 25 days five hosts touch seven in ten of their pages within three hours; those edits are real.
    WorldSpec("rebuilds", (Curve(total=0.7, power=0.8, scale=0.1),), (Wave(every=25.0, hosts=5, share=0.7, lasts=0.125),)),
    # Each host has its own budget, a twentieth of the whole, but some publish twenty times as much as others.
    WorldSpec("caps", (_SLOW,), by_host=True, uneven=1.0),
    # Nothing is edited before it is 30 days old, and there is a stock of two years.
    WorldSpec("old", (Curve(floor=0.01, asleep=30.0),), stock=2000, stock_days=730.0),
    # Every 5 days a host takes down three in ten of its pages that are over 10 days old, within six hours.
    WorldSpec(
        "removals",
        (Curve(total=0.7, power=0.8, scale=0.1),),
        (Wave(every=5.0, hosts=1, share=0.3, lasts=0.25, older_than=10.0, removes=True),),
    ),
    # Held out: a third of the hosts each burst, slow and flat, with waves, in office hours, over a stock of a year.
    WorldSpec(
        "mixed",
        (_BURST, _SLOW, _FLAT),
        (Wave(every=6.0, hosts=1, share=0.2, lasts=0.5),),
        office_hours=True,
        uneven=0.7,
        stock=500,
        stock_days=365.0,
    ),
    # Held out: on day 45 the publishers change their habits: what burst becomes flat, and what was flat bursts.
    WorldSpec("drift", (_BURST, _FLAT), later=(_FLAT, _BURST)),
)


@dataclass(slots=True)
class Page:
    """One page: its host, when it was published and found, its multiplier, and when it is edited (a removal is the last)."""

    host: int
    born: float
    found: float
    multiplier: float
    edits: list[float] = field(default_factory=list)
    removed: float | None = None


@dataclass(frozen=True, slots=True)
class World:
    """A world as it happened: its pages in the order in which they were found."""

    spec: WorldSpec
    pages: tuple[Page, ...]

    @property
    def edits(self) -> int:
        """Return how many edits there were to be seen."""
        return sum(len(page.edits) for page in self.pages)


def shrunk(spec: WorldSpec, days: float, births: float) -> WorldSpec:
    """Return the same world, shorter and smaller, as the tests use it."""
    names = {name: getattr(spec, name) for name in WorldSpec.__slots__}
    return WorldSpec(**{**names, "days": days, "births": births})


def make_world(spec: WorldSpec, seed: int) -> World:
    """Draw a world; the same specification and seed give the same world."""
    random = Random(f"{spec.name}/{seed}")
    levels = [exp(random.gauss(-(0.7**2) / 2, 0.7)) for _ in range(spec.hosts)]
    weights = [exp(spec.uneven * random.gauss(0, 1)) for _ in range(spec.hosts)]
    births = [-spec.stock_days * random.random() for _ in range(spec.stock)] + _births(spec, random)
    pages = [_page(spec, born, random.choices(range(spec.hosts), weights)[0], levels, random) for born in births]
    for wave in spec.waves:
        _strike(spec, wave, pages, random)
    for page in pages:
        page.edits = sorted(edit for edit in page.edits if _is_seen(page, edit, spec.days))
    return World(spec, tuple(sorted(pages, key=lambda page: page.found)))


def _births(spec: WorldSpec, random: Random) -> list[float]:
    births, now = [], 0.0
    rate = spec.births / (_OFFICE_SHARE if spec.office_hours else 1)
    while (now := now + random.expovariate(rate)) < spec.days:
        if not spec.office_hours or _is_office(now):
            births.append(now)
    return births


def _page(spec: WorldSpec, born: float, host: int, levels: list[float], random: Random) -> Page:
    """Draw one page with the edits of its own; a stock page was found on the first day."""
    multiplier = random.gammavariate(0.5, 2.0) * levels[host]
    page = Page(host, born, max(born, 0.0) + FOUND_WITHIN * random.random(), multiplier)
    before = spec.days if not spec.later else spec.days / 2
    page.edits = [edit for edit in _own(spec, spec.curves[host % len(spec.curves)], page, random) if edit < before]
    if spec.later:
        page.edits += [edit for edit in _own(spec, spec.later[host % len(spec.later)], page, random) if edit >= before]
    return page


def _own(spec: WorldSpec, curve: Curve, page: Page, random: Random) -> list[float]:
    """Draw edits by a curve; in office hours five times as often as by the curve, and never outside them."""
    upto, denser = spec.days - page.born, 1 / _OFFICE_SHARE if spec.office_hours else 1.0
    edits = [page.born + age for age in curve.ages(upto, page.multiplier * denser, random)]
    return [edit for edit in edits if not spec.office_hours or _is_office(edit)]


def _strike(spec: WorldSpec, wave: Wave, pages: list[Page], random: Random) -> None:
    """Let the waves of one kind come over the pages."""
    now = 0.0
    while (now := now + random.expovariate(1 / wave.every)) < spec.days:
        struck = set(random.sample(range(spec.hosts), wave.hosts))
        for page in pages:
            if page.host in struck and now - page.born > wave.older_than and random.random() < wave.share:
                moment = now + wave.lasts * random.random()
                page.edits.append(moment)
                if wave.removes:
                    page.removed = min(moment, page.removed or moment)


def _is_seen(page: Page, edit: float, days: float) -> bool:
    """Tell whether an edit counts: after the page was found, before the end, and before or at its removal."""
    return page.found < edit < days and (page.removed is None or edit <= page.removed)


def _is_office(moment: float) -> bool:
    return moment % _WEEK < _WORKDAYS and _OPENS <= moment % 1 < _CLOSES


def _poisson(mean: float, random: Random) -> int:
    """Draw a Poisson number: how many waiting times fit into the mean."""
    count, left = 0, mean
    while left > 0:
        left += log(1 - random.random())
        count += left > 0
    return count
