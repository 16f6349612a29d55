"""Every named read: plain dictionaries, in the order that people expect, with instants as they stand in the file."""

from __future__ import annotations

import pytest

from storage.bodies import read_body
from storage.errors import UnknownReference
from storage.instants import later
from storage.queries import (
    base_of,
    capture,
    capture_body,
    changes,
    due_pages,
    history,
    listing_of_section,
    newest_section_state,
    release,
    releases,
    sections,
    suspects,
    totals,
    version,
)
from storage.records import Attachment, Kind, Listed, Outcome, Reading
from storage.references import Reference
from tests.builders import OTHER_READER, READER, article_url, content, page_html, reading

A, B, C = "Zhang Bing visited the port.", "Zhang Bing toured the port.", "Zhang Bing left the port."


@pytest.fixture
def pages(story):
    """Return three pages: two read with other dates and titles, one never read."""
    listed = story.sweep([article_url(n) for n in (1, 2, 3)])
    story.look(listed[0], content(A, title="A visit to the Port", published_on="2022-09-20"))
    story.look(listed[1], content("嘉兴今日。", title="嘉兴港", published_on="2022-10-01"))
    return listed


def test_releases(story, pages):
    """The newest by printed date first, without texts; by section, state and a part of the title, in any case."""
    first, second, _ = pages
    found = releases(story.connection)
    assert [row["release"] for row in found] == [second, first]
    assert "text" not in found[0]
    for wanted, expected in (
        ({"text": "PORT"}, [first]),
        ({"text": "嘉兴"}, [second]),
        ({"text": "%"}, []),
        ({"section": "jiaxing/today"}, [second, first]),
        ({"section": "jiaxing/none"}, []),
        ({"state": "suspect"}, []),
        ({"limit": 1}, [second]),
        ({"limit": 0}, []),
    ):
        assert [row["release"] for row in releases(story.connection, **wanted)] == expected, wanted


def test_a_release(story, pages):
    """One release with its text, what was printed, its pages and from where it was watched."""
    first = pages[0]
    said = content(A, breadcrumb=("Home", "News"), attachments=(Attachment("plan.pdf", "http://h/p"),), images=("http://h/i",))
    story.append(first, [story.answer(story.url(first), page_html(said))], reading(said))
    found = release(story.connection, first)
    assert (found["text"], found["published"], found["precision"]) == (A, "2022-09-20 10:46", "minute")
    assert (found["breadcrumb"], found["images"]) == (["Home", "News"], ["http://h/i"])
    assert found["attachments"] == [{"name": "plan.pdf", "url": "http://h/p"}]
    assert [(page["page"], page["state"], page["reason"], page["looks"]) for page in found["pages"]] == [
        (first, "live", "first", 2)
    ]
    assert found["vantage"] == "test bench"


@pytest.mark.parametrize("number", [0, 3, 99])
def test_no_release(story, pages, number):
    """A number without a release, also that of a page never read, says so."""
    with pytest.raises(UnknownReference, match=f"there is no release {number}"):
        release(story.connection, number)


def test_history_is_in_order_of_time(story, pages):
    """Versions stand in the order in which they were seen, past the tenth too, even where the clock stood still."""
    first = pages[0]
    moment = story.clock.moment
    for number in range(12):
        story.clock.moment = moment
        story.look(first, f"Text {number}.")
    found = history(story.connection, first)
    assert [row["ref"] for row in found] == [f"{first}@{number}" for number in range(1, 14)]
    assert (found[1]["labels"], found[1]["changed"]) == (["title", "name", "substantive"], ["title", "text"])
    assert "text" not in found[0]
    newest_first = [row["ref"] for row in changes(story.connection)]
    assert newest_first == [f"{first}@{number}" for number in range(13, 1, -1)]


def test_changes_since(story, pages):
    """What the publisher did since an instant, that instant included, the newest first."""
    for text in (B, C):
        story.look(pages[0], text)
    seen = later(story.asked[-1], 5)
    assert [row["ref"] for row in changes(story.connection)] == ["1@3", "1@2"]
    assert [row["ref"] for row in changes(story.connection, since=seen)] == ["1@3"]
    assert changes(story.connection, since="2030-01-01T00:00:00.000Z") == []
    assert [row["ref"] for row in changes(story.connection, limit=1)] == ["1@3"]
    assert changes(story.connection, limit=1)[0]["labels"] == ["substantive"]


def test_suspects(story, pages):
    """Pages that do not answer, unproven, with what came instead; a page never read is none."""
    assert suspects(story.connection) == []
    for page in pages:
        story.fails(page)
    story.times_out(pages[0])
    found = suspects(story.connection)
    assert [row["page"] for row in found] == [pages[1], pages[0]]
    assert (found[1]["fails"], found[1]["outcome"], found[1]["error"], found[1]["title"]) == (
        2,
        "network-error",
        "timed out",
        "A visit to the Port",
    )


def test_a_version(story, pages):
    """Its row of `history`, its content, and the reading that it rests on; without a number the newest that stands."""
    first = pages[0]
    story.look(first, B)
    for number, text in ((1, A), (2, B), (None, B)):
        shown, said, read = version(story.connection, Reference(first, first, number))
        assert shown["ref"] == f"{first}@{number or 2}"
        assert said.text == shown["text"] == text
        assert read.content == said
    story.insert("retractions", {"version_id": 3, "reason": "r", "recorded_at": "2026-01-01T00:00:00.000Z"})
    assert version(story.connection, Reference(first, first))[0]["ref"] == f"{first}@1"
    assert version(story.connection, Reference(first, first, 2))[0]["retracted"] == 1


@pytest.mark.parametrize("again", [reading("Other words.", OTHER_READER), Reading(OTHER_READER, Outcome.UNREADABLE)])
def test_a_version_rests_on_the_reading_that_made_it(story, pages, again):
    """A later reader's reading of the same body is another matter, whether it could read it or not."""
    story.look(pages[0], B, reader=OTHER_READER, rereading=again)
    _, said, read = version(story.connection, Reference(pages[0], pages[0], 1))
    assert (read.reader, read.outcome, read.content) == (READER, Outcome.OK, said)


def test_the_version_of_a_removal(story, pages):
    """It shows the last content that there was, and rests on the failing look."""
    story.removed(pages[0])
    shown, said, read = version(story.connection, Reference(pages[0], pages[0]))
    assert (shown["kind"], said.text, read.outcome) == (Kind.REMOVED, A, Outcome.GONE)


def test_a_version_of_a_withheld_text(story, pages):
    """Where the text was withheld by order the version is there, without a content."""
    story.insert("redactions", {"content_id": 1, "reason": "r", "authority": "a", "recorded_at": "2026-01-01T00:00:00.000Z"})
    story.connection.execute("UPDATE contents SET text = NULL WHERE id = 1")
    shown, said, read = version(story.connection, Reference(pages[0], pages[0]))
    assert (shown["title"], said, read.content) == ("A visit to the Port", None, None)


def test_a_capture(story, pages):
    """One request with its headers as pairs, its newest reading, and its body's bytes."""
    appended = story.fails(pages[0], Outcome.CHALLENGE, 412)
    found = capture(story.connection, appended.fetch_id)
    assert (found["status"], found["outcome"], found["request_headers"]) == (412, "challenge", [])
    assert ["ETag", '"of the error"'] in found["response_headers"]
    assert capture_body(story.connection, appended.fetch_id) == b"<h1>412</h1>"


def test_no_capture(story, pages):
    """A number without a request, and a request without a body, are told apart."""
    with pytest.raises(UnknownReference, match="there is no fetch 99"):
        capture(story.connection, 99)
    with pytest.raises(UnknownReference, match="fetch 99 does not exist"):
        capture_body(story.connection, 99)
    timed_out = story.times_out(pages[0]).fetch_id
    with pytest.raises(UnknownReference, match="brought no body"):
        capture_body(story.connection, timed_out)


def test_what_listings_said(story, pages):
    """The events of a release's pages in order, each with its section."""
    story.sweep([Listed(article_url(1), "New title", "2022-09-20"), article_url(2), article_url(3)])
    assert [(row["event"], row["section"], row["listed_title"]) for row in listing_of_section(story.connection, pages[0])] == [
        ("appeared", "jiaxing/today", "A visit to the port"),
        ("retitled", "jiaxing/today", "New title"),
    ]


def test_sections(story, pages):
    """Each section as it was last found, with its sweeps and counts."""
    story.archive.section("jiaxing", "notices")
    for platform in ("static", "jpage"):
        story.archive.section_state(
            story.section, story.run, title="Jiaxing Today", listing_url="http://h/", platform=platform, found_by="configured"
        )
    complete = story.value("SELECT ended_at FROM sweeps")
    story.sweep([article_url(1)], complete=False, note="page 2 timed out")
    notices, today = sections(story.connection)
    assert (notices["section"], notices["title"], notices["last_sweep_at"], notices["releases"]) == (
        "jiaxing/notices",
        None,
        None,
        0,
    )
    assert (today["platform"], today["releases"], today["unread"], today["note"]) == ("jpage", 2, 1, "page 2 timed out")
    assert today["last_complete_at"] == complete < today["last_sweep_at"]


def test_the_newest_state_of_a_section(story):
    """As it was last found, or nothing."""
    assert newest_section_state(story.connection, story.section) is None
    story.archive.section_state(story.section, story.run, title="T", listing_url="http://h/", platform=None, found_by="breadcrumb")
    assert newest_section_state(story.connection, story.section)["found_by"] == "breadcrumb"


def test_totals(story, pages):
    """The archive's counts."""
    story.look(pages[0], B)
    story.fails(pages[1])
    found = totals(story.connection)
    assert {name: found[name] for name in ("releases", "suspect", "removed", "versions", "requests")} == {
        "releases": 2,
        "suspect": 1,
        "removed": 0,
        "versions": 3,
        "requests": 5,
    }
    assert (found["vantage"], found["first_trigger"], found["last_request_at"]) == ("test bench", "crawl", story.asked[-1])
    assert found["leaves"] == story.archive.log_head()[0]


def test_what_is_due(story, pages):
    """Pages never looked at first, then the longest due; by section and time; imported files never."""
    story.imported(C)
    found = due_pages(story.connection, section_ids=[story.section], now=None)
    assert [row["page"] for row in found] == [pages[2], pages[0], pages[1]]
    assert (found[1]["url"], found[1]["looks"], found[1]["section"]) == (article_url(1), 1, story.section)
    first_look = story.value("SELECT due_at FROM _frontier WHERE page_id = ?", pages[0])
    for options, expected in (
        ({"now": first_look}, [pages[2], pages[0]]),
        ({"now": "2000-01-01T00:00:00.000Z"}, []),
        ({"now": None, "limit": 1}, [pages[2]]),
    ):
        assert [row["page"] for row in due_pages(story.connection, section_ids=[story.section], **options)] == expected
    assert due_pages(story.connection, section_ids=[99], now=None) == []
    assert due_pages(story.connection, section_ids=[], now=None) == []


def due(story, *sections, **options):
    """Return (page, section) of what is due in sections, whenever."""
    found = due_pages(story.connection, section_ids=sections, **{"now": None, **options})
    return [(row["page"], row["section"]) for row in found]


def test_some_of_what_is_due(story, pages):
    """Of named pages, or for one reason, and both within what is due: never a page that is not tracked here."""
    first, second, third = pages
    here = story.section
    assert due(story, here, only=[third, first, 99]) == [(third, here), (first, here)]
    assert due(story, here, only=[]) == []
    assert due(story, here, only=[first], now="2000-01-01T00:00:00.000Z") == []
    story.connection.execute("UPDATE _frontier SET reason = 'copy' WHERE page_id IN (?, ?)", (first, third))
    assert due(story, here, reason="copy") == [(third, here), (first, here)]
    assert due(story, here, reason="copy", only=[first, second]) == [(first, here)]
    assert due(story, here, reason="copy", now="2000-01-01T00:00:00.000Z") == []
    assert due(story, here, reason="listing") == []


def test_a_page_is_due_wherever_it_is_listed(story, pages):
    """A page of two sections belongs to the one that listed it first among those asked for; also one that it has left."""
    other = story.archive.section("jiaxing", "notices")
    story.sweep([article_url(2), article_url(4)], section=other)
    story.sweep([], section=other)
    here, fourth = story.section, story.page(article_url(4))
    assert sorted(due(story, other)) == [(pages[1], other), (fourth, other)]
    for asked in ((here, other), (other, here)):
        assert sorted(due(story, *asked)) == [*((page, here) for page in pages), (fourth, other)]
    assert sorted(due(story, other, only=pages)) == [(pages[1], other)]


def test_a_page_is_asked_for_as_it_was_listed_last(story, pages):
    """A portal that moved to https is asked there; a page that left is asked where it stood; a rebuild changes nothing."""
    secure = article_url(1).replace("http:", "https:")
    story.sweep([secure, article_url(2)])
    story.sweep([article_url(2)])
    for _ in range(2):
        found = {row["page"]: row["url"] for row in due_pages(story.connection, section_ids=[story.section], now=None)}
        assert found == {pages[0]: secure, pages[1]: article_url(2), pages[2]: article_url(3)}
        story.archive.rebuild()


def test_the_base_of_a_page(story, pages):
    """The fetch whose body the next one is compared with, its validators, and who read it."""
    assert base_of(story.connection, pages[2]) is None
    story.look(pages[0], A, headers={"ETag": '"a"', "Last-Modified": "yesterday"})
    story.not_modified(pages[0])
    found = base_of(story.connection, pages[0])
    assert (found["etag"], found["last_modified"], found["readers"]) == ('"a"', "yesterday", [READER])
    assert (found["url"], found["response_headers"][0][0]) == (article_url(1), "Content-Type")
    assert read_body(story.connection, found["body_id"]) == page_html(content(A))


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [
        ("SELECT * FROM history WHERE page = ? AND ref = ?", (1, "1@1")),
        ("SELECT * FROM history WHERE release = ?", (1,)),
        ("SELECT * FROM releases WHERE release = ?", (1,)),
        ("SELECT * FROM captures WHERE fetch = ?", (1,)),
        ("SELECT * FROM changes ORDER BY observed_at DESC LIMIT 50", ()),
        ("SELECT * FROM removals ORDER BY first_missing_at DESC LIMIT 50", ()),
        ("SELECT * FROM releases ORDER BY published_on DESC, release DESC LIMIT 50", ()),
    ],
)
def test_no_question_reads_every_version(story, sql, parameters):
    """What pages and commands ask goes by indexes: at a million versions the first page is there at once."""
    steps = [row[-1] for row in story.connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
    assert [step for step in steps if step.startswith("SCAN") and "USING INDEX" not in step] == []
    assert not any("TEMP B-TREE" in step for step in steps)


def test_where_page_and_listing_disagree(story):
    """Off the listing but live, and gone but still listed; what agrees, and what was never there, is in neither."""
    pages = story.sweep([article_url(number) for number in range(1, 6)])
    for number, page in enumerate(pages):
        story.look(page, content(f"Text {number}.", title=f"Title {number}"))
    story.sweep([article_url(number) for number in (1, 2, 4)])
    story.fails(pages[1])
    story.fails(pages[4])
    found = {how: [row["title"] for row in releases(story.connection, listing=how)] for how in ("off", "still")}
    assert found == {"off": ["Title 2"], "still": ["Title 1"]}
    assert len(releases(story.connection)) == 5
