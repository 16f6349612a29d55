"""Late knowledge: bodies that were read again, and what they tell of a page's past (design, section 4, rule 4).

Readings are written beside the older ones; versions that became visible are appended, with their true times; versions that prove
spurious, or whose predecessor, kind or bounds are others now, are retracted and, where they still stand, written anew.  Numbers
never move.  People are told only of what is new to them, and of what they were told and is no longer held.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storage.comparing import base_as_read, said_before
from storage.derived import looks_of, page_state, plan_with_copies, refold_page, refresh_releases
from storage.holding import CAME_TO_NOTHING, held
from storage.instants import instant
from storage.marks import FLAP, marked
from storage.news import is_baseline, is_second_address, tell, tell_version
from storage.opinions import identify
from storage.records import FoundBy, Kind, Outcome
from storage.timeline import Retelling, Standing, Step, Told, retell
from storage.versions import Draft, described
from storage.writer import load_reading

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from datetime import datetime

    from storage.hazard import Schedule
    from storage.records import Reading
    from storage.state import LookFact
    from storage.writer import VersionRow, Writer

__all__ = ["Late", "Reread", "Stored", "append_late", "pages_of_section", "retold", "stored_bodies"]


@dataclass(frozen=True, slots=True)
class Stored:
    """A look that brought a body: what is needed to read it again, and how it holds to read now.

    `held` is the outcome that holds, `compared` the hash of the content that holds and `text` its text (None: no content).
    """

    fetch_id: int
    body_id: int
    url: str
    asked: str
    hops: tuple[str, ...]
    status: int | None
    headers: tuple[tuple[str, str], ...]
    requested_at: str
    held: Outcome | None
    text: str | None
    compared: str | None


@dataclass(frozen=True, slots=True)
class Reread:
    """What the one reader makes of a stored body, and the hash of its content in the comparison form."""

    fetch_id: int
    reading: Reading
    compared: str | None = None


@dataclass(frozen=True, slots=True)
class Late:
    """What was written of a page: versions that are new to us by kind, how many were written anew, how many withdrawn."""

    appended: tuple[str, ...] = ()
    replaced: int = 0
    withdrawn: int = 0


_STORED = f"""
    SELECT f.id, f.body_id, f.url, f.status, f.response_headers, f.requested_at, f.hop_of, r.outcome, c.text, c.compare_sha256
    FROM fetches f JOIN bodies b ON b.id = f.body_id AND b.data IS NOT NULL
    LEFT JOIN readings r ON r.id = {held("f")} LEFT JOIN contents c ON c.id = r.content_id
    WHERE f.page_id = ? AND f.purpose <> 'import' AND f.result = 'response'
        AND NOT EXISTS (SELECT 1 FROM fetches n WHERE n.hop_of = f.id)
        AND NOT EXISTS (SELECT 1 FROM readings x WHERE x.fetch_id = f.id AND x.reader = ?)
    ORDER BY f.id
"""  # noqa: S608 - our names


def stored_bodies(connection: sqlite3.Connection, page_id: int, reader: str) -> list[Stored]:
    """Return the bodies of a page that a reader has not read yet and that were not withheld, in the order in which they came."""
    return [_stored(connection, *row) for row in connection.execute(_STORED, (page_id, reader)).fetchall()]


def _stored(  # noqa: PLR0913, PLR0917 - a row's columns
    connection: sqlite3.Connection,
    fetch_id: int,
    body_id: int,
    url: str,
    status: int | None,
    headers: str,
    requested_at: str,
    hop_of: int | None,
    outcome: str | None,
    text: str | None,
    compared: str | None,
) -> Stored:
    hops = _hops(connection, hop_of)
    named = tuple((name, value) for name, value in json.loads(headers))
    holds = Outcome(outcome) if outcome else None
    asked = hops[0] if hops else url
    return Stored(fetch_id, body_id, url, asked, hops, status, named, requested_at, holds, text, compared)


def _hops(connection: sqlite3.Connection, fetch_id: int | None) -> tuple[str, ...]:
    """Return the addresses of a hop and those before it, the one that was asked for first."""
    hops: list[str] = []
    while fetch_id is not None:
        address, fetch_id = connection.execute("SELECT url, hop_of FROM fetches WHERE id = ?", (fetch_id,)).fetchone()
        hops.insert(0, address)
    return tuple(hops)


_PAGES = """
    SELECT p.page_id FROM _pages p JOIN pages g ON g.id = p.page_id
    WHERE p.section_id = :section AND g.kind IN ('release', 'part') AND p.looks > 0 AND (:since IS NULL OR p.last_look_at >= :since)
"""
_ASIDE_PAGES = f"""{_PAGES} AND p.page_id IN (
        SELECT f.page_id FROM readings q JOIN fetches f ON f.id = q.fetch_id WHERE q.outcome = 'quarantined' AND q.id = {held("f")}
    )"""  # noqa: S608 - our names


def pages_of_section(
    connection: sqlite3.Connection, section_id: int, *, since: str | None = None, quarantined: bool = False
) -> list[int]:
    """Return the pages that a section listed first and that brought a body, in order.

    `since` leaves out those that were not looked at from that instant on, `quarantined` those of which nothing is kept aside.
    """
    sql = _ASIDE_PAGES if quarantined else _PAGES
    rows = connection.execute(sql + " ORDER BY p.page_id", {"section": section_id, "since": since})
    return [page_id for (page_id,) in rows]


def retold(connection: sqlite3.Connection, page_id: int, reader: str, fresh: Mapping[int, Reread]) -> Retelling:
    """Return what would have to be written of a page if its bodies read as `fresh` (fetch -> reading) says; writes nothing."""
    fresh = _unwritten(connection, fresh)
    stored = _hashes(connection, page_id, reader)
    standing = {each.fetch_id: each for each in _standing(connection, page_id)}
    looks = [_told(look, fresh.get(look.fetch_id), stored, standing) for look in looks_of(connection, page_id)]
    return retell(looks)


def _unwritten(connection: sqlite3.Connection, fresh: Mapping[int, Reread]) -> dict[int, Reread]:
    """Return the readings that are not in the file yet: what a reader once made of a fetch is what it makes of it."""
    sql = "SELECT 1 FROM readings WHERE fetch_id = ? AND reader = ?"
    return {
        fetch_id: each
        for fetch_id, each in fresh.items()
        if not connection.execute(sql, (fetch_id, each.reading.reader)).fetchone()
    }


def _told(look: LookFact, fresh: Reread | None, stored: Mapping[int, str | None], standing: Mapping[int, Standing]) -> Told:
    outcome, compared = look.outcome, stored.get(look.fetch_id)
    if fresh is not None:
        holds = fresh.reading.outcome not in CAME_TO_NOTHING or outcome is None or outcome in CAME_TO_NOTHING
        outcome, compared = fresh.reading.outcome if holds else outcome, fresh.compared
    compared = compared if outcome is Outcome.OK else None
    return Told(replace(look, outcome=outcome, version=None), compared, standing.get(look.fetch_id))


def _hashes(connection: sqlite3.Connection, page_id: int, reader: str) -> dict[int, str | None]:
    """Return the comparison hashes of a page's bodies as a reader read them so far, by fetch."""
    rows = connection.execute(
        "SELECT r.fetch_id, c.compare_sha256 FROM readings r JOIN fetches f ON f.id = r.fetch_id"
        " LEFT JOIN contents c ON c.id = r.content_id WHERE f.page_id = ? AND r.reader = ?",
        (page_id, reader),
    )
    return dict(rows)


def _standing(connection: sqlite3.Connection, page_id: int) -> list[Standing]:
    rows = connection.execute(
        "SELECT id, kind, fetch_id, previous_id, not_before, unchanged_304, found_by,"
        " (SELECT json_group_array(k.fetch_id) FROM proofs k WHERE k.version_id = v.id AND k.role = 'check'),"
        " compared_id IS NOT NULL AND changed <> '[]'"
        " FROM versions v WHERE page_id = ? AND NOT EXISTS (SELECT 1 FROM retractions r WHERE r.version_id = v.id) ORDER BY id",
        (page_id,),
    )
    return [
        Standing(
            id=number,
            kind=Kind(kind),
            fetch_id=fetch_id,
            previous_id=previous_id,
            not_before=not_before,
            unchanged_304=unchanged_304,
            found_by=FoundBy(found_by),
            checks=tuple(json.loads(checks)),
            differs=bool(differs),
        )
        for number, kind, fetch_id, previous_id, not_before, unchanged_304, found_by, checks, differs in rows
    ]


def append_late(  # noqa: PLR0913 - a page, how it reads, and when
    writer: Writer, page_id: int, reader: str, fresh: Mapping[int, Reread], *, now: datetime, schedule: Schedule
) -> Late:
    """Write what a reader made of a page's stored bodies, and all that follows, in the caller's transaction."""
    fresh = _unwritten(writer.connection, fresh)
    retelling = retold(writer.connection, page_id, reader, fresh)
    for each in fresh.values():
        writer.reading(each.fetch_id, each.reading, now, each.compared)
    if not fresh and retelling.is_empty:
        return Late()
    written = _write(writer, page_id, reader, retelling, now)
    refold_page(writer.connection, page_id)
    read = page_state(writer.connection, page_id).version_id is not None
    to_see = identify(writer, page_id, now, read=read)
    refresh_releases(writer.connection, [page_id])
    _tell(writer, page_id, written, retelling, now)
    plan_with_copies(writer.connection, page_id, to_see, now, schedule, looked=False)
    fresh_kinds = tuple(_kind(draft) for step, _, draft in written if step.replaces is None)
    return Late(fresh_kinds, len(written) - len(fresh_kinds), len(retelling.withdrawn))


def _kind(draft: Draft) -> str:
    return "silent" if draft.silent and draft.kind is Kind.EDITED else draft.kind.value


_Written = list[tuple[Step, int, Draft]]


def _write(writer: Writer, page_id: int, reader: str, retelling: Retelling, now: datetime) -> _Written:
    """Write the steps in order, each naming the one before it, and retract what each replaces and what stands no longer."""
    ids = dict(retelling.stays)
    written: _Written = []
    for step in retelling.writes:
        draft, content_id = _drafted(writer.connection, page_id, step, reader)
        row: VersionRow = {
            "page_id": page_id,
            "fetch_id": step.fetch_id,
            "content_id": content_id,
            "previous_id": None if step.previous is None else ids[step.previous],
            "observed_at": step.told.look.received_at,
            "baseline": is_baseline(writer.connection, page_id, draft.kind, FoundBy.REPARSE),
        }
        draft = marked(writer.connection, draft, **row)
        version_id = writer.version(draft, **row, found_by=_found_by(step), recorded_at=now)
        ids[step.fetch_id] = version_id
        written.append((step, version_id, draft))
        if step.replaces is not None:
            _retract(writer, step.replaces, version_id, _why_replaced(step, step.replaces), now)
            _prove_anew(writer, step.replaces, version_id)
    for standing in retelling.withdrawn:
        _retract(writer, standing, ids.get(standing.fetch_id), _why_withdrawn(standing, ids), now)
    return written


def _found_by(step: Step) -> FoundBy:
    """Return who found a version: whoever did before, where it rests on the same look."""
    was = step.replaces
    return was.found_by if was is not None and was.fetch_id == step.fetch_id else FoundBy.REPARSE


def _why_replaced(step: Step, was: Standing) -> str:
    return "what came before it, or its bounds, are others" if was.fetch_id == step.fetch_id else "the page said so already before"


def _why_withdrawn(standing: Standing, ids: Mapping[int, int]) -> str:
    if standing.fetch_id in ids:
        return "another kind of change was seen there"
    return "the page was not missing as was held" if standing.kind is Kind.REMOVED else "the body reads as no change"


def _drafted(connection: sqlite3.Connection, page_id: int, step: Step, reader: str) -> tuple[Draft, int | None]:
    """Return the version to be written at a step, with what is said of it, and its content."""
    if step.draft.kind is Kind.REMOVED:
        return step.draft, None
    if step.is_given:
        return _as_it_stood(connection, step)
    (content_id,) = connection.execute(
        "SELECT content_id FROM readings WHERE fetch_id = ? AND reader = ?", (step.fetch_id, reader)
    ).fetchone()
    base = base_as_read(connection, step.base, reader)
    after = load_reading(connection, step.fetch_id, reader)
    if base is None or after is None or step.told.compared is None:
        return step.draft, content_id
    earlier = said_before(connection, page_id, step.fetch_id)
    return described(step.draft, base, after, step.told.compared, earlier), content_id


def _as_it_stood(connection: sqlite3.Connection, step: Step) -> tuple[Draft, int | None]:
    """Return a version that the reader cannot judge as it was written, with the kind and the bounds that it has now.

    Where none was written, it is a first sight or a return, and says what holds to be read there.
    """
    standing = step.told.standing
    row = connection.execute(_SAID, (standing.id if standing is not None else None,)).fetchone()
    if row is None:
        (content_id,) = connection.execute(_HELD_CONTENT, (step.fetch_id,)).fetchone()
        return step.draft, content_id
    content_id, compared_id, silent, labels, changed, summary = row
    if step.draft.kind is Kind.NEW:
        return step.draft, content_id
    said = {"labels": tuple(json.loads(labels)), "changed": tuple(json.loads(changed)), "summary": summary}
    return replace(step.draft, compared_id=compared_id, silent=bool(silent), **said), content_id


_SAID = "SELECT content_id, compared_id, silent, labels, changed, summary FROM versions WHERE id = ? AND content_id IS NOT NULL"
_HELD_CONTENT = f"SELECT r.content_id FROM fetches f JOIN readings r ON r.id = {held('f')} WHERE f.id = ?"  # noqa: S608 - our names


def _retract(writer: Writer, standing: Standing, replaced_by: int | None, reason: str, now: datetime) -> None:
    row = {"version_id": standing.id, "replaced_by": replaced_by, "reason": reason, "recorded_at": instant(now)}
    writer.ledger.insert("retractions", row)


def _prove_anew(writer: Writer, was: Standing, version_id: int) -> None:
    """Let a removal that was written anew rest on the same fetches."""
    for fetch_id, role in writer.connection.execute(
        "SELECT fetch_id, role FROM proofs WHERE version_id = ? ORDER BY id", (was.id,)
    ).fetchall():
        writer.ledger.insert("proofs", {"version_id": version_id, "fetch_id": fetch_id, "role": role})


def _tell(writer: Writer, page_id: int, written: _Written, retelling: Retelling, now: datetime) -> None:
    """Tell what is news, and take back what was told and is no longer held."""
    connection = writer.connection
    for step, version_id, draft in written:
        known = is_baseline(connection, page_id, draft.kind, FoundBy.REPARSE)
        known = known or FLAP in draft.labels or is_second_address(connection, version_id, draft.kind)
        if step.replaces is None and not known:
            tell_version(writer, version_id, now)
    for standing in retelling.withdrawn:
        if connection.execute("SELECT 1 FROM _outbox WHERE version_id = ?", (standing.id,)).fetchone():
            tell(writer, "withdrawn", now, version_id=standing.id)
