"""How sections and hosts are doing: what alerts are raised from, as whole answers."""

from __future__ import annotations

import pytest

from storage.health import Asides, Unheard, Unlisted, asides_of, pages_read, shrunk_from, unheard_of, unlisted_of
from storage.instants import instant
from storage.records import DateCandidate, Outcome, Purpose, Reading, SweepKind
from storage.sweeps import SweepRecord
from tests.builders import DAY, HOST, READER, article_url, reading

VISITED = "Zhang Bing visited the port."
LOST = ("title not found: no heading", "body not found: no known container")


@pytest.fixture
def pages(story):
    """Return three pages of a section, each read once."""
    found = story.sweep([article_url(number) for number in (1, 2, 3)])
    for page in found:
        story.look(page, f"{VISITED} Number {page}.")
    return found


def kept_aside(story, page, *problems, dates=(), status=200):
    """Look at a page that is kept aside; return the fetch."""
    answer = story.answer(story.url(page), b"<p>another form</p>", status=status)
    found = tuple(DateCandidate("2022-09-20", origin) for origin in dates)
    return story.append(page, [answer], Reading(f"{READER}/aside", Outcome.QUARANTINED, None, found, problems, "form")).fetch_id


def asides(story):
    """Return what is kept aside of the section."""
    return asides_of(story.connection, story.section)


# ------------------------------------------------------------------------------------------------- kept aside


def test_nothing_is_kept_aside(story, pages):
    """Pages that read well, fail or are missing are none of a new layout."""
    story.fails(pages[0])
    story.times_out(pages[1])
    assert asides(story) is None


def test_what_is_kept_aside(story, pages):
    """How many pages, since when, the newest of them, and in how many each part was found."""
    kept_aside(story, pages[0], *LOST)
    since = story.asked[-1]
    kept_aside(story, pages[1], "body empty: #zoom holds neither text nor pictures", dates=("url", "label:release"))
    newest = kept_aside(story, pages[0], LOST[0], dates=("meta:pubdate",))
    expected = Asides(2, since, newest, story.url(pages[0]), {"title": 1, "text": 1, "published": 2})
    assert asides(story) == expected


@pytest.mark.parametrize("origin", ["url", "breadcrumb"])
def test_a_date_that_was_not_read_on_the_page_was_not_found(story, pages, origin):
    """A day that the address names is on every page, whatever its layout."""
    kept_aside(story, pages[0], dates=(origin,))
    assert asides(story).found["published"] == 0


def test_a_page_that_reads_well_again_is_kept_aside_no_more(story, pages):
    """So is one that was not modified since it read well, or that is missing; what was read again and believed never was."""
    for page in pages:
        kept_aside(story, page)
    story.look(pages[0], VISITED)
    assert asides(story).pages == 2
    story.not_modified(pages[1])
    assert asides(story).pages == 1
    story.fails(pages[2], Outcome.GONE)
    assert asides(story) is None


@pytest.mark.parametrize("failure", ["times_out", "challenge", "not asked for"])
def test_a_page_that_fails_since_is_kept_aside_still(story, pages, failure):
    """A host that does not answer for a while has not mended its pages: the alert stays open."""
    fetch = kept_aside(story, pages[0])
    before = asides(story)
    if failure == "times_out":
        story.times_out(pages[0])
    elif failure == "challenge":
        story.fails(pages[0], Outcome.CHALLENGE)
    else:
        story.not_modified(pages[0], error="not modified, but nobody asked")
    assert asides(story) == before
    assert before.fetch_id == fetch


def test_a_missing_page_that_comes_in_another_form_is_kept_aside(story, pages):
    """It is not answering as it did, and there."""
    story.fails(pages[0])
    kept_aside(story, pages[0])
    assert asides(story).pages == 1


def test_since_when(story, pages):
    """What was kept aside once, and read well after that, is another time."""
    kept_aside(story, pages[0])
    story.look(pages[0], VISITED)
    kept_aside(story, pages[0])
    since = story.asked[-1]
    kept_aside(story, pages[0])
    assert asides(story).since == since


def test_only_of_its_section(story, pages):
    """Another section has its own layout."""
    kept_aside(story, pages[0])
    assert asides_of(story.connection, story.archive.section("jiaxing", "other")) is None


def test_pages_read(story, pages):
    """Pages that were listed and never read count for nothing."""
    story.sweep([article_url(4)])
    assert pages_read(story.connection, story.section) == 3


# ------------------------------------------------------------------------------------------------- listings


def failed_sweep(story, note, **more):
    """Sweep a listing that could not be read; return when it began."""
    began = len(story.asked)
    story.sweep([], complete=False, pages_read=0, note=note, **more)
    return story.asked[began]


def test_a_listing_that_is_read(story):
    """A section that was never swept, or whose newest sweep read something, is not unlisted."""
    assert unlisted_of(story.connection, story.section) is None
    failed_sweep(story, "no answer")
    story.sweep([article_url(1)], complete=False, note="page 2 failed")
    assert unlisted_of(story.connection, story.section) is None


def test_a_listing_that_is_not_read(story):
    """Since the first sweep that came to nothing, with the newest reason and answer."""
    story.sweep([article_url(1)])
    since = failed_sweep(story, "the server failed (500)")
    failed_sweep(story, "timed out")
    fetch, url = story.connection.execute("SELECT id, url FROM fetches ORDER BY id DESC LIMIT 1").fetchone()
    assert unlisted_of(story.connection, story.section) == Unlisted(since, 2, "timed out", fetch, url, None)
    assert unlisted_of(story.connection, story.archive.section("jiaxing", "other")) is None


def test_how_a_listing_reads(story):
    """The outcome is that of the newest reading of the newest answer, also on the way to a listing."""
    failed_sweep(story, None)
    assert unlisted_of(story.connection, story.section).note == "no answer"
    answer = story.answer(f"http://{HOST}/start", b"x", purpose=Purpose.LOCATE)
    read = Reading("listing-1", Outcome.UNREADABLE)
    [fetch] = story.archive.append_fetches([answer], run_id=story.run, section_id=story.section, reading=read)
    found = unlisted_of(story.connection, story.section)
    assert (found.fetch_id, found.url, found.outcome) == (fetch, f"http://{HOST}/start", "unreadable")


def test_a_listing_that_nobody_could_ask_for(story, clock):
    """Where there is nowhere to start there is no answer either."""
    began = clock()
    nowhere = SweepRecord(story.run, story.section, SweepKind.FULL, DAY, began, [], complete=False, pages_read=0, note="no start")
    story.archive.append_sweep(nowhere)
    assert unlisted_of(story.connection, story.section) == Unlisted(instant(began), 1, "no start", None, None, None)


def shrunk(story, rows):
    """Return how long the listing was when so many rows were no more than half of it, and since when it is shorter."""
    return shrunk_from(story.connection, story.section, rows, 0.5)


def test_how_long_a_listing_was(story):
    """Only complete sweeps tell: how long the newest long one was, and when the first shorter one after it began."""
    urls = [article_url(number) for number in range(8)]
    assert shrunk(story, 0) is None
    for length in (8, 6):
        story.sweep(urls[:length])
    began = len(story.asked)
    story.sweep(urls[:1], complete=False, note="page 2 failed")
    assert (shrunk(story, 3), shrunk(story, 4)) == (None, (8, story.asked[1]))
    story.sweep(urls[:3])
    story.sweep(urls[:2])
    assert (shrunk(story, 2), shrunk(story, 3), shrunk(story, 4)) == ((6, story.asked[began + 1]),) * 2 + ((8, story.asked[1]),)
    assert shrunk(story, 5) is None
    assert shrunk_from(story.connection, story.archive.section("jiaxing", "other"), 1, 0.5) is None


# ------------------------------------------------------------------------------------------------- hosts


def unheard(story, host=HOST):
    """Return how the host is heard."""
    return unheard_of(story.connection, host)


def test_a_host_that_is_heard(story, pages):
    """Failures beside a page that answers since say nothing of the host."""
    assert unheard(story) is None
    for _ in range(2):
        story.fails(pages[0], Outcome.BLOCKED)
    story.look(pages[1], VISITED)
    assert unheard(story) is None


def test_a_host_that_is_not_heard(story, pages):
    """Since its first page began to fail, with what comes most often instead, and an example of that."""
    story.fails(pages[0], Outcome.SERVER_ERROR)
    since = story.state(pages[0])["failing_since"]
    for page in (pages[0], pages[1], pages[2]):
        story.fails(page, Outcome.SERVER_ERROR if page == pages[0] else Outcome.BLOCKED)
    assert unheard(story) == Unheard(since, 3, 3, "blocked", story.url(pages[1]))
    assert unheard(story, "other.gov.cn") is None
    story.look(pages[2], VISITED)
    assert unheard(story) is None


def test_a_page_that_always_failed_hides_nothing(story, pages):
    """A page that never answered tells nothing of the host; when all others fail too, the host is not heard since then."""
    for _ in range(2):
        story.fails(pages[0], Outcome.BLOCKED)
    story.look(pages[1], VISITED)
    for page in pages[1:]:
        story.fails(page, Outcome.BLOCKED)
    assert unheard(story) == Unheard(story.state(pages[1])["failing_since"], 2, 3, "blocked", story.url(pages[1]))


def test_a_page_kept_aside_was_served(story, pages):
    """A host that answers in another form is heard, though nothing of it is believed."""
    for _ in range(2):
        story.fails(pages[0], Outcome.BLOCKED)
    kept_aside(story, pages[1])
    assert unheard(story) is None


def test_a_host_that_was_never_heard(story):
    """Pages that were listed and never answered at all: the host was never heard."""
    [page] = story.sweep([article_url(1)])
    story.times_out(page)
    assert unheard(story) == Unheard(story.state(page)["failing_since"], 1, 1, "network-error", story.url(page))
    story.look(page, reading(VISITED).content)
    assert unheard(story) is None
