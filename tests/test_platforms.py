"""What lists of each platform may do to a crawler, acted out: paging that is ignored, pages that are lost, lists that are feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seeds.platforms.static import feed_path
from seeds.portal import TODAY, Layout, Platform
from tests.world import World, holding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LISTED = 42
"""Rows of the listing of a portal with 40 press releases: three pages of it, or groups that a JCMS portal sends."""
FEEDS = ("rss", "atom")


@pytest.fixture(scope="module", params=Platform)
def first_day(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[World]:
    """Give a world after its first crawl, on each platform in turn."""
    per_page = 5 if request.param is Platform.JCMS else 15
    with World(tmp_path_factory.mktemp("first-day"), 40, platform=request.param, per_page=per_page) as world:
        world.settle()
        assert len(world.contents()) == LISTED
        yield world


@pytest.fixture
def world(first_day: World, tmp_path: Path) -> Iterator[World]:
    """Give a world that is the test's own, and stands as on the first day."""
    with first_day.again(tmp_path, lambda _world: None) as world:
        yield world


def events(world: World) -> list[dict[str, object]]:
    """Return what the listing is said to have done since the last telling."""
    return world.appended().get("listing_events", [])


def sweep_of(world: World) -> dict[str, object]:
    """Return the last sweep of the listing."""
    return world.rows("SELECT complete, records, note FROM sweeps ORDER BY id DESC LIMIT 1")[0]


def test_where_paging_is_ignored_nothing_leaves_the_listing(world: World):
    """Every page is the first one: the sweep is not complete and says why, ends, and no row that it did not see has left."""
    world.portal.ignore_paging()
    asked = len(world.server.requests)
    world.crawl()
    sweep = sweep_of(world)
    assert (sweep["complete"], sweep["records"]) == (0, 15)
    assert sweep["note"]
    assert events(world) == []
    assert len(world.server.requests) - asked < LISTED + 20
    world.portal.ignore_paging(on=False)
    world.clock.pass_by()
    world.crawl()
    assert sweep_of(world) == {"complete": 1, "records": LISTED, "note": None}
    assert events(world) == []
    assert world.rows("SELECT * FROM changes") == []


@pytest.mark.parametrize("empty", [False, True])
def test_a_page_of_the_listing_that_is_lost_takes_no_row_with_it(world: World, *, empty: bool):
    """The second page fails, or comes without rows: not complete, with a reason, and nothing has left."""
    world.portal.break_group(empty=empty)
    world.crawl()
    sweep = sweep_of(world)
    assert (sweep["complete"], sweep["records"]) == (0, 15)
    assert sweep["note"]
    assert events(world) == []


def test_a_listing_whose_first_page_shows_no_rows_is_not_taken_for_empty(world: World):
    """A stub, a page without rows or an answer without markup: unreadable, and articles are looked at all the same."""
    is_embedded = world.platform is Platform.JCMS  # its first rows stand in the page itself, which is as ever
    world.portal.break_group(0, empty=True)
    edited = world.portal.silent_edit(world.portal.golden.id)
    world.crawl()
    sweep = sweep_of(world)
    assert (sweep["complete"], sweep["records"]) == ((1, LISTED) if is_embedded else (0, 0))
    assert (sweep["note"] is None) is is_embedded
    assert events(world) == []
    world.portal.break_group(None)
    world.clock.pass_by()
    world.crawl()
    assert sweep_of(world) == {"complete": 1, "records": LISTED, "note": None}
    assert world.rows("SELECT kind, title FROM changes") == [{"kind": "edited", "title": edited.title}]


def test_what_leaves_a_listing_and_comes_back_is_told(world: World):
    """A row that goes from any page but the last moves all after it: one has left, and is back when it is."""
    release = world.portal.releases[5]
    world.portal.unlist(release.id)
    world.crawl()
    assert [(each["page"], each["event"]) for each in events(world)] == [(path, "left") for path in release.paths]
    world.portal.restore(release.id)
    world.clock.pass_by()
    world.crawl()
    assert [(each["page"], each["event"]) for each in events(world)] == [(path, "appeared") for path in release.paths]
    assert world.rows("SELECT * FROM changes") == []


def test_an_edit_is_found_whatever_else_moves_on_the_page(world: World):
    """Clicks, signatures and a rebuild are no news, an edit among them is, and a template that cannot be read claims nothing."""
    world.portal.rebuild()
    edited = world.portal.silent_edit(world.portal.golden.id)
    world.crawl()
    assert world.rows("SELECT kind, silent FROM changes") == [{"kind": "edited", "silent": 1}]
    assert world.contents()[edited.path] == [holding(edited)]
    world.portal.change_layout(to=Layout.CHANGED)
    world.clock.pass_by()
    world.crawl()
    world.portal.recover()
    world.clock.pass_by()
    world.crawl()
    assert len(world.rows("SELECT * FROM changes")) == 1


@pytest.mark.parametrize("form", FEEDS)
def test_a_feed_is_crawled_as_the_list_is(tmp_path: Path, form: str):
    """The TOML names a feed: the same press releases, word for word; what is published later is news, what is gone has left."""
    with World(tmp_path, 40, platform=Platform.STATIC, listing=feed_path(TODAY, form)) as world:
        world.settle()
        assert world.contents() == {
            release.path_in(column): [holding(release, column)] for release, column in world.portal.rows(TODAY)
        }
        assert sweep_of(world) == {"complete": 1, "records": LISTED, "note": None}
        gone, made = world.portal.releases[7], world.portal.publish("Bridge Closed", paragraphs=["It will open again."])
        world.portal.unlist(gone.id)
        world.crawl()
        told = {(each["page"], each["event"]) for each in events(world)}
        assert told == {(made.path, "appeared"), *((path, "left") for path in gone.paths)}
        assert world.rows("SELECT kind, title FROM changes") == [{"kind": "new", "title": "Bridge Closed"}]
