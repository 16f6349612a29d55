"""What the archive knows of the forms in which pages came: which pages bear witness that a reader reads a form rightly.

A page that reads in a new form as it did in the old one shows that the form is read rightly, as far as it has the field in
question: a reader that lost the attachments still agrees about every page that never had one.  A page that came in one form only
shows nothing: what it says there may be half of what it says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.holding import held

if TYPE_CHECKING:
    import sqlite3

__all__ = ["ESTABLISHED", "WITNESSES", "is_common", "is_established", "listed_as", "usual_share", "waiting", "witnesses"]

WITNESSES = 3
"""Pages that must agree about a field before a difference in it is believed of a page that came in another form than before."""
ESTABLISHED = 10
"""Pages that were read in a section before what is odd for it can be told."""

_HAS = {
    "title": "c.title <> ''",
    "published": "c.published IS NOT NULL AND json_extract(r.dates, '$[0][1]') <> 'url'",  # every page of many systems has that one
    "text": "coalesce(c.text, '') <> ''",
    "attachments": "json_array_length(c.fields, '$.attachments') > 0",
}


_AGREES = {
    "title": "d.title = c.title",
    "published": "d.published = c.published",
    "text": "d.text = c.text",
    "attachments": "json_extract(d.fields, '$.attachments') = json_extract(c.fields, '$.attachments')",
}
_CAME = """
    readings r JOIN fetches f ON f.id = r.fetch_id JOIN contents c ON c.id = r.content_id
    WHERE r.template = :template AND r.reader = :reader AND r.outcome = 'ok' AND f.page_id <> :but
"""


def witnesses(connection: sqlite3.Connection, template: str, reader: str, field: str, *, but: int) -> int:
    """Return how many pages but one read alike in a form and in another one, and have a field: beyond `WITNESSES` none is counted.

    Alike is what agrees about that field, or when compared as a whole.
    """
    sql = (
        f"SELECT count(*) FROM (SELECT DISTINCT f.page_id FROM {_CAME} AND {_HAS[field]} AND EXISTS (SELECT 1 FROM fetches g"  # noqa: S608 - our names
        " JOIN readings b ON b.fetch_id = g.id AND b.reader = r.reader AND b.template <> r.template"
        f" JOIN contents d ON d.id = b.content_id AND (d.compare_sha256 = c.compare_sha256 OR {_AGREES[field]})"
        f" WHERE g.page_id = f.page_id) LIMIT {WITNESSES})"
    )
    return int(connection.execute(sql, {"template": template, "reader": reader, "but": but}).fetchone()[0])


def is_common(connection: sqlite3.Connection, template: str, reader: str, *, but: int) -> bool:
    """Tell whether a reader read several pages but one well in a form."""
    sql = f"SELECT count(*) FROM (SELECT DISTINCT f.page_id FROM {_CAME} LIMIT {WITNESSES})"  # noqa: S608 - our names
    return int(connection.execute(sql, {"template": template, "reader": reader, "but": but}).fetchone()[0]) == WITNESSES


def is_established(connection: sqlite3.Connection, section_id: int | None) -> bool:
    """Tell whether enough pages of a section were read for an odd one to stand out."""
    sql = (
        "SELECT count(*) FROM (SELECT 1 FROM _pages p JOIN pages g ON g.id = p.page_id"
        " WHERE p.section_id = ? AND p.version_id IS NOT NULL AND g.kind <> 'attachment' LIMIT ?)"
    )
    return int(connection.execute(sql, (section_id, ESTABLISHED)).fetchone()[0]) == ESTABLISHED


def listed_as(connection: sqlite3.Connection, page_id: int) -> tuple[str | None, str | None]:
    """Return the title and the date under which a page was listed last."""
    row = connection.execute(
        "SELECT listed_title, listed_date FROM listing_events WHERE page_id = ? AND listed_title IS NOT NULL"
        " ORDER BY id DESC LIMIT 1",
        (page_id,),
    ).fetchone()
    return (row[0], row[1]) if row else (None, None)


def waiting(connection: sqlite3.Connection, section_id: int, reader: str, aside: str) -> list[int]:
    """Return the pages of which `aside` kept something aside in a form that `reader` has read other pages in by now."""
    sql = (
        "SELECT DISTINCT f.page_id FROM readings q JOIN fetches f ON f.id = q.fetch_id WHERE q.outcome = 'quarantined'"  # noqa: S608 - our names
        f" AND q.reader = ? AND f.section_id = ? AND q.id = {held('f')} AND EXISTS"
        " (SELECT 1 FROM readings x WHERE x.template = q.template AND x.reader = ? AND x.outcome = 'ok') ORDER BY f.page_id"
    )
    return [page_id for (page_id,) in connection.execute(sql, (aside, section_id, reader))]


def usual_share(connection: sqlite3.Connection, section_id: int, field: str, looks: int = 200) -> float:
    """Return in which share of a section's last well-read looks a field was found: the baseline that a broken layout falls from."""
    row = connection.execute(
        f"SELECT avg(CASE WHEN {_HAS[field]} THEN 1.0 ELSE 0.0 END) FROM (SELECT r.content_id, r.dates FROM fetches f"  # noqa: S608 - our names
        " JOIN readings r ON r.fetch_id = f.id WHERE f.section_id = ? AND f.page_id IS NOT NULL AND r.outcome = 'ok'"
        " ORDER BY f.id DESC LIMIT ?) r JOIN contents c ON c.id = r.content_id",
        (section_id, looks),
    ).fetchone()
    return float(row[0] or 0.0)
