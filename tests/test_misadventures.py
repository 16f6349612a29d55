"""What goes wrong between a portal and us, acted out on the embedded portal: failures are recorded, and none is a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seeds.portal import CHANGED_SELECT, TODAY, Release
from tests.stories import (
    LATER,
    PARAGRAPHS,
    TITLE,
    changed,
    first_sight,
    listed,
    sweep,
    version_row,
)
from tests.world import World, holding

if TYPE_CHECKING:
    from collections.abc import Sequence


def outcomes(world: World) -> set[tuple[object, ...]]:
    """Return (purpose, result, status, judgement) of everything that the last run asked for."""
    sql = "SELECT purpose, result, status, outcome FROM captures WHERE run = (SELECT max(id) FROM runs)"
    return {tuple(row.values()) for row in world.rows(sql)}


def no_change_after(world: World, museum: Release, over: Sequence[dict[str, object]] = ()) -> None:
    """Check that the pages are held to be as they were, and that a fine day brings nothing but a sweep, and the end of alerts."""
    assert set(world.values("SELECT state FROM _pages")) == {"live"}
    assert changed(world) == []
    world.portal.recover()
    world.clock.pass_by()
    world.crawl()
    told = world.appended()
    assert told == {"sweeps": [sweep(day="2026-11-25")], **({"outbox": list(over)} if over else {})}
    assert set(world.values("SELECT fails FROM _pages")) == {0}


def test_a_host_that_fails_changes_nothing(world: World, museum: Release):
    """503 for everything, robots.txt included, which then forbids all (RFC 9309): rows of failures, and no version."""
    world.portal.fail_host(503)
    summary = world.crawl()
    assert len(summary.failed) == 1
    assert summary.left == [f"{world.server.host}: robots.txt cannot be had (status 503): nothing is allowed (33 pages wait)"]
    (swept,) = world.appended().pop("sweeps")
    assert swept == sweep(complete=0, pages_expected=None, pages_read=0, records=0, note=swept["note"])
    assert "robots.txt" in swept["note"]
    assert outcomes(world) == {
        ("robots", "response", 503, None),
        ("listing", "refused", None, None),
    }
    no_change_after(world, museum)


def test_a_host_that_fails_in_the_middle_of_a_run_changes_nothing(world: World, museum: Release):
    """The listing is read, and then every page brings 502: each look is a row judged a failure of the server."""
    world.crawl(before_looks=lambda: world.portal.fail_host(502))
    assert world.appended() == {"sweeps": [sweep()]}
    assert {("look", "response", 502, "server-error")} == {row for row in outcomes(world) if row[0] == "look"}
    assert len(world.values("SELECT id FROM fetches WHERE status = 502")) == 33
    no_change_after(world, museum)


def test_a_challenge_changes_nothing(world: World, museum: Release):
    """412 and a script in place of everything: recorded as a challenge, and not solved."""
    world.portal.challenge()
    world.crawl()
    note = "a script to be run before the page is shown (412, as Ruishu answers)"
    assert world.appended() == {"sweeps": [sweep(complete=0, pages_expected=None, pages_read=0, records=0, note=note)]}
    assert outcomes(world) == {
        ("robots", "response", 412, None),
        ("listing", "response", 412, "challenge"),
        ("look", "response", 412, "challenge"),
    }
    no_change_after(world, museum)


def test_a_broken_listing_takes_nothing_off_it(world: World, museum: Release):
    """The listing brings 500, the pages are fine: a failed sweep, no page has left, and the pages were seen."""
    world.portal.break_listing()
    summary = world.crawl()
    assert summary.counts["unchanged"] == 33
    note = "the server failed (500)"
    assert world.appended() == {"sweeps": [sweep(complete=0, pages_expected=None, pages_read=0, records=0, note=note)]}
    no_change_after(world, museum)


def test_a_changed_layout_changes_nothing(world: World, museum: Release):
    """Another template that the reader does not know: every page is kept aside, with its bytes, and no version is made."""
    world.portal.change_layout()
    world.crawl()
    of = {"of": "layout", "subject": "embedded/today"}
    assert world.appended() == {"sweeps": [sweep()], "outbox": [{"kind": "alert", **of}]}
    assert {row for row in outcomes(world) if row[0] == "look"} == {("look", "response", 200, "quarantined")}
    bodies = world.values("SELECT count(body_id) FROM fetches WHERE run_id = (SELECT max(id) FROM runs) AND purpose = 'look'")
    assert bodies == [33]
    no_change_after(world, museum, over=[{"kind": "recovery", **of}])


def test_a_reader_mended_for_a_changed_layout_claims_nothing(world: World, museum: Release):
    """The new selectors cannot read the old bodies: no claim is made, the problem is noted, and later edits are found again."""
    world.portal.change_layout()
    world.settle()
    world.select = CHANGED_SELECT
    world.share = 1
    world.crawl()
    over = {"kind": "recovery", "of": "layout", "subject": "embedded/today"}
    assert world.appended() == {"sweeps": [sweep(day="2026-11-25")], "outbox": [over]}
    noted = {"not compared: the reader changed and cannot read the previous body"}
    problems = "SELECT DISTINCT j.value FROM readings r, json_each(r.problems) j WHERE r.outcome = 'ok'"
    assert noted <= set(world.values(problems))
    edited = world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.crawl()
    (row,) = world.appended()["versions"]
    assert (row["page"], row["content"]["paragraphs"]) == (museum.path, list(edited.paragraphs))
    assert row["summary"] == "The museum opened on [-Monday-]{+Tuesday+}."


# ------------------------------------------------------------------------------------------------- a change of our reader

DROP = {"body": "#zoom", "drop": ["#zoom > p:nth-of-type(2)", "#zoom > div:nth-of-type(2)"]}
"""A reader that leaves out the second paragraph, however the portal marks it up."""


def test_a_change_of_our_reader_is_no_change_of_the_page(world: World, museum: Release):
    """All pages come anew and read otherwise than before: under one reader none has changed, there or on the way back."""
    world.select = DROP
    world.portal.rebuild()
    world.crawl()
    assert world.appended() == {"sweeps": [sweep()]}
    read = "SELECT c.text FROM readings r JOIN contents c ON c.id = r.content_id WHERE c.title = ? ORDER BY r.id"
    without = "\n\n".join((PARAGRAPHS[0], PARAGRAPHS[2]))
    assert world.values(read, TITLE) == ["\n\n".join(PARAGRAPHS), without, without]
    world.select = {}
    world.portal.rebuild()
    world.crawl()
    assert world.appended() == {"sweeps": [sweep()]}


def test_an_edit_under_a_new_reader_tells_of_the_publisher_alone(world: World, museum: Release):
    """A real edit and a new reader at once: one version, whose summary has nothing of what the reader leaves out."""
    world.select = DROP
    edited = world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.crawl()
    content = holding(edited) | {"paragraphs": [LATER[0], LATER[2]]}
    row = version_row(
        page=museum.path, content=content, silent=1, labels=["numeric"], summary="The museum opened on [-Monday-]{+Tuesday+}."
    )
    outbox = [{"kind": "silent", "page": museum.path}]
    assert world.appended() == {"versions": [row], "sweeps": [sweep()], "outbox": outbox}


# ------------------------------------------------------------------------------------------------- first looks that fail


def test_first_looks_that_fail_are_made_again_and_are_no_news(tmp_path):
    """Listed by the first complete sweep, but first read in a later run: baseline all the same, though a sweep was complete."""
    with World(tmp_path) as world:
        world.crawl(before_looks=world.portal.fail_host)
        assert world.appended().keys() == {"listing_events", "sweeps"}
        assert set(world.values("SELECT state FROM _pages")) == {None}
        world.portal.recover()
        world.clock.pass_by()
        world.crawl(full=False)
        told = world.appended()
        assert told.keys() == {"versions", "identities", "sweeps"}
        assert [(row["kind"], row["look"], row["baseline"]) for row in told["versions"]] == [("new", 2, 1)] * 32
        assert world.contents() == {
            release.path_in(column): [holding(release, column)] for release, column in world.portal.rows(TODAY)
        }
        assert changed(world) == []


def test_a_page_that_was_gone_before_it_was_read_is_no_release_yet(world: World, museum: Release):
    """Listed, and 404 at the first look: nothing is known that could be missed; once it answers it is new, and news."""
    fresh = world.portal.publish("Bridge Closed", paragraphs=["It will open again."])
    world.crawl(full=False, before_looks=lambda: world.portal.remove(fresh.id))
    row = listed(fresh.path, "appeared", listed_title="Bridge Closed", listed_date="2026-11-24")
    assert world.appended() == {"listing_events": [row], "sweeps": [sweep(kind="head", records=34)]}
    assert world.states(fresh) == [None]
    world.portal.restore(fresh.id)
    world.clock.pass_by()
    world.crawl(full=False)
    assert world.appended() == {
        "versions": [first_sight(fresh.path, holding(fresh), look=2, observed_at="came 2")],
        "identities": [{"page": fresh.path, "release": fresh.path, "reason": "first"}],
        "sweeps": [sweep(kind="head", day="2026-11-25", records=34)],
        "outbox": [{"kind": "new", "page": fresh.path}],
    }
