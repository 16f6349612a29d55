"""Late knowledge over made-up stories: whatever happened, and however it reads later, the archive tells one honest story."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.fingerprint import compare_sha256
from storage.guards import missing_guards
from storage.late import Reread, retold, stored_bodies
from storage.records import Kind, Outcome, Reading
from storage.schema import ledger_tables
from tests.acting import FEW_PAGES, HAPPENINGS, READERS, TEXTS, act_out
from tests.builders import opened, reading
from tests.soundness import faults_of

THIRD_READER = "3/0a0b0c0d/selectolax-1.0.2"
SLOWLY = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
HOWS = st.sampled_from([*TEXTS[:2], *TEXTS[:3], "unreadable", "gone", "aside", "not read"])
REREADINGS = st.tuples(st.sampled_from([*READERS, THIRD_READER]), st.integers(0, 3), st.lists(HOWS, min_size=1, max_size=10))
SUMMARIES = ("_pages", "_current", "_frontier")


@contextmanager
def an_archive():
    """Begin a story in an archive of its own."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "archive.db") as story:
        yield story


def as_read(how: str, reader: str) -> Reading:
    """Return what a reader makes of a body, in one word."""
    outcomes = {"unreadable": Outcome.UNREADABLE, "gone": Outcome.GONE}
    if how == "aside":
        return Reading(f"{reader}/aside", Outcome.QUARANTINED)
    return Reading(reader, outcomes[how]) if how in outcomes else reading(how, reader)


def freshly(story, page: int, reader: str, hows: list[str]) -> dict[int, Reread]:
    """Return how a reader reads the bodies of a page that it has not read yet: each in a word, all others as the last one."""
    fresh = {}
    for number, stored in enumerate(stored_bodies(story.connection, page, reader)):
        how = hows[min(number, len(hows) - 1)]
        if how != "not read":
            read = as_read(how, reader)
            fresh[stored.fetch_id] = Reread(stored.fetch_id, read, compare_sha256(read.content) if read.content else None)
    return fresh


def everything(story) -> dict[str, object]:
    """Return all that the archive holds: the ledger's size and every summary's rows."""
    held = {name: story.rows(f"SELECT * FROM {name} ORDER BY 1") for name in SUMMARIES}
    return {**held, "leaves": story.value("SELECT count(*) FROM log_leaves"), "outbox": story.outbox()}


@SLOWLY
@given(st.lists(HAPPENINGS | FEW_PAGES, max_size=14))
def test_a_retelling_of_what_was_crawled_changes_nothing(happenings):
    """What the looks told one by one is what they tell together, as each reader of the story reads them."""
    with an_archive() as story:
        act_out(story, happenings, forward=True)
        before = everything(story)
        for page in story.column("SELECT id FROM pages"):
            for reader in READERS:
                assert retold(story.connection, page, reader, {}).is_empty
                story.archive.append_late(page, reader, {})
        assert everything(story) == before


@SLOWLY
@given(st.lists(HAPPENINGS | FEW_PAGES, max_size=12), st.lists(REREADINGS, min_size=1, max_size=3), st.lists(FEW_PAGES, max_size=3))
def test_however_bodies_read_later_the_story_is_whole(happenings, rereadings, later):
    """After any rereading, the same again and what happens then, what stands is one chain of versions, and nothing is lost."""
    with an_archive() as story:
        acting = act_out(story, happenings)
        faults = faults_of(story.connection, ended=False)  # an imported file is listed nowhere, and never due
        for reader, number, hows in rereadings:
            page = acting.page(number)
            fresh = freshly(story, page, reader, hows)
            plan, told = retold(story.connection, page, reader, fresh), len(story.outbox())
            late = story.archive.append_late(page, reader, fresh)
            counts_as_planned(late, plan, [kind for kind, _ in story.outbox()[told:]])
            back_once(story, plan)
            whole(story)
            before = everything(story)
            assert story.archive.append_late(page, reader, fresh) == type(late)()
            assert everything(story) == before
        for word, *arguments in later:
            getattr(acting, word)(*arguments)
        whole(story)
        assert faults_of(story.connection, ended=False) == faults


def counts_as_planned(late, plan, told):
    """Assert that what a dry run says is what was written, and that people are told of nothing else."""
    moved = [step for step in plan.writes if step.replaces is not None]
    assert (len(late.appended) + late.replaced, late.replaced, late.withdrawn) == (
        len(plan.writes),
        len(moved),
        len(plan.withdrawn),
    )
    assert told.count("withdrawn") <= late.withdrawn
    assert {kind for kind in told if kind != "withdrawn"} <= set(late.appended)
    assert len(told) <= len(late.appended) + late.withdrawn


def back_once(story, plan):
    """Assert that no return from a removal is withdrawn while another from the same one is told as news."""
    after = "SELECT fetch_id FROM versions WHERE id = ?"
    taken_back = {story.value(after, each.previous_id) for each in plan.withdrawn if each.kind is Kind.RESTORED}
    news = {step.previous for step in plan.writes if step.draft.kind is Kind.RESTORED and step.replaces is None}
    assert not taken_back & news


def whole(story):
    """Assert that what stands of each page is one chain, which its state, the views and the messages follow."""
    chains: dict[int, list[dict[str, object]]] = {}
    for row in story.rows(
        "SELECT * FROM versions v WHERE NOT EXISTS (SELECT 1 FROM retractions r WHERE r.version_id = v.id) ORDER BY fetch_id"
    ):
        chains.setdefault(row["page_id"], []).append(row)
    for state in story.rows("SELECT * FROM _pages"):
        one_chain(chains.get(state["page_id"], []), state)
    for row in story.rows("SELECT v.*, (SELECT count(*) FROM proofs k WHERE k.version_id = v.id) AS proofs FROM versions v"):
        bounded(row)
    for page in story.column("SELECT DISTINCT page_id FROM versions"):
        numbers = story.column("SELECT number FROM versions WHERE page_id = ? ORDER BY id", page)
        assert numbers == list(range(1, len(numbers) + 1))
    assert missing_guards(story.connection, ledger_tables(story.connection)) == []
    views_follow(story, {row["id"] for chain in chains.values() for row in chain})
    nobody_is_left_in_error(story)


def one_chain(chain, state):
    """Assert that each version follows the one before it: the first is new, and a return follows a removal."""
    assert (state["version_id"], state["state"] is None) == (chain[-1]["id"] if chain else None, not chain)
    assert [row["kind"] == "new" for row in chain] == [place == 0 for place in range(len(chain))]
    assert [row["previous_id"] for row in chain] == [None, *(row["id"] for row in chain)][: len(chain)]
    for before, after in pairwise(chain):
        assert before["observed_at"] < after["observed_at"]
        assert (before["kind"] == "removed") == (after["kind"] == "restored")
    assert (state["state"] == "removed") == bool(chain and chain[-1]["kind"] == "removed")


def bounded(row):
    """Assert that a version happened between its bounds, and that a removal, and nothing else, rests on proofs."""
    assert row["not_before"] is None or row["not_before"] <= row["observed_at"] <= row["recorded_at"]
    assert row["unchanged_304"] is None or row["not_before"] < row["unchanged_304"] <= row["observed_at"]
    assert (row["kind"] == "new") == (row["previous_id"] is None)
    assert (row["kind"] == "removed") == (row["proofs"] > 0)


def views_follow(story, standing):
    """Assert that `history` has every version, and `changes` and `removals` only what stands."""
    assert story.value("SELECT count(*) FROM history") == story.value("SELECT count(*) FROM versions")
    ids = "SELECT v.id FROM {} x JOIN versions v ON v.page_id || '@' || v.number = x.ref"
    assert set(story.column(ids.format("history") + " WHERE x.retracted = 0")) == standing
    assert set(story.column(ids.format("changes"))) <= standing
    assert set(story.column(ids.format("removals"))) <= standing


def nobody_is_left_in_error(story):
    """Assert that whoever was told of a version that stands no longer was told that, or that another one says the same."""
    messages = dict(row[::-1] for row in story.outbox() if row[1])
    sql = (
        "SELECT o.page_id || '@' || o.number AS ref, o.kind, n.kind AS now FROM retractions r"
        " JOIN versions o ON o.id = r.version_id LEFT JOIN versions n ON n.id = r.replaced_by"
    )
    for row in story.rows(sql):
        if row["ref"] in messages:
            assert messages[row["ref"]] == "withdrawn" or row["kind"] == row["now"]


@SLOWLY
@given(st.lists(FEW_PAGES, max_size=12), st.sampled_from([*READERS, THIRD_READER]), st.lists(HOWS, min_size=1, max_size=8))
def test_pages_are_read_again_in_any_order(happenings, reader, hows):
    """What one page tells does not hang on whether another was read again before it."""
    told = []
    for order in (slice(None), slice(None, None, -1)):
        with an_archive() as story:
            acting = act_out(story, happenings)
            for page in [acting.page(0), acting.page(1)][order]:
                story.archive.append_late(page, reader, freshly(story, page, reader, hows))
            told.append(as_told(story))
    assert told[0] == told[1]


def as_told(story) -> dict[str, object]:
    """Return what the archive tells, without ids: versions, retractions, states, which pages are one, and messages."""
    sql = (
        "SELECT v.page_id, v.number, v.kind, v.fetch_id, o.number AS after, v.not_before, v.observed_at, v.unchanged_304,"
        " v.found_by, v.baseline, v.silent, v.labels, v.changed, v.summary, c.sha256 AS content, b.sha256 AS compared, r.reason,"
        " n.number AS anew FROM versions v LEFT JOIN versions o ON o.id = v.previous_id LEFT JOIN contents c ON c.id = v.content_id"
        " LEFT JOIN contents b ON b.id = v.compared_id LEFT JOIN retractions r ON r.version_id = v.id"
        " LEFT JOIN versions n ON n.id = r.replaced_by ORDER BY v.page_id, v.number"
    )
    ids = ("version_id", "content_id", "release_id")
    pages = [{name: value for name, value in row.items() if name not in ids} for row in story.rows("SELECT * FROM _pages")]
    # Which pages are one is an opinion of its moment: whoever was held to be one with a page that proves to be none stays so.
    lost = story.value("SELECT count(*) FROM versions WHERE page_id IN (SELECT page_id FROM _pages WHERE version_id IS NULL)")
    one = "SELECT group_concat(page_id) FROM (SELECT * FROM _pages ORDER BY page_id) GROUP BY release_id"
    together = [] if lost else story.column(one)
    # Of two addresses of one press release, the one that was read first is the one that was new.
    messages = sorted((kind, "" if kind == "new" else ref) for kind, ref in story.outbox())
    return {"versions": story.rows(sql), "pages": pages, "together": sorted(together), "told": messages}
