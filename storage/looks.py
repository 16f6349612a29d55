"""One look at one page, appended whole: fetches, bodies, readings, content, version, identities, and what follows from them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from storage.derived import members_of, page_state, plan, refresh_releases, save_state, siblings
from storage.fingerprint import compare_sha256
from storage.identity import Identity, first_identity, reconcile
from storage.instants import instant
from storage.records import FoundBy, Kind, PageKind, Purpose, Reading, Reason, Result, State
from storage.state import LookFact, VersionFact, advance, answer_age
from storage.versions import Draft, draft_version
from storage.writer import dump, load_reading, received_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.derived import Schedule
    from storage.records import Fetch
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
    not_modified: bool = False
    second_address: bool = False
    look_at: tuple[int, ...] = field(default=())


def append_look(writer: Writer, look: Look, *, now: datetime, schedule: Schedule) -> Appended:
    """Append one look in the caller's transaction and return what it turned out to be."""
    before = page_state(writer.connection, look.page_id)
    fetch_id = writer.hops(look.fetches, run_id=look.run_id, page_id=look.page_id, section_id=look.section_id)[-1]
    draft, content_id = _read(writer, look, before, fetch_id, now)
    version = _write_version(writer, look, draft, before, fetch_id, content_id, now) if draft else None
    after = advance(before, _fact(look, fetch_id, version))
    save_state(writer.connection, look.page_id, after)
    look_at = _identify(writer, look.page_id, version, now)
    refresh_releases(writer.connection, [look.page_id])
    baseline = bool(draft) and _is_baseline(writer, look, draft)
    suspected = before.state is State.LIVE and after.state is State.SUSPECT
    second = version is not None and _is_second_address(writer, version)
    _tell(writer, version, draft, known=baseline or second, suspect=fetch_id if suspected else None, now=now)
    _plan(writer, look.page_id, look_at, now, schedule)
    return Appended(
        fetch_id=fetch_id,
        state=after.state,
        kind=version.kind if version else None,
        version_id=version.id if version else None,
        baseline=baseline,
        silent=bool(draft and draft.silent),
        suspected=suspected,
        answered=after.fails == 0,
        not_modified=look.fetches[-1].result is Result.NOT_MODIFIED,
        second_address=second,
        look_at=tuple(look_at),
    )


def _read(writer: Writer, look: Look, state: PageState, fetch_id: int, now: datetime) -> tuple[Draft | None, int | None]:
    """Write the readings and draft the version, comparing under one reader."""
    if look.reading is None:
        return None, None
    if look.rereading is not None and look.reading.content is not None and state.base_fetch_id is not None:
        writer.reading(state.base_fetch_id, look.rereading, now)
    before = load_reading(writer.connection, state.base_fetch_id, look.reading.reader) if state.base_fetch_id else None
    draft, problem = draft_version(state, before, look.reading, earlier=_earlier(writer, look.page_id))
    reading = look.reading
    if problem:
        reading = Reading(reading.reader, reading.outcome, reading.content, reading.dates, (*reading.problems, problem))
    return draft, writer.reading(fetch_id, reading, now)


def _earlier(writer: Writer, page_id: int) -> frozenset[str]:
    """Return what the page said so far, by every reader that read it: a revert is one across a change of reader too."""
    rows = writer.connection.execute(
        "SELECT DISTINCT c.compare_sha256 FROM fetches f JOIN readings r ON r.fetch_id = f.id"
        " JOIN contents c ON c.id = r.content_id WHERE f.page_id = ?",
        (page_id,),
    )
    return frozenset(digest for (digest,) in rows)


def _write_version(  # noqa: PLR0913, PLR0917 - a row's parts
    writer: Writer, look: Look, draft: Draft, state: PageState, fetch_id: int, content_id: int | None, now: datetime
) -> VersionFact:
    observed_at = received_at(look.fetches[-1])
    (last,) = writer.connection.execute(
        "SELECT coalesce(max(number), 0) FROM versions WHERE page_id = ?", (look.page_id,)
    ).fetchone()
    version_id = writer.ledger.insert(
        "versions",
        {
            "page_id": look.page_id,
            "number": last + 1,
            "kind": draft.kind.value,
            "fetch_id": fetch_id,
            "content_id": content_id,
            "previous_id": state.version_id,
            "not_before": draft.not_before,
            "observed_at": observed_at,
            "recorded_at": instant(now),
            "unchanged_304": draft.unchanged_304,
            "found_by": look.found_by.value,
            "baseline": int(_is_baseline(writer, look, draft)),
            "silent": int(draft.silent),
            "labels": dump(draft.labels),
            "changed": dump(draft.changed),
            "summary": draft.summary,
        },
    )
    (compared,) = writer.connection.execute("SELECT compare_sha256 FROM contents WHERE id = ?", (content_id,)).fetchone()
    return VersionFact(version_id, draft.kind, content_id, compared, observed_at)


def _is_baseline(writer: Writer, look: Look, draft: Draft | None) -> bool:
    """Tell whether a first sight is no news: an import, or a page first listed no later than a section's first complete sweep."""
    if draft is None or draft.kind is not Kind.NEW:
        return False
    if look.found_by is FoundBy.IMPORT:
        return True
    listed = writer.connection.execute(
        "SELECT sweep_id, section_id FROM listing_events WHERE page_id = ? AND event = 'appeared' ORDER BY id LIMIT 1",
        (look.page_id,),
    ).fetchone()
    if listed is None:
        return True  # nobody listed it: there is no complete watch that it could be news to
    (first,) = writer.connection.execute(
        "SELECT min(id) FROM sweeps WHERE section_id = ? AND complete = 1", (listed[1],)
    ).fetchone()
    return first is None or int(listed[0]) <= int(first)


def _fact(look: Look, fetch_id: int, version: VersionFact | None) -> LookFact:
    last = look.fetches[-1]
    return LookFact(
        fetch_id=fetch_id,
        requested_at=instant(last.requested_at),
        received_at=received_at(last),
        result=last.result,
        outcome=look.reading.outcome if look.reading else None,
        age=answer_age(last.response_headers),
        etag=last.header("etag"),
        last_modified=last.header("last-modified"),
        error=last.error,
        imported=last.purpose is Purpose.IMPORT,
        compare_sha256=compare_sha256(look.reading.content) if look.reading and look.reading.content else None,
        version=version,
    )


def _identify(writer: Writer, page_id: int, version: VersionFact | None, now: datetime) -> list[int]:
    """Write new opinions on which pages are one release; return pages that must be seen before the next opinion."""
    known = writer.connection.execute("SELECT release_id FROM _pages WHERE page_id = ?", (page_id,)).fetchone()
    look_at: list[int] = []
    if known[0] is None:
        if version is None:
            return []
        look_at = _identify_first(writer, page_id, now)
    members = members_of(writer.connection, page_id)
    opinions, lagging = reconcile(members) if len(members) > 1 else ([], [])
    for opinion in opinions:
        _write_identity(writer, opinion, now)
    return sorted({*look_at, *lagging} - {page_id})


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


def _plan(writer: Writer, page_id: int, look_at: Sequence[int], now: datetime, schedule: Schedule) -> None:
    """Set when the page is due next, and bring forward the pages that must be seen first."""
    plan(writer.connection, page_id, schedule)
    for other in look_at:
        writer.connection.execute("UPDATE _frontier SET due_at = ?, reason = 'copy' WHERE page_id = ?", (instant(now), other))
