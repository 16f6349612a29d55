"""Caches before a portal, acted out: a copy speaks for the time when it was taken, whatever came in between."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from seeds.portal import Gone
from seeds.site import Ask
from storage.instants import instant
from tests.stories import changed
from tests.world import World

if TYPE_CHECKING:
    from seeds.portal import Release

HALF_A_DAY = timedelta(hours=12)


@pytest.fixture
def world(tmp_path):
    """Give a small world after a first crawl, in which every look asks for the whole page."""
    with World(tmp_path, 12, share=1.0) as world:
        world.settle()
        yield world


@pytest.fixture
def page(world: World) -> Release:
    """Return the press release that things happen to."""
    return world.portal.releases[3]


def crawls(world: World, times: int) -> None:
    """Crawl so many times, with half a day before each."""
    for _ in range(times):
        world.clock.pass_by(HALF_A_DAY)
        world.crawl()


def told(world: World) -> list[str]:
    """Return the kinds of what people are told, in order."""
    return world.values("SELECT kind FROM _outbox ORDER BY id")


def kinds(world: World) -> list[str]:
    """Return the kinds of what the archive calls changes, in order."""
    return [kind for kind, _ in changed(world)]


def somebody_else_asks(world: World, page: Release) -> None:
    """Ask for a page once, so that it is another node's turn."""
    world.server.application.site.answer(Ask(page.path, headers={"host": world.server.host}))


def test_copies_of_one_404_are_one_check(world: World, page: Release):
    """A page is back after ten hours, but a cache repeats its 404 for two days: it was seen to be missing once, and no longer."""
    world.portal.remove(page.id)
    world.crawl()
    world.portal.fill_cache(page.id)
    world.clock.pass_by(timedelta(hours=10))
    world.portal.restore(page.id)
    crawls(world, 4)
    assert (told(world), world.states(page)) == (["suspect"], ["suspect"])
    world.portal.empty_cache()
    crawls(world, 1)
    assert (told(world), kinds(world), world.states(page)) == (["suspect"], [], ["live"])


def test_a_removal_behind_a_cache_is_proven_when_the_copies_are_young_enough(world: World, page: Release):
    """Each copy speaks for when it was taken: three of them, taken over a day and more, prove what stands."""
    world.portal.remove(page.id)
    for _ in range(4):
        world.portal.fill_cache(page.id)
        world.clock.pass_by(timedelta(hours=1))
        world.crawl()
        world.portal.empty_cache()
        world.clock.pass_by(HALF_A_DAY)
    assert told(world) == ["suspect", "removed"]


def test_a_404_from_before_the_page_was_seen_again_is_no_removal(world: World, page: Release):
    """A lagging node still has the 404 of a removal that was undone and told: no look at it makes the page missing again."""
    world.portal.remove(page.id)
    crawls(world, 4)
    world.portal.fill_cache(page.id, one_in=2)
    world.clock.pass_by(HALF_A_DAY)
    world.portal.restore(page.id)
    crawls(world, 1)
    assert kinds(world) == ["removed", "restored"]
    for _ in range(4):
        crawls(world, 1)
        assert world.looks(world.page(page.path))[-1]["status"] == 404
        somebody_else_asks(world, page)
    assert kinds(world) == ["removed", "restored"]
    assert (told(world), world.states(page)) == (["suspect", "removed", "restored"], ["live"])


def test_a_removal_is_told_once_and_proven_though_a_node_still_shows_the_page(world: World, page: Release):
    """One node in two has the page as it stood before it was taken down: it is not back whenever that node answers."""
    world.portal.fill_cache(page.id, one_in=2)
    world.clock.pass_by(timedelta(hours=1))
    world.portal.remove(page.id)
    crawls(world, 5)
    statuses = [look["status"] for look in world.looks(world.page(page.path))]
    assert statuses == [200, 404, 200, 404, 200, 404]
    assert (told(world), kinds(world), world.states(page)) == (["suspect", "removed"], ["removed"], ["removed"])


def test_a_way_home_out_of_a_cache_is_as_old_as_the_cache_says(world: World, page: Release):
    """A copy of a removed page's redirect, and a home page of now: the page was missing when the copy was taken, and not now."""
    world.portal.remove(page.id, Gone.HOME)
    crawls(world, 4)
    world.portal.fill_cache(page.id)
    world.clock.pass_by(timedelta(hours=1))
    world.portal.restore(page.id)
    restored_at = instant(world.portal.diary[-1].at)
    crawls(world, 2)
    world.portal.empty_cache()
    crawls(world, 1)
    assert kinds(world) == ["removed", "restored"]
    assert [look["status"] for look in world.looks(world.page(page.path))][-3:] == [302, 200, 200]
    (bounds,) = world.rows("SELECT not_before, observed_at FROM changes WHERE kind = 'restored'")
    assert bounds["not_before"] < restored_at < bounds["observed_at"]
    assert world.summaries() == world.summaries(rebuilt=True)


def test_a_row_has_not_left_because_a_node_does_not_show_it_yet(world: World):
    """One node in two has the listing as it stood before a press release was published: it came once, and never left."""
    world.portal.fill_cache(one_in=2)
    world.clock.pass_by(timedelta(hours=1))
    fresh = world.portal.publish()
    crawls(world, 4)
    events = world.values("SELECT event FROM listing_events WHERE page_id = ?", world.page(fresh.path))
    assert events == ["appeared"]
    assert world.values("SELECT complete FROM sweeps WHERE id > 1") == [1, 0, 1, 0]
