"""The archive: everything inside a transaction or nothing of it, and an archive that can be used afterwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from storage.bodies import read_body
from storage.connect import open_reader
from storage.errors import ArchiveBusy, ArchiveFull
from storage.records import Outcome, Purpose, Reading, Result
from tests.builders import HOST, READER, Clock, article_url, content, open_archive, opened, reading, url_key


class Interruption(Exception):  # noqa: N818 - it stands for a kill
    """What a test raises in the middle."""


def dump(connection):
    """Return every row of the file as text."""
    return list(connection.iterdump())


def sound(story):
    """Assert that the file is whole and the log is of its rows."""
    connection = story.connection
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    leaves = connection.execute("SELECT count(*), max(id) FROM log_leaves").fetchone()
    assert leaves[0] == leaves[1] == story.archive.log_head()[0]
    assert story.value("SELECT sum(1 << level) FROM _log") == leaves[0]


@pytest.mark.parametrize("error", [Interruption, KeyboardInterrupt, sqlite3.IntegrityError])
def test_a_transaction_that_fails_leaves_nothing(story, error):
    """Whatever ends it, nothing of it is in the file, and the archive goes on as if it had not been."""
    [page] = story.sweep([article_url(1)])
    before, head = dump(story.connection), story.archive.log_head()

    def fail():
        with story.archive.transaction():
            story.look(page, "One.")
            story.sweep([article_url(2)])
            raise error

    with pytest.raises(error):
        fail()
    assert dump(story.connection) == before
    assert story.archive.log_head() == head
    story.look(page, "Two.")
    assert [row["text"] for row in story.versions(page)] == ["Two."]
    sound(story)


def test_the_dictionary_of_a_failed_transaction_is_forgotten(story):
    """A body that was rolled back must not serve as dictionary: its id goes to another row."""
    [page] = story.sweep([article_url(1)])

    def fail():
        with story.archive.transaction():
            story.look(page, "One.")
            raise Interruption

    with pytest.raises(Interruption):
        fail()
    story.look(page, "Two.")
    story.look(page, "Three.")
    for body in story.column("SELECT id FROM bodies"):
        assert read_body(story.connection, body)
    sound(story)


def test_a_transaction_inside_another_joins_it(story):
    """Several pages commit together: nothing of the first is seen before the last is in."""
    pages = story.sweep([article_url(n) for n in (1, 2)])
    with closing(open_reader(story.archive.path)) as reader:
        with story.archive.transaction():
            for page in pages:
                story.look(page, f"Text {page}.")
            assert reader.execute("SELECT count(*) FROM versions").fetchone() == (0,)
        assert reader.execute("SELECT count(*) FROM versions").fetchone() == (2,)
    sound(story)


def test_half_a_page_is_never_committed(story):
    """Where a page fails inside a larger transaction and the error is caught, the others are kept and no part of that one."""
    good, bad = story.sweep([article_url(n) for n in (1, 2)])
    with story.archive.transaction():
        story.look(good, "Good.")
        with pytest.raises(UnicodeEncodeError):
            story.append(bad, [story.answer(story.url(bad), b"body")], reading("A lone surrogate: \ud800."))
        story.look(good, "Better.")
    assert [row["text"] for row in story.versions(good)] == ["Good.", "Better."]
    assert story.column("SELECT count(*) FROM fetches WHERE page_id = ?", bad) == [0]
    sound(story)


def test_a_full_disk_in_the_middle_of_a_larger_transaction(story):
    """Nothing of the pages before is in either, and the archive goes on."""
    [page] = story.sweep([article_url(1)])
    before = dump(story.connection)
    room = story.value("PRAGMA page_count") + 1
    story.connection.execute(f"PRAGMA max_page_count = {room}")

    def fill():
        with story.archive.transaction():
            for number in range(200):
                story.look(page, f"Text {number}: " + "".join(chr(0x4E00 + (n * 7919 + number) % 20000) for n in range(900)))

    with pytest.raises(ArchiveFull):
        fill()
    assert dump(story.connection) == before
    story.connection.execute(f"PRAGMA max_page_count = {room + 10_000}")
    story.look(page, "One.")
    sound(story)


def test_what_sqlite_has_undone_itself(story):
    """Some errors (a full disk among them) may end SQLite's transaction: there is nothing left to undo, and nothing stays."""
    [page] = story.sweep([article_url(1)])
    before, head = dump(story.connection), story.archive.log_head()

    def fail():
        with story.archive.transaction():
            story.look(page, "One.")
            with story.archive.transaction():
                story.connection.execute("INSERT OR ROLLBACK INTO _frontier SELECT * FROM _frontier")

    with pytest.raises(sqlite3.IntegrityError):
        fail()
    assert dump(story.connection) == before
    assert story.archive.log_head() == head
    story.look(page, "Two.")
    sound(story)


def test_what_a_host_was_asked_for(story):
    """Looks since an instant, the first at a page and later ones apart: a look counts once, however many hops it took."""
    [page, other] = story.sweep([article_url(1), article_url(2)])
    story.look(page, "One.", purpose=Purpose.FIRST)
    since = story.clock.moment
    assert story.archive.spent_since(HOST, since) == {True: 0, False: 0}
    story.look(page, "One.")
    story.append(page, [story.answer(article_url(1), status=302), story.answer(article_url(1), b"x")], reading("One."))
    story.look(page, "One.", purpose=Purpose.RECHECK)
    story.look(other, "Two.", purpose=Purpose.RECHECK)
    assert story.archive.spent_since(HOST, since) == {True: 1, False: 3}
    assert story.archive.spent_since(HOST, datetime(2020, 1, 1, tzinfo=UTC)) == {True: 2, False: 3}
    assert story.archive.spent_since("elsewhere.gov.cn", datetime(2020, 1, 1, tzinfo=UTC)) == {True: 0, False: 0}


def test_what_costs_a_host_nothing(story):
    """Refusals of our own and files; the second try at a page that never answered is no first look any more."""
    [page] = story.sweep([article_url(1)])
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    story.append(page, [story.answer(article_url(1), result=Result.REFUSED)], None)
    story.imported("From a file.", article_url(1))
    assert story.archive.spent_since(HOST, long_ago) == {True: 0, False: 0}
    story.times_out(page)
    assert story.archive.spent_since(HOST, long_ago) == {True: 0, False: 1}


@pytest.mark.parametrize("text", ["lone \ud800 surrogate", "\udfff"])
def test_a_text_that_utf_8_does_not_have(story, text):
    """It is refused whole, and the archive goes on."""
    [page] = story.sweep([article_url(1)])
    before = dump(story.connection)
    with pytest.raises(UnicodeEncodeError):
        story.look(page, text)
    assert dump(story.connection) == before
    story.look(page, "Sound.")
    sound(story)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\U0001f600 嘉兴\u00a0\u3000", "'); DROP TABLE versions; --", "\x1f\x85\u2028"])
def test_a_text_of_any_characters(story, text):
    """What UTF-8 has is kept as it is, NUL and all, and read back the same."""
    [page] = story.sweep([article_url(1)])
    story.look(page, content(text, title=text))
    story.look(page, content(text + "!", title=text))
    assert [(row["title"], row["text"]) for row in story.versions(page)] == [(text, text), (text, text + "!")]
    sound(story)


def test_a_full_disk(story):
    """It is told as such, nothing of the page is written, and with room again the crawl goes on where it stopped."""
    [page] = story.sweep([article_url(1)])
    story.look(page, "One.")
    before, head = dump(story.connection), story.archive.log_head()
    pages = story.value("PRAGMA page_count")
    story.connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(ArchiveFull, match="full") as caught:
        story.look(page, "".join(chr(0x4E00 + (n * 7919) % 20000) for n in range(60_000)))
    assert caught.value.hint
    assert caught.value.exit_code == 1
    assert dump(story.connection) == before
    assert story.archive.log_head() == head
    story.connection.execute(f"PRAGMA max_page_count = {pages + 10_000}")
    story.look(page, "Two.")
    assert [row["text"] for row in story.versions(page)] == ["One.", "Two."]
    sound(story)


def test_a_disk_that_fills_up_anywhere(path):
    """Wherever in a page the room ends, either the whole page is in or nothing of it."""
    with opened(path) as story:
        [page] = story.sweep([article_url(1)])
        story.look(page, "One.")
        failures = 0
        for room in range(12):
            before = story.value("SELECT count(*) FROM log_leaves")
            story.connection.execute(f"PRAGMA max_page_count = {story.value('PRAGMA page_count') + room}")
            text = "".join(chr(0x4E00 + (n * 7919 + room) % 20000) for n in range(9_000))
            try:
                story.look(page, text)
            except ArchiveFull:
                failures += 1
                assert story.value("SELECT count(*) FROM log_leaves") == before
            else:
                assert story.versions(page)[-1]["text"] == text
            sound(story)
        assert 0 < failures < 12


def test_what_is_committed_is_there_for_the_next(path):
    """A second opening goes on with the same log, the same pages and the same numbers."""
    with opened(path) as story:
        [page] = story.sweep([article_url(1)])
        story.look(page, "One.")
        head = story.archive.log_head()
    with open_archive(path, Clock()) as archive:
        assert archive.log_head() == head
    with opened(path, Clock(datetime(2026, 1, 2, tzinfo=UTC))) as story:
        story.look(page, "Two.")
        assert [row["number"] for row in story.versions(page)] == [1, 2]
        sound(story)


# Runs, sections, requests that belong to no page


def test_a_run_and_its_end(story):
    """A run keeps its settings as a body and ends once, with its counts as JSON."""
    story.archive.end_run(story.run, "interrupted", {"looks": 3, "新": 1})
    assert story.rows("SELECT trigger, vantage, software FROM runs") == [
        {"trigger": "crawl", "vantage": "test bench", "software": "jiaxing-today 0"}
    ]
    assert story.rows("SELECT run_id, outcome, counts FROM run_ends") == [
        {"run_id": story.run, "outcome": "interrupted", "counts": '{"looks":3,"新":1}'}
    ]
    assert story.value("SELECT media_type FROM bodies JOIN runs ON settings_id = bodies.id") == "application/json"
    with pytest.raises(sqlite3.IntegrityError):
        story.archive.end_run(story.run, "done", {})


def test_the_same_settings_are_stored_once(story):
    """A daemon's thousandth run adds no body."""
    again = story.archive.begin_run("tick", vantage="v", software="s", settings="{}")
    assert story.column("SELECT DISTINCT settings_id FROM runs") == [
        story.value("SELECT settings_id FROM runs WHERE id = ?", again)
    ]


def test_a_section_is_recorded_once(story):
    """Its name is its identity."""
    assert story.archive.section("jiaxing", "today") == story.section
    assert story.archive.section("jiaxing", "notices") != story.section
    assert story.archive.section("hangzhou", "today") != story.section
    assert story.value("SELECT count(*) FROM sections") == 3


def test_a_section_state_is_recorded_when_it_changes(story):
    """The newest holds; what was already so is not repeated, and what is so again is."""
    state = {"title": "Jiaxing Today", "listing_url": "http://h/a", "platform": "jpage", "found_by": "configured"}
    for change in ({}, {}, {"platform": None}, {"platform": None}, {}, {"listing_url": "http://h/b"}):
        story.archive.section_state(story.section, story.run, **{**state, **change})
    assert [(row["listing_url"], row["platform"]) for row in story.rows("SELECT * FROM section_states ORDER BY id")] == [
        ("http://h/a", "jpage"),
        ("http://h/a", None),
        ("http://h/a", "jpage"),
        ("http://h/b", "jpage"),
    ]


def test_requests_that_belong_to_no_page(story):
    """Hops of one ask name the one before them; the reading is of the last; nothing of it is a page."""
    hops = [story.answer(f"http://h/{n}", b"x" if n else None, purpose=Purpose.ROBOTS, status=200 if n else 301) for n in range(3)]
    ids = story.archive.append_fetches(hops, run_id=story.run, section_id=story.section, reading=Reading(READER, Outcome.EMPTY))
    rows = story.rows("SELECT id, hop_of, page_id, section_id, purpose, status FROM fetches ORDER BY id")
    assert [(row["id"], row["hop_of"], row["status"]) for row in rows] == [
        (ids[0], None, 301),
        (ids[1], ids[0], 200),
        (ids[2], ids[1], 200),
    ]
    assert {(row["page_id"], row["section_id"], row["purpose"]) for row in rows} == {(None, story.section, "robots")}
    assert story.rows("SELECT fetch_id, outcome FROM readings") == [{"fetch_id": ids[2], "outcome": "empty"}]
    assert story.value("SELECT count(*) FROM _pages") == 0


def test_every_attempt_is_recorded(story):
    """Errors, refusals, cut bodies: each is a row with all that was seen of it (promise 1)."""
    for result in Result:
        fetch = story.answer(
            "http://h/a?b=嘉",
            None if result is Result.NETWORK_ERROR else b"part",
            result=result,
            status=None,
            error=result.value,
            method="POST",
            request_body="a=b",
            request_headers=(("Accept", "*/*"),),
            remote_address="192.0.2.1",
        )
        [fetch_id] = story.archive.append_fetches([fetch], run_id=story.run)
        [row] = story.rows("SELECT * FROM fetches WHERE id = ?", fetch_id)
        assert (row["result"], row["error"], row["method"], row["request_body"]) == (result.value, result.value, "POST", "a=b")
        assert (row["request_headers"], row["remote_address"], row["elapsed_ms"]) == ('[["Accept","*/*"]]', "192.0.2.1", 5)
        assert (row["body_id"] is None) == (fetch.body is None)


def test_an_imported_page(story):
    """Its key is its name; it is new until it was read; it is tracked, but never due: nobody serves it."""
    page, new = story.archive.import_page("file:a.txt", "file:a.txt", section_id=story.section)
    assert new
    assert story.archive.import_page("file:a.txt", "elsewhere") == (page, True)
    assert story.imported("What the file says.", "file:a.txt") == page
    assert story.archive.import_page("file:a.txt", "elsewhere") == (page, False)
    assert story.value("SELECT kind FROM pages WHERE id = ?", page) == "import"
    assert story.value("SELECT count(*) FROM _frontier WHERE page_id = ?", page) == 0
    assert story.value("SELECT count(*) FROM _pages WHERE page_id = ?", page) == 1


def test_hosts_that_ask_us_to_wait(story):
    """What a host asked for holds beyond the run; the newest wish holds."""
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    assert story.archive.held_until("h") is None
    for until in (first, second):
        story.archive.hold_host("h", until)
        assert story.archive.held_until("h") == until
    assert story.archive.held_until("other") is None


def test_what_a_listing_is_known_to_hold(story):
    """A listing is complete once it was read to its end, and holds what it was seen to hold."""
    story.sweep([article_url(1)], complete=False)
    assert not story.archive.has_complete_sweep(story.section)
    story.sweep([article_url(1)])
    assert story.archive.has_complete_sweep(story.section)
    other = story.archive.section("jiaxing", "other")
    assert not story.archive.has_complete_sweep(other)
    assert story.archive.is_listed(story.section, url_key(article_url(1)))
    assert not story.archive.is_listed(other, url_key(article_url(1)))
    assert not story.archive.is_listed(story.section, "h/never")


def test_whether_the_last_sweep_broke_off(story):
    """The newest sweep that brought rows decides; one that brought none changes nothing of what stands unseen."""
    assert not story.archive.was_cut(story.section)
    story.sweep([article_url(1)])
    assert not story.archive.was_cut(story.section)
    story.sweep([article_url(2)], complete=False, note="the server failed")
    assert story.archive.was_cut(story.section)
    story.sweep([], complete=False)
    assert story.archive.was_cut(story.section)
    story.sweep([article_url(2)], complete=False)
    assert not story.archive.was_cut(story.section)


def test_whether_a_listing_held_anything(story):
    """What appeared and did not leave since is a member; other sections hold their own."""
    assert not story.archive.members(story.section)
    story.sweep([article_url(1)])
    assert story.archive.members(story.section)
    assert not story.archive.members(story.archive.section("jiaxing", "other"))
    story.sweep([])
    assert not story.archive.members(story.section)


def test_a_row_under_a_new_address_is_not_known(story):
    """Where the address matters, a page is known as the listing named it last."""
    plain, secure = article_url(1), article_url(1).replace("http:", "https:")
    story.sweep([plain])
    assert [story.archive.is_listed(story.section, url_key(plain), url) for url in (None, plain, secure)] == [True, True, False]
    story.sweep([secure])
    assert [story.archive.is_listed(story.section, url_key(plain), url) for url in (None, plain, secure)] == [True, False, True]
    story.sweep([])
    assert story.archive.is_listed(story.section, url_key(plain), secure)


def test_another_name_of_the_same_archive(path, clock, tmp_path):
    """Through a link the same file is locked, and a link to nothing yet stays a link to what is made."""
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with opened(link, clock) as story:
        story.sweep([article_url(1)])
        for name in (path, link):
            with pytest.raises(ArchiveBusy):
                open_archive(name, clock)
    assert link.is_symlink()
    assert not path.is_symlink()
    with opened(path, clock) as story:
        assert story.column("SELECT url FROM pages") == [article_url(1)]
