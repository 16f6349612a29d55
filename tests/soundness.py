"""What a sound archive is, whatever stands in it: faults in plain words, and facts by which two archives are compared."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from crawler.revisit import POLICY
from storage.bodies import read_body
from storage.derived import rebuild
from storage.errors import ArchiveError
from storage.log import FORMATS, CompactRange, leaf_bytes, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["facts_of", "faults_of"]

# Rows that nothing refers to, or that lack what must come with them: what is left of half a transaction.
_STANDS = "NOT EXISTS (SELECT 1 FROM retractions r WHERE r.version_id = v.id)"
_ALONE = {
    "bodies that nobody fetched": "SELECT id FROM bodies EXCEPT SELECT body_id FROM fetches"
    " EXCEPT SELECT settings_id FROM runs EXCEPT SELECT dictionary_id FROM bodies",
    "contents that nobody read": "SELECT id FROM contents EXCEPT SELECT content_id FROM readings",
    "pages that no listing holds": "SELECT id FROM pages WHERE parent_id IS NULL EXCEPT SELECT page_id FROM listing_events",
    "pages without a summary": "SELECT id FROM pages EXCEPT SELECT page_id FROM _pages",
    "pages that are never due": "SELECT id FROM pages WHERE kind <> 'attachment' EXCEPT SELECT page_id FROM _frontier",
    "versions without a reading": "SELECT fetch_id FROM versions EXCEPT SELECT fetch_id FROM readings",
    "versions of no release": "SELECT page_id FROM versions EXCEPT SELECT page_id FROM identities",
    # What redirected is not read, but where it led to; a probe of old validators is not read either.
    "looks that were not read": "SELECT id FROM fetches WHERE purpose NOT IN ('robots', 'locate') AND body_id IS NOT NULL"
    " AND NOT (purpose = 'recheck' AND page_id IS NULL) EXCEPT SELECT fetch_id FROM readings EXCEPT SELECT hop_of FROM fetches",
    "versions out of number": "SELECT page_id FROM versions GROUP BY page_id HAVING max(number) <> count(*)",
    "looks on which two versions stand": f"SELECT fetch_id FROM versions v WHERE {_STANDS} GROUP BY fetch_id HAVING count(*) > 1",
    "standing versions after one that does not stand": f"SELECT v.id FROM versions v WHERE {_STANDS}"
    " AND previous_id IN (SELECT version_id FROM retractions)",
    "removals without a proof": "SELECT id FROM versions WHERE kind = 'removed' EXCEPT SELECT version_id FROM proofs",
    "alerts that nobody was told of": "SELECT id FROM _alerts EXCEPT SELECT alert_id FROM _outbox WHERE kind = 'alert'",
    "ends of alerts that nobody was told of": "SELECT id FROM _alerts WHERE closed_at IS NOT NULL"
    " EXCEPT SELECT alert_id FROM _outbox WHERE kind = 'recovery'",
}

# Facts that a job brings whatever its times are; an archive is like another where these are the same.  Of times only the hour
# counts: a job that was killed is begun again within it.  What is asked for a page's own sake is told; which page serves as a
# control, and how often, hangs on when the job was killed.  A recheck asks all its pages again, and a crawl those that were
# missing: within an hour that is one look.
_LOOK = (
    "CASE WHEN f.purpose = 'recheck' OR EXISTS (SELECT 1 FROM readings m WHERE m.fetch_id = f.id AND m.outcome = 'gone')"
    " THEN 'at ' || substr(f.requested_at, 1, 13) ELSE f.id END"
)
_FACTS = {
    "schema": "SELECT type, name, tbl_name, sql FROM sqlite_master",
    "versions": "SELECT g.url_key, v.number, v.kind, c.compare_sha256, v.found_by, p.number FROM versions v"
    " JOIN pages g ON g.id = v.page_id LEFT JOIN contents c ON c.id = v.content_id LEFT JOIN versions p ON p.id = v.previous_id",
    "when versions were": "SELECT g.url_key, v.number, substr(v.not_before, 1, 13), substr(v.unchanged_304, 1, 13),"
    " substr(v.observed_at, 1, 13), substr(v.recorded_at, 1, 13) FROM versions v JOIN pages g ON g.id = v.page_id",
    "what versions say": "SELECT g.url_key, v.number, v.baseline, v.silent, v.labels, v.changed, v.summary"
    " FROM versions v JOIN pages g ON g.id = v.page_id",
    "retractions": "SELECT g.url_key, v.number, n.number, r.reason FROM retractions r JOIN versions v ON v.id = r.version_id"
    " JOIN pages g ON g.id = v.page_id LEFT JOIN versions n ON n.id = r.replaced_by",
    "proofs": "SELECT DISTINCT g.url_key, v.number, p.role, substr(f.requested_at, 1, 13) FROM proofs p"
    " JOIN versions v ON v.id = p.version_id JOIN pages g ON g.id = v.page_id JOIN fetches f ON f.id = p.fetch_id",
    "listing events": "SELECT s.portal, s.slug, g.url_key, e.event, e.listed_title, e.listed_date FROM listing_events e"
    " JOIN sections s ON s.id = e.section_id JOIN pages g ON g.id = e.page_id",
    "section states": "SELECT s.portal, s.slug, t.title, t.listing_url, t.platform, t.found_by FROM section_states t"
    " JOIN sections s ON s.id = t.section_id",
    "identities": "SELECT g.url_key, r.url_key, i.reason FROM identities i JOIN pages g ON g.id = i.page_id"
    " JOIN pages r ON r.id = i.release_id",
    "looks": f"SELECT g.url_key, p.state, p.fails > 0, count(DISTINCT {_LOOK}) FROM _pages p JOIN pages g ON g.id = p.page_id"
    " LEFT JOIN fetches f ON f.page_id = g.id AND f.purpose <> 'control' GROUP BY g.id",
    "readings": f"SELECT g.url_key, r.reader, r.outcome, c.compare_sha256, count(DISTINCT {_LOOK}) FROM readings r"
    " JOIN fetches f ON f.id = r.fetch_id AND f.purpose <> 'control' JOIN pages g ON g.id = f.page_id"
    " LEFT JOIN contents c ON c.id = r.content_id GROUP BY 1, 2, 3, 4",
    "told": "SELECT o.kind, g.url_key, v.number FROM _outbox o LEFT JOIN versions v ON v.id = o.version_id"
    " LEFT JOIN fetches f ON f.id = o.fetch_id JOIN pages g ON g.id = coalesce(v.page_id, f.page_id)",
    "alerts": "SELECT a.kind, a.subject, a.closed_at IS NOT NULL, o.kind FROM _alerts a LEFT JOIN _outbox o ON o.alert_id = a.id",
}


def facts_of(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Return facts by name, each a sorted list of rows as JSON."""
    return {name: sorted(json.dumps(row, ensure_ascii=False) for row in connection.execute(sql)) for name, sql in _FACTS.items()}


def faults_of(connection: sqlite3.Connection, *, ended: bool) -> list[str]:
    """Return what is wrong with an archive; `ended` says that a job ran to its end, so that nothing is due out of turn."""
    summaries = ("_pages", "_current", "_frontier") if ended else ("_pages", "_current")
    return [
        *_damage(connection),
        *_alone(connection),
        *_leaves(connection),
        *_edge(connection),
        *_bodies(connection),
        *_summaries(connection, summaries),
    ]


def _damage(connection: sqlite3.Connection) -> Iterable[str]:
    for pragma, sound in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
        found = connection.execute(f"PRAGMA {pragma}").fetchall()
        if found != sound:
            yield f"{pragma}: {found}"


def _alone(connection: sqlite3.Connection) -> Iterable[str]:
    for saying, sql in _ALONE.items():
        found = connection.execute(sql).fetchall()
        if found:
            yield f"{saying}: {[number for (number,) in found]}"


def _leaves(connection: sqlite3.Connection) -> Iterable[str]:
    """Every row of the ledger has one leaf, which is of its columns, and no leaf is of nothing."""
    leaves = {(kind, row_id): (form, digest) for kind, row_id, form, digest in connection.execute(_LEAVES)}
    for table in sorted({table for table, _ in FORMATS}):
        cursor = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        for row in cursor:
            form, digest = leaves.pop((table, row[0]), (None, None))
            if form is None:
                yield f"{table} {row[0]} has no leaf"
            elif leaf_hash(leaf_bytes(table, dict(zip(names, row, strict=True)), form)) != digest:
                yield f"{table} {row[0]} is not what its leaf says"
    yield from (f"a leaf of {table} {row_id}, which is not there" for table, row_id in leaves)


_LEAVES = "SELECT kind, row_id, format, hash FROM log_leaves"


def _edge(connection: sqlite3.Connection) -> Iterable[str]:
    """Compare the log's right edge with that of its leaves, which are numbered without a gap."""
    saved = dict(connection.execute("SELECT level, hash FROM _log"))
    numbers, computed = [], CompactRange()
    for number, digest in connection.execute("SELECT id, hash FROM log_leaves ORDER BY id"):
        numbers.append(number)
        computed.append(digest)
    if saved != computed.nodes:
        yield f"the log's right edge has {CompactRange(saved.items()).size} leaves, or others than the {len(numbers)} of the log"
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"{len(numbers)} leaves are numbered up to {numbers[-1]}"


def _bodies(connection: sqlite3.Connection) -> Iterable[str]:
    """Every body can be read with the dictionary that it names, and is what its hash says."""
    for (body_id,) in connection.execute("SELECT id FROM bodies").fetchall():
        try:
            read_body(connection, body_id)
        except ArchiveError as error:
            yield str(error)


def _summaries(connection: sqlite3.Connection, tables: Iterable[str]) -> Iterable[str]:
    """Compare the operational summaries with what a rebuild from the ledger makes."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        connection.backup(copy)
        kept = {table: _rows(copy, table) for table in tables}
        rebuild(copy, POLICY)
        for table, rows in kept.items():
            fresh = _rows(copy, table)
            yield from (f"{table} has {row}, a rebuild has not" for row in sorted(rows - fresh, key=repr))
            yield from (f"a rebuild of {table} has {row}" for row in sorted(fresh - rows, key=repr))


def _rows(connection: sqlite3.Connection, table: str) -> set[tuple[object, ...]]:
    return set(connection.execute(f"SELECT * FROM {table}"))
