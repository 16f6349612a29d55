"""The one way into the ledger: a row and its leaf, together or not at all."""

from __future__ import annotations

import sqlite3

import pytest

from storage.ledger import Ledger, load_range
from storage.log import CompactRange
from tests.builders import opened

SECTION = {"portal": "p", "slug": "s", "recorded_at": "2026-01-01T00:00:00.000Z"}


@pytest.fixture
def ledger(story):
    """Return a ledger on the story's connection, outside the archive's own."""
    return Ledger(story.connection)


def test_a_row_and_its_leaf(ledger):
    """An insert returns the row's id, and the log grows by one leaf that names it."""
    size, root = ledger.root()
    row_id = ledger.insert("sections", SECTION)
    assert ledger.connection.execute("SELECT portal, slug FROM sections WHERE id = ?", (row_id,)).fetchone() == ("p", "s")
    leaf = ledger.connection.execute("SELECT kind, row_id, format FROM log_leaves ORDER BY id DESC LIMIT 1").fetchone()
    assert leaf == ("sections", row_id, 1)
    assert ledger.root()[0] == size + 1
    assert ledger.root()[1] != root


def test_an_unknown_column_is_refused(ledger):
    """A misspelt column is an error that names it, and nothing is written."""
    size, _ = ledger.root()
    with pytest.raises(KeyError, match="sections has no column slag, titel"):
        ledger.insert("sections", {**SECTION, "titel": "x", "slag": "y"})
    assert ledger.root()[0] == size


@pytest.mark.parametrize(
    "row", [SECTION | {"recorded_at": "2026-01-01"}, SECTION | {"portal": None}, SECTION | {"portal": "jiaxing", "slug": "today"}]
)
def test_a_row_that_breaks_a_rule_leaves_no_leaf(ledger, row):
    """CHECK, NOT NULL and UNIQUE are kept by the file; the log does not grow with a row that was refused."""
    before = ledger.root()
    with pytest.raises(sqlite3.IntegrityError):
        ledger.insert("sections", row)
    assert ledger.root() == before
    assert load_range(ledger.connection).root() == before[1]


def test_the_edge_is_computed_where_the_saved_one_is_stale(busy):
    """A saved edge that does not fit the number of leaves is not believed."""
    with opened(busy) as story:
        head = story.archive.log_head()
        story.connection.execute("DELETE FROM _log WHERE level = (SELECT min(level) FROM _log)")
        assert load_range(story.connection).size == head[0]
        assert load_range(story.connection).root() == head[1]
        story.connection.execute("DELETE FROM _log")
        assert load_range(story.connection).root() == head[1]


def test_flush_writes_the_edge(story):
    """After a commit the saved edge is the one that the leaves give."""
    story.archive.section("jiaxing", "another")
    saved = CompactRange(story.connection.execute("SELECT level, hash FROM _log").fetchall())
    assert (saved.size, saved.root()) == story.archive.log_head()


def test_reload_forgets_what_a_rollback_undid(ledger):
    """What is remembered of the edge is what stands in the file."""
    before = ledger.root()
    ledger.connection.execute("BEGIN")
    ledger.insert("sections", SECTION)
    ledger.connection.execute("ROLLBACK")
    assert ledger.root() != before
    ledger.reload()
    assert ledger.root() == before
