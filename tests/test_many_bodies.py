"""Many stored pages under a changed reader: no edit is announced, a missed one is found, one that was none is taken back."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from bench.bodies import AFTER, BEFORE, LOOKS, MISSED, SPURIOUS, Clock, fill, opened, portal_of
from crawler.reread import Wish, reparse
from crawler.run import choose_targets
from tests.soundness import faults_of


def reread(path, clock, select, *, jobs):
    """Read everything again with some selectors, and return what was counted."""
    targets = choose_targets([portal_of(select)], [])
    with opened(path, clock) as archive:
        return reparse(archive.connection, archive, targets, Wish(jobs=jobs))["bench/news"]


def rows(path, sql):
    """Return the rows of a query."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize(
    ("pages", "jobs"), [(40, 1), pytest.param(1_000, 2, marks=pytest.mark.slow)], ids=["200 bodies", "5,000 bodies"]
)
def test_many_bodies_are_read_again(tmp_path, pages, jobs):
    """All read otherwise than before; of all that only the one edit is told that the former reader could not see."""
    path, clock = tmp_path / "archive.db", Clock()
    fill(path, pages, clock)
    changes = "SELECT c.kind, title, c.summary, found_by FROM changes c JOIN versions v ON v.page_id || '@' || v.number = ref"
    ((kind, title, _, _),) = rows(path, changes)
    assert (kind, title) == ("edited", f"Release {SPURIOUS}")
    counts = reread(path, clock, AFTER, jobs=jobs)
    assert (counts["bodies"], counts["otherwise"]) == (pages * LOOKS, pages * LOOKS)
    assert {name: counts[name] for name in ("new", "edited", "replaced", "withdrawn")} == {
        "new": 0, "edited": 1, "replaced": 0, "withdrawn": 1,
    }  # fmt: skip
    ((kind, title, summary, found_by),) = rows(path, changes)
    assert (kind, title, found_by) == ("edited", f"Release {MISSED}", "reparse")
    assert summary.endswith("{+ This sentence was put in later.+}")
    sql = "SELECT f.requested_at FROM fetches f JOIN pages g ON g.id = f.page_id WHERE g.url LIKE '%/art_1_{}.html' ORDER BY f.id"
    asked = rows(path, sql.format(MISSED + 1))
    ((not_before, observed_at),) = rows(path, "SELECT not_before, observed_at FROM changes")
    assert not_before == asked[LOOKS - 3][0]
    assert asked[LOOKS - 2][0] < observed_at < asked[LOOKS - 1][0]
    assert [row[0] for row in rows(path, "SELECT kind FROM _outbox ORDER BY id")] == ["silent", "silent", "withdrawn"]
    assert not reread(path, clock, AFTER, jobs=jobs).total()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        assert faults_of(connection, ended=False) == []


def test_back_to_the_former_reader(tmp_path):
    """Whoever goes back to the old selectors gets back what they saw, and no more: nothing of all that reads otherwise again."""
    path, clock = tmp_path / "archive.db", Clock()
    fill(path, 20, clock)
    reread(path, clock, AFTER, jobs=1)
    counts = reread(path, clock, BEFORE, jobs=1)
    assert (counts["bodies"], counts["edited"], counts["withdrawn"], counts["new"], counts["replaced"]) == (0, 1, 1, 0, 0)
    assert rows(path, "SELECT title FROM changes") == [(f"Release {SPURIOUS}",)]
