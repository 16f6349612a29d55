"""The log: RFC 6962 trees as another implementation builds them, and leaves that anybody can recompute from the rows."""

from __future__ import annotations

import hashlib
import json
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from storage.log import CURRENT_FORMAT, FORMATS, CompactRange, leaf_bytes, leaf_hash, node_hash
from storage.schema import LEDGER
from tests.builders import rows_of

LOG = {"log_leaves", "checkpoints", "stamps"}
WITHHOLDABLE = {"bodies": {"data"}, "contents": {"text"}}
LEAVES = st.lists(st.binary(max_size=8), max_size=70)


def tree_head(leaves):
    """Return MTH as RFC 6962, section 2.1, writes it: split at the largest power of two below the size."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree_head(leaves[:split]) + tree_head(leaves[split:])).digest()


def range_of(leaves):
    """Return the right edge after these leaves."""
    edge = CompactRange()
    for leaf in leaves:
        edge.append(leaf_hash(leaf))
    return edge


def test_pymerkle_hashes_as_rfc_6962_does():
    """What the other implementation is compared for: the prefixes of leaf and node, and the hash of nothing."""
    tree = InmemoryTree(algorithm="sha256")
    assert tree.get_root() == hashlib.sha256(b"").digest()
    tree.append_entry(b"a")
    assert tree.get_root() == leaf_hash(b"a") == hashlib.sha256(b"\x00a").digest()
    tree.append_entry(b"b")
    assert tree.get_root() == node_hash(leaf_hash(b"a"), leaf_hash(b"b"))


def test_roots_are_those_of_another_implementation():
    """At every size from 0 to 70 the root is pymerkle's and the RFC's own definition's."""
    tree, edge, leaves = InmemoryTree(algorithm="sha256"), CompactRange(), []
    assert edge.root() == tree.get_root() == tree_head([])
    for number in range(1, 71):
        leaf = f"leaf {number}".encode()
        leaves.append(leaf)
        tree.append_entry(leaf)
        edge.append(leaf_hash(leaf))
        assert edge.size == tree.get_size() == number
        assert edge.root() == tree.get_root() == tree_head(leaves)


def test_the_rfcs_published_roots():
    """The eight leaves of the test vectors that Certificate Transparency's implementations share."""
    leaves = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
    leaves.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
    assert range_of(leaves).root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(LEAVES, st.integers(0, 70))
def test_a_range_saved_and_loaded_goes_on(leaves, cut):
    """Appending to a reloaded edge gives what one edge gives, whatever the order in which its nodes are read."""
    saved = range_of(leaves[:cut])
    loaded = CompactRange(sorted(saved.nodes.items(), reverse=True))
    for leaf in leaves[cut:]:
        loaded.append(leaf_hash(leaf))
    assert loaded.size == len(leaves)
    assert loaded.root() == tree_head(leaves)


@given(LEAVES)
def test_the_edge_stays_small(leaves):
    """The edge holds one node for each bit set in the size, so that it is written with every commit."""
    assert len(range_of(leaves).nodes) == len(leaves).bit_count()


def test_formats_name_every_column_but_what_can_be_withheld():
    """Every leaf commits to its whole row: a column that a migration adds without a format fails here."""
    for table, columns in LEDGER.items():
        if table not in LOG:
            names = {column.split()[0] for column in columns if not column.startswith(("UNIQUE ", "CHECK "))}
            assert set(FORMATS[table, CURRENT_FORMAT[table]]) == names - WITHHOLDABLE.get(table, set()), table
            assert len(FORMATS[table, CURRENT_FORMAT[table]]) == len(set(FORMATS[table, CURRENT_FORMAT[table]])), table


def test_formats_name_the_columns_of_the_file(plain):
    """The same against the file as it stands, and the log's own tables are not leaves of it."""
    tables = [name for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    ledger = {name for name in tables if not name.startswith(("_", "sqlite_"))} - LOG
    assert {table for table, _ in FORMATS} == ledger
    for table in ledger:
        columns = {name for _, name, *_ in plain.execute(f"PRAGMA table_info({table})")}
        assert set(FORMATS[table, CURRENT_FORMAT[table]]) == columns - WITHHOLDABLE.get(table, set())


def test_every_row_has_exactly_one_leaf(plain):
    """Each row of the busy archive has one leaf, and no leaf is without its row."""
    rows = {(table, number) for table in CURRENT_FORMAT for (number,) in plain.execute(f"SELECT id FROM {table}")}
    leaves = plain.execute("SELECT kind, row_id FROM log_leaves").fetchall()
    assert sorted(leaves) == sorted(rows)
    assert {table for table, _ in leaves} == set(CURRENT_FORMAT)


def recomputed(connection):
    """Return the hash of every leaf as another program would compute it: JSON of the row's columns, SHA-256 of 0x00 and it."""
    hashes = []
    for kind, row_id, number in connection.execute("SELECT kind, row_id, format FROM log_leaves ORDER BY id").fetchall():
        columns = ", ".join(f'"{column}"' for column in FORMATS[kind, number])
        values = connection.execute(f"SELECT {columns} FROM {kind} WHERE id = ?", (row_id,)).fetchone()
        text = json.dumps([kind, number, list(values)], ensure_ascii=False, separators=(",", ":"))
        hashes.append(hashlib.sha256(b"\x00" + text.encode()).digest())
    return hashes


def test_every_leaf_recomputes_from_its_row(plain):
    """The stored hashes are those of the rows as they stand, and their tree is the one whose edge is stored."""
    stored = [digest for (digest,) in plain.execute("SELECT hash FROM log_leaves ORDER BY id")]
    assert recomputed(plain) == stored
    edge, whole = CompactRange(plain.execute("SELECT level, hash FROM _log").fetchall()), CompactRange()
    for digest in stored:
        whole.append(digest)
    assert (edge.size, edge.root()) == (len(stored), whole.root())


def test_leaves_outlive_a_redaction(plain):
    """With data and text withheld by order every leaf still recomputes."""
    before = recomputed(plain)
    plain.execute("UPDATE bodies SET data = NULL WHERE id IN (SELECT body_id FROM redactions)")
    plain.execute("UPDATE contents SET text = NULL WHERE id IN (SELECT content_id FROM redactions)")
    assert recomputed(plain) == before


def test_a_changed_row_changes_its_leaf(busy):
    """A row edited behind the guards' back no longer fits its leaf."""
    connection = sqlite3.connect(busy)
    stored = recomputed(connection)
    connection.execute("DROP TRIGGER contents_no_update")
    connection.execute("UPDATE contents SET title = title || '.' WHERE id = 1")
    assert sum(old != new for old, new in zip(stored, recomputed(connection), strict=True)) == 1
    connection.close()


def test_leaf_bytes_by_hand():
    """The canonical bytes, written out: no spaces, characters as they are, nulls and numbers as JSON has them."""
    row = {"id": 7, "sha256": "ab", "size": 3, "media_type": "text/html 嘉\u00a0兴\u2028", "dictionary_id": None, "data": b"never"}
    assert leaf_bytes("bodies", row) == '["bodies",1,[7,"ab",3,"text/html 嘉\u00a0兴\u2028",null]]'.encode()
    assert leaf_bytes("bodies", row, 1) == leaf_bytes("bodies", row)


def test_unknown_formats_are_refused():
    """No table, format or column is guessed."""
    for table, row, number in (("nothing", {}, None), ("bodies", {}, None), ("bodies", {"id": 1}, 2)):
        with pytest.raises(KeyError):
            leaf_bytes(table, row, number)


def test_the_busy_archives_rows_are_plain(plain):
    """Committed values are integers, text and NULL only: JSON of a real or a blob would not be one thing in every language."""
    for table, number in FORMATS:
        for row in rows_of(plain, f"SELECT {', '.join(FORMATS[table, number])} FROM {table}"):
            assert {type(value) for value in row.values()} <= {int, str, type(None)}
