"""What the publisher can do: each call changes what it says, nothing else, and is in the diary."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from seeds.records import PHOTOS, SECOND, TODAY, Change, Gone, Layout, Missing, Release, Weather
from seeds.state import Portal

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class Clock:
    """A clock that moves on by a minute with each look at it."""

    def __init__(self):
        self.moment = START

    def __call__(self):
        """Return the next moment."""
        self.moment += timedelta(minutes=1)
        return self.moment


@pytest.fixture
def portal():
    """Return a small portal with a clock of its own."""
    return Portal(releases=60, now=Clock())


def differing(before, after):
    """Return the names of the fields in which two articles differ."""
    return {field.name for field in fields(Release) if getattr(before, field.name) != getattr(after, field.name)}


def listed(portal, column=TODAY):
    """Return the ids of a listing's rows in order."""
    return [release.id for release, _ in portal.rows(column)]


def test_two_portals_of_one_seed_are_equal():
    """State and first stamps depend on the seed alone, whatever the clock."""
    one, two = Portal(3, 60), Portal(3, 60, Clock())
    assert one.releases == two.releases
    assert one.listing_stamp == two.listing_stamp
    assert len(one.releases) == 60
    assert one.diary == []


def test_publish_puts_a_new_article_on_top(portal):
    """A new press release has its own words, a date of now in China, a higher id, and stands behind the pinned row."""
    highest = max(release.id for release in portal.releases)
    new = portal.publish()
    assert new.published == "2026-11-23 10:01"
    assert new.path == f"/art/2026/11/23/art_{TODAY}_{new.id}.html"
    assert new.id > highest
    assert len(new.paragraphs) >= 3
    assert listed(portal)[1] == new.id
    assert portal.expected_changes() == [("new", new.id)]
    assert portal.publish().title != new.title


def test_publish_takes_every_field(portal):
    """What is given is what stands there."""
    new = portal.publish(
        "Title",
        paragraphs=["One.", "Two."],
        published="2026-10-01 09:00",
        source="Jiaxing Daily",
        attachments=["Plan.pdf"],
        images=["one"],
        column=PHOTOS,
    )
    assert (new.title, new.paragraphs, new.published, new.source) == (
        "Title",
        ("One.", "Two."),
        "2026-10-01 09:00",
        "Jiaxing Daily",
    )
    assert new.text == "One.\n\nTwo."
    assert new.attachment_names == ("Plan.pdf",)
    assert new.path.startswith("/art/2026/10/1/art_1591187_")
    assert portal.file(new.images[0].path) == new.images[0]
    assert portal.file("/attach/0/none.doc") is None
    assert new.id in listed(portal)


def test_edit_changes_words_and_date(portal):
    """An open correction moves the printed date; the address stays."""
    before = portal.golden
    after = portal.edit(before.id)
    assert differing(before, after) == {"paragraphs", "published"}
    assert after.paragraphs[1:] == before.paragraphs[1:]
    assert after.paragraphs[0].startswith(before.paragraphs[0])
    assert after.path == before.path
    assert portal.expected_changes() == [("edited", before.id)]
    assert portal.expected_pages() == [("edited", before.path)]
    assert portal.edit(before.id).paragraphs != after.paragraphs


def test_edit_takes_words_and_dates(portal):
    """A new title leaves the text alone; given paragraphs and dates are taken; a date that would stay is moved by a minute."""
    number = portal.releases[5].id
    assert differing(portal.releases[5], portal.edit(number, title="Another Title")) == {"title", "published"}
    assert portal.edit(number, paragraphs=["New."], published="2026-11-23 10:00").paragraphs == ("New.",)
    stopped = Portal(releases=60, now=lambda: START)
    new = stopped.publish()
    assert stopped.edit(new.id).published == "2026-11-23 10:01"


def test_silent_edit_leaves_the_date(portal):
    """A silent edit takes one sentence away, or sets what it is given, and moves no date."""
    before = portal.golden
    after = portal.silent_edit(before.id)
    assert differing(before, after) == {"paragraphs"}
    assert len(after.text) < len(before.text)
    assert portal.expected_changes() == [("silent", before.id)]
    assert differing(after, portal.silent_edit(before.id, title="T")) == {"title"}
    assert portal.silent_edit(before.id, paragraphs=["P."]).paragraphs == ("P.",)


def test_backdate_moves_the_date_only(portal):
    """The words stay, and so does the address, while the row moves on the listing."""
    before = portal.releases[3]
    after = portal.backdate(before.id, "2015-05-05 10:00")
    assert differing(before, after) == {"published"}
    assert after.paths == before.paths
    assert portal.expected_changes() == [("edited", before.id)]
    assert listed(portal).index(before.id) > 20


def test_revert_gives_a_b_a(portal):
    """Going back restores words and date; once more goes forward again; the diary has a change for each."""
    first = portal.golden
    second = portal.edit(first.id)
    assert portal.revert(first.id) == first
    assert portal.revert(first.id) == second
    assert [kind for kind, _ in portal.expected_changes()] == ["edited"] * 3
    third = portal.silent_edit(first.id)
    assert portal.revert(first.id).paragraphs == second.paragraphs != third.paragraphs
    assert portal.expected_changes(3) == [("silent", first.id)] * 2
    with pytest.raises(KeyError):
        portal.revert(portal.releases[9].id)


def test_remove_and_restore(portal):
    """A removed article answers nowhere and stands on no listing; restored, all is as before."""
    before = next(release for release in portal.releases if len(release.columns) == 2)
    portal.remove(before.id)
    assert [portal.at_path(path) for path in before.paths] == [None, None]
    assert before.id not in listed(portal)
    assert before.id not in {release.id for release in portal.releases}
    assert portal.release(before.id).state == "removed"
    with pytest.raises(ValueError, match="restore it first"):
        portal.edit(before.id)
    assert portal.restore(before.id) == before
    assert portal.expected_changes() == [("removed", before.id), ("restored", before.id)]
    assert portal.expected_pages() == [(kind, path) for kind in ("removed", "restored") for path in sorted(before.paths)]


def test_unlist_takes_the_row_and_leaves_the_page(portal):
    """Off the listing is not removed: the page answers, and nothing is expected of a tracker but a listing event."""
    before = portal.releases[4]
    portal.unlist(before.id)
    assert before.id not in listed(portal)
    assert portal.at_path(before.path) == (portal.release(before.id), before.column)
    assert portal.expected_changes() == []
    assert portal.restore(before.id) == before
    assert portal.expected_changes() == []


def test_republish_gives_a_new_id_in_the_old_place(portal):
    """The old address is gone, the same words answer under a new id, and its row stands where the old one stood."""
    before = portal.releases[10]
    place = listed(portal).index(before.id)
    after = portal.republish(before.id)
    assert differing(before, after) == {"id"}
    assert listed(portal)[place] == after.id
    assert portal.at_path(before.path) is None
    assert portal.expected_changes() == [("removed", before.id), ("new", after.id)]
    assert [event.what for event in portal.diary] == ["republish", "republish"]


def test_copy_is_a_second_article_of_the_same_words(portal):
    """A copy has its own id and address, and both answer and are listed."""
    before = portal.golden
    after = portal.copy(before.id, PHOTOS)
    assert differing(before, after) == {"id", "columns"}
    assert {before.id, after.id} <= set(listed(portal))
    assert portal.expected_changes() == [("new", after.id)]


def test_copy_to_column_is_a_second_address_of_one_article(portal):
    """The same id answers under two columns, the listing has both rows, and an edit changes both pages."""
    before = portal.golden
    after = portal.copy_to_column(before.id)
    assert after.paths == (before.path, before.path_in(SECOND))
    assert listed(portal).count(before.id) == 2
    assert before.id in listed(portal, SECOND)
    assert portal.expected_changes() == []
    assert portal.expected_pages() == [("new", after.paths[1])]
    portal.silent_edit(before.id)
    assert portal.expected_changes(1) == [("silent", before.id)]
    assert portal.expected_pages(1) == [("silent", path) for path in sorted(after.paths)]


def test_move_changes_the_address_and_keeps_the_id(portal):
    """The old address is gone, the new one answers, and the release stays on its listing."""
    before = portal.golden
    after = portal.move(before.id)
    assert portal.at_path(before.path) is None
    assert portal.at_path(after.path) == (after, PHOTOS)
    assert before.id in listed(portal)
    assert portal.expected_changes() == []
    assert portal.expected_pages() == [("removed", before.path), ("new", after.path)]


def test_rebuild_changes_every_stamp_and_no_word(portal):
    """All pages are generated anew; nothing is expected of a tracker."""
    before, stamps = portal.releases, {release.id: portal.stamp(release.id) for release in portal.releases}
    listing = portal.listing_stamp
    portal.rebuild()
    assert portal.releases == before
    assert all(portal.stamp(number) != stamp for number, stamp in stamps.items())
    assert portal.listing_stamp != listing
    assert [(event.what, event.id, event.changes) for event in portal.diary] == [("rebuild", 0, ())]


def test_only_what_changed_gets_a_new_stamp(portal):
    """Publishing and editing leave the stamps of all other articles alone; repeated edits never give a stamp twice."""
    stamps = {release.id: portal.stamp(release.id) for release in portal.releases}
    edited = portal.golden.id
    seen = {stamps[edited], *(portal.stamp(portal.edit(edited).id) for _ in range(5))}
    portal.publish()
    assert len(seen) == 6
    assert len({stamp.revision for stamp in seen}) == 6
    assert {number for number, stamp in stamps.items() if portal.stamp(number) != stamp} == {edited}


@pytest.mark.parametrize(
    ("call", "weather"),
    [
        (lambda portal: portal.fail_host(), Weather(failing=503)),
        (lambda portal: portal.fail_host(500), Weather(failing=500)),
        (lambda portal: portal.challenge(), Weather(challenge=True)),
        (lambda portal: portal.change_layout(), Weather(layout=Layout.CHANGED)),
        (lambda portal: portal.change_layout(to=Layout.MISLEADING), Weather(layout=Layout.MISLEADING)),
        (lambda portal: portal.block(), Weather(blocked=404)),
        (lambda portal: portal.block(403), Weather(blocked=403)),
        (lambda portal: portal.break_listing(), Weather(listing_broken=True)),
        (lambda portal: portal.ignore_paging(), Weather(paging_ignored=True)),
        (lambda portal: portal.break_group(2), Weather(missing=Missing(2))),
        (lambda portal: portal.break_group(empty=True), Weather(missing=Missing(1, empty=True))),
        (lambda portal: portal.lie_304(only=[5]), Weather(lying=frozenset({5}))),
        (lambda portal: portal.lie_304(), Weather(lies=True)),
    ],
)
def test_bad_weather_comes_and_goes(portal, call, weather):
    """Each switch turns one thing bad and is in the diary; `recover` turns all of them back; no word changes."""
    before = portal.releases
    call(portal)
    assert portal.weather == portal.diary[0].weather == weather
    portal.recover()
    assert portal.weather == Weather()
    assert [event.what for event in portal.diary][1:] == ["recover"]
    assert portal.expected_changes() == []
    assert portal.releases == before


def test_switches_turn_off_one_by_one(portal):
    """A switch can be turned back without touching another."""
    portal.challenge()
    portal.block()
    portal.break_group()
    portal.lie_304()
    portal.lie_304(only=[5, 6])
    portal.challenge(on=False)
    for end in (portal.fail_host, portal.block, portal.break_group):
        end(None)
        assert portal.diary[-1].what == "recover"
    assert portal.weather == Weather(lies=True, lying=frozenset({5, 6}))
    portal.lie_304(on=False, only=[5])
    assert portal.weather == Weather(lies=True, lying=frozenset({6}))
    portal.lie_304(on=False)
    assert portal.weather == Weather()


def test_caches_are_filled_and_emptied(portal):
    """A cache keeps what stood there when it filled, whatever happens afterwards, until it is emptied or the sky clears."""
    first, second = portal.releases[:2]
    portal.fill_cache(first.id)
    portal.edit(first.id)
    portal.fill_cache(first.id, second.id, one_in=2)
    portal.fill_cache()
    one, both, every = portal.weather.caches
    assert (one.only, both.only, every.only) == ({first.id}, {first.id, second.id}, None)
    assert one.shelf.articles[first.id] == first != portal.release(first.id) == both.shelf.articles[first.id]
    assert [one.holds(number) for number in (first.id, second.id, None)] == [True, False, False]
    assert every.holds(None)
    assert START < one.at < both.at < every.at
    portal.empty_cache(first.id)
    assert portal.weather.caches == (both, every)
    portal.empty_cache()
    assert portal.weather == Weather()
    portal.fill_cache()
    portal.recover()
    assert portal.weather == Weather()
    assert {event.what for event in portal.diary if not event.changes} == {"fill_cache", "empty_cache", "recover"}


def test_articles_can_be_taken_down_softly(portal):
    """How an article answers that was taken down is kept until it is restored, and taken down otherwise."""
    path = portal.golden.path
    number = portal.golden.id
    portal.remove(number, Gone.NOTICE)
    assert portal.shelf.way_gone(path) is Gone.NOTICE
    portal.restore(number)
    portal.remove(number)
    assert portal.shelf.way_gone(path) is portal.shelf.way_gone("/nothing") is Gone.NOT_FOUND
    assert [kind for kind, _ in portal.expected_changes()] == ["removed", "restored", "removed"]


def test_a_change_of_layout_generates_articles_anew(portal):
    """With the template the stamps change, to and fro."""
    stamps = [portal.stamp(portal.golden.id)]
    for on in (True, True, False):
        portal.change_layout(on)
        stamps.append(portal.stamp(portal.golden.id))
    assert stamps[0] != stamps[1] == stamps[2] != stamps[3]


def test_the_diary_tells_when_what_and_how_it_stood(portal):
    """An entry has its time, its word, the article before and after, and the changes of single pages."""
    before = portal.golden
    after = portal.edit(before.id)
    (event,) = portal.diary
    assert (event.what, event.id, event.before, event.after) == ("edit", before.id, before, after)
    assert START < event.at <= START + timedelta(minutes=2)
    assert event.changes == (Change("edited", before.id, before.path),)
    portal.challenge()
    portal.silent_edit(before.id)
    portal.rebuild()
    assert [event.weather for event in portal.diary] == [Weather(), *[Weather(challenge=True)] * 3]


def test_unknown_articles_are_errors(portal):
    """A wrong id is a KeyError, a wrong path is nobody's."""
    for call in (portal.release, portal.edit, portal.remove, portal.restore):
        with pytest.raises(KeyError):
            call(1)
    assert portal.at_path("/art/2026/1/1/art_1_1.html") is None


def test_the_wall_clock_dates_what_is_done_without_another():
    """A portal without a clock of its own uses the machine's."""
    new = Portal(releases=30).publish()
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d", new.published)
