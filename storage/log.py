"""The log: an RFC 6962 Merkle tree over every row of the ledger, and the leaf formats that another program can recompute.

A leaf is the canonical JSON text of `[table, format, [value, ...]]`: no spaces, non-ASCII characters as they are, encoded as
UTF-8; the values are the columns that `FORMATS` lists for that table and format number, in that order, as they stand in the
row (integers, text or null).  Its hash is SHA-256 of a zero byte and the leaf (RFC 6962, section 2.1).  Leaves commit to the
hashes and sizes of bodies and texts, never to `bodies.data` or `contents.text` themselves, so that a copy without bodies and
an archive with redactions keep verifying.  A format, once used, never changes: a table that gains a column gains a format.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["CURRENT_FORMAT", "FORMATS", "CompactRange", "leaf_bytes", "leaf_hash", "node_hash"]

FORMATS: dict[tuple[str, int], tuple[str, ...]] = {
    ("runs", 1): ("id", "trigger", "vantage", "software", "settings_id", "started_at"),
    ("run_ends", 1): ("id", "run_id", "ended_at", "outcome", "counts"),
    ("sections", 1): ("id", "portal", "slug", "recorded_at"),
    ("section_states", 1): ("id", "section_id", "run_id", "title", "listing_url", "platform", "unit", "found_by", "recorded_at"),
    ("pages", 1): (
        "id", "url_key", "key", "url", "kind", "article", "section_id", "parent_id", "position", "recorded_at",
    ),
    ("identities", 1): ("id", "page_id", "release_id", "reason", "recorded_at"),
    ("bodies", 1): ("id", "sha256", "size", "media_type", "dictionary_id"),
    ("fetches", 1): (
        "id", "run_id", "page_id", "section_id", "purpose", "hop_of", "method", "url", "request_headers", "request_body",
        "remote_address", "requested_at", "elapsed_ms", "result", "status", "response_headers", "etag", "last_modified",
        "body_id", "error",
    ),
    ("contents", 1): (
        "id", "sha256", "compare_sha256", "title", "published", "published_at", "published_on", "precision", "source",
        "author", "language", "breadcrumb", "fields",
    ),
    ("readings", 1): ("id", "fetch_id", "reader", "outcome", "content_id", "dates", "problems", "recorded_at"),
    ("readings", 2): (
        "id", "fetch_id", "reader", "outcome", "content_id", "dates", "problems", "recorded_at", "template",
    ),
    ("versions", 1): (
        "id", "page_id", "number", "kind", "fetch_id", "content_id", "previous_id", "compared_id", "not_before", "observed_at",
        "recorded_at", "unchanged_304", "found_by", "baseline", "silent", "labels", "changed", "summary",
    ),
    ("retractions", 1): ("id", "version_id", "replaced_by", "reason", "recorded_at"),
    ("proofs", 1): ("id", "version_id", "fetch_id", "role"),
    ("sweeps", 1): (
        "id", "section_id", "run_id", "kind", "day", "started_at", "ended_at", "complete", "pages_expected", "pages_read",
        "records", "note",
    ),
    ("listing_events", 1): (
        "id", "sweep_id", "fetch_id", "section_id", "page_id", "event", "not_before", "observed_at", "listed_title",
        "listed_date", "listed_url",
    ),
    ("redactions", 1): ("id", "body_id", "content_id", "reason", "authority", "recorded_at"),
}  # fmt: skip
CURRENT_FORMAT: dict[str, int] = {table: max(n for name, n in FORMATS if name == table) for table, _ in FORMATS}

_LEAF, _NODE = b"\x00", b"\x01"


def leaf_bytes(table: str, row: Mapping[str, object], number: int | None = None) -> bytes:
    """Return the canonical bytes of a row of `table` in format `number` (default: the current one).

    Raises KeyError for an unknown table or format, or a row that lacks a column of it.
    """
    form = CURRENT_FORMAT[table] if number is None else number
    values = [row[column] for column in FORMATS[table, form]]
    return json.dumps([table, form, values], ensure_ascii=False, separators=(",", ":")).encode()


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256(0x00 || leaf), RFC 6962 section 2.1."""
    return hashlib.sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 || left || right), RFC 6962 section 2.1."""
    return hashlib.sha256(_NODE + left + right).digest()


class CompactRange:
    """The right edge of a Merkle tree: the root hash of each complete subtree, enough to append and to tell the root.

    `nodes` maps a level (0 = leaves) to the one complete subtree of 2**level leaves that stands at the edge.
    """

    __slots__ = ("nodes",)

    def __init__(self, nodes: Iterable[tuple[int, bytes]] = ()) -> None:
        self.nodes = dict(nodes)

    @property
    def size(self) -> int:
        """Return the number of leaves."""
        return sum(1 << level for level in self.nodes)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        level, node = 0, leaf
        while level in self.nodes:
            node = node_hash(self.nodes.pop(level), node)
            level += 1
        self.nodes[level] = node

    def root(self) -> bytes:
        """Return the tree's head: MTH of RFC 6962; SHA-256 of nothing for an empty tree."""
        levels = sorted(self.nodes)
        if not levels:
            return hashlib.sha256(b"").digest()
        head = self.nodes[levels[0]]
        for level in levels[1:]:
            head = node_hash(self.nodes[level], head)
        return head
