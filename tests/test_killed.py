"""A job that is killed anywhere and begun again leaves the archive that an uninterrupted one leaves."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from seeds.portal import PortalServer
from storage.connect import open_reader
from storage.schema import LEDGER
from tests.killed_job import Order, run_once
from tests.killed_points import KEPT, Point, State, choose, complaints, kind_of, main, some_drivers, try_points
from tests.killed_stories import STORIES, Stage
from tests.soundness import facts_of, faults_of

if TYPE_CHECKING:
    from pathlib import Path

POINTS = 100
"""Of each story."""


@pytest.fixture(scope="module")
def crawled(tmp_path_factory) -> Path:
    """Return the archive after one uninterrupted crawl in this process; not to be written to."""
    archive, stage = tmp_path_factory.mktemp("crawled") / "archive.db", Stage()
    with PortalServer(stage.portal) as server:
        run_once(Order("crawl", archive, server.base_url, stage.moment), lambda _: None)
    return archive


@pytest.fixture(scope="module")
def drivers():
    """Give the drivers that all trials share."""
    with some_drivers() as drivers:
        yield drivers


def test_killed_anywhere_a_crawl_goes_on_to_the_same_archive(tmp_path, drivers):
    """SIGKILL at a hundred boundaries, of every kind there is: nothing is lost, doubled, half written or left lying about."""
    trial = try_points(tmp_path, drivers, STORIES["crawls"], POINTS, STORIES["crawls"].killed)
    assert_all_made_whole(trial)
    for job in STORIES["crawls"].killed:
        assert {kind_of(point.boundary) for point in of(trial, job)} == set(map(kind_of, trial.boundaries[job]))
    assert_archive_made_whole(trial)
    assert_crawls_worth_killing(trial)


def test_killed_anywhere_later_work_is_done_again(tmp_path, drivers):
    """The same of rechecks that prove a removal and undo it, of pages kept aside, of their replay, and of what has witnesses."""
    story = STORIES["later work"]
    trial = try_points(tmp_path, drivers, story, POINTS, story.killed)
    assert_all_made_whole(trial)
    boundaries = [boundary for job in story.killed for boundary in trial.boundaries[job]]
    assert {kind_of(point.boundary) for point in trial.points} == set(map(kind_of, boundaries))
    assert_later_work_worth_killing(trial)


def of(trial, job):
    """Return the points of one job."""
    return [point for point in trial.points if point.job == job]


def facts(trial, job):
    """Return the facts that an uninterrupted job leaves, as rows."""
    return {name: [json.loads(row) for row in rows] for name, rows in trial.wholes[job].facts.items()}


def assert_all_made_whole(trial):
    """Find nothing to complain of at any point, each of them killed, from the first boundary of each job to its last."""
    assert complaints(trial.points) == []
    assert Counter(point.code for point in trial.points) == {-signal.SIGKILL: POINTS}
    assert {whole.faults for whole in trial.wholes.values()} == {()}
    for job in {point.job for point in trial.points}:
        points, boundaries = of(trial, job), trial.boundaries[job]
        assert (points[0].number, points[-1].number) == (1, len(boundaries))
        told = [(kind_of(point.boundary), kind_of(boundaries[point.number - 1])) for point in points]
        assert [was for was, _ in told] == [ought for _, ought in told], "a job does not go the same way twice"
        half = [point for point in points if point.before.unlike(point.whole) and points[0].before.unlike(point.before)]
        assert half, f"no kill left {job} half done"


def assert_archive_made_whole(trial):
    """Find the making of the archive among the points, and what it left unfinished swept up."""
    making = [point for point in trial.points if not point.before.exists]
    assert {point.job for point in making} == {"first"}
    assert {"CREATE TABLE", "os.rename"} <= {kind_of(point.boundary) for point in making}
    assert any(".archive.db.new" in point.before.files for point in making)


def assert_crawls_worth_killing(trial):
    """Find first sights, edits, silent ones, copies, a move, and looks at pages that are gone among what was killed."""
    found = facts(trial, "second")
    assert Counter(row[2] for row in found["versions"]) == {"new": 22, "edited": 3}
    assert {row[2] for row in found["identities"]} == {"first", "same-article-id", "same-content", "moved"}
    assert {row[3] for row in found["listing events"]} == {"appeared", "left", "redated"}
    assert {row[0] for row in found["told"]} == {"new", "edited", "silent", "suspect"}
    kinds = set(map(kind_of, trial.boundaries["second"]))
    assert {"BEGIN", "COMMIT", "http:before-request", "http:after-answer", "INSERT INTO _outbox", "UPDATE _frontier"} <= kinds


def assert_later_work_worth_killing(trial):
    """Find removals with their proofs, a restoration, pages kept aside, alerts and their ends, and late versions among it."""
    for job in ("removal-by-crawl", "removal"):
        assert versions(trial, job) == {("removed", "crawl"): 1}
        assert Counter(role for _, _, role, _ in facts(trial, job)["proofs"]) == {"check": 3, "control": 3}
    restored = {("removed", "crawl"): 1, ("restored", "crawl"): 1}
    assert versions(trial, "restoration") == versions(trial, "layout") == restored
    assert Counter(row[2] for row in facts(trial, "layout")["readings"])["quarantined"] == 18
    sections = ("embedded/reports", "embedded/today")
    opened = [["layout", section, 0, "alert"] for section in sections]
    assert facts(trial, "layout")["alerts"] == opened
    closed = [["layout", section, 1, told] for section in sections for told in ("alert", "recovery")]
    assert facts(trial, "replay")["alerts"] == closed
    late = {("edited", "crawl"): 3, ("edited", "reparse"): 2}
    assert versions(trial, "replay") == restored | late
    assert [row[1:3] for row in facts(trial, "replay")["retractions"]] == [[2, 3], [2, 4]]
    assert versions(trial, "witnesses") == {("edited", "reparse"): 2}


def versions(trial, job):
    """Return how many versions but first sights an uninterrupted job leaves, by kind and by how they were found."""
    return Counter((kind, found_by) for _, _, kind, _, found_by, _ in facts(trial, job)["versions"] if kind != "new")


def test_a_job_that_is_not_killed_says_so(tmp_path, drivers):
    """A number beyond the last boundary kills nothing, and an order that fails comes back with its traceback."""
    stage = Stage()
    with PortalServer(stage.portal) as server:
        order = Order("crawl", tmp_path / "archive.db", server.base_url, stage.moment, at=1_000_000)
        code, told = drivers[0].ask(order)
        assert (code, json.loads(told)["synchronous"]) == (0, 2)
        code, told = drivers[0].ask(replace(order, archive=tmp_path / "nowhere" / "archive.db"))
    assert code == 1
    assert "ArchiveReadOnly" in told


SOUND = State(True, KEPT, (), {"versions": ["a", "b", "b"]})
POINT = Point("first", 7, "COMMIT", -signal.SIGKILL, whole=SOUND, before=SOUND, after=SOUND, synchronous=2)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"code": 0}, "the kill: it ended with 0"),
        ({"before": replace(SOUND, faults=("integrity_check: no",))}, "left by the kill: integrity_check: no"),
        ({"before": replace(SOUND, files=(*KEPT, ".archive.db.new"))}, "left by the kill: .archive.db.new lies about"),
        ({"before": State(files=("archive.db-wal",))}, "left by the kill: archive.db-wal lies about"),
        ({"before": replace(SOUND, facts={"schema": ["x"]})}, "left by the kill: schema: has x too much"),
        ({"after": replace(SOUND, facts={"versions": ["a", "b"]})}, "unlike an uninterrupted run: versions: lacks b"),
        (
            {"after": replace(SOUND, facts={"versions": ["a", "b", "b", "c"]})},
            "unlike an uninterrupted run: versions: has c too much",
        ),
        ({"after": replace(SOUND, faults=("pages 1 has no leaf",))}, "left in the end: pages 1 has no leaf"),
        ({"after": replace(SOUND, files=(*KEPT, "core"))}, "left in the end: core lies about"),
        ({"synchronous": 1}, "the writer's synchronous: 1"),
        ({"trouble": "a traceback"}, "begun again: a traceback"),
    ],
)
def test_what_is_wrong_is_complained_of(wrong, complaint):
    """Every check can fail, and names the point, the boundary and the difference."""
    whole = replace(SOUND, facts={**SOUND.facts, "schema": []})
    assert complaints([POINT]) == []
    assert complaints([replace(POINT, whole=whole, **wrong)]) == [f"first, killed at boundary 7: COMMIT\n    {complaint}"]


def second(kind: str) -> str:
    """Return SQL that writes a second version of page 1 on the look of the first, with nothing that must come with it."""
    named = {"id": 99, "number": 2, "kind": f"'{kind}'", "previous_id": "id"}
    named |= {"content_id": "NULL"} if kind == "removed" else {"compared_id": "content_id"}
    names = [column.split()[0] for column in LEDGER["versions"] if column.split()[0].islower()]
    values = ", ".join(str(named.get(name, name)) for name in names)
    return f"INSERT INTO versions SELECT {values} FROM versions WHERE page_id = 1 AND number = 1"


RETRACT = "INSERT INTO retractions SELECT 99, id, NULL, '', recorded_at FROM versions WHERE page_id = 1 AND number = 1"
ALERT = "INSERT INTO _alerts VALUES (9, 'k', 's', '', NULL, '', {}, NULL)"


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("DELETE FROM _log WHERE level = (SELECT max(level) FROM _log)", "the log's right edge has"),
        ("UPDATE _log SET hash = zeroblob(32)", "the log's right edge has"),
        ("UPDATE _pages SET looks = looks + 1 WHERE page_id = 1", "a rebuild of _pages has"),
        ("UPDATE _current SET edits = 7 WHERE release_id = 1", "a rebuild of _current has"),
        ("UPDATE _frontier SET due_at = '2030-01-01T00:00:00.000Z' WHERE page_id = 1", "a rebuild of _frontier has"),
        ("DELETE FROM _frontier WHERE page_id = 1", "pages that are never due: [1]"),
        ("INSERT INTO sections VALUES (9, 'p', 's', '2026-01-01T00:00:00.000Z')", "sections 9 has no leaf"),
        ("INSERT INTO log_leaves VALUES (99999, 'pages', 999, 1, zeroblob(32))", "a leaf of pages 999, which is not there"),
        ("INSERT INTO log_leaves VALUES (99999, 'pages', 999, 1, zeroblob(32))", "leaves are numbered up to 99999"),
        ("INSERT INTO bodies VALUES (99, '" + "0" * 64 + "', 0, NULL, NULL, x'')", "bodies that nobody fetched: [99]"),
        ("INSERT INTO identities VALUES (99, 999, 999, 'first', '2026-01-01T00:00:00.000Z')", "foreign_key_check: "),
        ("DROP TRIGGER pages_no_update; UPDATE pages SET article = 'x' WHERE id = 1", "pages 1 is not what its leaf says"),
        ("DROP TRIGGER bodies_no_update; UPDATE bodies SET data = x'00' WHERE id = 1", "body 1 "),
        ("DROP TRIGGER readings_no_delete; DELETE FROM readings", "versions without a reading: "),
        ("DROP TRIGGER versions_no_update; UPDATE versions SET number = 2 WHERE page_id = 1", "versions out of number: [1]"),
        (second("edited"), "looks on which two versions stand: "),
        (f"{second('edited')}; {RETRACT}", "standing versions after one that does not stand: [99]"),
        (second("removed"), "removals without a proof: [99]"),
        (ALERT.format("NULL"), "alerts that nobody was told of: [9]"),
        (ALERT.format("''"), "ends of alerts that nobody was told of: [9]"),
    ],
)
def test_what_half_a_transaction_would_leave_is_found(crawled, tmp_path, damage, fault):
    """Every part of the examination can fail: it finds what it is there to find in an archive that was sound before."""
    archive = shutil.copy(crawled, tmp_path)
    with closing(sqlite3.connect(archive)) as connection:
        assert faults_of(connection, ended=True) == []
        connection.executescript(damage)
        assert [found for found in faults_of(connection, ended=True) if found.startswith(fault) or fault in found]


def test_a_reader_finds_the_facts(crawled):
    """The facts that are compared are there: as many versions as pages and files, an event for each page, and no two alike."""
    with closing(open_reader(crawled)) as reader:
        facts = facts_of(reader)
    assert {len(facts[name]) for name in ("versions", "what versions say", "identities", "looks")} == {18}
    assert len(set(facts["versions"])) == 18
    assert len(facts["listing events"]) == 14


@pytest.mark.parametrize("points", [6, 7, 12, 40, 100, 190, 202, 1_000])
def test_points_are_spread(points):
    """The first, the last and one of every kind are chosen, and the others lie over the whole, each once."""
    boundaries = ["os.rename a", *["BEGIN", "SELECT 1", "INSERT INTO t (a)", "COMMIT"] * 50, "the end: closed"]
    chosen = choose(boundaries, points)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == min(points, len(boundaries))
    assert (chosen[0], chosen[-1]) == (1, len(boundaries))
    assert {kind_of(boundaries[number - 1]) for number in chosen} == set(map(kind_of, boundaries))
    assert max(b - a for a, b in pairwise(chosen)) <= max(2, 4 * len(boundaries) // points)


def test_no_kind_is_left_out_for_want_of_points():
    """Where points are few, every kind is chosen nevertheless that was not tried elsewhere."""
    boundaries = ["BEGIN", "SELECT 1", "INSERT INTO t (a)", "SELECT 2", "COMMIT"]
    assert len(choose(boundaries, 2)) >= 4
    assert choose(boundaries, 2, tried={"SELECT", "INSERT INTO t"}) == [1, 5]
    assert choose(boundaries, 3, tried={"BEGIN", "SELECT", "COMMIT"}) == [1, 3, 5]


def test_a_job_that_is_none_is_refused():
    """A name that no job has is not tried without a word."""
    with pytest.raises(SystemExit, match="there is no job recrawl; known are: first, second"):
        main(["100", "recrawl"])


@pytest.mark.parametrize(
    ("boundary", "kind"),
    [
        ("INSERT INTO versions (page_id, number)", "INSERT INTO versions"),
        ("DELETE FROM _log", "DELETE FROM _log"),
        ("UPDATE _pages SET a = 1", "UPDATE _pages"),
        ("CREATE TABLE runs (", "CREATE TABLE"),
        ('PRAGMA table_info("runs")', "PRAGMA"),
        ("select name from sqlite_master", "SELECT"),
        ("http:after-answer", "http:after-answer"),
        ("os.remove .archive.db.new-wal", "os.remove"),
        ("the end: the file is closed", "the end: the file is closed"),
    ],
)
def test_kinds_of_boundaries(boundary, kind):
    """Tables that are written to are told apart, and of the rest only what is done."""
    assert kind_of(boundary) == kind
