"""Pages that are one press release, acted out on the embedded portal: second columns, copies, moves."""

from __future__ import annotations

from datetime import timedelta

from seeds.portal import PHOTOS, SECOND, Release
from tests.stories import (
    LATER,
    TITLE,
    changed,
    first_sight,
    listed,
    off_listing,
    sweep,
    version_row,
)
from tests.world import World, holding


def test_the_same_article_in_a_second_column_is_the_same_release(world: World, museum: Release):
    """A second address with the same article number: a page with a history of its own, one release, and no news."""
    both = world.portal.copy_to_column(museum.id)
    second = both.path_in(SECOND)
    world.crawl()
    assert world.appended() == {
        "versions": [first_sight(second, holding(both, SECOND))],
        "identities": [{"page": second, "release": museum.path, "reason": "same-article-id"}],
        "listing_events": [listed(second, "appeared")],
        "sweeps": [sweep(records=34)],
    }
    assert changed(world) == []


def test_both_copies_of_an_edited_article_stay_one_release(world: World, museum: Release):
    """A copy that lags is no divergence: each page's history tells of the edit, and the release stays one."""
    world.portal.copy_to_column(museum.id)
    world.settle()
    edited = world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.crawl()
    same = {"silent": 1, "labels": ["numeric"], "summary": "The museum opened on [-Monday-]{+Tuesday+}."}
    told = world.appended()
    told["outbox"].sort(key=lambda row: row["page"])
    assert {row["page"]: row for row in told.pop("versions")} == {
        museum.path: version_row(
            page=museum.path, look=3, not_before="asked 2", observed_at="came 3", content=holding(edited), **same
        ),
        edited.paths[1]: version_row(page=edited.paths[1], content=holding(edited, SECOND), **same),
    }
    outbox = [{"kind": "silent", "page": path} for path in edited.paths]
    assert told == {"sweeps": [sweep(day="2026-11-25", records=34)], "outbox": outbox}


def test_a_copy_that_lags_is_looked_at_before_it_is_held_for_another(world: World, museum: Release):
    """Only one of two pages is rechecked and found edited: the other, last seen before, is looked at in the same run."""
    both = world.portal.copy_to_column(museum.id)
    world.settle()
    world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.recheck(both.path_in(SECOND))
    told = world.appended()
    assert told.keys() == {"versions", "outbox"}
    assert [(row["page"], row["kind"]) for row in told["versions"]] == [(both.path_in(SECOND), "edited"), (museum.path, "edited")]
    assert world.values("SELECT count(*) FROM releases WHERE title = ?", TITLE) == [1]


def test_the_same_content_at_a_second_address_is_the_same_release(world: World, museum: Release):
    """The same words under another number while the first still answers: one release, and no news."""
    copy = world.portal.copy(museum.id)
    world.crawl()
    assert world.appended() == {
        "versions": [first_sight(copy.path, holding(copy))],
        "identities": [{"page": copy.path, "release": museum.path, "reason": "same-content"}],
        "listing_events": [listed(copy.path, "appeared")],
        "sweeps": [sweep(records=34)],
    }
    assert changed(world) == []


def test_copies_that_part_are_two_releases(world: World, museum: Release):
    """One of two copies changes: the other is looked at in the same run, and again an hour later; then they have diverged."""
    copy = world.portal.copy(museum.id)
    world.settle()
    edited = world.portal.silent_edit(copy.id, paragraphs=LATER)
    world.crawl()
    assert world.appended() == {
        "versions": [
            version_row(
                page=copy.path,
                content=holding(edited),
                silent=1,
                labels=["numeric"],
                summary="The museum opened on [-Monday-]{+Tuesday+}.",
            )
        ],
        "sweeps": [sweep(day="2026-11-25", records=34)],
        "outbox": [{"kind": "silent", "page": copy.path}],
    }
    looks = len(world.looks(world.page(museum.path)))
    assert world.values("SELECT reason FROM _frontier WHERE page_id = ?", world.page(museum.path)) == ["copy"]
    world.clock.pass_by(timedelta(hours=1))
    world.crawl(full=False)
    told = world.appended()
    assert told["identities"] == [{"page": copy.path, "release": copy.path, "reason": "diverged"}]
    assert "versions" not in told
    assert len(world.looks(world.page(museum.path))) == looks + 1
    states = world.rows("SELECT state, edits FROM releases WHERE title = ? ORDER BY release", TITLE)
    assert states == [{"state": "live", "edits": 0}, {"state": "live", "edits": 1}]


def test_a_copy_that_is_written_anew_later_is_no_divergence(world: World, museum: Release):
    """The second column's copy gets the edit a quarter of an hour later: one release, and one edit of it."""
    both = world.portal.copy_to_column(museum.id)
    world.settle()
    world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.recheck(museum.path)
    old = world.rows("SELECT text FROM releases WHERE title = ?", TITLE)
    world.clock.pass_by(timedelta(minutes=15))
    world.recheck(both.path_in(SECOND))
    assert "identities" not in world.appended()
    assert world.rows("SELECT edits, text FROM releases WHERE title = ?", TITLE) == [{"edits": 1, **old[0]}]


def test_republishing_under_a_new_number_is_a_move(world: World, museum: Release):
    """The old address goes, the new one says the same: the release moved and stays live, and nothing was removed."""
    moved = world.portal.republish(museum.id)
    world.crawl()
    assert world.appended() == {
        "versions": [first_sight(moved.path, holding(moved))],
        "identities": [
            {"page": moved.path, "release": museum.path, "reason": "same-content"},
            {"page": moved.path, "release": museum.path, "reason": "moved"},
        ],
        "listing_events": [listed(moved.path, "appeared"), off_listing(museum.path)],
        "sweeps": [sweep()],
        "outbox": [{"kind": "suspect", "page": museum.path}],
    }
    assert world.states(museum, moved) == ["suspect", "live"]
    assert world.values("SELECT state FROM releases WHERE title = ?", TITLE) == ["live"]
    assert changed(world) == []


def test_moving_to_another_column_keeps_the_release(world: World, museum: Release):
    """The same article number at an address of another column, the old address gone: one live release."""
    moved = world.portal.move(museum.id)
    world.crawl()
    assert world.appended() == {
        "versions": [first_sight(moved.path, holding(moved, PHOTOS))],
        "identities": [{"page": moved.path, "release": museum.path, "reason": "same-article-id"}],
        "listing_events": [listed(moved.path, "appeared"), off_listing(museum.path)],
        "sweeps": [sweep()],
        "outbox": [{"kind": "suspect", "page": museum.path}],
    }
    assert world.values("SELECT state FROM releases WHERE title = ?", TITLE) == ["live"]
