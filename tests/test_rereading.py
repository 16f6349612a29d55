"""Stored pages read again, acted out on the embedded portal: what was kept aside, what was missed, and what was never there."""

from __future__ import annotations

from datetime import timedelta

from seeds.portal import CHANGED_SELECT, Release
from storage.instants import instant
from tests.stories import BOTH_LAYOUTS, LATER, PARAGRAPHS, TITLE, changed, sweep, version_row
from tests.world import World, holding

BLIND = {"body": "#zoom", "drop": ["#zoom > p:nth-of-type(2)", "#zoom > div:nth-of-type(2)"]}
"""A reader that leaves out the second paragraph, however the portal marks it up."""


def broken_for_two_days(world: World, museum: Release) -> None:
    """Let the layout change, and press releases be rewritten and published meanwhile; a crawl after each act."""
    world.portal.change_layout()
    world.crawl()
    world.clock.pass_by()
    world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.portal.publish("Bridge Closed", paragraphs=["It will open again."])
    world.clock.pass_by(timedelta(hours=3))
    world.crawl()
    world.clock.pass_by()


def test_a_quarantine_is_replayed_with_its_true_times(world: World, museum: Release):
    """After two days in an unknown layout the rules are mended: the edit is found between the looks that it lies between."""
    broken_for_two_days(world, museum)
    world.appended()
    world.select = BOTH_LAYOUTS
    counts = world.reparse(quarantined=True)
    assert (counts["edited"], counts["new"], counts["withdrawn"], counts["replaced"]) == (1, 1, 0, 0)
    told = world.appended()
    edited = holding(museum) | {"paragraphs": list(LATER), "breadcrumb": []}
    assert told["versions"][0] == version_row(
        page=museum.path,
        look=3,
        content=edited,
        not_before="asked 2",
        observed_at="came 3",
        found_by="reparse",
        silent=1,
        labels=["numeric"],
        summary="The museum opened on [-Monday-]{+Tuesday+}.",
    )
    assert [(row["kind"], row["found_by"]) for row in told["versions"][1:]] == [("new", "reparse")]
    of = {"of": "layout", "subject": "embedded/today"}
    kinds = [{name: value for name, value in row.items() if name != "page"} for row in told["outbox"]]
    assert kinds == [{"kind": "silent"}, {"kind": "new"}, {"kind": "recovery", **of}]
    for event, row in zip(world.portal.diary[-2:], world.rows("SELECT * FROM changes ORDER BY kind"), strict=True):
        assert (row["not_before"] or "") < instant(event.at) <= row["observed_at"]


def test_a_dry_run_counts_the_same_and_writes_nothing(world: World, museum: Release):
    """What would come of it is told beforehand, from a file that is only read."""
    broken_for_two_days(world, museum)
    world.select = BOTH_LAYOUTS
    before = world.values("SELECT max(id) FROM log_leaves")
    counts = world.reparse(quarantined=True, dry=True)
    assert world.values("SELECT max(id) FROM log_leaves") == before
    assert world.reparse(quarantined=True) == counts


def test_twice_changes_nothing(world: World, museum: Release):
    """Neither a second replay nor a whole reparse nor the next crawl finds anything left to do."""
    broken_for_two_days(world, museum)
    world.select = BOTH_LAYOUTS
    world.reparse(quarantined=True)
    world.appended()
    for again in ({"quarantined": True}, {}, {}):
        assert not world.reparse(**again).total()
    world.crawl()
    assert world.appended() == {"sweeps": [sweep(day="2026-11-26", records=34)]}


def test_processes_of_their_own_read_the_same(world: World, museum: Release):
    """Read by two processes, it comes to the same counts as read by one."""
    broken_for_two_days(world, museum)
    world.select = BOTH_LAYOUTS
    assert world.reparse(quarantined=True, dry=True, jobs=2) == world.reparse(quarantined=True, dry=True)


def test_rules_that_change_with_the_layout_lose_no_edit(world: World, museum: Release):
    """What waits for its witnesses was compared by no reader yet: the body before it is read again first, and the edit is told."""
    world.select = BOTH_LAYOUTS
    world.portal.change_layout()
    world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.clock.pass_by(timedelta(hours=3))
    world.crawl()
    (told,) = world.appended()["versions"]
    expected = {"number": 2, "kind": "edited", "look": 2, "not_before": "asked 1", "observed_at": "came 2", "found_by": "reparse"}
    assert told == told | expected
    assert told["summary"] == "The museum opened on [-Monday-]{+Tuesday+}."


def test_a_change_of_rules_alone_makes_no_version(world: World, museum: Release):
    """All pages read otherwise: readings are written, and nothing is told; neither is anything by the next crawl."""
    world.select = BLIND
    counts = world.reparse()
    assert counts["bodies"] == 33
    assert (counts["otherwise"] > 20, counts.keys() & {"new", "edited", "restored", "replaced", "withdrawn"}) == (True, set())
    world.portal.rebuild()
    world.crawl()
    assert world.appended() == {"sweeps": [sweep()]}
    assert world.values("SELECT count(DISTINCT reader) FROM readings WHERE content_id IS NOT NULL") == [2]


def test_a_missed_edit_is_found_at_its_time(world: World, museum: Release):
    """A reader that leaves out the second paragraph missed what happened there: one that sees all finds it."""
    world.select = BLIND
    world.reparse()
    world.portal.silent_edit(museum.id, paragraphs=(PARAGRAPHS[0], "It shows 301 boats.", PARAGRAPHS[2]))
    world.clock.pass_by(timedelta(hours=1))
    world.crawl()
    world.clock.pass_by()
    world.portal.silent_edit(museum.id, paragraphs=(LATER[0], "It shows 301 boats.", PARAGRAPHS[2]))
    world.clock.pass_by(timedelta(hours=1))
    world.crawl()
    assert [kind for kind, _ in changed(world)] == ["edited"]
    world.appended()
    world.select = {}
    counts = world.reparse()
    assert (counts["edited"], counts["replaced"], counts["withdrawn"]) == (1, 1, 0)
    told = world.appended()
    found, anew = told["versions"]
    assert (found["number"], found["not_before"], found["observed_at"], found["previous"]) == (3, "asked 1", "came 2", 1)
    assert (anew["number"], anew["not_before"], anew["observed_at"], anew["previous"]) == (4, "asked 2", "came 3", 3)
    assert (found["found_by"], anew["found_by"]) == ("reparse", "crawl")
    assert found["summary"] == "It shows [-300-]{+301+} boats[- from five centuries-]."
    assert told["outbox"] == [{"kind": "silent", "page": museum.path}]
    (retraction,) = told["retractions"]
    assert world.values("SELECT number FROM versions WHERE id = ?", retraction["version_id"]) == [2]
    assert world.values("SELECT number FROM versions WHERE id = ?", retraction["replaced_by"]) == [4]
    assert [row["summary"] for row in world.rows("SELECT summary FROM changes ORDER BY observed_at")] == [
        found["summary"],
        "The museum opened on [-Monday-]{+Tuesday+}.",
    ]
    assert world.values("SELECT edits FROM releases WHERE title = ?", TITLE) == [2]


def test_a_spurious_edit_is_taken_back(world: World, museum: Release):
    """A reader that took the neighbours' links for text saw an edit where a neighbour came: a better one takes it back."""
    world.select = {"body": "body"}
    world.reparse()
    world.crawl()
    world.appended()
    world.portal.publish("Bridge Closed", paragraphs=["It will open again."], published="2026-11-20 09:30")
    world.portal.rebuild()
    world.crawl()
    spurious = world.values("SELECT count(*) FROM changes WHERE kind = 'edited'")[0]
    assert spurious > 0
    told_of = [row for row in world.appended()["outbox"] if row["kind"] in {"edited", "silent"}]
    assert len(told_of) == spurious
    world.select = {}
    counts = world.reparse(trust=True)
    assert (counts["withdrawn"], counts["edited"]) == (spurious, 0)
    assert [kind for kind, _ in changed(world)] == ["new"]
    told = world.appended()
    assert [row["kind"] for row in told["outbox"]] == ["withdrawn"] * spurious
    assert {row["replaced_by"] for row in told["retractions"]} == {None}
    assert world.values("SELECT count(*) FROM history WHERE retracted = 1") == [spurious]
    assert world.values("SELECT sum(edits) FROM releases") == [0]


def test_a_reader_that_reads_worse_takes_nothing_back(world: World, museum: Release):
    """Selectors that find nothing, or a foot of the page instead of the text, are not believed: what stands, stands."""
    world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.crawl()
    world.appended()
    for rules in ({"body": ".nowhere"}, {"body": ".footer"}, CHANGED_SELECT):
        world.select = rules
        counts = world.reparse()
        assert (counts["unreadable"], counts["withdrawn"], counts["edited"]) == (counts["bodies"] - counts["same"], 0, 0)
        assert world.appended() == {}
    assert changed(world) == [("edited", TITLE)]


def test_only_pages_looked_at_since(world: World, museum: Release):
    """`since` leaves out what was not looked at from then on."""
    since = instant(world.clock.now())
    world.recheck(museum.path)
    world.select = BLIND
    assert world.reparse(since=since)["bodies"] == 1
    assert world.reparse()["bodies"] == 32


def test_rules_that_were_not_believed_can_be_trusted_later(world: World, museum: Release):
    """What was not believed at first is read again when somebody says to trust it, and nothing is lost on the way."""
    world.select = {"body": ".footer"}
    assert world.reparse()["unreadable"] == 33
    assert world.reparse(trust=True, dry=True)["otherwise"] == 33
    assert world.reparse(trust=True)["otherwise"] == 33
    assert not world.reparse(trust=True).total()
    assert world.appended() == {}


def test_what_is_borne_out_by_pages_read_after_it(world: World, museum: Release):
    """The edited page is read again first, when no other page bears witness yet: it is believed at the end, in the same go."""
    broken_for_two_days(world, museum)
    world.select = BOTH_LAYOUTS
    counts = world.reparse()
    assert (counts["aside"], counts["edited"], counts["new"]) == (0, 1, 1)
    assert counts["readable"] == 33 + 34
    assert not world.reparse().total()
    assert sorted(changed(world)) == [("edited", TITLE), ("new", "Bridge Closed")]
