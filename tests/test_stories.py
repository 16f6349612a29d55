"""What the publisher does, acted out on the embedded portal: exactly the rows that the design says, and no others.

The stories are the same on every platform, for what is told does not depend on who serves it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from seeds.portal import Platform
from storage.instants import instant
from tests.stories import (
    LATER,
    SHORTER,
    TITLE,
    changed,
    day_before,
    first_sight,
    listed,
    off_listing,
    sweep,
    version_row,
)
from tests.world import World, holding

if TYPE_CHECKING:
    from seeds.portal import Release


@pytest.fixture(scope="module", params=Platform)
def first_day(tmp_path_factory, request):
    """Give the world as it stands after a first crawl, on each platform in turn."""
    with day_before(tmp_path_factory.mktemp("first-day"), request.param) as world:
        yield world


# ---------------------------------------------------------------------------------------------------------------- edits


def test_an_edit_is_one_version_with_honest_bounds(world: World, museum: Release):
    """An open correction: one version, labelled by its date, and the listing's row is seen to be redated."""
    world.crawl()
    world.clock.pass_by()
    edited = world.portal.edit(museum.id, paragraphs=LATER)
    assert edited.published == "2026-11-25 09:00"
    world.crawl()
    assert world.appended() == {
        "versions": [
            version_row(
                page=museum.path,
                look=3,
                content=holding(edited),
                observed_at="came 3",
                unchanged_304="asked 2",
                labels=["date", "numeric"],
                changed=["published", "text"],
                summary="The museum opened on [-Monday-]{+Tuesday+}.",
            )
        ],
        "listing_events": [listed(museum.path, "redated", sweep=3, since_sweep=2, listed_date="2026-11-25")],
        "sweeps": [sweep(), sweep(day="2026-11-25")],
        "outbox": [{"kind": "edited", "page": museum.path}],
    }
    assert changed(world) == [("edited", TITLE)]


def test_a_new_title_is_told_by_the_listing_too(world: World, museum: Release):
    """Another title: labelled so, silent because no date moved, and the listing's row is seen to be retitled."""
    edited = world.portal.silent_edit(museum.id, title="Canal Museum Opens in Xiuzhou District")
    world.crawl()
    assert world.appended() == {
        "versions": [
            version_row(
                page=museum.path,
                content=holding(edited),
                silent=1,
                labels=["title"],
                changed=["title"],
                summary="Canal Museum Opens in [-Nanhu-]{+Xiuzhou+} District",
            )
        ],
        "listing_events": [listed(museum.path, "retitled", listed_title="Canal Museum Opens in Xiuzhou District")],
        "sweeps": [sweep()],
        "outbox": [{"kind": "silent", "page": museum.path}],
    }


def test_a_silent_edit_is_called_silent(world: World, museum: Release):
    """A paragraph vanishes and no date moves: one version marked silent, and nothing on the listing."""
    edited = world.portal.silent_edit(museum.id, paragraphs=SHORTER)
    world.crawl()
    assert world.appended() == {
        "versions": [
            version_row(
                page=museum.path,
                content=holding(edited),
                silent=1,
                labels=["substantive"],
                summary="[-Admission is free of charge.-]",
            )
        ],
        "sweeps": [sweep()],
        "outbox": [{"kind": "silent", "page": museum.path}],
    }
    releases = world.rows("SELECT edits, silent_edits, version, state FROM releases WHERE title = ?", TITLE)
    page = world.page(museum.path)
    assert releases == [{"edits": 1, "silent_edits": 1, "version": f"{page}@2", "state": "live"}]


def test_there_and_back_is_three_versions(world: World, museum: Release):
    """A -> B -> A: the third version follows the second, is labelled a revert, and holds the very content of the first."""
    middle = world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.crawl()
    world.clock.pass_by()
    last = world.portal.revert(museum.id)
    world.crawl()
    there = {"summary": "The museum opened on [-Monday-]{+Tuesday+}.", "silent": 1, "labels": ["numeric"]}
    back = {"summary": "The museum opened on [-Tuesday-]{+Monday+}.", "silent": 1, "labels": ["numeric", "revert"]}
    assert world.appended() == {
        "versions": [
            version_row(page=museum.path, content=holding(middle), **there),
            version_row(
                page=museum.path,
                number=3,
                look=3,
                content=holding(last),
                previous=2,
                not_before="asked 2",
                observed_at="came 3",
                **back,
            ),
        ],
        "sweeps": [sweep(), sweep(day="2026-11-25")],
        "outbox": [{"kind": "silent", "page": museum.path}] * 2,
    }
    first, _, third = world.values("SELECT content_id FROM versions WHERE page_id = ? ORDER BY number", world.page(museum.path))
    assert first == third


def test_backdating_is_an_edit_of_the_date_alone(world: World, museum: Release):
    """The printed date moves back a month and nothing else: not silent, because a reader can see it, and labelled."""
    edited = world.portal.backdate(museum.id, "2026-10-20 09:00")
    world.crawl()
    assert world.appended() == {
        "versions": [
            version_row(
                page=museum.path,
                content=holding(edited),
                labels=["date", "backdated"],
                changed=["published"],
                summary="[-2026-11-20-]{+2026-10-20+} 09:00",
            )
        ],
        "listing_events": [listed(museum.path, "redated", listed_date="2026-10-20")],
        "sweeps": [sweep()],
        "outbox": [{"kind": "edited", "page": museum.path}],
    }


def test_a_lying_304_hides_an_edit_until_a_whole_page_is_asked_for(world: World, museum: Release):
    """What was called unchanged was not: the bound rests on the last body, and the 304 stands beside it as what was said."""
    world.portal.lie_304()
    edited = world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.crawl()
    assert world.appended() == {"sweeps": [sweep()]}
    world.share = 1
    world.crawl()
    row = version_row(
        page=museum.path,
        look=3,
        content=holding(edited),
        observed_at="came 3",
        unchanged_304="asked 2",
        silent=1,
        labels=["numeric"],
        summary="The museum opened on [-Monday-]{+Tuesday+}.",
    )
    caught = {"kind": "alert", "of": "lying-304", "subject": world.server.host}
    outbox = [{"kind": "silent", "page": museum.path}, caught]
    assert world.appended() == {"versions": [row], "sweeps": [sweep()], "outbox": outbox}
    ((bound, said),) = (row.values() for row in world.rows("SELECT not_before, unchanged_304 FROM versions WHERE number = 2"))
    assert bound < instant(world.portal.diary[-1].at) < said


def test_rebuilding_every_page_is_no_change(world: World, museum: Release):
    """Another Maketime, ETag and Last-Modified everywhere: every body comes anew, and there is not one version."""
    world.portal.rebuild()
    asked = len(world.server.requests)
    world.crawl()
    articles = [line for line in world.server.requests[asked:] if world.portal.at_path(line.target)]
    assert {(line.status, line.conditional) for line in articles} == {(200, True)}
    assert len(articles) == 33
    assert world.appended() == {"sweeps": [sweep()]}


# ------------------------------------------------------------------------------------------------- coming and going


def test_a_published_release_is_news(world: World, museum: Release):
    """After the first complete sweep a first sight is news, found by a head sweep too."""
    fresh = world.portal.publish("Bridge Closed", paragraphs=["It will open again."])
    world.crawl(full=False)
    assert world.appended() == {
        "versions": [first_sight(fresh.path, holding(fresh))],
        "identities": [{"page": fresh.path, "release": fresh.path, "reason": "first"}],
        "listing_events": [listed(fresh.path, "appeared", listed_title="Bridge Closed", listed_date="2026-11-24")],
        "sweeps": [sweep(kind="head", records=34)],
        "outbox": [{"kind": "new", "page": fresh.path}],
    }
    assert changed(world) == [("new", "Bridge Closed")]


def test_leaving_the_listing_proves_nothing(world: World, museum: Release):
    """Off the listing, but still answering: an event of the listing, and that is all."""
    world.portal.unlist(museum.id)
    world.crawl()
    assert world.appended() == {"listing_events": [off_listing(museum.path)], "sweeps": [sweep(records=32)]}
    assert world.states(museum) == ["live"]


def test_a_page_taken_down_is_not_answering_and_not_yet_removed(world: World, museum: Release):
    """Two looks that bring 404: told once as suspect, dated from the first of them, and there is no version."""
    world.portal.remove(museum.id)
    world.crawl()
    world.clock.pass_by()
    world.crawl()
    assert world.appended() == {
        "listing_events": [off_listing(museum.path)],
        "sweeps": [sweep(records=32), sweep(day="2026-11-25", records=32)],
        "outbox": [{"kind": "suspect", "page": museum.path}],
    }
    (page,) = world.rows("SELECT * FROM _pages WHERE page_id = ?", world.page(museum.path))
    looks = world.looks(page["page_id"])
    assert [look["status"] for look in looks] == [200, 404, 404]
    assert (page["state"], page["fails"], page["outcome"]) == ("suspect", 2, "gone")
    assert page["failing_since"] == looks[1]["came_at"]
    assert page["last_confirmed_at"] == looks[0]["came_at"]
    assert world.values("SELECT state FROM releases WHERE title = ?", TITLE) == ["suspect"]


def test_a_page_that_answers_again_was_never_removed(world: World, museum: Release):
    """Back after one failing look: it stands on the listing again, is live again, and no version says otherwise."""
    world.portal.remove(museum.id)
    world.settle()
    world.portal.restore(museum.id)
    world.crawl()
    assert world.appended() == {
        "listing_events": [listed(museum.path, "appeared", sweep=3, since_sweep=2)],
        "sweeps": [sweep(day="2026-11-25")],
    }
    assert world.states(museum) == ["live"]
    assert changed(world) == []


def test_a_page_that_answers_again_with_other_words_was_edited(world: World, museum: Release):
    """What came back differs from what was last read: an edit since that body, not since the failing look."""
    world.portal.remove(museum.id)
    world.settle()
    world.portal.restore(museum.id)
    edited = world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.crawl()
    row = version_row(page=museum.path, look=3, content=holding(edited), observed_at="came 3", silent=1, labels=["numeric"])
    assert world.appended()["versions"] == [row | {"summary": "The museum opened on [-Monday-]{+Tuesday+}."}]


def test_what_the_listing_hints_at_is_looked_at_at_once(world: World, museum: Release):
    """A head sweep that finds a row redated and another gone has both pages looked at in the same run, though neither was due."""
    world.crawl(full=False)
    other = world.portal.golden
    world.appended()
    world.portal.remove(other.id)
    world.portal.backdate(museum.id, "2026-11-19 09:00")
    world.crawl(full=False)
    told = world.appended()
    assert [(row["page"], row["labels"]) for row in told["versions"]] == [(museum.path, ["date", "backdated"])]
    assert told["outbox"] == [{"kind": kind, "page": page} for kind, page in (("edited", museum.path), ("suspect", other.path))]


# ------------------------------------------------------------------------------------------------- the portal's own diary


def test_what_is_found_is_what_the_portal_did_and_when(world: World, museum: Release):
    """A long story, a crawl after each act: the changes are those of the portal's diary, each within its bounds."""
    acts = [
        lambda: world.portal.publish("Bridge Closed", paragraphs=["It will open again."]).id,
        lambda: world.portal.edit(museum.id).id,
        lambda: world.portal.silent_edit(world.portal.golden.id).id,
        lambda: world.portal.backdate(museum.id, "2026-11-01 08:00").id,
        lambda: world.portal.revert(museum.id).id,
        lambda: world.portal.silent_edit(museum.id, title="Canal Museum Closes").id,
    ]
    since = len(world.portal.diary)
    for act in acts:
        act()
        world.clock.pass_by(timedelta(hours=3))
        world.crawl(full=len(world.portal.diary) % 2 == 0)
        world.crawl()
    found = world.rows("SELECT * FROM changes ORDER BY observed_at")
    diary = world.portal.diary[since:]
    assert [("silent" if row["silent"] else row["kind"], row["page"]) for row in found] == [
        (kind, world.page(world.portal.release(number).path)) for kind, number in world.portal.expected_changes(since)
    ]
    for row, event in zip(found, diary, strict=True):
        bound = row["not_before"] or appeared_after(world, row["page"])
        assert bound < instant(event.at) <= row["observed_at"]


def appeared_after(world: World, page: int) -> str:
    """Return since when a page may have stood on the listing: the lower bound of a first sight."""
    return world.values("SELECT not_before FROM listing_events WHERE page_id = ? AND event = 'appeared'", page)[0]
