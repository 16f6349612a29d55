"""What the publisher does, acted out on the embedded portal: exactly the rows that the design says, and no others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from seeds.portal import CHANGED_SELECT, PHOTOS, SECOND, Release
from storage.instants import instant
from tests.world import World, holding, version_row

TITLE = "Canal Museum Opens in Nanhu District"
PARAGRAPHS = ("The museum opened on Monday.", "It shows 300 boats from five centuries.", "Admission is free of charge.")
LATER = ("The museum opened on Tuesday.", *PARAGRAPHS[1:])
SHORTER = PARAGRAPHS[:2]


def open_museum(world: World) -> Release:
    """Publish the press release that most stories are about."""
    return world.portal.publish(TITLE, paragraphs=PARAGRAPHS, published="2026-11-20 09:00")


@pytest.fixture(scope="module")
def day_before(tmp_path_factory):
    """Give the world as it stands after a first crawl; stories begin the day after, each in a world that is its own."""
    with World(tmp_path_factory.mktemp("day-before")) as world:
        open_museum(world)
        world.settle()
        yield world


@pytest.fixture
def world(day_before, tmp_path):
    """Give a world that stands as on the day before; after every story, what is kept at hand must follow from the ledger."""
    with day_before.again(tmp_path, open_museum) as world:
        yield world
        assert world.summaries() == world.summaries(rebuilt=True)


@pytest.fixture
def museum(world):
    """Give a press release that stood there at the first crawl."""
    return next(release for release in world.portal.releases if release.title == TITLE)


def sweep(**differing):
    """Return a whole row of `sweeps`: a complete one of the listing as it stood at the beginning, but for what differs."""
    row = {"section_id": 1, "kind": "full", "day": "2026-11-24", "complete": 1, "pages_expected": 3, "pages_read": 1}
    return row | {"records": 33, "note": None} | differing


def listed(path: str, event: str, **differing: object) -> dict[str, object]:
    """Return a whole row of `listing_events`: of the second sweep, for the museum, but for what differs."""
    row = {"page": path, "event": event, "sweep": 2, "since_sweep": 1, "from_a_row": True, "listed_title": TITLE}
    return row | {"listed_date": "2026-11-20"} | differing


def off_listing(path: str, **differing: object) -> dict[str, object]:
    """Return a whole row of `listing_events` for a page that is off the listing: no row says so, and no title or date."""
    return listed(path, "left", from_a_row=False, listed_title=None, listed_date=None, **differing)


def changed(world: World) -> list[tuple[str, str]]:
    """Return (kind, title) of everything that the archive calls a change, in order of seeing."""
    return [(row["kind"], row["title"]) for row in world.rows("SELECT kind, title FROM changes ORDER BY observed_at")]


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
                labels=["date"],
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
        "versions": [version_row(page=museum.path, content=holding(edited), silent=1, summary="[-Admission is free of charge.-]")],
        "sweeps": [sweep()],
        "outbox": [{"kind": "silent", "page": museum.path}],
    }
    releases = world.rows("SELECT edits, silent_edits, version, state FROM releases WHERE title = ?", TITLE)
    page = world.values("SELECT id FROM pages WHERE url_key = ?", world.server.host + museum.path)[0]
    assert releases == [{"edits": 1, "silent_edits": 1, "version": f"{page}@2", "state": "live"}]


def test_there_and_back_is_three_versions(world: World, museum: Release):
    """A -> B -> A: the third version follows the second, is labelled a revert, and holds the very content of the first."""
    middle = world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.crawl()
    world.clock.pass_by()
    last = world.portal.revert(museum.id)
    world.crawl()
    there = {"summary": "The museum opened on [-Monday-]{+Tuesday+}.", "silent": 1}
    back = {"summary": "The museum opened on [-Tuesday-]{+Monday+}.", "silent": 1, "labels": ["revert"]}
    assert world.appended() == {
        "versions": [
            version_row(page=museum.path, content=holding(middle), **there),
            version_row(
                page=museum.path, number=3, look=3, content=holding(last), previous=2, not_before="asked 2", observed_at="came 3", **back
            ),
        ],
        "sweeps": [sweep(), sweep(day="2026-11-25")],
        "outbox": [{"kind": "silent", "page": museum.path}] * 2,
    }
    first, _, third = world.values(
        "SELECT content_id FROM versions v JOIN pages g ON g.id = v.page_id WHERE g.url_key = ? ORDER BY number",
        world.server.host + museum.path,
    )
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
        summary="The museum opened on [-Monday-]{+Tuesday+}.",
    )
    outbox = [{"kind": "silent", "page": museum.path}]
    assert world.appended() == {"versions": [row], "sweeps": [sweep()], "outbox": outbox}
    ((bound, said),) = (row.values() for row in world.rows("SELECT not_before, unchanged_304 FROM versions WHERE number = 2"))
    assert bound < instant(world.portal.diary[-1].at) < said


def test_rebuilding_every_page_is_no_change(world: World, museum: Release):
    """Another Maketime, ETag and Last-Modified everywhere: every body comes anew, and there is not one version."""
    world.portal.rebuild()
    asked = len(world.server.requests)
    world.crawl()
    articles = [line for line in world.server.requests[asked:] if line.target.startswith("/art/")]
    assert {(line.status, line.conditional) for line in articles} == {(200, True)}
    assert len(articles) == 33
    assert world.appended() == {"sweeps": [sweep()]}


# ------------------------------------------------------------------------------------------------- pages of one release


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
    same = {"silent": 1, "summary": "The museum opened on [-Monday-]{+Tuesday+}."}
    told = world.appended()
    told["outbox"].sort(key=lambda row: row["page"])
    assert {row["page"]: row for row in told.pop("versions")} == {
        museum.path: version_row(page=museum.path, look=3, not_before="asked 2", observed_at="came 3", content=holding(edited), **same),
        edited.paths[1]: version_row(page=edited.paths[1], content=holding(edited, SECOND), **same),
    }
    outbox = [{"kind": "silent", "page": path} for path in edited.paths]
    assert told == {"sweeps": [sweep(day="2026-11-25", records=34)], "outbox": outbox}


def first_sight(path: str, content: dict[str, object], **differing: object) -> dict[str, object]:
    """Return the whole row of a page that was first seen after the first complete sweep."""
    first = {"number": 1, "kind": "new", "look": 1, "previous": None, "not_before": None, "observed_at": "came 1", "changed": []}
    return version_row(page=path, content=content, **(first | differing))


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
    """One of two copies changes: the other is looked at in the same run, and as it still says the old, they have diverged."""
    copy = world.portal.copy(museum.id)
    world.settle()
    edited = world.portal.silent_edit(copy.id, paragraphs=LATER)
    world.crawl()
    assert world.appended() == {
        "versions": [
            version_row(page=copy.path, content=holding(edited), silent=1, summary="The museum opened on [-Monday-]{+Tuesday+}.")
        ],
        "identities": [{"page": copy.path, "release": copy.path, "reason": "diverged"}],
        "sweeps": [sweep(day="2026-11-25", records=34)],
        "outbox": [{"kind": "silent", "page": copy.path}],
    }
    states = world.rows("SELECT state, edits FROM releases WHERE title = ? ORDER BY release", TITLE)
    assert states == [{"state": "live", "edits": 0}, {"state": "live", "edits": 1}]


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
    sql = "SELECT p.* FROM _pages p JOIN pages g ON g.id = p.page_id WHERE g.url_key = ?"
    (page,) = world.rows(sql, world.server.host + museum.path)
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
    row = version_row(page=museum.path, look=3, content=holding(edited), observed_at="came 3", silent=1)
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
    assert told["outbox"] == [{"kind": kind, "page": page} for kind, page in (("suspect", other.path), ("edited", museum.path))]


# ------------------------------------------------------------------------------------------------- what is no change


def outcomes(world: World) -> set[tuple[object, ...]]:
    """Return (purpose, result, status, judgement) of everything that the last run asked for."""
    sql = "SELECT purpose, result, status, outcome FROM captures WHERE run = (SELECT max(id) FROM runs)"
    return {tuple(row.values()) for row in world.rows(sql)}


def no_change_after(world: World, museum: Release) -> None:
    """Check that the pages are held to be as they were, and that a fine day brings nothing but a sweep."""
    assert set(world.values("SELECT state FROM _pages")) == {"live"}
    assert changed(world) == []
    world.portal.recover()
    world.clock.pass_by()
    world.crawl()
    told = world.appended()
    assert told == {"sweeps": [sweep(day="2026-11-25")]}
    assert set(world.values("SELECT fails FROM _pages")) == {0}


def test_a_host_that_fails_changes_nothing(world: World, museum: Release):
    """503 for everything, robots.txt included, which then forbids all (RFC 9309): rows of failures, and no version."""
    world.portal.fail_host(503)
    summary = world.crawl()
    assert len(summary.failed) == 1
    assert not summary.answered
    (swept,) = world.appended().pop("sweeps")
    assert swept == sweep(complete=0, pages_expected=None, pages_read=0, records=0, note=swept["note"])
    assert "robots.txt" in swept["note"]
    assert outcomes(world) == {
        ("robots", "response", 503, None),
        ("listing", "refused", None, None),
        ("look", "refused", None, None),
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
    """Another template that the reader does not know: every page is unreadable, its bytes kept, and no version is made."""
    world.portal.change_layout()
    world.crawl()
    assert world.appended() == {"sweeps": [sweep()]}
    assert {row for row in outcomes(world) if row[0] == "look"} == {("look", "response", 200, "unreadable")}
    bodies = world.values("SELECT count(body_id) FROM fetches WHERE run_id = (SELECT max(id) FROM runs) AND purpose = 'look'")
    assert bodies == [33]
    no_change_after(world, museum)


def test_a_reader_mended_for_a_changed_layout_claims_nothing(world: World, museum: Release):
    """The new selectors cannot read the old bodies: no claim is made, the problem is noted, and later edits are found again."""
    world.portal.change_layout()
    world.settle()
    world.select = CHANGED_SELECT
    world.share = 1
    world.crawl()
    assert world.appended() == {"sweeps": [sweep(day="2026-11-25")]}
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
    row = version_row(page=museum.path, content=content, silent=1, summary="The museum opened on [-Monday-]{+Tuesday+}.")
    outbox = [{"kind": "silent", "page": museum.path}]
    assert world.appended() == {"versions": [row], "sweeps": [sweep()], "outbox": outbox}


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
    assert [(row["silent"] and "silent" or row["kind"], row["page"]) for row in found] == [
        (kind, page_of(world, number)) for kind, number in world.portal.expected_changes(since)
    ]
    for row, event in zip(found, diary, strict=True):
        bound = row["not_before"] or appeared_after(world, row["page"])
        assert bound < instant(event.at) <= row["observed_at"]


def page_of(world: World, number: int) -> int:
    """Return the page of an article."""
    return world.values("SELECT id FROM pages WHERE url_key = ?", world.server.host + world.portal.release(number).path)[0]


def appeared_after(world: World, page: int) -> str:
    """Return since when a page may have stood on the listing: the lower bound of a first sight."""
    return world.values("SELECT not_before FROM listing_events WHERE page_id = ? AND event = 'appeared'", page)[0]
