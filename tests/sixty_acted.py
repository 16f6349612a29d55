"""A story of sixty days, acted out: the portal does what the script says, and the archive looks when it says so."""

from __future__ import annotations

import random
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from seeds.portal import CHANGED_SELECT, MISLEADING_SELECT, Gone, Layout, Platform
from tests.sixty_days import RELEASES
from tests.world import START, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from seeds.portal import Portal
    from tests.sixty_days import Act

__all__ = ["SHARE", "acted_out"]

SHARE = 0.3
"""The share of looks that ask for the whole page."""
_AT_A_TIME = 9
"""Rows that an answer of the listing holds: twelve articles fill more answers than the first."""
_PAGES_AT_A_TIME = {Platform.JCMS: 3}
"""How many pages that is: one, but where a listing is sent by groups of them."""
_SELECT = {"changed": CHANGED_SELECT, "misleading": MISLEADING_SELECT, "usual": {}}
_BACKDATED = timedelta(days=40)


@contextmanager
def acted_out(script: Iterable[Act], seed: int, folder: Path, platform: Platform = Platform.JCMS) -> Iterator[World]:
    """Give the world as it stands when the story of a seed is over, on a portal of a platform."""
    per_page = _AT_A_TIME // _PAGES_AT_A_TIME.get(platform, 1)
    with World(folder, RELEASES, SHARE, rng=random.Random(seed), seed=seed, per_page=per_page, platform=platform) as world:
        actor = _Actor(world)
        for act in script:
            actor.perform(act)
        yield world


class _Actor:
    """Does in a world what acts say, each at its time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._cast = [release.id for release in world.portal.releases]

    @property
    def _portal(self) -> Portal:
        return self._world.portal

    def perform(self, act: Act) -> None:
        """Let the time of an act come, and do it."""
        self._world.clock.instant = START + act.after
        getattr(self, f"_{act.what}")(act)

    # The archive and its operator

    def _crawl(self, act: Act) -> None:
        if act.how == "breakdown":
            self._world.crawl(before_looks=lambda: self._portal.fail_host(502))
        else:
            self._world.crawl(full=act.how == "full")

    def _repair(self, act: Act) -> None:
        self._world.select = _SELECT[act.how]
        self._world.reparse(quarantined=True)

    # The publisher

    def _publish(self, _act: Act) -> None:
        self._cast.append(self._portal.publish().id)

    def _edit(self, act: Act) -> None:
        self._portal.edit(self._cast[act.page])

    def _silent_edit(self, act: Act) -> None:
        self._portal.silent_edit(self._cast[act.page])

    def _retitle(self, act: Act) -> None:
        title = self._portal.release(self._cast[act.page]).title
        self._portal.silent_edit(self._cast[act.page], title=f"{title}, Mark {act.at}")

    def _backdate(self, act: Act) -> None:
        printed = self._portal.release(self._cast[act.page]).published
        earlier = datetime.fromisoformat(printed) - _BACKDATED
        self._portal.backdate(self._cast[act.page], f"{earlier:%Y-%m-%d %H:%M}")

    def _revert(self, act: Act) -> None:
        self._portal.revert(self._cast[act.page])

    def _remove(self, act: Act) -> None:
        self._portal.remove(self._cast[act.page], Gone(act.how) if act.how in set(Gone) else Gone.NOT_FOUND)

    def _restore(self, act: Act) -> None:
        self._portal.restore(self._cast[act.page])

    def _unlist(self, act: Act) -> None:
        self._portal.unlist(self._cast[act.page])

    def _relist(self, act: Act) -> None:
        self._portal.restore(self._cast[act.page])

    def _rebuild(self, _act: Act) -> None:
        self._portal.rebuild()

    # The weather

    def _begin(self, act: Act) -> None:
        self._switches(act)[act.how][0]()

    def _end(self, act: Act) -> None:
        self._switches(act)[act.how][1]()

    def _switches(self, act: Act) -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
        """Return what turns each kind of weather on and off; of an article, or of everything."""
        sky, numbers = self._portal, [self._cast[act.page]] if act.page >= 0 else []
        cache = (lambda: sky.fill_cache(*numbers), lambda: sky.empty_cache(*numbers))
        node = (lambda: sky.fill_cache(*numbers, one_in=2), cache[1])
        lies = (lambda: sky.lie_304(only=numbers), lambda: sky.lie_304(on=False, only=numbers))
        layouts = {
            layout.value: (lambda to=layout: sky.change_layout(to=to), lambda: sky.change_layout(on=False)) for layout in Layout
        }
        return layouts | {
            "outage": (sky.fail_host, lambda: sky.fail_host(None)),
            "breakdown": (sky.fail_host, lambda: sky.fail_host(None)),
            "challenge": (sky.challenge, lambda: sky.challenge(on=False)),
            "group-fails": (sky.break_group, lambda: sky.break_group(None)),
            "group-empty": (lambda: sky.break_group(empty=True), lambda: sky.break_group(None)),
            "block-404": (sky.block, lambda: sky.block(None)),
            "block-403": (lambda: sky.block(403), lambda: sky.block(None)),
            "copies": cache,
            "copy": cache,
            "nodes": node,
            "node": node,
            "lies": lies,
            "304": lies,
        }
