"""Late knowledge, written: which rows a rereading appends, what they say, and who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.fingerprint import compare_sha256
from storage.late import Late, Reread, Stored, pages_of_section, stored_bodies
from storage.records import Listed, Outcome, Reading, Result
from tests.builders import OTHER_READER, READER, article_url, content, reading, version

VISITED, TOURED, SAILED = "Zhang Bing visited the port.", "Zhang Bing toured the port.", "Zhang Bing sailed from the port."
ASIDE = f"{READER}/aside"
LATE = '["inserted-late"]'
"""What a press release of years ago is that is listed under our eyes."""


def reread(fetch: int, said, reader: str = OTHER_READER) -> Reread:
    """Return what a reader makes of a stored body: a text, a content, or an outcome."""
    read = Reading(reader, said) if isinstance(said, Outcome) else reading(said, reader)
    return Reread(fetch, read, compare_sha256(read.content) if read.content is not None else None)


def late(story, page: int, *said, reader: str = OTHER_READER) -> Late:
    """Let a reader read the bodies of a page, in order, as said; None: it does not read that one."""
    bodies = [stored.fetch_id for stored in stored_bodies(story.connection, page, reader)]
    fresh = {fetch: reread(fetch, each, reader) for fetch, each in zip(bodies, said, strict=True) if each is not None}
    return story.archive.append_late(page, reader, fresh)


def kept_aside(story, page: int) -> int:
    """Look at a page that comes in a form that is kept aside; return the fetch."""
    answer = story.answer(story.url(page), b"<p>another form</p>")
    return story.append(page, [answer], Reading(ASIDE, Outcome.QUARANTINED)).fetch_id


def retractions(story) -> list[tuple[object, ...]]:
    """Return the retractions: number of the version, of the one in its place, and why."""
    return story.connection.execute(
        "SELECT v.number, n.number, r.reason FROM retractions r JOIN versions v ON v.id = r.version_id"
        " LEFT JOIN versions n ON n.id = r.replaced_by ORDER BY r.id"
    ).fetchall()


def proofs(story, number: int) -> list[tuple[object, ...]]:
    """Return what a version rests on: fetch and role."""
    return story.connection.execute(
        "SELECT k.fetch_id, k.role FROM proofs k JOIN versions v ON v.id = k.version_id WHERE v.number = ? ORDER BY k.id", (number,)
    ).fetchall()


@pytest.fixture
def news(story):
    """Return a page that appeared when its section had been read to its end: whatever becomes of it is news."""
    story.sweep([article_url(9)])
    return story.sweep([article_url(9), article_url(1)])[1]


# ------------------------------------------------------------------------------------------------- what is appended


def test_a_missed_edit_is_appended_and_what_follows_it_is_written_anew(story, news):
    """The new version has the time of its look, the next one a new predecessor; the message is about the new one alone."""
    for text in (VISITED, VISITED, SAILED):
        story.look(news, text)
    told = story.outbox()
    assert late(story, news, VISITED, TOURED, SAILED) == Late(("silent",), replaced=1)
    said = {"silent": 1, "labels": '["substantive"]', "changed": '["text"]'}
    assert story.versions(news) == [
        version(1, "new", VISITED, labels=LATE),
        version(2, "edited", SAILED, **said, summary="Zhang Bing [-visited-]{+sailed from+} the port."),
        version(3, "edited", TOURED, **said, after=1, found_by="reparse", summary="Zhang Bing [-visited-]{+toured+} the port."),
        version(4, "edited", SAILED, **said, summary="Zhang Bing [-toured-]{+sailed from+} the port."),
    ]
    assert retractions(story) == [(2, 4, "what came before it, or its bounds, are others")]
    assert story.outbox() == [*told, ("silent", f"{news}@3")]
    first, second, third, fourth = story.bounds(news)
    assert (third[0], fourth[0]) == (story.asked[2], story.asked[3])
    assert (first[1] < third[1] < fourth[1], second[1] == fourth[1]) == (True, True)


def test_an_edit_that_was_told_of_is_moved_to_where_it_was_first_seen(story, news):
    """What was kept aside says already what was told of later: nobody is told again, and nothing is taken back."""
    story.look(news, VISITED)
    kept_aside(story, news)
    story.look(news, TOURED)
    told = story.outbox()
    assert late(story, news, TOURED, reader=READER) == Late(replaced=1)
    assert [(row["number"], row["after"], row["found_by"]) for row in story.versions(news)] == [
        (1, None, "crawl"),
        (2, 1, "crawl"),
        (3, 1, "reparse"),
    ]
    assert retractions(story) == [(2, 3, "the page said so already before")]
    assert story.outbox() == told


def test_a_page_is_told_of_as_new_once(story, news):
    """A first sight that was kept aside, and believed later, was told of when the page was first read."""
    kept_aside(story, news)
    story.look(news, TOURED)
    assert story.outbox() == [("new", f"{news}@1")]
    assert late(story, news, VISITED, reader=READER) == Late(("silent",), replaced=1)
    assert retractions(story) == [(1, 2, "the page said so already before")]
    assert story.outbox() == [("new", f"{news}@1"), ("silent", f"{news}@3")]
    assert story.value("SELECT group_concat(kind) FROM (SELECT kind FROM changes ORDER BY observed_at)") == "new,edited"


def test_an_edit_that_was_a_first_sight(story, news):
    """The first body was a notice: the page is new where it was edited, which was no edit; whoever was told is told that."""
    for text in (VISITED, TOURED):
        story.look(news, text)
    assert late(story, news, Outcome.SOFT_GONE, TOURED) == Late(replaced=1, withdrawn=1)
    assert story.versions(news)[2] == version(3, "new", TOURED, after=None, found_by="reparse", labels=LATE)
    assert retractions(story) == [(1, 3, "the page said so already before"), (2, 3, "another kind of change was seen there")]
    assert story.outbox() == [("new", f"{news}@1"), ("silent", f"{news}@2"), ("withdrawn", f"{news}@2")]


def test_a_page_that_was_never_a_press_release(story, news):
    """Nothing stands of it: no release, no change; whoever was told is told that, and the page is looked at as one never read."""
    story.look(news, VISITED)
    assert late(story, news, Outcome.SOFT_GONE) == Late(withdrawn=1)
    assert story.rows("SELECT * FROM releases") == []
    assert story.rows("SELECT * FROM changes") == []
    assert story.outbox() == [("new", f"{news}@1"), ("withdrawn", f"{news}@1")]
    assert (story.state(news)["state"], story.state(news)["release_id"]) == (None, news)
    story.look(news, VISITED, reader=OTHER_READER)
    assert [(row["kind"], row["number"]) for row in story.versions(news)] == [("new", 1), ("new", 2)]


def test_what_was_never_told_is_not_taken_back(story):
    """A baseline version that proves to be none is retracted without a word."""
    [page] = story.sweep([article_url(1)])
    story.look(page, VISITED)
    assert late(story, page, Outcome.GONE) == Late(withdrawn=1)
    assert story.outbox() == []


def test_a_second_address_is_no_news(story, news):
    """A page of a release that is known from another address is appended untold."""
    story.look(story.page(article_url(9)), VISITED)
    kept_aside(story, news)
    assert late(story, news, VISITED, reader=READER) == Late(("new",))
    assert story.outbox() == []
    assert [row for row in story.identities() if row[0] == news] == [(news, story.page(article_url(9)), "same-content")]


def test_a_page_that_was_seen_is_written_as_it_was_read(story, news):
    """The reader finds a notice in the first body and cannot read the second: the page stands as another reader read it there."""
    for _ in range(2):
        story.look(news, VISITED)
    assert late(story, news, Outcome.GONE, Outcome.UNREADABLE) == Late(replaced=1)
    assert story.versions(news)[1] == version(2, "new", VISITED, after=None, found_by="reparse", labels=LATE)
    assert story.rows("SELECT state, version, text FROM releases") == [{"state": "live", "version": f"{news}@2", "text": VISITED}]


def test_a_return_that_the_reader_cannot_judge_is_written_as_it_was(story, news):
    """What came back stands after a removal that was written anew, with what was said of it."""
    story.look(news, VISITED)
    aside = kept_aside(story, news)
    story.proven(news)
    story.look(news, TOURED)
    before = story.versions(news)[2]
    fresh = {aside: reread(aside, VISITED, READER)}
    assert story.archive.append_late(news, READER, fresh) == Late(replaced=2)
    assert story.versions(news)[4] == before | {"number": 5, "after": 4}
    story.look(news, SAILED, reader=OTHER_READER, rereading=Reading(OTHER_READER, Outcome.UNREADABLE))
    assert late(story, news, VISITED, SAILED, None, None, None, reader=OTHER_READER) == Late(("silent",), replaced=2)
    said = {name: before[name] for name in ("silent", "labels", "changed", "summary", "text", "kind")}
    assert story.versions(news)[7] == before | said | {"number": 8, "after": 7}


def test_what_a_reader_made_of_a_body_once_stays(story, news):
    """A reader is held to read a body as it did the first time: what is said to be fresh and is not, is nothing new."""
    first = story.look(news, VISITED)
    assert story.archive.append_late(news, READER, {first.fetch_id: reread(first.fetch_id, TOURED, READER)}) == Late()
    assert len(story.versions(news)) == 1


def test_a_withheld_text_is_compared_by_its_hash(story, news):
    """A text that was withheld by order makes its versions as ever; what is said of the difference is left out."""
    story.look(news, VISITED)
    aside = kept_aside(story, news)
    content_id = story.value("SELECT content_id FROM versions")
    story.insert(
        "redactions", {"content_id": content_id, "reason": "r", "authority": "a", "recorded_at": "2026-01-01T00:00:00.000Z"}
    )
    story.connection.execute("UPDATE contents SET text = NULL WHERE id = ?", (content_id,))
    assert story.archive.append_late(news, READER, {aside: reread(aside, TOURED, READER)}) == Late(("edited",))
    assert story.versions(news)[1] == version(2, "edited", TOURED, found_by="reparse")


# ------------------------------------------------------------------------------------------------- removals


def test_a_removal_that_happened_later_is_written_anew_with_its_proofs(story, news):
    """What was kept aside before the checks reads well: the removal has another bound, and rests on the same fetches."""
    story.look(news, VISITED)
    kept_aside(story, news)
    story.proven(news)
    told, rests_on = story.outbox(), proofs(story, 2)
    assert late(story, news, VISITED, reader=READER) == Late(replaced=1)
    assert story.versions(news)[2] == version(3, "removed", None, after=1, title=None)
    assert (len(rests_on), proofs(story, 3)) == (3, rests_on)
    assert story.bounds(news)[2] == (story.asked[3], story.bounds(news)[1][1], None)
    assert story.rows("SELECT ref, checks, controls_ok FROM removals") == [{"ref": f"{news}@3", "checks": 2, "controls_ok": 1}]
    assert story.outbox() == told
    assert story.state(news)["state"] == "removed"


def test_a_removal_after_an_edit_that_was_kept_aside(story, news):
    """The last thing that the page said before it was removed was kept aside: the removal follows that."""
    story.look(news, VISITED)
    kept_aside(story, news)
    story.proven(news)
    assert late(story, news, TOURED, reader=READER) == Late(("silent",), replaced=1)
    assert [(row["kind"], row["after"]) for row in story.versions(news)] == [
        ("new", None),
        ("removed", 1),
        ("edited", 1),
        ("removed", 3),
    ]
    assert len(proofs(story, 4)) == 3


@pytest.mark.parametrize("said", [(VISITED, None), (None, VISITED), (Outcome.CHALLENGE, None), (None, Outcome.CHALLENGE)])
def test_a_removal_whose_checks_were_none_is_withdrawn(story, news, said):
    """One check reads as the page itself, or as a challenge: the page is not answering, unproven, and whoever was told is told."""
    story.look(news, VISITED)
    story.proven(news)
    assert late(story, news, VISITED, *said) == Late(withdrawn=1)
    assert retractions(story) == [(2, None, "the page was not missing as was held")]
    assert story.outbox()[-1] == ("withdrawn", f"{news}@2")
    assert story.rows("SELECT * FROM removals") == []
    assert story.state(news)["state"] in {"live", "suspect"}
    assert story.state(news)["version_id"] == story.value("SELECT id FROM versions WHERE number = 1")


def test_an_edit_at_the_check_of_a_removal_has_none_of_its_proofs(story, news):
    """The first check was the page with another text: an edit, which rests on its body alone."""
    story.look(news, VISITED)
    story.proven(news)
    assert late(story, news, VISITED, TOURED, None) == Late(("silent",), withdrawn=1)
    assert proofs(story, 3) == []
    assert retractions(story) == [(2, 3, "another kind of change was seen there")]
    assert [kind for kind, _ in story.outbox()] == ["new", "suspect", "removed", "silent", "withdrawn"]


def test_a_removal_is_proven_again_after_it_was_withdrawn(story, news):
    """Checks that are made after the one that was none prove the removal as any others would."""
    story.look(news, VISITED)
    story.proven(news)
    late(story, news, VISITED, VISITED, None)
    version_id = story.proven(news)
    assert version_id is not None
    assert story.rows("SELECT ref, checks FROM removals") == [{"ref": f"{news}@3", "checks": 3}]


def test_a_page_kept_aside_between_two_checks_begins_the_proof_anew(story, news):
    """It was there, if in a form that is not understood: what was missing before proves nothing."""
    story.look(news, VISITED)
    story.fails(news)
    kept_aside(story, news)
    assert story.state(news)["state"] == "suspect"
    assert story.proven(news, Outcome.GONE) is None
    assert story.proven(news, Outcome.GONE) is not None
    assert story.rows("SELECT checks FROM removals") == [{"checks": 2}]


def test_what_was_kept_aside_after_a_removal_brings_the_page_back(story, news):
    """A removed page that came in an unknown form is restored once it can be read, at the time of that look."""
    story.look(news, VISITED)
    story.proven(news)
    kept_aside(story, news)
    assert story.state(news)["state"] == "removed"
    assert late(story, news, VISITED, reader=READER) == Late(("restored",))
    assert story.versions(news)[2] == version(3, "restored", VISITED, found_by="reparse")
    assert story.bounds(news)[2][0] == story.asked[3]
    assert story.rows("SELECT restored_at IS NOT NULL AS back FROM removals") == [{"back": 1}]
    assert story.state(news)["state"] == "live"


# ------------------------------------------------------------------------------------------------- when it is due next


@pytest.mark.parametrize("hint", ["listing", "copy"])
def test_a_look_that_was_brought_forward_stays_so(story, news, hint):
    """Reading a stored body is no look: what a listing or a copy says of the page is still to be seen."""
    story.look(news, VISITED)
    due = "2000-01-01T00:00:00.000Z"
    story.connection.execute("UPDATE _frontier SET due_at = ?, reason = ? WHERE page_id = ?", (due, hint, news))
    assert late(story, news, TOURED) == Late()
    assert story.rows("SELECT due_at, reason FROM _frontier WHERE page_id = ?", news) == [{"due_at": due, "reason": hint}]
    story.look(news, VISITED)
    assert story.value("SELECT reason FROM _frontier WHERE page_id = ?", news) == "live 2 0 2022-09-20"


def test_what_is_known_late_makes_due_anew(story, news):
    """When the page is due follows from what is held of it now."""
    kept_aside(story, news)
    assert story.value("SELECT reason FROM _frontier WHERE page_id = ?", news) == "None 1 0 None"
    late(story, news, VISITED, reader=READER)
    assert story.value("SELECT reason FROM _frontier WHERE page_id = ?", news) == "live 1 0 2022-09-20"


# ------------------------------------------------------------------------------------------------- what can be read again


def test_stored_bodies(story, news):
    """A body is told with all that a reader needs: where it was asked for, over which hops, and how it holds to read now."""
    url = story.url(news)
    hop = story.answer(url, None, status=301)
    further = story.answer(url + "?a", None, status=302)
    answer = story.answer(url + "?b", b"<p>here</p>", status=203, headers={"Age": "3"})
    fetch = story.append(news, [hop, further, answer], reading(VISITED)).fetch_id
    expected = Stored(
        fetch_id=fetch,
        body_id=story.value("SELECT body_id FROM fetches WHERE id = ?", fetch),
        url=url + "?b",
        asked=url,
        hops=(url, url + "?a"),
        status=203,
        headers=(("Content-Type", "text/html; charset=utf-8"), ("Age", "3")),
        requested_at=story.asked[-1],
        held=Outcome.OK,
        text=VISITED,
        compared=compare_sha256(content(VISITED)),
    )
    assert stored_bodies(story.connection, news, OTHER_READER) == [expected]
    assert stored_bodies(story.connection, news, READER) == []


def test_what_has_no_body_of_its_own_is_not_read_again(story, news):
    """Failures of the network, 304s, what broke off, and what was withheld by order: there is nothing to read."""
    story.times_out(news)
    story.append(news, [story.answer(story.url(news), b"<p>Zhang", result=Result.TRUNCATED)], None)
    story.look(news, VISITED)
    story.not_modified(news)
    assert len(stored_bodies(story.connection, news, OTHER_READER)) == 1
    body = story.value("SELECT body_id FROM fetches WHERE page_id = ? AND result = 'response'", news)
    story.insert("redactions", {"body_id": body, "reason": "r", "authority": "a", "recorded_at": "2026-01-01T00:00:00.000Z"})
    story.connection.execute("UPDATE bodies SET data = NULL WHERE id = ?", (body,))
    assert stored_bodies(story.connection, news, OTHER_READER) == []


def test_a_body_that_nobody_read_is_read_again(story, news):
    """An answer without a reading has no outcome, and what is read of it first holds, whatever it is."""
    story.look(news, VISITED)
    fetch = story.append(news, [story.answer(story.url(news), b"<p>x</p>")], None).fetch_id
    (stored,) = stored_bodies(story.connection, news, READER)
    assert (stored.held, stored.text, stored.compared) == (None, None, None)
    story.archive.append_late(news, READER, {fetch: reread(fetch, Outcome.UNREADABLE, READER)})
    assert story.state(news)["outcome"] == "unreadable"


def test_pages_of_a_section(story):
    """The pages that a section listed first and that were looked at: all, those looked at since, those kept aside."""
    first, second, third, _ = story.sweep([article_url(number) for number in range(1, 5)])
    other = story.archive.section("jiaxing", "other")
    story.sweep([article_url(1), article_url(5)], section=other)
    story.imported(VISITED)
    story.look(first, VISITED)
    kept_aside(story, second)
    story.clock.skip(hours=1)
    since = story.clock.moment + timedelta(seconds=1)
    kept_aside(story, third)
    late(story, second, TOURED, reader=READER)

    def pages(**wish):
        return pages_of_section(story.connection, story.section, **wish)

    assert pages() == [first, second, third]
    assert pages(since=since.isoformat(timespec="milliseconds").replace("+00:00", "Z")) == [third]
    assert pages(quarantined=True) == [third]
    assert pages(since="2027-01-01T00:00:00.000Z", quarantined=True) == []
    assert pages_of_section(story.connection, other) == []


def test_listed_by_two_sections_a_page_belongs_to_the_first(story):
    """A page is read again by the rules of the section that listed it first, as it is crawled by them."""
    [page] = story.sweep([Listed(article_url(1), "A visit", "2022-09-20")])
    other = story.archive.section("jiaxing", "other")
    story.sweep([article_url(1)], section=other)
    story.look(page, VISITED)
    assert pages_of_section(story.connection, other) == []
