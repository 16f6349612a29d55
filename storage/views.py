"""The views: what people open the file for, in SQL that SQLite 3.40 and DuckDB share.

One row means one thing and the name says it.  No JSON function, no date function and no window: at a million versions their
first pages answer in milliseconds, because they read `previous_id` and the operational summaries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

__all__ = ["VIEWS", "install_views"]

_CONFIRMED = """CASE
        WHEN n.id IS NULL THEN p.last_confirmed_at
        WHEN n.unchanged_304 IS NOT NULL AND (n.not_before IS NULL OR n.unchanged_304 > n.not_before) THEN n.unchanged_304
        ELSE n.not_before
    END"""
"""Until when a version was seen standing: the page's last confirmation, or the bounds of the version that came after it."""

_NEXT = """LEFT JOIN versions n ON n.previous_id = v.id
        AND NOT EXISTS (SELECT 1 FROM retractions x WHERE x.version_id = n.id)"""

_FURTHER = """coalesce((
            SELECT group_concat('\n\n' || w.text, '') FROM pages h JOIN _pages x ON x.page_id = h.id
            JOIN contents w ON w.id = x.content_id WHERE h.parent_id = c.page_id AND h.kind = 'part'
        ), '')"""
"""The texts of the further pages of an article that is spread over several, behind its own: they are read as one.

They come in their order by the index on it, and were written in it.
"""

VIEWS: dict[str, str] = {
    "releases": f"""
    SELECT c.release_id AS release, g.key AS key, s.portal || '/' || s.slug AS section, t.title AS title,
        c.published_on AS published_on, c.state AS state, v.page_id || '@' || v.number AS version, c.edits AS edits,
        c.silent_edits AS silent_edits, c.first_seen_at AS first_seen_at, c.last_changed_at AS last_changed_at,
        c.last_confirmed_at AS last_confirmed_at, t.source AS source, g.url AS url, t.text || {_FURTHER} AS text
    FROM _current c
    JOIN pages g ON g.id = c.page_id
    JOIN versions v ON v.id = c.version_id
    JOIN contents t ON t.id = c.content_id
    LEFT JOIN sections s ON s.id = c.section_id""",  # noqa: S608 - constants above
    "changes": f"""
    SELECT v.page_id || '@' || v.number AS ref, v.page_id AS page, p.release_id AS release, v.previous_id AS previous_id,
        v.kind AS kind, coalesce(t.title, b.title) AS title, v.not_before AS not_before, v.observed_at AS observed_at,
        v.recorded_at AS recorded_at, {_CONFIRMED} AS last_confirmed_at, 0 AS retracted, v.silent AS silent,
        v.labels AS labels, v.summary AS summary, coalesce(t.published_on, b.published_on) AS published_on,
        b.title AS title_before, b.published_on AS published_on_before, g.url AS url
    FROM versions v
    JOIN _pages p ON p.page_id = v.page_id
    JOIN pages g ON g.id = v.page_id
    JOIN pages f ON f.id = p.release_id
    LEFT JOIN contents t ON t.id = v.content_id
    LEFT JOIN versions o ON o.id = v.previous_id
    LEFT JOIN contents b ON b.id = coalesce(v.compared_id, o.content_id)
    {_NEXT}
    WHERE v.baseline = 0 AND v.found_by <> 'import'
        AND NOT EXISTS (SELECT 1 FROM retractions y WHERE y.version_id = v.id)
        AND (v.kind <> 'new' OR v.page_id = p.release_id OR f.kind = 'import')""",  # noqa: S608 - constants above
    "history": f"""
    SELECT v.page_id || '@' || v.number AS ref, v.page_id AS page, p.release_id AS release, v.previous_id AS previous_id,
        v.kind AS kind, coalesce(t.title, b.title) AS title, v.not_before AS not_before, v.observed_at AS observed_at,
        v.recorded_at AS recorded_at, {_CONFIRMED} AS last_confirmed_at,
        CASE WHEN r.id IS NULL THEN 0 ELSE 1 END AS retracted, v.silent AS silent, v.labels AS labels, v.summary AS summary,
        coalesce(t.published_on, b.published_on) AS published_on, v.baseline AS baseline, v.found_by AS found_by,
        v.unchanged_304 AS unchanged_304, v.changed AS changed, t.sha256 AS content_sha256, h.sha256 AS body_sha256,
        v.fetch_id AS fetch, g.url AS url, v.compared_id AS compared_id, t.text AS text
    FROM versions v
    JOIN _pages p ON p.page_id = v.page_id
    JOIN pages g ON g.id = v.page_id
    JOIN fetches q ON q.id = v.fetch_id
    LEFT JOIN bodies h ON h.id = q.body_id
    LEFT JOIN contents t ON t.id = v.content_id
    LEFT JOIN versions o ON o.id = v.previous_id
    LEFT JOIN contents b ON b.id = o.content_id
    LEFT JOIN retractions r ON r.version_id = v.id
    {_NEXT}""",  # noqa: S608 - constants above
    "removals": """
    SELECT v.page_id || '@' || v.number AS ref, v.page_id AS page, p.release_id AS release, b.title AS title,
        b.published_on AS published_on, v.not_before AS last_seen_live_at, v.observed_at AS first_missing_at,
        v.recorded_at AS proven_at,
        (SELECT count(*) FROM proofs k WHERE k.version_id = v.id AND k.role = 'check') AS checks,
        (SELECT count(*) FROM proofs k WHERE k.version_id = v.id AND k.role = 'control') AS controls_ok,
        u.vantage AS vantage, n.observed_at AS restored_at, g.url AS url
    FROM versions v
    JOIN _pages p ON p.page_id = v.page_id
    JOIN pages g ON g.id = v.page_id
    JOIN fetches q ON q.id = v.fetch_id
    JOIN runs u ON u.id = q.run_id
    LEFT JOIN versions o ON o.id = v.previous_id
    LEFT JOIN contents b ON b.id = o.content_id
    LEFT JOIN versions n ON n.previous_id = v.id AND n.kind = 'restored'
        AND NOT EXISTS (SELECT 1 FROM retractions x WHERE x.version_id = n.id)
    WHERE v.kind = 'removed' AND NOT EXISTS (SELECT 1 FROM retractions y WHERE y.version_id = v.id)""",
    "coverage": """
    SELECT s.portal || '/' || s.slug AS section, w.day AS day, count(*) AS sweeps, sum(w.complete) AS complete,
        sum(CASE WHEN w.complete = 0 AND w.pages_read > 0 THEN 1 ELSE 0 END) AS partial,
        sum(CASE WHEN w.complete = 0 AND w.pages_read = 0 THEN 1 ELSE 0 END) AS failed,
        max(w.records) AS records, max(w.note) AS note
    FROM sweeps w
    JOIN sections s ON s.id = w.section_id
    GROUP BY s.portal, s.slug, w.day""",
    "captures": """
    SELECT f.id AS fetch, f.page_id AS page, f.requested_at AS requested_at, f.purpose AS purpose, f.result AS result,
        f.status AS status, r.outcome AS outcome, f.error AS error, f.elapsed_ms AS elapsed_ms, b.sha256 AS body_sha256,
        b.size AS size, b.media_type AS media_type, c.sha256 AS content_sha256, f.hop_of AS hop_of, f.method AS method,
        f.remote_address AS remote_address, f.run_id AS run, u.vantage AS vantage, f.url AS url
    FROM fetches f
    JOIN runs u ON u.id = f.run_id
    LEFT JOIN bodies b ON b.id = f.body_id
    LEFT JOIN readings r ON r.id = (SELECT max(x.id) FROM readings x WHERE x.fetch_id = f.id)
    LEFT JOIN contents c ON c.id = r.content_id""",
}
"""Name -> the SELECT behind it."""


def install_views(connection: sqlite3.Connection) -> None:
    """Make the views that are not as defined here: they hold no data, so the newest definition serves an archive of any age."""
    found = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'").fetchall())
    for name, select in VIEWS.items():
        statement = f"CREATE VIEW {name} AS{select}"
        if found.get(name) != statement:
            connection.execute(f"DROP VIEW IF EXISTS {name}")
            connection.execute(statement)
