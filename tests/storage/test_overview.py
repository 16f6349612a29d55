"""The reads of the command line's overviews: which pages a section has, and how often they were looked at."""

from __future__ import annotations

import pytest

from storage.overview import due_by_section, longest_unseen, looks_of, pages_of
from storage.records import Outcome, Purpose, Reading, Result
from tests.builders import OTHER_READER, READER, article_url, reading

A, B = "Zhang Bing visited the port.", "Chen Lizong visited the port."
HERE, THERE = "jiaxing/today", "jiaxing/notices"
NEVER, EVER = "2000-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z"


@pytest.fixture
def pages(story):
    """Return three pages, the second of them listed by another section too, and there a fourth alone."""
    pages = story.sweep([article_url(n) for n in (1, 2, 3)])
    other = story.archive.section("jiaxing", "notices")
    story.sweep([article_url(4), article_url(2)], section=other)
    return [*pages, story.page(article_url(4))]


def test_the_sections_of_pages(story, pages):
    """Every section that lists a page of a release, the first first; a file has none, even where its section is known."""
    story.look(pages[1], A)
    story.imported(A)
    assert pages_of(story.connection, [pages[1], 99]) == [{"page": pages[1], "release": pages[1], "sections": [HERE, THERE]}]
    assert pages_of(story.connection, []) == []


def test_the_longest_unseen(story, pages):
    """Pages of any section named, those never looked at first, and each once."""
    first, second, third, fourth = pages
    story.look(second, A)
    story.look(first, B)
    assert longest_unseen(story.connection, [HERE, THERE], -1) == [third, fourth, second, first]
    assert longest_unseen(story.connection, [HERE], 2) == [third, second]
    assert longest_unseen(story.connection, [THERE], -1) == [fourth, second]
    assert longest_unseen(story.connection, [], -1) == []


def test_what_is_tracked_and_due(story, pages):
    """Each page counts once, in the section that listed it first, of all or of those asked for; one without pages is absent."""
    first = {HERE: 3, THERE: 1}
    for sections, tracked in ((None, first), ([HERE, THERE], first), ([THERE], {THERE: 2}), ([HERE], {HERE: 3}), ([], {})):
        for now in (NEVER, EVER):
            found = due_by_section(story.connection, now, sections)
            due = tracked if now == EVER else dict.fromkeys(tracked, 0)
            assert {name: (row["tracked"], row["due"]) for name, row in found.items()} == {
                name: (number, due[name]) for name, number in tracked.items()
            }
    assert len(pages) == 4


@pytest.mark.parametrize("outcome", [Outcome.UNREADABLE, Outcome.QUARANTINED])
def test_a_rereading_that_fails_takes_no_look_back(story, outcome):
    """A look that brought a page did so, whatever a later reader makes of its old body."""
    [page] = story.sweep([article_url(1)])
    story.look(page, A)
    failing = Reading(OTHER_READER, outcome)
    story.append(page, [story.answer(story.url(page), b"x")], reading(A, OTHER_READER), rereading=failing)
    story.fails(page)
    story.times_out(page)
    story.not_modified(page)
    story.look(page, A, reader=READER, purpose=Purpose.CONTROL)
    hops = [story.answer(story.url(page), status=302), story.answer(story.url(page), result=Result.REFUSED)]
    story.append(page, hops, None)
    assert looks_of(story.connection, page) == {"looks": 7, "unanswered": 3}
