"""One run of a world under one way of choosing pages: a look costs a token, tokens accrue evenly, and what is seen is counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.revisit.worlds import World

__all__ = ["Chooser", "Figures", "Watch", "run"]

TICK = 1 / 288
"""Five minutes: how often the daemon asks what is due."""
_SAVED = 0.25
"""The part of a day's budget that may be saved up while nothing is due."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run came to: hours until an edit was seen (to the end, where it was not), edits overwritten unseen, and requests."""

    mean: float
    median: float
    p90: float
    overwritten: float
    requests: int


@dataclass(slots=True)
class Watch:
    """What is seen of a world: each look at a page sees what it has come to, and only that."""

    world: World
    seen: list[int] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    overwritten: int = 0
    requests: int = 0

    def __post_init__(self) -> None:
        self.seen = [0] * len(self.world.pages)

    def look(self, page: int, now: float) -> bool:
        """Look at a page and tell whether it has changed since the last look."""
        edits, begin = self.world.pages[page].edits, self.seen[page]
        end = begin
        while end < len(edits) and edits[end] <= now:
            self.delays.append(now - edits[end])
            end += 1
        self.seen[page] = end
        self.requests += 1
        self.overwritten += max(0, end - begin - 1)
        return end > begin

    def is_removed(self, page: int, now: float) -> bool:
        """Tell whether a page is gone for good."""
        removed = self.world.pages[page].removed
        return removed is not None and removed <= now

    def figures(self) -> Figures:
        """Return what the run came to, the edits counted that nobody saw before the end."""
        delays, overwritten, end = list(self.delays), self.overwritten, self.world.spec.days
        for page, seen in zip(self.world.pages, self.seen, strict=True):
            delays += [end - edit for edit in page.edits[seen:]]
            overwritten += max(0, len(page.edits) - seen - 1)
        delays.sort()
        count = len(delays)
        hours = [24 * delays[int(share * count)] for share in (0.5, 0.9)]
        return Figures(24 * sum(delays) / count, hours[0], hours[1], 100 * overwritten / count, self.requests)


class Chooser(Protocol):
    """Who says which page of a group is looked at next."""

    def found(self, page: int, now: float) -> None:
        """Take in a page that was just looked at for the first time."""

    def nightly(self, now: float) -> None:
        """Do what is done once a day."""

    def choose(self, now: float) -> int | None:
        """Return the page to look at now and forget it, or None to save the token."""

    def looked(self, page: int, now: float, *, changed: bool) -> None:
        """Take in what a look told, and the page again."""


def run(world: World, budget: float, chooser: Callable[[int], Chooser]) -> Figures:
    """Run a world: one chooser for all, or one a host where each host has its own budget; first looks are free."""
    watch = Watch(world)
    groups = world.spec.hosts if world.spec.by_host else 1
    choosers = [chooser(group) for group in range(groups)]
    a_tick, most = budget / groups * TICK, max(1.0, _SAVED * budget / groups)
    tokens, found, day = [0.0] * groups, 0, 0
    for tick in range(1, round(world.spec.days / TICK)):
        now = tick * TICK
        found = _find(world, choosers, found, now)
        if now >= day:
            day += 1
            for each in choosers:
                each.nightly(now)
        for group, each in enumerate(choosers):
            tokens[group] = _spend(watch, each, min(tokens[group] + a_tick, most), now)
    return watch.figures()


def _find(world: World, choosers: list[Chooser], found: int, now: float) -> int:
    while found < len(world.pages) and world.pages[found].found <= now:
        page = world.pages[found]
        choosers[page.host % len(choosers)].found(found, page.found)
        found += 1
    return found


def _spend(watch: Watch, chooser: Chooser, tokens: float, now: float) -> float:
    while tokens >= 1 and (page := chooser.choose(now)) is not None:
        tokens -= 1
        changed = watch.look(page, now)
        if not watch.is_removed(page, now):
            chooser.looked(page, now, changed=changed)
    return tokens
