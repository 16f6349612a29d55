"""What is news, and what people are told."""

from __future__ import annotations

import pytest

from storage.instants import instant
from storage.news import is_baseline, is_second_address, tell, tell_version
from storage.records import FoundBy, Kind, Listed
from tests.builders import article_url

FIRST, SECOND = article_url(1), article_url(2)


def baseline(story, page, kind=Kind.NEW, found_by=FoundBy.CRAWL):
    """Tell whether a version of a page would be no news."""
    return is_baseline(story.connection, page, kind, found_by)


# ------------------------------------------------------------------------------------------------- the first look is no news


def test_before_a_section_was_read_to_its_end(story):
    """What is listed by then, or by that very sweep, was there from the beginning."""
    [page] = story.sweep([FIRST], complete=False)
    assert baseline(story, page)
    _, other = story.sweep([FIRST, SECOND])
    assert (baseline(story, page), baseline(story, other)) == (True, True)


def test_after_a_section_was_read_to_its_end(story):
    """What appears from then on is news, also in a sweep that broke off."""
    story.sweep([FIRST])
    _, page = story.sweep([FIRST, SECOND], complete=False)
    assert not baseline(story, page)


def test_a_row_that_appears_again_is_no_news(story):
    """A page of the beginning that left and came back, or is named by another address, was there from the beginning."""
    [page] = story.sweep([FIRST])
    story.sweep([])
    story.sweep([FIRST.replace("http://", "https://")])
    assert story.column("SELECT event FROM listing_events ORDER BY id") == ["appeared", "left", "appeared"]
    assert baseline(story, page)


def test_two_sections(story):
    """A page that a section saw come is news, unless another had held it from its own beginning by then."""
    other = story.archive.section("jiaxing", "other")
    story.sweep([FIRST])
    story.sweep([SECOND], section=other)
    _, known, fresh = story.sweep([FIRST, SECOND, article_url(3)])
    assert baseline(story, known)
    assert not baseline(story, fresh)
    story.sweep([article_url(3)], section=story.archive.section("jiaxing", "third"))
    assert not baseline(story, fresh)


def test_a_section_whose_listing_never_ended(story):
    """No complete watch saw the page come."""
    for _ in range(2):
        [page] = story.sweep([FIRST], complete=False)
    assert baseline(story, page)


@pytest.mark.parametrize("kind", [Kind.EDITED, Kind.REMOVED, Kind.RESTORED])
@pytest.mark.parametrize("found_by", FoundBy)
def test_only_a_first_sight_can_be_no_news(story, page, kind, found_by):
    """Whatever the publisher does to a page later is news."""
    assert not baseline(story, page, kind, found_by)


def test_an_import_is_no_news(story):
    """A file that somebody kept tells nothing of when the page came, though its page was seen to come."""
    story.sweep([FIRST])
    _, page = story.sweep([FIRST, SECOND])
    assert baseline(story, page, found_by=FoundBy.IMPORT)
    assert not baseline(story, page, found_by=FoundBy.REPARSE)


# ------------------------------------------------------------------------------------------------- second addresses


def test_a_second_address(story):
    """The first sight of another page of a press release that was crawled is no news; an edit of it is."""
    first, second, other = story.sweep([FIRST, SECOND, article_url(3)])
    ids = [story.look(page, text).version_id for page, text in ((first, "A text."), (second, "A text."), (other, "Another."))]
    told = [is_second_address(story.connection, version_id, Kind.NEW) for version_id in ids]
    assert told == [False, True, False]
    assert not is_second_address(story.connection, ids[1], Kind.EDITED)


def test_the_page_of_an_imported_file(story):
    """A press release that was known from a file is first seen on the web by its page."""
    story.imported("A text.")
    [page] = story.sweep([Listed(FIRST, "A visit to the port")])
    version_id = story.look(page, "A text.").version_id
    assert story.identities()[-1][1] != page
    assert not is_second_address(story.connection, version_id, Kind.NEW)


# ------------------------------------------------------------------------------------------------- messages


@pytest.mark.parametrize(
    ("kind", "silent", "told"),
    [
        (Kind.NEW, False, "new"),
        (Kind.EDITED, False, "edited"),
        (Kind.EDITED, True, "silent"),
        (Kind.REMOVED, False, "removed"),
        (Kind.RESTORED, True, "restored"),
    ],
)
def test_what_people_are_told_of_a_version(story, page, kind, silent, told):
    """A silent edit is a kind of its own; what came back is no edit."""
    appended = story.look(page)
    [row] = story.rows("SELECT * FROM versions WHERE id = ?", appended.version_id)
    del row["id"]
    links = {
        "content_id": None if kind is Kind.REMOVED else row["content_id"],
        "compared_id": appended.version_id if kind in {Kind.EDITED, Kind.RESTORED} else None,
    }
    version_id = story.insert("versions", {**row, **links, "number": 2, "kind": kind, "silent": silent})
    before = len(story.outbox())
    with story.archive.transaction():
        tell_version(story.archive._writer, version_id, story.clock())
    assert story.outbox()[before:] == [(told, f"{page}@2")]


def test_what_people_are_told_of_a_fetch(story, page):
    """What came to nothing is told of by its fetch, with the time of telling."""
    fetch = story.look(page).fetch_id
    with story.archive.transaction():
        tell(story.archive._writer, "suspect", story.clock(), fetch_id=fetch)
    assert story.rows("SELECT kind, version_id, fetch_id, alert_id, created_at FROM _outbox") == [
        {"kind": "suspect", "version_id": None, "fetch_id": fetch, "alert_id": None, "created_at": instant(story.clock.moment)}
    ]
