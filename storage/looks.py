"""One look at one page, appended whole: fetches, bodies, readings, content, version, identities, and what follows from them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from storage.derived import look_of, members_of, page_state, plan, refresh_releases, save_state, siblings
from storage.fingerprint import compare_sha256
from storage.identity import Identity, first_identity, reconcile, reunite
from storage.instants import instant, later
from storage.records import FoundBy, Kind, Outcome, PageKind, Reason, Result, State
from storage.state import MISSING, VersionFact, advance, answer_age
from storage.versions import Base, Draft, draft_version
from storage.writer import dump, load_reading, received_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.derived import Schedule
    from storage.records import Fetch, Reading
    from storage.state import PageState
    from storage.writer import Writer

__all__ = ["Appended", "Look", "append_look"]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a page brought.

    `fetches` are the hops of one ask; `reading` is what the reader made of the last (None where nothing came to read);
    `rereading` is what the same reader makes of the page's base body, needed where another reader read that (rule 1).
    """

    run_id: int
    page_id: int
    fetches: Sequence[Fetch]
    reading: Reading | None = None
    rereading: Reading | None = None
    section_id: int | None = None
    found_by: FoundBy = FoundBy.CRAWL


@dataclass(frozen=True, slots=True)
class Appended:
    """What a look turned out to be: the version it made (None: nothing changed or nothing came), and pages to look at next."""

    fetch_id: int
    state: State | None
    kind: Kind | None = None
    version_id: int | None = None
    baseline: bool = False
    silent: bool = False
    suspected: bool = False
    answered: bool = True
    missing: bool = False
    not_modified: bool = False
    second_address: bool = False
    look_at: tuple[int, ...] = field(default=())


def append_look(writer: Writer, look: Look, *, now: datetime, schedule: Schedule) -> Appended:
    """Append one look in the caller's transaction and return what it turned out to be."""
    before = page_state(writer.connection, look.page_id)
    fetch_id = writer.hops(look.fetches, run_id=look.run_id, page_id=look.page_id, section_id=look.section_id)[-1]
    draft, content_id = _read(writer, look, before, fetch_id, now)
    baseline = draft is not None and _is_baseline(writer, look, draft)
    if draft is not None:
        _write_version(writer, look, draft, before, fetch_id, content_id, baseline=baseline, now=now)
    fact = look_of(writer.connection, fetch_id)
    version = fact.version
    after = advance(before, fact)
    save_state(writer.connection, look.page_id, after)
    to_see = _identify(writer, look.page_id, version, now)
    refresh_releases(writer.connection, [look.page_id])
    suspected = before.state is State.LIVE and after.state is State.SUSPECT
    second = version is not None and _is_second_address(writer, version)
    _tell(writer, version, draft, known=baseline or second, suspect=fetch_id if suspected else None, now=now)
    look_at = _plan(writer, look.page_id, to_see, now, schedule)
    return Appended(
        fetch_id=fetch_id,
        state=after.state,
        kind=version.kind if version else None,
        version_id=version.id if version else None,
        baseline=baseline,
        silent=bool(draft and draft.silent),
        suspected=suspected,
        answered=after.fails == 0 or fact.outcome is Outcome.OK,
        missing=look.reading is not None and look.reading.outcome in MISSING,
        not_modified=fact.result is Result.NOT_MODIFIED,
        second_address=second,
        look_at=look_at,
    )


def _read(writer: Writer, look: Look, state: PageState, fetch_id: int, now: datetime) -> tuple[Draft | None, int | None]:
    """Write the readings and draft the version, comparing under one reader."""
    reading = look.reading
    if reading is None:
        return None, None
    if look.rereading is not None and reading.content is not None and state.base_fetch_id is not None:
        writer.reading(state.base_fetch_id, look.rereading, now)
    base = _base(writer, state.base_fetch_id, reading.reader)
    compared = compare_sha256(reading.content) if reading.content is not None else None
    earlier = _earlier(writer, look.page_id)
    draft, problem = draft_version(state, base, reading, compared, cached_at=_cached_at(look.fetches[-1]), earlier=earlier)
    if problem:
        reading = replace(reading, problems=(*reading.problems, problem))
    return draft, writer.reading(fetch_id, reading, now, compared)


def _base(writer: Writer, fetch_id: int | None, reader: str) -> Base | None:
    """Return the page's former state as `reader` reads it, or None where it never did or could not."""
    row = writer.connection.execute(
        "SELECT c.id, c.compare_sha256 FROM readings r JOIN contents c ON c.id = r.content_id"
        " WHERE r.fetch_id = ? AND r.reader = ?",
        (fetch_id, reader),
    ).fetchone()
    if row is None or fetch_id is None:
        return None
    read = load_reading(writer.connection, fetch_id, reader)
    return Base(row[0], row[1], read) if read else None


def _cached_at(fetch: Fetch) -> str | None:
    age = answer_age(fetch.response_headers)
    return later(instant(fetch.requested_at), -1000 * age) if age else None


def _earlier(writer: Writer, page_id: int) -> frozenset[str]:
    """Return what the page said so far, by every reader that read it: a revert is one across a change of reader too."""
    rows = writer.connection.execute(
        "SELECT DISTINCT c.compare_sha256 FROM fetches f JOIN readings r ON r.fetch_id = f.id"
        " JOIN contents c ON c.id = r.content_id WHERE f.page_id = ?",
        (page_id,),
    )
    return frozenset(digest for (digest,) in rows)


def _write_version(  # noqa: PLR0913, PLR0917 - a row's parts
    writer: Writer,
    look: Look,
    draft: Draft,
    state: PageState,
    fetch_id: int,
    content_id: int | None,
    *,
    baseline: bool,
    now: datetime,
) -> None:
    (last,) = writer.connection.execute(
        "SELECT coalesce(max(number), 0) FROM versions WHERE page_id = ?", (look.page_id,)
    ).fetchone()
    writer.ledger.insert(
        "versions",
        {
            "page_id": look.page_id,
            "number": last + 1,
            "kind": draft.kind.value,
            "fetch_id": fetch_id,
            "content_id": content_id,
            "previous_id": state.version_id,
            "compared_id": draft.compared_id,
            "not_before": draft.not_before,
            "observed_at": received_at(look.fetches[-1]),
            "recorded_at": instant(now),
            "unchanged_304": draft.unchanged_304,
            "found_by": look.found_by.value,
            "baseline": int(baseline),
            "silent": int(draft.silent),
            "labels": dump(draft.labels),
            "changed": dump(draft.changed),
            "summary": draft.summary,
        },
    )


_FIRST_COMPLETE = "(SELECT min(w.id) FROM sweeps w WHERE w.section_id = {}.section_id AND w.complete = 1)"
# A section that was read to its end before saw the page come, and no section so read until then had it from the beginning.
_CAME_UNDER_WATCH = f"""
    SELECT 1 FROM listing_events e WHERE e.page_id = ?1 AND e.event = 'appeared' AND e.sweep_id > {_FIRST_COMPLETE.format("e")}
        AND NOT EXISTS (SELECT 1 FROM listing_events b WHERE b.page_id = ?1 AND b.sweep_id <= {_FIRST_COMPLETE.format("b")}
            AND {_FIRST_COMPLETE.format("b")} < e.sweep_id)
    LIMIT 1
"""  # noqa: S608 - constants above


def _is_baseline(writer: Writer, look: Look, draft: Draft) -> bool:
    """Tell whether a first sight is no news: an import, or a page that no complete watch saw come."""
    if draft.kind is not Kind.NEW or look.found_by is FoundBy.IMPORT:
        return draft.kind is Kind.NEW
    return writer.connection.execute(_CAME_UNDER_WATCH, (look.page_id,)).fetchone() is None


def _identify(writer: Writer, page_id: int, version: VersionFact | None, now: datetime) -> dict[int, str]:
    """Write new opinions on which pages are one release; return which must be seen before the next opinion, and from when on."""
    to_see: dict[int, str] = {}
    if _release_of(writer, page_id) is None:
        if version is None:
            return {}
        to_see = dict.fromkeys(_identify_first(writer, page_id, now), instant(now))
    for opinion in _reunions(writer, page_id):
        _write_identity(writer, opinion, now)
    members = members_of(writer.connection, _release_of(writer, page_id) or page_id)
    opinions, lagging = reconcile(members) if len(members) > 1 else ([], {})
    for opinion in opinions:
        _write_identity(writer, opinion, now)
    return lagging | to_see


def _release_of(writer: Writer, page_id: int) -> int | None:
    (release_id,) = writer.connection.execute("SELECT release_id FROM _pages WHERE page_id = ?", (page_id,)).fetchone()
    return None if release_id is None else int(release_id)


_PARTED = """
    SELECT i.page_id, g.article, (SELECT x.release_id FROM identities x WHERE x.page_id = i.page_id AND x.reason <> 'diverged'
        ORDER BY x.id DESC LIMIT 1)
    FROM identities i JOIN pages g ON g.id = i.page_id
    WHERE i.reason = 'diverged' AND i.id = (SELECT max(x.id) FROM identities x WHERE x.page_id = i.page_id)
        AND i.page_id IN (SELECT page_id FROM identities WHERE release_id = ?)
"""
"""The pages that diverged from a release, and the one that founded it by diverging: page, article number, the release it left."""


def _reunions(writer: Writer, page_id: int) -> list[Identity]:
    """Return the opinions by which pages that diverged from this one's release, or it from another, are one with it again."""
    opinions = []
    for parted, article, former in writer.connection.execute(_PARTED, (_release_of(writer, page_id),)).fetchall():
        joined = members_of(writer.connection, parted)
        for page in joined:
            if page.page_id == parted:
                opinions += reunite(page, joined, members_of(writer.connection, former, article=article))
    return opinions


def _identify_first(writer: Writer, page_id: int, now: datetime) -> list[int]:
    compared, title, text, kind = writer.connection.execute(
        "SELECT c.compare_sha256, c.title, c.text, g.kind FROM _pages p JOIN pages g ON g.id = p.page_id"
        " JOIN contents c ON c.id = p.content_id WHERE p.page_id = ?",
        (page_id,),
    ).fetchone()
    others = siblings(writer.connection, page_id, compared)
    is_import = kind == PageKind.IMPORT.value
    identity = first_identity(page_id, compared, title, has_text=bool(text), others=others, is_import=is_import)
    _write_identity(writer, identity, now)
    if identity.reason is not Reason.SAME_CONTENT:
        return []
    # A copy may be the original under a new address: the older page says, once it is seen, whether it moved.
    return [other.page_id for other in others if other.release_id == identity.release_id and other.state is State.LIVE]


def _write_identity(writer: Writer, identity: Identity, now: datetime) -> None:
    writer.ledger.insert("identities", {**_identity_row(identity), "recorded_at": instant(now)})
    former = writer.connection.execute("SELECT release_id FROM _pages WHERE page_id = ?", (identity.page_id,)).fetchone()[0]
    writer.connection.execute("UPDATE _pages SET release_id = ? WHERE page_id = ?", (identity.release_id, identity.page_id))
    if former not in {None, identity.release_id}:
        refresh_releases(writer.connection, [identity.page_id], also=[former])


def _identity_row(identity: Identity) -> dict[str, object]:
    return {**asdict(identity), "reason": identity.reason.value}


def _tell(  # noqa: PLR0913 - what may be told
    writer: Writer, version: VersionFact | None, draft: Draft | None, *, known: bool, suspect: int | None, now: datetime
) -> None:
    """Put what people are to be told into the outbox, in the same transaction as what it tells of."""
    if version is not None and draft is not None and not known:
        kind = "silent" if draft.silent and draft.kind is Kind.EDITED else draft.kind.value
        _outbox(writer, kind, now, version_id=version.id)
    if suspect is not None:
        _outbox(writer, "suspect", now, fetch_id=suspect)


def _is_second_address(writer: Writer, version: VersionFact) -> bool:
    """Tell whether a first sight is of another page of a release that was crawled before: no news, as the view `changes` has it."""
    sql = (
        "SELECT p.release_id <> p.page_id AND f.kind <> 'import' FROM versions v JOIN _pages p ON p.page_id = v.page_id"
        " JOIN pages f ON f.id = p.release_id WHERE v.id = ?"
    )
    return version.kind is Kind.NEW and bool(writer.connection.execute(sql, (version.id,)).fetchone()[0])


def _outbox(writer: Writer, kind: str, now: datetime, *, version_id: int | None = None, fetch_id: int | None = None) -> None:
    writer.connection.execute(
        "INSERT INTO _outbox (kind, version_id, fetch_id, created_at) VALUES (?, ?, ?, ?)",
        (kind, version_id, fetch_id, instant(now)),
    )


def _plan(writer: Writer, page_id: int, to_see: Mapping[int, str], now: datetime, schedule: Schedule) -> tuple[int, ...]:
    """Set when the page is due next, and bring forward the pages that are to be seen; return those to be seen at once.

    The page itself has just been seen: another look at once would say no more, so that it waits for its time.
    """
    plan(writer.connection, page_id, schedule)
    moment = instant(now)
    at_once = tuple(sorted(other for other, due in to_see.items() if due <= moment and other != page_id))
    dues = [(other, moment) for other in at_once] + [(other, due) for other, due in to_see.items() if due > moment]
    for other, due in dues:
        writer.connection.execute(
            "UPDATE _frontier SET due_at = ?1, reason = 'copy' WHERE page_id = ?2 AND (due_at > ?1 OR ?3)",
            (due, other, other in at_once),
        )
    return at_once
