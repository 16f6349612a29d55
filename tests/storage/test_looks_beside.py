"""One look at one page, further: another reader, what is written beside a version, and a page that comes back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from storage.instants import later
from storage.records import Attachment, DateCandidate, Fetch, FoundBy, Kind, Outcome, Precision, Purpose, Reading, State
from storage.writer import load_reading
from tests.builders import OTHER_READER, READER, article_url, content, page_html, reading, version

A, B, C = "Zhang Bing visited the port.", "Zhang Bing toured the port.", "Zhang Bing left the port."
EDIT = "Zhang Bing [-visited-]{+toured+} the port."


# Rule 1, promise 6: one reader


FOOTER = "\n\nPrinted by the portal."


def test_another_reader_makes_no_version(story, page):
    """The same page read by a reader that sees more: the old body is read again, and nothing changed."""
    story.look(page, A)
    appended = story.look(page, A + FOOTER, reader=OTHER_READER, rereading=reading(A + FOOTER, OTHER_READER))
    assert (appended.kind, story.outbox()) == (None, [])
    assert story.versions(page) == [version(1, "new", A, baseline=1)]
    assert story.rows("SELECT fetch_id, reader FROM readings ORDER BY id") == [
        {"fetch_id": appended.fetch_id - 1, "reader": READER},
        {"fetch_id": appended.fetch_id - 1, "reader": OTHER_READER},
        {"fetch_id": appended.fetch_id, "reader": OTHER_READER},
    ]


def test_an_edit_under_another_reader(story, page):
    """Edited while the reader changed: one version, which tells of the publisher's change only."""
    story.look(page, A)
    body = story.asked[-1]
    story.look(page, B + FOOTER, reader=OTHER_READER, rereading=reading(A + FOOTER, OTHER_READER))
    edited = version(2, "edited", B + FOOTER, silent=1, labels='["substantive"]', changed='["text"]', summary=EDIT)
    assert story.versions(page) == [version(1, "new", A, baseline=1), edited]
    assert story.bounds(page)[1][0] == body
    assert story.look(page, B + FOOTER, reader=OTHER_READER).kind is None


@pytest.mark.parametrize("outcome", [Outcome.UNREADABLE, Outcome.EMPTY, Outcome.QUARANTINED])
def test_a_reader_that_cannot_read_the_old_body(story, page, outcome):
    """Nothing is claimed: no version, the problem is noted with the reading, and the new body is the base from now on."""
    story.look(page, A)
    appended = story.look(page, B, reader=OTHER_READER, rereading=Reading(OTHER_READER, outcome), problems=("first",))
    assert (appended.kind, appended.state) == (None, State.LIVE)
    problems = json.loads(story.value("SELECT problems FROM readings ORDER BY id DESC LIMIT 1"))
    assert problems[0] == "first"
    assert "reader changed" in problems[1]
    assert story.versions(page) == [version(1, "new", A, baseline=1)]
    assert story.state(page)["base_fetch_id"] == appended.fetch_id
    assert story.look(page, C, reader=OTHER_READER).kind is Kind.EDITED
    assert story.versions(page)[-1]["summary"] == "Zhang Bing [-toured-]{+left+} the port."


def test_another_reader_without_a_rereading(story, page):
    """Whoever brings no rereading claims nothing either."""
    story.look(page, A)
    assert story.look(page, B, reader=OTHER_READER).kind is None


def compared(story, page):
    """Return the texts with which a page's versions were compared, as they are stored."""
    return story.column(
        "SELECT c.text FROM versions v LEFT JOIN contents c ON c.id = v.compared_id WHERE v.page_id = ? ORDER BY v.number", page
    )


def test_a_version_names_what_it_was_compared_with(story, page):
    """The former state as the same reader reads it: after a change of reader not the former version's own content."""
    for text in (A, B):
        story.look(page, text)
    story.look(page, C + FOOTER, reader=OTHER_READER, rereading=reading(B + FOOTER, OTHER_READER))
    story.removed(page)
    story.look(page, C + FOOTER, reader=OTHER_READER)
    assert compared(story, page) == [None, A, B + FOOTER, None, C + FOOTER]


def test_a_restoration_that_cannot_be_compared_names_nothing(story, page):
    """The new reader never read the last text: there is nothing that the restoration was compared with."""
    story.look(page, A)
    story.removed(page)
    assert story.look(page, A + FOOTER, reader=OTHER_READER).kind is Kind.RESTORED
    assert compared(story, page) == [None, None, None]


def withhold(story, content_id):
    """Withhold a content's text by order."""
    story.insert(
        "redactions", {"content_id": content_id, "reason": "r", "authority": "a", "recorded_at": "2026-01-01T00:00:00.000Z"}
    )
    story.connection.execute("UPDATE contents SET text = NULL WHERE id = ?", (content_id,))


def test_an_edit_after_the_text_was_withheld(story, page):
    """The hash outlives the text: the edit is a version, of which nothing is said, and the unchanged page makes none."""
    story.look(page, A)
    withhold(story, 1)
    assert story.look(page, A).kind is None
    appended = story.look(page, B)
    assert (appended.kind, appended.silent) == (Kind.EDITED, False)
    assert story.versions(page)[1] == version(2, "edited", B)
    assert story.value("SELECT compared_id FROM versions WHERE number = 2") == 1
    assert story.look(page, C).kind is Kind.EDITED
    assert story.look(page, A).kind is Kind.EDITED
    assert (story.versions(page)[-1]["labels"], story.versions(page)[-1]["text"]) == ('["substantive","revert"]', None)
    assert story.value("SELECT problems FROM readings ORDER BY id DESC LIMIT 1") == "[]"


# Promise 11, with several sections


@pytest.fixture
def other(story):
    """Return a second section."""
    return story.archive.section("jiaxing", "notices")


ONE, TWO = article_url(1), article_url(2)


def test_a_section_that_was_never_read_whole_hides_no_news(story, other):
    """Listed first by a section under no complete watch, and then seen to come by one that is: news."""
    story.sweep([ONE], section=other)
    story.sweep([ONE, TWO], complete=False)
    [_, page] = story.sweep([ONE, TWO], section=other)
    assert not story.look(page, A).baseline
    assert story.outbox() == [("new", f"{page}@1")]


def test_a_section_that_is_read_whole_later_takes_no_news_back(story, other):
    """What a watched section saw come stays news, whenever another section's listing is first read to its end."""
    story.sweep([ONE], section=other)
    story.sweep([ONE, TWO], complete=False)
    [_, page] = story.sweep([ONE, TWO], section=other)
    story.sweep([ONE, TWO])
    assert not story.look(page, A).baseline


@pytest.mark.parametrize("partial", [True, False])
def test_what_one_section_had_from_the_beginning_is_no_news_elsewhere(story, other, partial):
    """In a section's first complete listing, or in a partial one before, and later new in another's: it was there before us."""
    story.sweep([ONE])
    if partial:
        story.sweep([TWO], section=other, complete=False)
    story.sweep([TWO], section=other)
    [_, page] = story.sweep([ONE, TWO])
    assert story.look(page, A).baseline
    assert story.outbox() == []


def test_a_page_of_partial_listings_only_is_no_news(story, other):
    """No section was ever read to its end: nobody can tell what is new."""
    story.sweep([ONE], complete=False)
    [page] = story.sweep([TWO], section=other, complete=False)
    assert story.look(page, A).baseline


def test_a_revert_across_readers(story, page):
    """Back to the first text after the reader changed in between: still a revert, because the first body was read again."""
    story.look(page, A)
    story.look(page, B + FOOTER, reader=OTHER_READER, rereading=reading(A + FOOTER, OTHER_READER))
    story.look(page, A + FOOTER, reader=OTHER_READER)
    assert story.versions(page)[-1]["labels"] == '["substantive","revert"]'


def test_a_rereading_of_nothing_is_harmless(story, page):
    """At first sight there is no base to read again."""
    appended = story.look(page, A, rereading=reading(A))
    assert appended.kind is Kind.NEW
    assert story.value("SELECT count(*) FROM readings") == 1


def test_a_rereading_is_not_written_twice(story, page):
    """The base is read once by each reader, whatever the caller passes."""
    story.look(page, A)
    story.look(page, A, rereading=reading(B))
    assert story.value("SELECT count(*) FROM readings") == 2
    assert story.versions(page) == [version(1, "new", A, baseline=1)]


# What is written beside


def test_redirects_are_rows(story, page):
    """Each hop is a fetch of the page that names the one before; the version rests on the last, the look counts once."""
    hops = [story.answer(f"http://h/{n}", None, status=302, headers={"Location": f"/{n + 1}"}) for n in range(2)]
    appended = story.append(page, [*hops, story.answer("http://h/2", page_html(content(A)))], reading(A))
    rows = story.rows("SELECT id, hop_of, status FROM fetches WHERE page_id = ? ORDER BY id", page)
    assert [(row["hop_of"], row["status"]) for row in rows] == [(None, 302), (rows[0]["id"], 302), (rows[1]["id"], 200)]
    assert story.value("SELECT fetch_id FROM versions") == appended.fetch_id == rows[2]["id"]
    assert story.state(page)["looks"] == 1
    assert story.bounds(page) == [(None, later(story.asked[-1], 5), None)]


def test_what_a_reading_keeps(story, page):
    """Dates with where they stood, problems, and every field of the content, as printed."""
    said = content(
        "嘉兴。\u00a0Typos  and all.\n\n\u3000第二段。",
        title=" ”Title“ ",
        published_at=None,
        precision=Precision.DAY,
        source="本报",
        author="张",
        language="zh",
        breadcrumb=("首页", "新闻"),
        attachments=(Attachment("计划.pdf", "http://h/1"),),
        images=("http://h/2",),
    )
    dates = (DateCandidate("2022-09-20", "label"), DateCandidate("2022-09-21", "meta:pubdate"))
    story.append(page, [story.answer(story.url(page), b"x")], Reading(READER, Outcome.OK, said, dates, ("odd",)))
    read = load_reading(story.connection, story.value("SELECT max(id) FROM fetches"))
    assert read == Reading(READER, Outcome.OK, said, dates, ("odd",))


def test_the_next_look_is_planned(story, page):
    """The frontier follows from the state after the look."""
    story.look(page, A)
    assert story.rows("SELECT due_at, reason FROM _frontier WHERE page_id = ?", page) == [
        {"due_at": story.asked[-1], "reason": "live 1 0 2022-09-20"}
    ]


def test_a_reparse_says_so(story, page):
    """How a version was found is its own column."""
    story.look(page, A)
    story.look(page, B, found_by=FoundBy.REPARSE)
    assert story.versions(page)[1]["found_by"] == "reparse"


# Promise 5, as far as this issue goes: a removal that was proven can be undone


def test_a_restoration(story, page):
    """A removed page that answers as before is restored: a version, told as such, with a bound that the removal's check proves."""
    story.look(page, A)
    story.removed(page)
    missing = story.asked[-1]
    story.fails(page)
    story.times_out(page)
    appended = story.look(page, A)
    assert (appended.kind, appended.state) == (Kind.RESTORED, State.LIVE)
    assert story.versions(page)[1:] == [version(2, "removed", None, title=None), version(3, "restored", A)]
    assert story.bounds(page)[2] == (missing, later(story.asked[-1], 5), None)
    assert story.outbox()[-1] == ("restored", f"{page}@3")


def test_a_restoration_with_another_text_is_told_as_one(story, page):
    """What differs stands in the version; what people are told is that the page is back."""
    story.look(page, A)
    story.removed(page)
    story.look(page, B)
    assert story.versions(page)[-1]["summary"] == EDIT
    assert story.outbox()[-1] == ("restored", f"{page}@3")


def test_a_304_restores_nothing(story, page):
    """The page is closed until a body says otherwise."""
    story.look(page, A)
    story.removed(page)
    assert story.not_modified(page).state is State.REMOVED
    assert [row["kind"] for row in story.versions(page)] == ["new", "removed"]


def test_a_fetch_is_a_value(story):
    """Builders make what the vocabulary says: a fetch compares by what it holds."""
    fetch = story.answer("http://h/", b"x")
    assert replace(fetch) == fetch
    assert isinstance(fetch, Fetch)
    assert fetch.purpose is Purpose.LOOK
