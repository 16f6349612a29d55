"""The faults that other trackers of web pages are known for, acted out one by one: this one has none of them."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.misbehaviour import response
from tests.site import Site, link, listing
from tests.stories import BOTH_LAYOUTS, LATER, TITLE, changed

if TYPE_CHECKING:
    from seeds.portal import Release
    from tests.world import World


def test_an_error_page_is_not_stored_as_content(world: World, museum: Release):
    """A page of the server's with status 200 that says that the page does not exist makes no version and no content."""
    contents = world.values("SELECT count(*) FROM contents")
    world.portal.fail_host(502)
    world.crawl()
    world.portal.recover()
    assert world.values("SELECT count(*) FROM contents") == contents
    assert changed(world) == []


def test_a_revert_is_reported(world: World, museum: Release):
    """There and back again is two edits: whoever only compares with what was ever seen misses the second."""
    world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.crawl()
    world.portal.revert(museum.id)
    world.crawl()
    assert changed(world) == [("edited", TITLE)] * 2


def test_a_failed_listing_page_deletes_nothing(world: World, museum: Release):
    """The listing fails for a week: nothing has left it, and no page is held to be gone."""
    world.portal.break_listing()
    for _ in range(7):
        world.crawl()
        world.clock.pass_by()
    assert world.values("SELECT count(*) FROM listing_events WHERE event = 'left'") == [0]
    assert set(world.values("SELECT state FROM _pages")) == {"live"}
    assert changed(world) == []


def test_a_validator_of_a_page_that_was_not_read_hides_nothing(world: World, museum: Release):
    """The page came in a form that nobody could read: its validator is not kept, and the next look brings it again."""
    world.portal.change_layout()
    world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.crawl()
    unread = world.values("SELECT etag FROM fetches WHERE page_id = ? ORDER BY id DESC LIMIT 1", world.page(museum.path))
    assert world.values("SELECT etag FROM _pages WHERE page_id = ?", world.page(museum.path)) != unread
    world.select = BOTH_LAYOUTS
    world.crawl()
    assert changed(world) == [("edited", TITLE)]


def test_a_change_of_the_date_alone_is_reported(world: World, museum: Release):
    """The printed date moves and not a word: an edit."""
    world.portal.backdate(museum.id, "2026-10-01 09:00")
    world.crawl()
    assert changed(world) == [("edited", TITLE)]


def test_a_body_that_is_too_large_is_not_due_at_once_for_ever(tmp_path):
    """It is recorded as too large, and waits for its time like any page that failed."""
    flood = response("200 OK", "Content-Type: text/html", body=b"<p>" + b"x" * 25_000_000)
    with Site(tmp_path, list=listing(*map(link, range(1, 5))), **{"art_1_3.html": flood}) as site:
        site.crawl()
        assert site.rows("SELECT result FROM fetches WHERE result = 'too-large'") == [("too-large",)]
        asked = site.asked
        site.due()
        assert site.asked["/art/2026/1/3/art_1_3.html"] == asked["/art/2026/1/3/art_1_3.html"] == 1
        site.clock.pass_by(timedelta(hours=25))
        site.due()
        assert site.asked["/art/2026/1/3/art_1_3.html"] == 2


def test_a_removed_page_is_not_skipped_without_a_word(world: World, museum: Release):
    """The first look that fails is told at once, as unproven; after three checks in two days it is a removal."""
    world.portal.remove(museum.id)
    world.crawl()
    assert world.values("SELECT kind FROM _outbox") == ["suspect"]
    for _ in range(3):
        world.clock.pass_by()
        world.crawl()
    assert world.values("SELECT kind FROM _outbox ORDER BY id") == ["suspect", "removed"]


def test_a_version_cannot_be_deleted(world: World, museum: Release):
    """Not by us, and not by any other program that opens the file."""
    with pytest.raises(sqlite3.IntegrityError, match="append-only: DELETE on versions is refused"):
        world.rows("DELETE FROM versions")


def test_a_section_without_a_record_for_months_is_told_of(world: World, museum: Release):
    """A redesign hides the listing: one alert after a day, and a failed sweep on record for every look at it."""
    world.portal.break_listing()
    for _ in range(60):
        world.crawl(full=False)
        world.clock.pass_by()
    alerts = world.values("SELECT kind FROM _alerts WHERE closed_at IS NULL")
    assert alerts == ["listing"]
    assert world.values("SELECT count(*) FROM _outbox WHERE kind = 'alert'") == [1]
    assert world.values("SELECT failed FROM coverage ORDER BY day DESC LIMIT 60") == [1] * 60


def test_a_mended_reader_announces_nothing(world: World, museum: Release):
    """All pages read otherwise from one crawl to the next, because the rules were mended: not one is edited."""
    world.select = {"body": "#zoom", "drop": ["#zoom > p:nth-of-type(2)", "#zoom > div:nth-of-type(2)"]}
    world.portal.rebuild()
    world.crawl()
    assert changed(world) == []
    assert world.values("SELECT count(*) FROM _outbox") == [0]
