"""One pass over a listing: what appeared, changed and left, and what of it is news (promise 11)."""

from __future__ import annotations

import pytest

from storage.fingerprint import page_key
from storage.instants import instant, later
from storage.records import Kind, Listed, Purpose, SweepKind
from storage.sweeps import Row, SweepRecord
from tests.builders import HOST, article_url, url_key

ONE, TWO, THREE = (article_url(n) for n in (1, 2, 3))
TEXT, OTHER = "Zhang Bing visited the port.", "Chen Lizong visited the port."


def listed(url, title="A visit to the port", date="2022-09-20"):
    """Return a row of a listing."""
    return Listed(url, title, date)


def events(story, section=None):
    """Return the listing events as whole rows without ids and times, each with its page's address and its sweep's number."""
    return [
        tuple(row)
        for row in story.connection.execute(
            "SELECT e.sweep_id, e.event, g.url, e.listed_title, e.listed_date FROM listing_events e"
            " JOIN pages g ON g.id = e.page_id WHERE e.section_id = ? ORDER BY e.id",
            (section or story.section,),
        )
    ]


def appeared(sweep, *urls):
    """Return the events of pages that appeared in a sweep."""
    return [(sweep, "appeared", url, "A visit to the port", "2022-09-20") for url in urls]


def test_a_first_sweep(story):
    """Every row is a page that appeared, without a lower bound; the fetch that listed it is named."""
    pages = story.sweep([ONE, TWO])
    assert events(story) == appeared(1, ONE, TWO)
    assert story.rows("SELECT url_key, key, url, kind, article, section_id FROM pages ORDER BY id") == [
        {
            "url_key": url_key(url),
            "key": page_key(url_key(url)),
            "url": url,
            "kind": "release",
            "article": f"{HOST}/{number}",
            "section_id": story.section,
        }
        for number, url in ((1, ONE), (2, TWO))
    ]
    assert story.column("SELECT not_before FROM listing_events") == [None, None]
    assert story.column("SELECT DISTINCT observed_at FROM listing_events") == [later(story.asked[-1], 5)]
    assert [story.state(page)["looks"] for page in pages] == [0, 0]


def test_the_sweep_itself(story):
    """What was expected, read and found is one row."""
    story.sweep([ONE], kind=SweepKind.HEAD, pages_expected=9, pages_read=2, complete=False, note="page 3 timed out")
    assert story.rows("SELECT section_id, run_id, kind, day, complete, pages_expected, pages_read, records, note FROM sweeps") == [
        {
            "section_id": story.section,
            "run_id": story.run,
            "kind": "head",
            "day": "2026-01-01",
            "complete": 0,
            "pages_expected": 9,
            "pages_read": 2,
            "records": 1,
            "note": "page 3 timed out",
        }
    ]
    [(started, ended)] = story.connection.execute("SELECT started_at, ended_at FROM sweeps").fetchall()
    assert started == story.asked[-1] < ended


def test_the_same_listing_again(story):
    """Nothing changed, nothing is written but the sweep."""
    for _ in range(3):
        story.sweep([ONE, TWO])
    assert events(story) == appeared(1, ONE, TWO)
    assert story.value("SELECT count(*) FROM sweeps") == 3


def test_a_row_that_stands_twice(story):
    """A pinned row stands again further down: one page, one event, and its first row counts."""
    story.sweep([ONE, TWO, listed(ONE, "Cut off ...")])
    assert events(story) == appeared(1, ONE, TWO)
    assert story.value("SELECT records FROM sweeps") == 3
    story.sweep([ONE, TWO, listed(ONE, "Cut off ...")])
    assert len(events(story)) == 2


def test_retitled_and_redated(story):
    """A row that says something else is an event each for title and date, with what it says now."""
    story.sweep([ONE, TWO, THREE])
    bound = story.value("SELECT started_at FROM sweeps")
    story.sweep([listed(ONE, "Another title"), listed(TWO, date="2022-09-21"), listed(THREE, "Third", None)])
    assert events(story)[3:] == [
        (2, "retitled", ONE, "Another title", "2022-09-20"),
        (2, "redated", TWO, "A visit to the port", "2022-09-21"),
        (2, "retitled", THREE, "Third", None),
        (2, "redated", THREE, "Third", None),
    ]
    assert set(story.column("SELECT not_before FROM listing_events WHERE sweep_id = 2")) == {bound}
    story.sweep([listed(ONE, "Another title"), listed(TWO, date="2022-09-21"), listed(THREE, "Third", None)])
    assert len(events(story)) == 7


def test_left_and_come_back(story):
    """A page that a complete sweep did not find has left; when it is listed again it appears again, as the same page."""
    pages = story.sweep([ONE, TWO, THREE])
    story.sweep([THREE])
    assert events(story)[3:] == [(2, "left", ONE, None, None), (2, "left", TWO, None, None)]
    assert story.column("SELECT fetch_id FROM listing_events WHERE event = 'left'") == [None, None]
    story.sweep([THREE])
    assert len(events(story)) == 5
    assert story.sweep([ONE, TWO, THREE]) == pages
    assert events(story)[5:] == appeared(4, ONE, TWO)


def test_a_partial_sweep_says_nothing_of_leaving(story):
    """What stood on the page that could not be read is unknown, whatever the kind of sweep."""
    story.sweep([ONE, TWO])
    for kind in SweepKind:
        story.sweep([TWO], complete=False, kind=kind)
        story.sweep([], complete=False, kind=kind, pages_read=0)
    assert events(story) == appeared(1, ONE, TWO)
    story.sweep([listed(TWO, "New title")], complete=False)
    assert events(story)[2:] == [(6, "retitled", TWO, "New title", "2022-09-20")]


def test_bounds_rest_on_complete_sweeps(story):
    """A page that appears was not there when the last complete sweep began; a partial one proves no absence."""
    story.sweep([ONE])
    complete = story.value("SELECT started_at FROM sweeps")
    story.sweep([ONE], complete=False)
    story.sweep([ONE, TWO])
    assert story.rows("SELECT not_before, observed_at FROM listing_events ORDER BY id DESC LIMIT 1") == [
        {"not_before": complete, "observed_at": later(story.asked[-1], 5)}
    ]


def read_listing(story, *ages):
    """Ask for a listing's pages, each answered from a cache after so many seconds (None: not from one); return the fetches."""
    fetches = []
    for age in ages:
        headers = {"Age": str(age)} if age is not None else {}
        fetch = story.answer(f"http://{HOST}/col/", b"<html>a listing</html>", purpose=Purpose.LISTING, headers=headers)
        [fetch_id] = story.archive.append_fetches([fetch], run_id=story.run, section_id=story.section)
        fetches.append((fetch_id, fetch))
        story.clock.skip(minutes=1)
    return fetches


def swept(story, fetches, *urls, **more):
    """Append a complete sweep of what these fetches brought."""
    rows = [Row(listed(url), url_key(url), None, fetches[-1][0]) for url in urls]
    started = fetches[0][1].requested_at
    parts = {"started_at": started, "rows": rows, "complete": True, "pages_read": len(fetches), **more}
    story.archive.append_sweep(SweepRecord(story.run, story.section, SweepKind.FULL, "2026-01-01", **parts))


@pytest.mark.parametrize(("ages", "seconds"), [((None, 3600), 3600 - 61), ((7200, None), 7200), ((None, None), 0)])
def test_bounds_count_from_what_the_answers_say(story, ages, seconds):
    """A listing from a cache is as old as its Age says: no later than that a page was surely not there yet."""
    swept(story, read_listing(story, *ages), ONE)
    started = story.value("SELECT started_at FROM sweeps")
    story.answer("http://h/", b"x")
    swept(story, read_listing(story, None), ONE, TWO)
    assert story.column("SELECT not_before FROM listing_events WHERE sweep_id = 2") == [later(started, -1000 * seconds)]


def test_an_older_copy_of_the_listing_says_nothing_of_what_is_known(story):
    """What a lagging node shows is no complete sweep: nothing left, came back or was renamed, and an unknown row has no bound."""
    swept(story, read_listing(story, None), ONE, TWO)
    swept(story, read_listing(story, None), ONE, THREE)
    told = events(story)
    fetches = read_listing(story, None, 7200)
    unknown = article_url(4)
    rows = [Row(listed(url, "Another title"), url_key(url), None, fetches[-1][0]) for url in (ONE, TWO, unknown)]
    swept(story, fetches, rows=rows)
    assert events(story) == [*told, (3, "appeared", unknown, "Another title", "2022-09-20")]
    assert story.column("SELECT not_before FROM listing_events WHERE sweep_id = 3") == [None]
    note = "an older copy of the listing from a cache: it stood there since before it was last read completely"
    assert story.rows("SELECT complete, note FROM sweeps WHERE id = 3") == [{"complete": 0, "note": note}]
    swept(story, read_listing(story, None), ONE, THREE)
    assert [row[:3] for row in events(story)[len(told) + 1 :]] == [(4, "left", unknown)]
    assert story.column("SELECT not_before FROM listing_events WHERE sweep_id = 4") == [
        story.value("SELECT started_at FROM sweeps WHERE id = 2")
    ]


def test_the_same_copy_of_the_listing_is_no_older(story):
    """Two sweeps from one copy are both complete, though their ages are whole seconds."""
    swept(story, read_listing(story, 3600), ONE)
    swept(story, read_listing(story, 3661), ONE)
    swept(story, read_listing(story, 3800), ONE)
    assert story.column("SELECT complete FROM sweeps") == [1, 1, 0]


def test_parts_of_different_age_are_no_one_view(story):
    """Rows may slip from a fresh answer into a group that a cache still has without them: nothing has left for that."""
    swept(story, read_listing(story, None), ONE, TWO)
    story.clock.skip(hours=3)
    swept(story, read_listing(story, None, 3600), ONE)
    assert events(story)[2:] == []
    swept(story, read_listing(story, 500, 400), ONE)
    assert story.column("SELECT complete FROM sweeps") == [1, 1, 1]
    assert [row[:3] for row in events(story)[2:]] == [(3, "left", TWO)]


def test_a_row_out_of_a_cache_is_told_once(story):
    """A title changed since the last complete sweep, told from a fresh answer: a copy from before that does not take it back."""
    swept(story, read_listing(story, None), ONE)
    story.clock.skip(hours=3)
    for age, title in ((None, "Another title"), (3600, "A visit to the port"), (None, "Another title")):
        fetches = read_listing(story, age)
        swept(story, fetches, rows=[Row(listed(ONE, title), url_key(ONE), None, fetches[0][0])], complete=False)
    assert [row[:4] for row in events(story)[1:]] == [(2, "retitled", ONE, "Another title")]


def test_a_copy_of_the_listing_from_between_two_sweeps_is_news(story):
    """A cache that filled after the last complete sweep tells what changed since."""
    swept(story, read_listing(story, None), ONE, TWO)
    story.clock.skip(hours=3)
    swept(story, read_listing(story, 3600), ONE)
    assert [row[:3] for row in events(story)[2:]] == [(2, "left", TWO)]


def test_bounds_rest_on_the_sections_own_listing(story):
    """What else was asked meanwhile, of this section or another, with whatever Age, is none of the sweep."""
    fetches = read_listing(story, None)
    other = story.archive.section("jiaxing", "notices")
    for section, purpose in ((other, Purpose.LISTING), (story.section, Purpose.LOOK)):
        old = story.answer("http://h/", b"x", purpose=purpose, headers={"Age": "7200"})
        story.archive.append_fetches([old], run_id=story.run, section_id=section)
    swept(story, fetches, ONE)
    swept(story, read_listing(story, None), TWO)
    started = story.value("SELECT started_at FROM sweeps")
    assert set(story.column("SELECT not_before FROM listing_events WHERE sweep_id = 2")) == {started}


def test_a_page_has_left_when_the_last_answer_was_there(story):
    """Not when the sweep was written, which may be much later; without an answer at all that is all we know."""
    swept(story, read_listing(story, None), ONE)
    fetches = read_listing(story, None, None)
    story.clock.skip(hours=1)
    swept(story, fetches, TWO)
    [row] = story.rows("SELECT observed_at FROM listing_events WHERE event = 'left'")
    assert row["observed_at"] == later(instant(fetches[-1][1].requested_at), 5)
    swept(story, [(fetches[-1][0], story.answer("http://h/", b"x"))])
    assert story.column("SELECT observed_at FROM listing_events WHERE event = 'left'")[1:] == [
        story.value("SELECT max(ended_at) FROM sweeps")
    ]


def test_nobody_leaves_by_leaving_a_listing(story):
    """Absence from a listing proves nothing: the page's state stays, and it is looked at sooner."""
    [page, _] = story.sweep([ONE, TWO])
    story.look(page, TEXT)
    story.connection.execute("UPDATE _frontier SET due_at = '2030-01-01T00:00:00.000Z'")
    story.sweep([TWO])
    assert story.state(page)["state"] == "live"
    assert story.value("SELECT count(*) FROM versions") == 1
    [row] = story.rows("SELECT due_at, reason FROM _frontier WHERE page_id = ?", page)
    assert row["reason"] == "listing"
    assert row["due_at"] < "2027"


@pytest.mark.parametrize("row", [listed(ONE, "Another title"), listed(ONE, date="2022-09-21")])
def test_a_hint_brings_the_look_forward_and_never_back(story, row):
    """A changed row forces a look; a page that is due already keeps its time."""
    [page] = story.sweep([ONE])
    story.look(page, TEXT)
    due = story.value("SELECT due_at FROM _frontier WHERE page_id = ?", page)
    story.sweep([row])
    assert story.value("SELECT due_at FROM _frontier WHERE page_id = ?", page) == due
    story.connection.execute("UPDATE _frontier SET due_at = '2030-01-01T00:00:00.000Z'")
    story.sweep([ONE])
    assert story.value("SELECT due_at FROM _frontier WHERE page_id = ?", page) < "2027"


def test_two_sections_list_one_page(story):
    """The page belongs to the section that found it; each listing has its own events."""
    other = story.archive.section("jiaxing", "notices")
    [page] = story.sweep([ONE])
    assert story.sweep([ONE], section=other) == [page]
    assert events(story) == appeared(1, ONE)
    assert events(story, other) == appeared(2, ONE)
    story.sweep([], section=other)
    assert events(story, other)[1:] == [(3, "left", ONE, None, None)]
    assert events(story) == appeared(1, ONE)
    assert story.value("SELECT section_id FROM pages") == story.section


def test_new_pages_are_told_apart(story):
    """The crawler is told which pages nobody knew before, of either section."""
    fetch = story.answer("http://h/", b"x")
    [fetch_id] = story.archive.append_fetches([fetch], run_id=story.run)
    story.sweep([ONE])

    rows = [Row(listed(url), url_key(url), None, fetch_id) for url in (ONE, TWO, TWO, THREE)]
    record = SweepRecord(story.run, story.section, SweepKind.HEAD, "2026-01-02", story.clock(), rows, complete=False, pages_read=1)
    new = list(story.archive.append_sweep(record).new_pages)
    assert new == [story.page(TWO), story.page(THREE)]


def test_schemes_are_one_page(story):
    """Plain and secure of one address are one page; that the listing names the other one from now on is one event, once."""
    [page] = story.sweep([ONE])
    bound = story.value("SELECT started_at FROM sweeps")
    for _ in range(2):
        assert story.sweep([ONE.replace("http:", "https:")]) == [page]
    assert story.column("SELECT url FROM pages") == [ONE]
    assert story.rows("SELECT sweep_id, event, not_before, listed_url FROM listing_events") == [
        {"sweep_id": 1, "event": "appeared", "not_before": None, "listed_url": ONE},
        {"sweep_id": 2, "event": "appeared", "not_before": bound, "listed_url": ONE.replace("http:", "https:")},
    ]


def test_a_new_address_forces_no_look(story):
    """A portal that moves to https changes every row of its listing: nothing of that hints at a change of a page."""
    [page] = story.sweep([ONE])
    story.look(page, TEXT)
    story.connection.execute("UPDATE _frontier SET due_at = '2030-01-01T00:00:00.000Z'")
    story.sweep([ONE.replace("http:", "https:")])
    assert story.column("SELECT due_at FROM _frontier") == ["2030-01-01T00:00:00.000Z"]


def test_a_retitled_row_says_its_address(story):
    """A row that changed otherwise too is no second time appeared: its event names the new address."""
    story.sweep([ONE])
    story.sweep([listed(ONE.replace("http:", "https:"), "Another title")])
    story.sweep([])
    assert story.connection.execute("SELECT event, listed_url FROM listing_events").fetchall() == [
        ("appeared", ONE),
        ("retitled", ONE.replace("http:", "https:")),
        ("left", None),
    ]


# Promise 11: the first look is no news


def changes(story):
    """Return what the view of news shows."""
    return story.column("SELECT ref FROM changes ORDER BY ref")


def test_baseline_until_the_first_complete_sweep(story):
    """Pages of partial sweeps, of the first complete one, and those that nobody listed are baseline, whenever they are fetched."""
    early = story.sweep([ONE], complete=False)
    assert story.look(early[0], TEXT).baseline
    both = story.sweep([ONE, TWO])
    story.sweep([ONE, TWO, THREE])
    story.clock.skip(days=30)
    assert story.look(both[1], OTHER).baseline
    assert changes(story) == []
    assert story.outbox() == []
    assert story.value("SELECT count(*) FROM history") == 2


def test_a_page_that_appears_afterwards_is_news(story):
    """Listed for the first time after the first complete sweep, in a partial one or a complete one."""
    story.sweep([ONE])
    [_, partial] = story.sweep([ONE, TWO], complete=False)
    [*_, complete] = story.sweep([ONE, TWO, THREE])
    assert [story.look(page, f"{TEXT} {page}").baseline for page in (partial, complete)] == [False, False]
    assert changes(story) == [f"{partial}@1", f"{complete}@1"]
    assert story.outbox() == [("new", f"{partial}@1"), ("new", f"{complete}@1")]


def test_a_page_that_comes_back_is_no_news(story):
    """What the first complete sweep listed stays baseline, even if it left and came back before it was first read."""
    [page] = story.sweep([ONE])
    story.sweep([])
    story.sweep([ONE])
    assert story.look(page, TEXT).baseline


def test_an_edit_of_baseline_is_news(story):
    """Only the first sight is no news."""
    [page] = story.sweep([ONE])
    story.look(page, TEXT)
    assert not story.look(page, OTHER).baseline
    assert changes(story) == [f"{page}@2"]


def test_each_section_has_its_own_baseline(story):
    """A section added later brings its first listing as baseline; what is news elsewhere stays news."""
    story.sweep([ONE])
    other = story.archive.section("jiaxing", "notices")
    [two] = story.sweep([TWO], section=other)
    [_, three] = story.sweep([ONE, THREE])
    assert story.look(two, TEXT).baseline
    assert not story.look(three, OTHER).baseline


def test_the_section_that_listed_it_first_decides(story):
    """A page of a watched section does not become baseline because a new section lists it too."""
    story.sweep([ONE])
    [_, two] = story.sweep([ONE, TWO])
    story.sweep([TWO], section=story.archive.section("jiaxing", "notices"))
    assert not story.look(two, TEXT).baseline


def test_a_page_that_nobody_listed(story):
    """Without a listing there is no watch that it could be news to."""
    [page] = story.sweep([ONE])
    story.insert(
        "pages",
        {"url_key": "h/x", "key": "0" * 16, "url": "http://h/x", "kind": "release", "recorded_at": "2026-01-01T00:00:00.000Z"},
    )
    story.archive.rebuild()
    assert story.look(page + 1, TEXT).baseline


@pytest.mark.parametrize("before", [True, False])
def test_an_import_is_never_news(story, before):
    """Neither the file itself, nor in a watched section, nor when a crawled page joined it."""
    imported = story.imported(TEXT) if before else None
    story.sweep([ONE])
    [_, page] = story.sweep([ONE, TWO])
    appended = story.look(page, TEXT)
    imported = imported or story.imported(TEXT)
    assert (appended.kind, appended.baseline) == (Kind.NEW, False)
    assert changes(story) == [f"{page}@1"]
    assert story.outbox() == [("new", f"{page}@1")]
    assert story.rows("SELECT found_by, baseline FROM versions WHERE page_id = ?", imported) == [
        {"found_by": "import", "baseline": 1}
    ]
