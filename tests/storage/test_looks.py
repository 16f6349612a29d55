"""One look at one page: exactly the rows that the design's rules say, compared as whole rows without ids and times."""

from __future__ import annotations

import json

import pytest

from storage.bodies import read_body
from storage.instants import later
from storage.records import Attachment, DateCandidate, Kind, Outcome, Reading, Result, State
from tests.builders import READER, content, counts, page_html, reading, version

A, B, C = "Zhang Bing visited the port.", "Zhang Bing toured the port.", "Zhang Bing left the port."
EDIT = "Zhang Bing [-visited-]{+toured+} the port."
FAILURES = [
    (Outcome.GONE, 404),
    (Outcome.GONE, 410),
    (Outcome.SOFT_GONE, 200),
    (Outcome.CHALLENGE, 412),
    (Outcome.BLOCKED, 403),
    (Outcome.SERVER_ERROR, 503),
    (Outcome.EMPTY, 200),
    (Outcome.UNREADABLE, 200),
    (Outcome.QUARANTINED, 200),
]


# Rules 1 and 2: when there is a version


def test_first_sight(story, page):
    """The first look makes one `new` version without a lower bound, and founds a release."""
    appended = story.look(page, A)
    assert (appended.kind, appended.state, appended.baseline, appended.silent) == (Kind.NEW, State.LIVE, True, False)
    assert story.versions(page) == [version(1, "new", A, baseline=1)]
    assert story.bounds(page) == [(None, later(story.asked[-1], 5), None)]
    assert story.identities() == [(page, page, "first")]
    assert story.outbox() == []


def test_unchanged(story, page):
    """The same page again is a fetch and a reading, and nothing else."""
    story.look(page, A)
    before = counts(story)
    appended = story.look(page, A)
    assert (appended.kind, appended.version_id, appended.state) == (None, None, State.LIVE)
    assert counts(story) == before
    assert story.value("SELECT count(*) FROM readings WHERE outcome = 'ok'") == 2


@pytest.mark.parametrize(
    "said",
    [
        content(A, source="Jiaxing Daily"),
        content(A, author="Chen"),
        content(A, breadcrumb=("Home", "Elsewhere")),
        content(A, language="en"),
        content(A, images=("http://h/counter.gif",)),
        content(A.replace(" ", "\u00a0") + "\u200b"),
    ],
)
def test_what_is_not_compared(story, page, said):
    """Source, author, breadcrumb, images and invisible characters are kept as printed and make no version."""
    story.look(page, A)
    assert story.look(page, said).kind is None
    assert story.versions(page) == [version(1, "new", A, baseline=1)]


def test_an_edit(story, page):
    """An edit of the text with the printed date where it was is silent, and people are told so."""
    story.look(page, A)
    appended = story.look(page, B)
    assert (appended.kind, appended.silent, appended.baseline) == (Kind.EDITED, True, False)
    edited = version(2, "edited", B, silent=1, labels='["substantive"]', changed='["text"]', summary=EDIT)
    assert story.versions(page) == [version(1, "new", A, baseline=1), edited]
    assert story.outbox() == [("silent", f"{page}@2")]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            content(A, title="A tour of the port"),
            {"labels": '["title"]', "changed": '["title"]', "silent": 1, "title": "A tour of the port"},
        ),
        (content(A, published="2022-09-21 10:46", published_on="2022-09-21"), {"labels": '["date"]', "changed": '["published"]'}),
        (
            content(A, published="2022-09-19 10:46", published_on="2022-09-19"),
            {"labels": '["date","backdated"]', "changed": '["published"]'},
        ),
        (
            content(B, published="2022-09-19 10:46", published_on="2022-09-19"),
            {"labels": '["date","backdated","substantive"]', "changed": '["published","text"]', "text": B},
        ),
        (
            content(A, attachments=(Attachment("plan.pdf", "http://h/plan.pdf"),)),
            {"labels": '["attachment"]', "changed": '["attachments"]', "silent": 1},
        ),
    ],
)
def test_what_is_compared(story, page, said, expected):
    """Title, printed date, text and names of attachments: each is an edit, labelled; a date that moved is not silent."""
    story.look(page, A)
    fetch = story.answer(story.url(page), page_html(said))
    story.append(page, [fetch], Reading(READER, Outcome.OK, said, (DateCandidate(said.published, "label"),)))
    [_, edited] = story.versions(page)
    assert edited.pop("summary")
    whole = version(2, "edited", A) | expected
    del whole["summary"]
    assert edited == whole


def test_an_attachment_without_a_name(story, page):
    """A link around a picture has no words: an edit all the same, and told without stumbling."""
    plan, picture = Attachment("plan.pdf", "http://h/plan.pdf"), Attachment("", "http://h/map.pdf")
    for attachments in ((plan,), (plan, picture), (picture, plan), (picture, picture), ()):
        story.look(page, content(A, attachments=attachments))
    assert [row["changed"] for row in story.versions(page)] == ["[]"] + ['["attachments"]'] * 4


def test_a_correction_note_is_not_silent(story, page):
    """A note in sight tells the reader: the edit is an edit, not a silent one."""
    story.look(page, A)
    appended = story.look(page, B + "\n\nCorrection: an earlier version said that he visited.")
    assert (appended.kind, appended.silent) == (Kind.EDITED, False)
    assert story.outbox() == [("edited", f"{page}@2")]


def test_there_and_back_again(story, page):
    """A -> B -> A is three versions, the third a revert whose content is the first's row."""
    for number, text in enumerate((A, B, A)):
        story.look(page, text, headers={"ETag": f'"{number}"'})
    assert story.versions(page) == [
        version(1, "new", A, baseline=1),
        version(2, "edited", B, silent=1, labels='["substantive"]', changed='["text"]', summary=EDIT),
        version(
            3,
            "edited",
            A,
            silent=1,
            labels='["substantive","revert"]',
            changed='["text"]',
            summary="Zhang Bing [-toured-]{+visited+} the port.",
        ),
    ]
    assert story.value("SELECT count(*) FROM contents") == 2
    assert story.value("SELECT count(DISTINCT body_id) FROM fetches WHERE page_id = ?", page) == 2


def test_numbers_count_in_order_of_writing(story, page):
    """Numbers never move and leave no gap, whatever fails between."""
    for text in (A, None, B, None, C, A):
        story.look(page, text) if text else story.fails(page)
    assert [row["number"] for row in story.versions(page)] == [1, 2, 3, 4]
    assert [row["after"] for row in story.versions(page)] == [None, 1, 2, 3]


# Rule 5: bounds


def test_bounds_rest_on_bodies(story, page):
    """`not_before` is the request of the last body that read as the former state, `observed_at` the answer's arrival."""
    for text in (A, A, A, B):
        story.clock.skip(hours=6)
        story.look(page, text)
    _, _, last_body, edit = story.asked[-4:]
    assert story.bounds(page)[1] == (last_body, later(edit, 5), None)


def test_a_304_moves_its_own_bound_only(story, page):
    """After a 304 the edit's `not_before` still rests on the body; the 304's time stands beside it."""
    story.look(page, A)
    base = story.state(page)["base_at"]
    story.clock.skip(hours=6)
    story.not_modified(page)
    unchanged = story.asked[-1]
    state = story.state(page)
    assert (state["base_at"], state["unchanged_304"]) == (base, unchanged)
    story.clock.skip(hours=6)
    story.look(page, B)
    assert story.bounds(page)[1] == (base, later(story.asked[-1], 5), unchanged)
    assert story.state(page)["unchanged_304"] is None


def test_a_304_before_the_last_body_is_no_bound(story, page):
    """`unchanged_304` is the later bound, or there is none: a body seen since says more."""
    story.look(page, A)
    story.not_modified(page)
    story.look(page, A)
    base = story.asked[-1]
    story.look(page, B)
    assert story.bounds(page)[1] == (base, later(story.asked[-1], 5), None)


def test_an_age_moves_the_bound_back(story, page):
    """A body from a cache proves its state only for when it was stored; it never moves the bound forward."""
    story.clock.skip(days=1)
    story.look(page, A, headers={"Age": "3600"})
    first = story.asked[-1]
    story.look(page, B)
    assert story.bounds(page)[1][0] == later(first, -3_600_000)
    second = story.asked[-1]
    story.look(page, B, headers={"Age": "86400"})
    story.look(page, C)
    assert story.bounds(page)[2][0] == second


def test_an_older_copy_is_no_edit_and_no_revert(story, page):
    """A -> B, and then a cache serves the A of before B was seen: no version, nothing told, and B stays what is compared with."""
    story.look(page, A)
    story.clock.skip(hours=1)
    story.look(page, B)
    before, state = counts(story), story.state(page)
    story.clock.skip(hours=1)
    appended = story.look(page, A, headers={"Age": "7200", "ETag": '"of the old one"'}, problems=("odd",))
    assert (appended.kind, appended.state, appended.answered) == (None, State.LIVE, True)
    assert counts(story) == before
    assert story.state(page) == state | {"looks": 3, "last_look_at": story.asked[-1]}
    odd, older = json.loads(story.value("SELECT problems FROM readings ORDER BY id DESC LIMIT 1"))
    assert (odd, older.partition(":")[0]) == ("odd", "an older copy from a cache")
    story.look(page, B)
    assert [row["kind"] for row in story.versions(page)] == ["new", "edited"]
    assert story.outbox() == [("silent", f"{page}@2")]


def test_a_copy_from_after_the_base_is_an_edit(story, page):
    """What stood in a cache since after the former state was seen is what the page said then: an edit like any other."""
    story.look(page, A)
    base = story.asked[-1]
    story.clock.skip(hours=2)
    assert story.look(page, B, headers={"Age": "3600"}).kind is Kind.EDITED
    assert story.bounds(page)[1] == (base, later(story.asked[-1], 5), None)


def test_an_older_copy_restores_nothing(story, page):
    """A removed page that a cache still serves is removed: only an answer from after it was missing brings it back."""
    story.look(page, A)
    story.clock.skip(hours=1)
    story.removed(page)
    story.clock.skip(hours=1)
    appended = story.look(page, A, headers={"Age": "5400"})
    assert (appended.kind, appended.state, appended.answered) == (None, State.REMOVED, True)
    assert story.look(page, A, headers={"Age": "60"}).kind is Kind.RESTORED


def test_a_broken_clock_hides_no_edit(story, page):
    """A fresh answer is of now, even where our clock was set back: only an Age makes a copy old."""
    story.look(page, A)
    story.clock.skip(hours=-2)
    assert story.look(page, B).kind is Kind.EDITED


@pytest.mark.parametrize("age", ["9" * 30, "9" * 5000, "-5", "soon", ""])
def test_a_broken_age_breaks_nothing(story, page, age):
    """Whatever a cache sends, the bound is a time before the request, and the look is recorded."""
    story.look(page, A, headers={"Age": age})
    story.look(page, B)
    assert story.bounds(page)[1][0] <= story.asked[-2]


def test_failures_move_no_bound(story, page):
    """A 404, an error or a challenge proves nothing of the former state."""
    story.look(page, A)
    body = story.asked[-1]
    for outcome, status in FAILURES:
        story.fails(page, outcome, status)
    story.times_out(page)
    story.look(page, B)
    assert story.bounds(page)[1] == (body, later(story.asked[-1], 5), None)


# Promise 4: a failure is never a change


@pytest.mark.parametrize(("outcome", "status"), FAILURES)
def test_a_failure_makes_no_version(story, page, outcome, status):
    """Every answer but a readable page is recorded whole, and says nothing of the content."""
    story.look(page, A)
    before = counts(story)
    appended = story.fails(page, outcome, status)
    assert (appended.kind, appended.version_id) == (None, None)
    assert counts(story) == before
    newest = story.rows("SELECT outcome, content_id FROM readings ORDER BY id DESC LIMIT 1")
    assert newest == [{"outcome": outcome.value, "content_id": None}]
    body = story.value("SELECT body_id FROM fetches ORDER BY id DESC LIMIT 1")
    assert read_body(story.connection, body) == f"<h1>{status}</h1>".encode()


@pytest.mark.parametrize("result", [Result.NETWORK_ERROR, Result.TRUNCATED, Result.TOO_LARGE, Result.REFUSED])
def test_a_transport_failure_makes_no_version(story, page, result):
    """A cut or refused answer is kept with what came of it, and never read."""
    story.look(page, A)
    before = counts(story)
    body = None if result in {Result.NETWORK_ERROR, Result.REFUSED} else b"<html>half"
    appended = story.append(page, [story.answer(story.url(page), body, result=result, error="so it was")], None)
    assert (appended.kind, appended.state, appended.suspected) == (None, State.LIVE, False)
    assert counts(story) == before
    assert story.state(page)["outcome"] == result.value
    assert story.state(page)["error"] == "so it was"


@pytest.mark.parametrize(("outcome", "status"), FAILURES)
def test_who_is_suspect(story, page, outcome, status):
    """Only what speaks of the page itself makes it suspect: told once, and unsaid by an answer without a version."""
    story.look(page, A)
    missing = outcome in {Outcome.GONE, Outcome.SOFT_GONE}
    assert [story.fails(page, outcome, status).suspected for _ in range(3)] == [missing, False, False]
    assert story.state(page)["state"] == ("suspect" if missing else "live")
    assert story.outbox() == ([("suspect", None)] if missing else [])
    if missing:
        first_failure = story.value("SELECT min(fetch_id) FROM readings WHERE outcome = ?", outcome.value)
        told = story.value("SELECT fetch_id FROM _outbox")
        assert told == first_failure
    before = counts(story)
    recovered = story.look(page, A)
    assert (recovered.state, recovered.kind) == (State.LIVE, None)
    assert counts(story) == before
    assert story.state(page)["fails"] == 0


def test_suspect_twice_is_told_twice(story, page):
    """After a recovery the next failure is news again."""
    story.look(page, A)
    for _ in range(2):
        story.fails(page)
        story.look(page, A)
    assert [kind for kind, _ in story.outbox()] == ["suspect", "suspect"]


def test_a_304_recovers_too(story, page):
    """Who says "not modified" is there."""
    story.look(page, A)
    story.fails(page)
    assert story.not_modified(page).state is State.LIVE


def test_a_page_that_was_never_read(story, page):
    """It has no state, no release and no news; its first body is then its first sight."""
    assert story.fails(page).state is None
    assert story.times_out(page).state is None
    assert (story.identities(), story.outbox()) == ([], [])
    assert story.look(page, A).kind is Kind.NEW


def test_validators_come_from_a_readable_body_only(story, page):
    """Promise 9: an error page's ETag must not be sent back, or the error would answer for the page."""
    story.look(page, A, headers={"ETag": '"good"', "Last-Modified": "yesterday"})
    wanted = ('"good"', "yesterday")
    for outcome, status in FAILURES:
        story.fails(page, outcome, status)
        assert (story.state(page)["etag"], story.state(page)["last_modified"]) == wanted
    story.not_modified(page, headers={"ETag": '"of the 304"'})
    assert (story.state(page)["etag"], story.state(page)["last_modified"]) == wanted
    story.look(page, A, headers={})
    assert (story.state(page)["etag"], story.state(page)["last_modified"]) == (None, None)


@pytest.mark.parametrize(
    ("hop", "target", "own"),
    [
        ("http://www.jiaxing.gov.cn/x", "http://www.jiaxing.gov.cn/y", False),
        (None, "https://www.jiaxing.gov.cn/other", False),
        (None, None, True),
        ("http://www.jiaxing.gov.cn/x", None, True),
    ],
)
def test_validators_of_another_address_are_not_the_pages(story, page, hop, target, own):
    """What the target of a redirect sends may not be sent to the page's own address; its own in the other scheme may."""
    target = target or story.url(page).replace("http:", "https:")
    hops = [story.answer(url, None, status=302) for url in (story.url(page), hop) if url]
    validators = {"ETag": '"e"', "Last-Modified": "yesterday"}
    story.append(page, [*hops, story.answer(target, page_html(content(A)), headers=validators)], reading(A))
    wanted = ('"e"', "yesterday") if own else (None, None)
    for _ in range(2):
        assert (story.state(page)["etag"], story.state(page)["last_modified"]) == wanted
        story.archive.rebuild()
    assert story.value("SELECT etag FROM fetches ORDER BY id DESC LIMIT 1") == '"e"'
