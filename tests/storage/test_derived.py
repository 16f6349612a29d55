"""The operational summaries follow from the ledger: whatever happened, rebuilt they are what they were."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.derived import _LOOK_ROWS
from storage.fingerprint import compare_sha256
from storage.log import CompactRange
from storage.records import Listed, Outcome, Purpose, Reading, SweepKind
from tests.acting import HAPPENINGS, TEXTS, act_out
from tests.builders import OTHER_READER, Clock, article_url, content, opened, reading

FORCED = ("copy", "listing")
"""Why a look was brought forward: a wish of the moment, which `_frontier` does not keep through a rebuild."""
SUMMARIES = {
    "_pages": "SELECT * FROM _pages ORDER BY page_id",
    "_current": "SELECT * FROM _current ORDER BY release_id",
    "_frontier": "SELECT * FROM _frontier ORDER BY page_id",
}


def summaries(story, forced):
    """Return every summary's rows, without the frontier's rows of pages whose look was brought forward."""
    tables = {name: story.rows(sql) for name, sql in SUMMARIES.items()}
    tables["_frontier"] = [row for row in tables["_frontier"] if row["page_id"] not in forced]
    return tables


def rebuilt_as_it_was(story):
    """Assert that a rebuild changes nothing, and that the file and its log are whole."""
    forced = set(story.column("SELECT page_id FROM _frontier WHERE reason IN (?, ?)", *FORCED))
    before = summaries(story, forced)
    ledger = story.column("SELECT count(*) FROM log_leaves")
    story.archive.rebuild()
    assert summaries(story, forced) == before
    assert story.column("SELECT count(*) FROM log_leaves") == ledger
    assert story.column("PRAGMA integrity_check") == ["ok"]
    assert story.column("PRAGMA foreign_key_check") == []
    edge, leaves = CompactRange(story.connection.execute("SELECT level, hash FROM _log").fetchall()), CompactRange()
    for leaf in story.column("SELECT hash FROM log_leaves ORDER BY id"):
        leaves.append(leaf)
    assert (edge.size, edge.root()) == (leaves.size, leaves.root()) == story.archive.log_head()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(HAPPENINGS, max_size=14))
def test_a_rebuild_changes_nothing(happenings):
    """After any story the summaries follow from the ledger alone, and the ledger is sound."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "archive.db") as story:
        act_out(story, happenings)
        rebuilt_as_it_was(story)
        honest(story)


def honest(story):
    """Assert what holds of every version of every story."""
    for row in story.rows("SELECT * FROM versions"):
        assert row["not_before"] is None or row["not_before"] <= row["observed_at"]
        assert row["unchanged_304"] is None or row["not_before"] < row["unchanged_304"] <= row["observed_at"]
        assert (row["kind"] == "new") == (row["previous_id"] is None) == (row["number"] == 1)
        assert row["observed_at"] <= row["recorded_at"]
    orphans = "SELECT count(*) FROM _pages WHERE (version_id IS NULL) <> (release_id IS NULL)"
    assert story.value(orphans) == 0
    told = {ref for kind, ref in story.outbox() if ref}
    assert told <= set(story.column("SELECT ref FROM changes"))
    assert (
        story.value("SELECT count(*) FROM changes c JOIN history h USING (ref) WHERE h.baseline = 1 OR h.found_by = 'import'") == 0
    )


def test_the_busy_archive(busy):
    """The archive with a row in every table is rebuilt as it was."""
    with opened(busy, Clock()) as story:
        rebuilt_as_it_was(story)


def test_from_nothing(busy):
    """The summaries can be dropped whole."""
    with opened(busy, Clock()) as story:
        before = summaries(story, set())
        for name in SUMMARIES:
            story.connection.execute(f"DELETE FROM {name}")
        story.archive.rebuild()
        assert summaries(story, set()) == before


def test_what_a_rebuild_forgets(story):
    """A look brought forward is a wish of the moment: after a rebuild the page is due by the policy again."""
    first, second = story.sweep([article_url(1), article_url(2)])
    story.look(first)
    story.look(second)
    assert story.column("SELECT reason FROM _frontier ORDER BY page_id")[0] == "copy"
    story.archive.rebuild()
    assert story.column("SELECT reason FROM _frontier ORDER BY page_id")[0] == "live 1 0 2022-09-20"


@pytest.mark.parametrize("outcome", [Outcome.UNREADABLE, Outcome.EMPTY, Outcome.QUARANTINED, Outcome.SOFT_GONE])
def test_a_rereading_that_fails_takes_nothing_back(story, outcome):
    """A new reader that cannot read an old body does not unmake the version that rests on it."""
    [page] = story.sweep([article_url(1)])
    story.look(page, TEXTS[0])
    story.look(page, TEXTS[1], reader=OTHER_READER, rereading=Reading(OTHER_READER, outcome))
    rebuilt_as_it_was(story)
    story.fails(page)
    rebuilt_as_it_was(story)


def test_a_rereading_beside_an_older_copy(story):
    """A copy from a cache is no new base: the one before stays, and is held to say what was read of it last."""
    [page] = story.sweep([article_url(1)])
    for _ in range(2):
        story.look(page, TEXTS[0])
    story.look(page, TEXTS[0], reader=OTHER_READER, rereading=reading(TEXTS[1], OTHER_READER), headers={"Age": "3600"})
    assert story.state(page)["compare_sha256"] == compare_sha256(content(TEXTS[1]))
    rebuilt_as_it_was(story)


def test_a_rereading_beside_a_failure(story):
    """Where the look itself came to nothing, the base is not read again, and a rebuild sees what was seen."""
    [page] = story.sweep([article_url(1)])
    story.look(page, TEXTS[0])
    failing = Reading(OTHER_READER, Outcome.UNREADABLE)
    story.append(page, [story.answer(story.url(page), b"x")], failing, rereading=reading(TEXTS[2], OTHER_READER))
    rebuilt_as_it_was(story)


def test_requests_for_other_purposes_are_no_looks(story):
    """A listing that is read between two looks counts for no page."""
    [page] = story.sweep([article_url(1)])
    story.look(page, TEXTS[0])
    fetch = story.answer(story.url(page), b"x", purpose=Purpose.LISTING)
    story.archive.append_fetches([fetch], run_id=story.run, section_id=story.section)
    assert story.state(page)["looks"] == 1
    rebuilt_as_it_was(story)


def test_a_control_is_a_look_at_its_own_page(story):
    """A page that is asked as a control of another's removal was looked at, before a rebuild as after it."""
    [page] = story.sweep([article_url(1)])
    story.look(page, TEXTS[0])
    story.look(page, TEXTS[1], purpose=Purpose.CONTROL)
    assert (story.state(page)["looks"], len(story.versions(page))) == (2, 2)
    rebuilt_as_it_was(story)


def test_an_edit_at_two_addresses_is_one_edit(story):
    """`edits` counts what the publisher did: the same step on two pages of a release is one."""
    pages = story.sweep([article_url(1), article_url(1, column=9)])
    for text in TEXTS[:3]:
        for page in pages:
            story.look(page, text)
    assert story.rows("SELECT edits, silent_edits FROM releases") == [{"edits": 2, "silent_edits": 2}]


def test_a_retracted_version_counts_no_more(story):
    """What was taken back is in no summary."""
    [page] = story.sweep([article_url(1)])
    for text in TEXTS[:2]:
        story.look(page, text)
    version = story.value("SELECT max(id) FROM versions")
    story.insert("retractions", {"version_id": version, "reason": "r", "recorded_at": "2026-01-01T00:00:00.000Z"})
    story.archive.rebuild()
    assert story.rows("SELECT version, edits, silent_edits, text FROM releases") == [
        {"version": f"{page}@1", "edits": 0, "silent_edits": 0, "text": TEXTS[0]}
    ]


def test_no_question_reads_every_fetch(story):
    """At a million fetches a rebuild and a look must go by indexes: no table is read from end to end."""
    plan = [row[-1] for row in story.connection.execute(f"EXPLAIN QUERY PLAN {_LOOK_ROWS}", (1,))]
    assert [step for step in plan if step.startswith("SCAN")] == []


def test_a_host_keeps_its_port(story):
    """The host of a page is where politeness and dictionaries look: with its port, in small letters."""
    story.sweep([Listed("http://WWW.Example.gov.cn:8080/art_1_1.html", "t")])
    story.sweep([Listed("https://WWW.Example.gov.cn:443/art_1_2.html", "t")])
    assert story.column("SELECT host FROM _pages ORDER BY page_id") == ["www.example.gov.cn:8080", "www.example.gov.cn"]


def test_a_sweep_plans_what_it_finds(story):
    """A page is due from its first listing on."""
    [page] = story.sweep([article_url(1)], kind=SweepKind.HEAD)
    assert story.rows("SELECT due_at, reason FROM _frontier") == [
        {"due_at": story.value("SELECT recorded_at FROM pages WHERE id = ?", page), "reason": "None 0 0 None"}
    ]


def test_a_withheld_text_is_no_text(story):
    """A release whose text was withheld stays one, and its page takes part as one without text."""
    first, second = story.sweep([article_url(1), article_url(2)])
    story.look(first, content("Secret."))
    story.insert("redactions", {"content_id": 1, "reason": "r", "authority": "a", "recorded_at": "2026-01-01T00:00:00.000Z"})
    story.connection.execute("UPDATE contents SET text = NULL WHERE id = 1")
    story.look(second, content("Secret."))
    assert [reason for *_, reason in story.identities()] == ["first", "first"]
    rebuilt_as_it_was(story)
