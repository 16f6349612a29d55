"""Every named read that a command or a page needs.  Each returns plain dictionaries, with instants as they stand in the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from storage.bodies import read_body
from storage.children import WITH_PAGE
from storage.errors import UnknownReference
from storage.marks import is_unconfirmed
from storage.writer import content_of, load_reading

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from storage.records import Content, Reading
    from storage.references import Reference

__all__ = [
    "DISAGREEING",
    "LISTED_BY",
    "base_of",
    "capture",
    "capture_body",
    "changes",
    "due_pages",
    "history",
    "listing_of_section",
    "newest_section_state",
    "release",
    "releases",
    "rows",
    "sections",
    "suspects",
    "totals",
    "version",
]

Row = dict[str, Any]

LISTED_BY = (
    "SELECT l.section_id FROM listing_events l WHERE l.page_id = p.page_id"
    " AND l.section_id IN (SELECT value FROM json_each(:sections)) ORDER BY l.id LIMIT 1"
)
"""SQL: the first of `:sections` (a JSON list of ids) that listed the page of `_pages p`, or NULL."""


def rows(connection: sqlite3.Connection, sql: str, parameters: Sequence[object] | dict[str, object] = ()) -> list[Row]:
    """Return the rows of a SELECT as dictionaries."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


DISAGREEING = {"off": ("= 'left'", "'live'"), "still": ("<> 'left'", "'removed', 'suspect'")}
"""How a page and a listing that held it may disagree: off the listing but live, or gone and still listed (event, states)."""


def _where_listing(listing: str | None) -> str:
    if listing is None:
        return ""
    event, states = DISAGREEING[listing]
    return (
        " AND release IN (SELECT p.release_id FROM _pages p JOIN listing_events e ON e.page_id = p.page_id"  # noqa: S608 - our names
        f" WHERE p.state IN ({states}) AND e.event {event} AND e.id = (SELECT max(x.id) FROM listing_events x"
        " WHERE x.page_id = e.page_id AND x.section_id = e.section_id))"
    )


def releases(  # noqa: PLR0913 - each narrows what is asked for
    connection: sqlite3.Connection,
    *,
    section: str | None = None,
    state: str | None = None,
    text: str | None = None,
    listing: str | None = None,
    limit: int = 50,
) -> list[Row]:
    """Return releases, the newest by printed date first, without their texts.

    `text` is looked for in titles; `listing` (a key of `DISAGREEING`) leaves those on which a page and a listing disagree.
    """
    return rows(
        connection,
        "SELECT release, key, section, title, published_on, state, version, edits, silent_edits, first_seen_at, last_changed_at,"  # noqa: S608 - our names
        " last_confirmed_at, source, url FROM releases WHERE (:section IS NULL OR section = :section)"
        " AND (:state IS NULL OR state = :state) AND (:text IS NULL OR instr(lower(title), lower(:text)) > 0)"
        f"{_where_listing(listing)} ORDER BY published_on DESC, release DESC LIMIT :limit",
        {"section": section, "state": state, "text": text, "limit": limit},
    )


def release(connection: sqlite3.Connection, release_id: int) -> Row:
    """Return one release with its text, its pages and when it was watched from where.

    Raises UnknownReference where there is none.
    """
    found = rows(connection, "SELECT * FROM releases WHERE release = ?", (release_id,))
    if not found:
        raise UnknownReference(f"there is no release {release_id}", hint="see: list")
    pages = rows(
        connection,
        "SELECT p.page_id AS page, g.kind, c.title, p.state, i.reason, p.looks, p.fails, p.failing_since, p.outcome, p.error,"
        " p.first_seen_at, p.last_look_at, g.url, g.key, g.parent_id AS parent, g.position"
        " FROM _pages p JOIN pages g ON g.id = p.page_id LEFT JOIN contents c ON c.id = p.content_id"
        " JOIN identities i ON i.id = (SELECT max(x.id) FROM identities x WHERE x.page_id = p.page_id)"
        " WHERE p.release_id = ? ORDER BY p.page_id",
        (release_id,),
    )
    watched = connection.execute(
        "SELECT group_concat(DISTINCT u.vantage) FROM fetches f JOIN runs u ON u.id = f.run_id"
        " JOIN _pages p ON p.page_id = f.page_id WHERE p.release_id = ?",
        (release_id,),
    ).fetchone()[0]
    parts = _parts(connection, pages)
    return {**found[0], **_printed(connection, release_id), "pages": pages, "parts": parts, "vantage": watched}


def _parts(connection: sqlite3.Connection, pages: Sequence[Row]) -> list[Row]:
    """Return the further pages of an article in their order, each with its standing version and what that says."""
    parts = sorted((page for page in pages if page["kind"] == "part" and page["title"]), key=lambda page: page["position"])
    sql = (
        "SELECT p.page_id AS page, p.page_id || '@' || v.number AS ref, c.text, g.url"
        " FROM _pages p JOIN pages g ON g.id = p.page_id JOIN versions v ON v.id = p.version_id"
        " JOIN contents c ON c.id = p.content_id WHERE p.page_id = ?"
    )
    return [row for page in parts for row in rows(connection, sql, (page["page"],))]


def _printed(connection: sqlite3.Connection, release_id: int) -> Row:
    (content_id,) = connection.execute("SELECT content_id FROM _current WHERE release_id = ?", (release_id,)).fetchone()
    row = rows(
        connection,
        "SELECT published, published_at, precision, author, language, breadcrumb, fields FROM contents WHERE id = ?",
        (content_id,),
    )[0]
    fields = json.loads(row.pop("fields"))
    return {**row, "breadcrumb": json.loads(row["breadcrumb"]), "attachments": fields["attachments"], "images": fields["images"]}


def history(connection: sqlite3.Connection, release_id: int) -> list[Row]:
    """Return every version of a release's pages, also retracted ones, in order of time, without texts.

    A removal that stands says what it rests on: how many `checks`, and how many `controls_ok` beside them.
    """
    found = rows(
        connection,
        "SELECT h.*, g.kind AS page_kind FROM history h JOIN pages g ON g.id = h.page WHERE h.release = ?"
        " ORDER BY h.observed_at, h.fetch",
        (release_id,),
    )
    proofs = rows(connection, "SELECT ref, checks, controls_ok FROM removals WHERE release = ?", (release_id,))
    proven = {proof["ref"]: proof for proof in proofs}
    for row in found:
        row.pop("text")
        row["labels"], row["changed"] = json.loads(row["labels"]), json.loads(row["changed"])
        row |= {name: proven.get(row["ref"], {}).get(name) for name in ("checks", "controls_ok")}
    return found


def listing_of_section(connection: sqlite3.Connection, release_id: int) -> list[Row]:
    """Return what the listings said of a release's pages, in order of time."""
    return rows(
        connection,
        "SELECT e.event, s.portal || '/' || s.slug AS section, e.page_id AS page, e.not_before, e.observed_at,"
        " e.listed_title, e.listed_date FROM listing_events e JOIN sections s ON s.id = e.section_id"
        " JOIN _pages p ON p.page_id = e.page_id WHERE p.release_id = ? ORDER BY e.id",
        (release_id,),
    )


def changes(connection: sqlite3.Connection, *, since: str | None = None, limit: int = 200) -> list[Row]:
    """Return what the publisher did, newest first; `since` is an instant.

    `page_kind` tells the change of a file or a further page (`attachment`, `part`) from that of a press release; `release_title`
    is that of the press release it belongs to.
    """
    found = rows(
        connection,
        "SELECT x.*, g.kind AS page_kind, t.title AS release_title FROM changes x JOIN pages g ON g.id = x.page"
        " LEFT JOIN _current c ON c.release_id = x.release LEFT JOIN contents t ON t.id = c.content_id"
        " WHERE (:since IS NULL OR x.observed_at >= :since) ORDER BY x.observed_at DESC, x.page DESC,"
        " length(x.ref) DESC, x.ref DESC LIMIT :limit",
        {"since": since, "limit": limit},
    )
    for row in found:
        row["labels"] = json.loads(row["labels"])
    return found


def suspects(connection: sqlite3.Connection) -> list[Row]:
    """Return pages that do not answer and are not proven removed, with what came instead."""
    return rows(
        connection,
        "SELECT p.page_id AS page, p.release_id AS release, c.title, c.published_on, p.failing_since, p.fails, p.outcome, p.error,"
        " p.last_confirmed_at, p.host, g.url FROM _pages p JOIN pages g ON g.id = p.page_id JOIN contents c ON c.id = p.content_id"
        " WHERE p.state = 'suspect' ORDER BY p.failing_since DESC, p.page_id",
    )


def version(connection: sqlite3.Connection, reference: Reference) -> tuple[Row, Content | None, Reading | None]:
    """Return a version's row of `history`, its content (of a removal: the last there was), and the reading it rests on.

    A reference without a number names the newest standing version of its page.
    """
    row = connection.execute(
        "SELECT v.page_id || '@' || v.number, v.fetch_id, coalesce(v.content_id, o.content_id), r.reader FROM versions v"
        " LEFT JOIN readings r ON r.fetch_id = v.fetch_id AND r.content_id IS v.content_id"
        " LEFT JOIN versions o ON o.id = v.previous_id"
        " WHERE v.page_id = :page AND (v.number = :number OR :number IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM retractions x WHERE x.version_id = v.id))"
        " ORDER BY v.observed_at DESC, v.id DESC, r.id LIMIT 1",
        {"page": reference.page_id, "number": reference.number},
    ).fetchone()
    ref, fetch_id, content_id, reader = row
    shown = rows(connection, "SELECT * FROM history WHERE page = ? AND ref = ?", (reference.page_id, ref))[0]
    return shown, content_of(connection, content_id), load_reading(connection, fetch_id, reader)


def capture(connection: sqlite3.Connection, fetch_id: int) -> Row:
    """Return one request with its headers and its newest reading.

    Raises UnknownReference where there is none.
    """
    found = rows(
        connection,
        "SELECT c.*, f.request_headers, f.response_headers, f.request_body, f.section_id"
        " FROM captures c JOIN fetches f ON f.id = c.fetch WHERE c.fetch = ?",
        (fetch_id,),
    )
    if not found:
        raise UnknownReference(f"there is no fetch {fetch_id}", hint="captures are numbered in the view `captures`")
    row = found[0]
    for name in ("request_headers", "response_headers"):
        row[name] = json.loads(row[name])
    return row


def capture_body(connection: sqlite3.Connection, fetch_id: int) -> bytes:
    """Return the bytes that came with a fetch.

    Raises UnknownReference where there is no such fetch or it brought none.
    """
    row = connection.execute("SELECT body_id FROM fetches WHERE id = ?", (fetch_id,)).fetchone()
    if row is None or row[0] is None:
        raise UnknownReference(f"fetch {fetch_id} " + ("does not exist" if row is None else "brought no body"))
    return read_body(connection, row[0])


def sections(connection: sqlite3.Connection) -> list[Row]:
    """Return each section with what it is now, its last sweeps, and its counts."""
    return rows(
        connection,
        "SELECT s.id, s.portal || '/' || s.slug AS section, t.title, t.listing_url, t.platform, t.found_by,"
        " (SELECT max(w.ended_at) FROM sweeps w WHERE w.section_id = s.id AND w.complete = 1) AS last_complete_at,"
        " (SELECT max(w.ended_at) FROM sweeps w WHERE w.section_id = s.id) AS last_sweep_at,"
        " (SELECT w.note FROM sweeps w WHERE w.section_id = s.id ORDER BY w.id DESC LIMIT 1) AS note,"
        " (SELECT count(*) FROM _current c WHERE c.section_id = s.id) AS releases,"
        " (SELECT count(*) FROM _pages p JOIN pages g ON g.id = p.page_id"
        " WHERE p.section_id = s.id AND p.state IS NULL AND g.kind = 'release') AS unread"
        " FROM sections s LEFT JOIN section_states t ON t.id = (SELECT max(x.id) FROM section_states x WHERE x.section_id = s.id)"
        " ORDER BY s.portal, s.slug",
    )


def newest_section_state(connection: sqlite3.Connection, section_id: int) -> Row | None:
    """Return the section as it was last found, or None."""
    found = rows(connection, "SELECT * FROM section_states WHERE section_id = ? ORDER BY id DESC LIMIT 1", (section_id,))
    return found[0] if found else None


def totals(connection: sqlite3.Connection) -> Row:
    """Return the archive's counts: releases by state, versions, requests, leaves of the log."""
    return rows(
        connection,
        "SELECT (SELECT count(*) FROM _current) AS releases, (SELECT count(*) FROM _current WHERE state = 'suspect') AS suspect,"
        " (SELECT count(*) FROM _current WHERE state = 'removed') AS removed, (SELECT count(*) FROM versions) AS versions,"
        " (SELECT count(*) FROM fetches) AS requests,"
        " (SELECT max(requested_at) FROM fetches) AS last_request_at, (SELECT max(id) FROM log_leaves) AS leaves,"
        " (SELECT vantage FROM runs ORDER BY id DESC LIMIT 1) AS vantage,"
        " (SELECT trigger FROM runs ORDER BY id LIMIT 1) AS first_trigger",
    )[0]


SECTION_OF_PAGE = f"coalesce(({LISTED_BY}), ({LISTED_BY.replace('p.page_id', 'g.parent_id')}))"
"""SQL: the section (of `:sections`) of a page, `_pages p` and `pages g`: of one that is listed nowhere, being a file or a further
page of another, that of its parent."""
_LEFT_OVER = f"IN ('new', '{WITH_PAGE}')"
_BY_ITSELF = f"(g.kind <> 'attachment' OR (:now IS NOT NULL AND f.reason {_LEFT_OVER}))"
"""SQL: a page that is due by itself: any but a file, and a file too that was left over when its page was looked at."""
_HAS_FILE_DUE = (
    "(p.state = 'live' AND EXISTS (SELECT 1 FROM pages k JOIN _frontier d ON d.page_id = k.id"  # noqa: S608 - our names
    " WHERE k.parent_id = f.page_id AND k.kind = 'attachment'"
    f" AND (:now IS NULL OR (d.due_at <= :now AND d.due_at > p.last_look_at AND d.reason NOT {_LEFT_OVER}))))"
)
"""SQL: one of a page's files became due since the page was looked at; one that it could not name then waits for its next time."""


def due_pages(  # noqa: PLR0913 - each narrows what is asked for
    connection: sqlite3.Connection,
    *,
    section_ids: Sequence[int],
    now: str | None,
    limit: int = -1,
    only: Sequence[int] | None = None,
    reason: str | None = None,
) -> list[Row]:
    """Return the pages that sections list, or listed, and that are due at `now` (None: all that are tracked).

    A page is due with the first of its files that is (`files_due`; where all pages are asked for, with any): whether it still
    offers that one, and at which address, it says itself; only a file that was left over when it had just said so is due by
    itself.  Those never looked at stand first, then the longest due.  `section` is the first of `section_ids` that listed the
    page, `url` the address that it was listed by last.  `only` leaves out all but these pages, `reason` what is due for another
    reason.
    """
    narrowed = {
        f"(f.due_at <= :now OR {_HAS_FILE_DUE})": now,
        "f.reason = :reason": reason,
        "f.page_id IN (SELECT value FROM json_each(:only))": None if only is None else json.dumps(list(only)),
    }
    conditions = "".join(f" AND {condition}" for condition, value in narrowed.items() if value is not None)
    given = {"now": now, "reason": reason, "only": json.dumps(list(only or ())), "limit": limit}
    return rows(
        connection,
        f"SELECT f.page_id AS page, f.host, f.due_at, f.reason, {SECTION_OF_PAGE} AS section, g.kind,"  # noqa: S608 - our names
        " coalesce((SELECT e.listed_url FROM listing_events e WHERE e.page_id = f.page_id AND e.listed_url IS NOT NULL"
        f" ORDER BY e.id DESC LIMIT 1), f.url, g.url) AS url, p.looks, {_HAS_FILE_DUE} AS files_due"
        " FROM _frontier f JOIN _pages p USING (page_id) JOIN pages g ON g.id = p.page_id"
        f" WHERE {_BY_ITSELF} AND section IS NOT NULL{conditions}"
        " ORDER BY p.looks > 0, f.due_at, f.page_id LIMIT :limit",
        {**given, "sections": json.dumps(list(section_ids))},
    )


def base_of(connection: sqlite3.Connection, page_id: int) -> Row | None:
    """Return the fetch whose body a page's next body is compared with, and by which readers it was read; None before the first.

    `unconfirmed` says that this body made a version which a further one is to bear out.
    """
    found = rows(
        connection,
        "SELECT f.id AS fetch, f.url, f.body_id, f.requested_at, f.response_headers, p.etag, p.last_modified, p.version_id"
        " FROM _pages p JOIN fetches f ON f.id = p.base_fetch_id WHERE p.page_id = ?",
        (page_id,),
    )
    if not found:
        return None
    readers = [name for (name,) in connection.execute("SELECT reader FROM readings WHERE fetch_id = ?", (found[0]["fetch"],))]
    unconfirmed = is_unconfirmed(connection, found[0].pop("version_id"), found[0]["fetch"])
    headers = json.loads(found[0]["response_headers"])
    return {**found[0], "response_headers": headers, "readers": readers, "unconfirmed": unconfirmed}
