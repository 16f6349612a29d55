"""The ways of choosing that are compared: the simple ones of the literature, the learned one as it runs, and the same unbounded.

A simple policy gives each page an index that grows while it waits; each token goes to the page with the highest index, which is
more than a schedule could do for it.  The learned policy runs as the daemon runs it: due times from a threshold that is worked out
once a night, and a token goes to the page due longest.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import inf, log, sqrt
from typing import TYPE_CHECKING, Protocol

from crawler.budget import LOWEST, SHORTEST, Newborn, Outlook, Plan, due_age, plan_day
from crawler.hazard import UNTOLD, Baseline, crossing, curve_of, index, learn, multiplier

if TYPE_CHECKING:
    from bench.revisit.worlds import World

__all__ = ["SIMPLE", "Adaptive", "AgeProportional", "Azar", "Learner", "Planned", "Pressing", "Tiers", "Uniform"]

_HOUR = 1 / 24


class Index(Protocol):
    """How pressing each page is."""

    def looked(self, page: int, now: float, *, changed: bool | None) -> None:
        """Take in a look; `changed` is None at first sight."""

    def nightly(self, now: float, budget: float, pages: list[int]) -> bool:
        """Do what is done once a day and tell whether indexes have changed by it."""

    def index(self, page: int, now: float) -> float:
        """Return how pressing a page is."""

    def when(self, page: int, least: float, now: float) -> float:
        """Return when a page's index reaches a threshold."""


class Uniform:
    """Every page in turn."""

    def __init__(self, world: World) -> None:
        self.pages = world.pages
        self.last = [0.0] * len(world.pages)

    def looked(self, page: int, now: float, *, changed: bool | None) -> None:
        """Remember when."""
        del changed
        self.last[page] = now

    def nightly(self, now: float, budget: float, pages: list[int]) -> bool:
        """Change nothing."""
        del now, budget, pages
        return False

    def index(self, page: int, now: float) -> float:
        """Return the wait."""
        return now - self.last[page]

    def when(self, page: int, least: float, now: float) -> float:
        """Return when the wait is that long."""
        del now
        return self.last[page] + least


class AgeProportional(Uniform):
    """A page waits in proportion to its age."""

    def index(self, page: int, now: float) -> float:
        """Return the wait as a share of the age."""
        return (now - self.last[page]) / (now - self.pages[page].born + 1.2 * _HOUR)

    def when(self, page: int, least: float, now: float) -> float:
        """Return when the wait is that share of the age."""
        del now
        if least >= 1:
            return inf
        return (self.last[page] + least * (1.2 * _HOUR - self.pages[page].born)) / (1 - least)


class Tiers(Uniform):
    """Fixed waits by age: 15 minutes in the first three hours, an hour in the first day, then days; all scaled alike."""

    STEPS = ((0.0, 0.25 * _HOUR), (3 * _HOUR, _HOUR), (1.0, 1.0), (7.0, 7.0), (30.0, 30.0))

    def index(self, page: int, now: float) -> float:
        """Return the wait as a share of the one laid down."""
        age = now - self.pages[page].born
        wait = next(wait for start, wait in reversed(self.STEPS) if age >= start)
        return (now - self.last[page]) / wait

    def when(self, page: int, least: float, now: float) -> float:
        """Return when the wait is first that share of the one laid down."""
        born, last = self.pages[page].born, self.last[page]
        ends = [start for start, _ in self.STEPS[1:]] + [inf]
        for (start, wait), end in zip(self.STEPS, ends, strict=True):
            moment = max(last + least * wait, born + start)
            if moment < born + end and now < born + end:
                return moment
        return inf


class Adaptive(Uniform):
    """A wait for each page, half as long again after a look that saw no change, by as much shorter after one that did."""

    FACTOR, FIRST, SHORTEST, LONGEST = 1.5, 1.0, _HOUR / 4, 90.0

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.wait = [self.FIRST] * len(world.pages)

    def looked(self, page: int, now: float, *, changed: bool | None) -> None:
        """Adapt the wait."""
        self.last[page] = now
        if changed is not None:
            scaled = self.wait[page] / self.FACTOR if changed else self.wait[page] * self.FACTOR
            self.wait[page] = min(max(scaled, self.SHORTEST), self.LONGEST)

    def index(self, page: int, now: float) -> float:
        """Return the wait as a share of the page's own."""
        return (now - self.last[page]) / self.wait[page]

    def when(self, page: int, least: float, now: float) -> float:
        """Return when the wait is that share of the page's own."""
        del now
        return self.last[page] + least * self.wait[page]


class Azar(Uniform):
    """The rates that keep most pages fresh (Azar et al. 2018), from change rates as Cho and Garcia-Molina estimate them."""

    SLOWEST, UNKNOWN = 1 / 30, 10.0

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.looks, self.changes = [0] * len(world.pages), [0] * len(world.pages)
        self.first = [0.0] * len(world.pages)
        self.price = 1.0

    def looked(self, page: int, now: float, *, changed: bool | None) -> None:
        """Count looks and changes."""
        self.last[page] = now
        if changed is None:
            self.first[page] = now
        else:
            self.looks[page] += 1
            self.changes[page] += changed

    def _change_rate(self, page: int) -> float:
        """Return the estimate; half an edit in the time that is known of, at least ten days, where it says that there is none."""
        looks, days = self.looks[page], self.last[page] - self.first[page]
        least = 0.5 / max(days, self.UNKNOWN)
        return max(-log((looks - self.changes[page] + 0.5) / (looks + 0.5)) * looks / days, least) if days > 0 else least

    def _rate(self, page: int, price: float) -> float:
        rate = self._change_rate(page)
        return max(sqrt(rate / price) - rate, self.SLOWEST)

    def nightly(self, now: float, budget: float, pages: list[int]) -> bool:
        """Work out the price at which the rates sum up to the budget."""
        del now
        low, high = 1e-6, 1e6
        for _ in range(30):
            self.price = sqrt(low * high)
            if sum(self._rate(page, self.price) for page in pages) > budget:
                low = self.price
            else:
                high = self.price
        return True

    def index(self, page: int, now: float) -> float:
        """Return the wait as a share of the page's own."""
        return (now - self.last[page]) * self._rate(page, self.price)

    def when(self, page: int, least: float, now: float) -> float:
        """Return when the wait is that share of the page's own."""
        del now
        return self.last[page] + least / self._rate(page, self.price)


SIMPLE = {"uniform": Uniform, "age": AgeProportional, "tiers": Tiers, "adaptive": Adaptive, "azar": Azar}


class Learner:
    """What the learned policy knows: one class, its hosts and its pages; ages count from when a page was found."""

    def __init__(self, world: World) -> None:
        self.pages = world.pages
        self.baseline = Baseline()
        self.curve = curve_of(self.baseline)
        self.hosts = [UNTOLD] * world.spec.hosts
        self.tallies = [UNTOLD] * len(world.pages)
        self.last = [0.0] * len(world.pages)
        self.origin = [0.0] * len(world.pages)

    def factor(self, page: int) -> float:
        """Return a page's multiplier."""
        return multiplier(self.hosts[self.pages[page].host], self.tallies[page])

    def looked(self, page: int, now: float, *, changed: bool | None) -> None:
        """Learn from a look."""
        if changed is None:
            found, born = self.pages[page].found, self.pages[page].born
            self.origin[page] = found if found - born <= 3 else born  # noqa: PLR2004 - as `crawler.revisit` does
        else:
            ages = (self.last[page] - self.origin[page], now - self.origin[page])
            host = self.pages[page].host
            parts = learn(self.baseline, self.hosts[host], self.tallies[page], ages, changed=changed)
            self.baseline, self.hosts[host], self.tallies[page] = parts
            self.curve = curve_of(self.baseline)
        self.last[page] = now

    def nightly(self, now: float, budget: float, pages: list[int]) -> bool:
        """Have what was learned of others count."""
        del now, budget, pages
        return True

    def index(self, page: int, now: float) -> float:
        """Return how pressing a page is."""
        origin = self.origin[page]
        return index(self.curve, self.factor(page), self.last[page] - origin, now - origin)

    def when(self, page: int, least: float, now: float) -> float:
        """Return when a page's index reaches a threshold."""
        del now
        origin = self.origin[page]
        return origin + crossing(self.curve, self.factor(page), self.last[page] - origin, least)

    def outlook(self, page: int) -> Outlook:
        """Return what a page's due time rests on."""
        origin, seen = self.origin[page], self.pages[page].found
        young = seen - self.pages[page].born <= 3  # noqa: PLR2004 - as `crawler.revisit` does
        return Outlook(self.curve, self.factor(page), self.last[page] - origin, seen - origin if young else inf)


class Pressing:
    """Each token goes to the page with the highest index: exact, by keeping apart those above a bound that moves as needed."""

    HANDFUL, MOST = 30, 120

    def __init__(self, policy: Index, budget: float) -> None:
        self.policy, self.budget, self.bound = policy, budget, 1.0
        self.waiting: list[tuple[float, int]] = []
        self.ready: set[int] = set()

    def found(self, page: int, now: float) -> None:
        """Take in a new page."""
        self.policy.looked(page, now, changed=None)
        self._add(page, now)

    def looked(self, page: int, now: float, *, changed: bool) -> None:
        """Take a page back."""
        self.policy.looked(page, now, changed=changed)
        self._add(page, now)

    def nightly(self, now: float) -> None:
        """Let the policy work, and sort anew where indexes have changed."""
        if self.policy.nightly(now, self.budget, self._pages()):
            self._sort(now)

    def choose(self, now: float) -> int | None:
        """Return the most pressing page."""
        self._gather(now)
        if not self.ready or len(self.ready) > self.MOST:
            self._sort(now)
        if not self.ready:
            return None
        best = max(self.ready, key=lambda page: (self.policy.index(page, now), page))
        self.ready.remove(best)
        return best

    def _add(self, page: int, now: float) -> None:
        heappush(self.waiting, (self.policy.when(page, self.bound, now), page))

    def _gather(self, now: float) -> None:
        while self.waiting and self.waiting[0][0] <= now:
            self.ready.add(heappop(self.waiting)[1])

    def _sort(self, now: float) -> None:
        """Move the bound so that a handful of pages are above it."""
        ranked = sorted(((self.policy.index(page, now), page) for page in self._pages()), reverse=True)
        if ranked:
            self.bound = ranked[min(self.HANDFUL, len(ranked)) - 1][0]
        self.ready = {page for _, page in ranked[: self.HANDFUL]}
        self.waiting = [(self.policy.when(page, self.bound, now), page) for _, page in ranked[self.HANDFUL :]]
        heapify(self.waiting)

    def _pages(self) -> list[int]:
        return [page for _, page in self.waiting] + list(self.ready)


class Planned:
    """The learned policy as the daemon runs it."""

    def __init__(self, learner: Learner, budget: float) -> None:
        self.learner, self.budget, self.plan = learner, budget, Plan(LOWEST)
        self.due: list[tuple[float, int]] = []
        self.births: list[float] = []

    def found(self, page: int, now: float) -> None:
        """Take in a new page."""
        self.learner.looked(page, now, changed=None)
        self.births.append(now)
        self._add(page)

    def looked(self, page: int, now: float, *, changed: bool) -> None:
        """Take a page back."""
        self.learner.looked(page, now, changed=changed)
        self._add(page)

    def choose(self, now: float) -> int | None:
        """Return the page that is due longest."""
        if not self.due or self.due[0][0] > now + self.plan.lead:
            return None
        due, page = self.due[0]
        if due > now and self.learner.last[page] + SHORTEST > now:
            return None
        heappop(self.due)
        return page

    def nightly(self, now: float) -> None:
        """Work out the threshold and everybody's due time anew."""
        learner, pages = self.learner, [page for _, page in self.due]
        outlooks = [(learner.outlook(page), now - learner.origin[page]) for page in pages]
        self.births = [birth for birth in self.births if birth > now - 7]
        a_day = len(self.births) / min(max(now, 1.0), 7.0)
        newborn = Newborn(Outlook(learner.curve, 1.0, 0.0, 0.0), a_day)
        self.plan = plan_day(outlooks, newborn, self.budget)
        self.due = [(self._when(page), page) for page in pages]
        heapify(self.due)

    def _add(self, page: int) -> None:
        heappush(self.due, (self._when(page), page))

    def _when(self, page: int) -> float:
        return self.learner.origin[page] + due_age(self.learner.outlook(page), self.plan)
