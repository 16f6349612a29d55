"""The operational summaries: what follows from the ledger, kept at hand, and rebuilt from it when dropped."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from storage.addresses import host_of
from storage.hazard import forget, known_of, teach
from storage.holding import held
from storage.identity import Member
from storage.instants import instant, later
from storage.records import Kind, Outcome, PageKind, Purpose, Reason, Result, State
from storage.state import LookFact, PageState, VersionFact, advance, age_of_hops, fold

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from storage.hazard import Schedule

__all__ = [
    "look_of",
    "looks_of",
    "members_of",
    "page_state",
    "plan",
    "plan_with_copies",
    "rebuild",
    "refold_page",
    "refresh_releases",
    "save_state",
    "siblings",
    "track",
]

_STATE_COLUMNS = tuple(field.name for field in fields(PageState))
_LOOKS = ", ".join(
    f"'{purpose.value}'" for purpose in (Purpose.FIRST, Purpose.LOOK, Purpose.RECHECK, Purpose.CONTROL, Purpose.IMPORT)
)


def track(connection: sqlite3.Connection, page_id: int) -> None:
    """Begin the summary of a page that has just been written to `pages`."""
    url, section_id = connection.execute("SELECT url, section_id FROM pages WHERE id = ?", (page_id,)).fetchone()
    connection.execute("INSERT INTO _pages (page_id, section_id, host) VALUES (?, ?, ?)", (page_id, section_id, host_of(url)))


def page_state(connection: sqlite3.Connection, page_id: int) -> PageState:
    """Return what we hold of a page now."""
    row = connection.execute(f"SELECT {', '.join(_STATE_COLUMNS)} FROM _pages WHERE page_id = ?", (page_id,)).fetchone()  # noqa: S608 - our names
    state, *rest = row
    return PageState(State(state) if state else None, *rest)


def save_state(connection: sqlite3.Connection, page_id: int, state: PageState) -> None:
    """Keep what we hold of a page now."""
    assignments = ", ".join(f"{name} = ?" for name in _STATE_COLUMNS)
    values = [getattr(state, name) for name in _STATE_COLUMNS]
    connection.execute(f"UPDATE _pages SET {assignments} WHERE page_id = ?", (*values, page_id))  # noqa: S608 - our names


def plan(connection: sqlite3.Connection, page_id: int, schedule: Schedule, *, looked: bool = True) -> None:
    """Set when a page is due next, by its state and the policy given.

    Never due is an imported file, which nobody serves, and an attached one that its press release does not offer any more.  A
    look that was brought forward stays so until the page was `looked` at.
    """
    kind, host, recorded_at, published_on = connection.execute(
        "SELECT g.kind, p.host, g.recorded_at, c.published_on FROM _pages p JOIN pages g ON g.id = p.page_id"
        " LEFT JOIN contents c ON c.id = p.content_id WHERE p.page_id = ?",
        (page_id,),
    ).fetchone()
    if kind == PageKind.IMPORT.value or (kind == PageKind.ATTACHMENT.value and not _is_offered(connection, page_id)):
        connection.execute("DELETE FROM _frontier WHERE page_id = ?", (page_id,))
        return
    known = known_of(connection, page_id, host, kind)
    due_at, reason = schedule.due(page_state(connection, page_id), recorded_at, published_on, known)
    sooner = "SELECT 1 FROM _frontier WHERE page_id = ? AND due_at < ? AND reason IN ('copy', 'listing')"
    if looked or not connection.execute(sooner, (page_id, due_at)).fetchone():
        connection.execute(
            "INSERT OR REPLACE INTO _frontier (page_id, host, due_at, reason) VALUES (?, ?, ?, ?)", (page_id, host, due_at, reason)
        )


def _is_offered(connection: sqlite3.Connection, page_id: int) -> bool:
    """Tell whether the press release of a file names it as it stands now: by its address, or by the name that it was read under."""
    sql = (
        "SELECT g.url, c.title, o.fields FROM pages g JOIN _pages p ON p.page_id = g.id LEFT JOIN contents c ON c.id = p.content_id"
        " JOIN _pages x ON x.page_id = g.parent_id JOIN contents o ON o.id = x.content_id WHERE g.id = ?"
    )
    row = connection.execute(sql, (page_id,)).fetchone()
    if row is None:
        return False
    url, name, fields = row
    return any(each["url"] == url or each["name"] == name for each in json.loads(fields)["attachments"])


def plan_with_copies(  # noqa: PLR0913 - a page, what is to be seen, and when
    connection: sqlite3.Connection,
    page_id: int,
    to_see: Mapping[int, str],
    now: datetime,
    schedule: Schedule,
    *,
    looked: bool = True,
) -> tuple[int, ...]:
    """Set when the page is due next, and bring forward the pages that are to be seen; return those to be seen at once.

    Where the page itself has just been `looked` at, another look at once would say no more, so that it waits for its time.
    """
    plan(connection, page_id, schedule, looked=looked)
    moment = instant(now)
    at_once = tuple(sorted(other for other, due in to_see.items() if due <= moment and not (looked and other == page_id)))
    dues = [(other, moment) for other in at_once] + [(other, due) for other, due in to_see.items() if due > moment]
    for other, due in dues:
        connection.execute(
            "UPDATE _frontier SET due_at = ?1, reason = 'copy' WHERE page_id = ?2 AND (due_at > ?1 OR ?3)",
            (due, other, other in at_once),
        )
    return at_once


_MEMBER = """
    SELECT p.page_id, p.release_id, g.kind, p.state, i.reason, p.compare_sha256, c.title, coalesce(c.text, '') <> '',
        p.first_seen_at, p.last_changed_at, max(p.base_at, coalesce(p.unchanged_304, '')), g.article,
        (SELECT x.reader FROM readings x WHERE x.fetch_id = p.base_fetch_id AND x.outcome = 'ok' ORDER BY x.id DESC LIMIT 1)
    FROM _pages p JOIN pages g ON g.id = p.page_id AND g.kind IN ('release', 'import') JOIN contents c ON c.id = p.content_id
    JOIN identities i ON i.id = (SELECT max(x.id) FROM identities x WHERE x.page_id = p.page_id)
"""
"""Files and further pages are of the release of their parent, and no opinion is held on them."""


def members_of(connection: sqlite3.Connection, release_id: int, *, article: str | None = None) -> list[Member]:
    """Return the pages of a release; `same_article` says which of them have the number `article`."""
    rows = connection.execute(_MEMBER + " WHERE p.release_id = ? ORDER BY p.page_id", (release_id,))
    return [_member(row, article) for row in rows]


def siblings(connection: sqlite3.Connection, page_id: int, compare_sha256: str) -> list[Member]:
    """Return other pages with the same article number on the host, or with the same content."""
    (article,) = connection.execute("SELECT article FROM pages WHERE id = ?", (page_id,)).fetchone()
    rows = connection.execute(
        _MEMBER + " WHERE p.page_id IN"  # noqa: S608 - our names
        " (SELECT id FROM pages WHERE article = ? UNION SELECT page_id FROM _pages WHERE compare_sha256 = ?)"
        " AND p.page_id <> ? AND p.release_id IS NOT NULL ORDER BY p.page_id",
        (article, compare_sha256, page_id),
    )
    return [_member(row, article) for row in rows]


def _member(row: tuple[Any, ...], article: str | None) -> Member:
    page_id, release_id, kind, state, reason, compared, title, has_text, first_seen, changed, confirmed, own_article, reader = row
    return Member(
        page_id=page_id,
        release_id=release_id,
        kind=PageKind(kind),
        state=State(state),
        reason=Reason(reason),
        compare_sha256=compared,
        title=title,
        has_text=bool(has_text),
        same_article=article is not None and article == own_article,
        changed_at=changed or first_seen,
        confirmed_at=confirmed,
        reader=reader,
    )


def refresh_releases(connection: sqlite3.Connection, pages: Iterable[int], *, also: Iterable[int] = ()) -> None:
    """Fold the pages of the releases that `pages` belong to, and of the releases `also`, into `_current`."""
    releases = set(also)
    for page_id in pages:
        (release_id,) = connection.execute("SELECT release_id FROM _pages WHERE page_id = ?", (page_id,)).fetchone()
        releases.add(release_id)
    for release_id in sorted(releases - {None}):
        connection.execute("DELETE FROM _current WHERE release_id = ?", (release_id,))
        connection.execute(_FOLD_RELEASE, {"release": release_id})


# The page that speaks for a release: one that is live before one that is not, an import last, the founding page first; never a
# file or a further page, which neither tell whether the release is live nor since when it is known.
# An edit that shows at two addresses is one edit: each step from one content to another, as they are compared, counts as often as
# on the page that took it most often.
_FOLD_RELEASE = """
INSERT INTO _current
WITH members AS (
    SELECT p.* FROM _pages p JOIN pages g ON g.id = p.page_id WHERE p.release_id = :release AND g.kind IN ('release', 'import')
), face AS (
    SELECT * FROM members WHERE version_id IS NOT NULL
    ORDER BY CASE state WHEN 'live' THEN 0 WHEN 'suspect' THEN 1 WHEN 'removed' THEN 2 ELSE 3 END,
        page_id <> release_id, page_id LIMIT 1
), stood AS (
    SELECT v.*, w.compare_sha256 AS was, c.compare_sha256 AS became FROM versions v JOIN _pages p USING (page_id)
    LEFT JOIN contents w ON w.id = v.compared_id LEFT JOIN contents c ON c.id = v.content_id
    WHERE p.release_id = :release AND NOT EXISTS (SELECT 1 FROM retractions r WHERE r.version_id = v.id)
), steps AS (
    SELECT max(times) AS times, max(silently) AS silently FROM (
        SELECT was, became, count(*) AS times, sum(silent) AS silently FROM stood WHERE kind = 'edited'
        GROUP BY page_id, was, became
    ) GROUP BY was, became
)
SELECT face.release_id, face.page_id,
    coalesce(face.section_id, (SELECT min(section_id) FROM members)),
    face.version_id, face.content_id, face.state,
    (SELECT coalesce(sum(times), 0) FROM steps), (SELECT coalesce(sum(silently), 0) FROM steps),
    (SELECT min(first_seen_at) FROM members),
    (SELECT max(observed_at) FROM stood WHERE kind <> 'new'),
    (SELECT max(last_confirmed_at) FROM members),
    (SELECT published_on FROM contents WHERE id = face.content_id)
FROM face
"""


def refold_page(connection: sqlite3.Connection, page_id: int) -> None:
    """Make a page's summary anew from its looks: after a row that lands before later ones, a step would not do."""
    save_state(connection, page_id, fold(looks_of(connection, page_id)))


def rebuild(connection: sqlite3.Connection, schedule: Schedule) -> None:
    """Make `_pages`, `_current`, `_hazard` and `_frontier` anew from the ledger, in the caller's transaction."""
    for table in ("_pages", "_current", "_frontier"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our names
    pages = [page_id for (page_id,) in connection.execute("SELECT id FROM pages ORDER BY id").fetchall()]
    for page_id in pages:
        track(connection, page_id)
        refold_page(connection, page_id)
        connection.execute(
            "UPDATE _pages SET release_id = (SELECT release_id FROM identities WHERE page_id = ?1 ORDER BY id DESC LIMIT 1)"
            " WHERE page_id = ?1",
            (page_id,),
        )
    learn_anew(connection, pages, schedule)
    for page_id in pages:
        plan(connection, page_id, schedule)
    refresh_releases(connection, pages)


def learn_anew(connection: sqlite3.Connection, pages: Iterable[int], schedule: Schedule) -> None:
    """Learn from all looks at `pages` once more, in the order in which they were made."""
    forget(connection)
    steps = []
    for page_id in pages:
        before = PageState()
        for look in looks_of(connection, page_id):
            after = advance(before, look)
            steps.append((_taught_at(connection, look), page_id, before, after))
            before = after
    for _, page_id, before, after in sorted(steps, key=lambda step: step[0]):
        teach(connection, page_id, before, after, schedule)


def _taught_at(connection: sqlite3.Connection, look: LookFact) -> tuple[int, int]:
    """Return a look's place in the order of what was learned: a removal was known with the last fetch that it rests on."""
    if look.version is None or look.version.kind is not Kind.REMOVED:
        return look.fetch_id, 0
    (last,) = connection.execute("SELECT max(fetch_id) FROM proofs WHERE version_id = ?", (look.version.id,)).fetchone()
    return max(look.fetch_id, last or 0), look.version.id


# Validators are the page's own where the page's own address answered, in either scheme, and not the target of a redirect.
_LOOK = f"""
    SELECT f.id, f.hop_of, f.requested_at, f.elapsed_ms, f.result, r.outcome, f.response_headers, f.etag, f.last_modified, f.error,
        f.purpose, rc.compare_sha256, substr(f.url, instr(f.url, '://')) = substr(g.url, instr(g.url, '://')),
        v.id, v.kind, v.content_id, c.compare_sha256, v.observed_at
    FROM fetches f JOIN pages g ON g.id = f.page_id
    LEFT JOIN readings r ON r.id = {held("f")}
    LEFT JOIN versions v ON v.fetch_id = f.id AND v.page_id = f.page_id
        AND NOT EXISTS (SELECT 1 FROM retractions y WHERE y.version_id = v.id)
    LEFT JOIN contents rc ON rc.id = r.content_id
    LEFT JOIN contents c ON c.id = v.content_id
"""  # noqa: S608 - our names
_LOOK_ROWS = f"""{_LOOK}
    WHERE f.page_id = ? AND f.purpose IN ({_LOOKS}) AND NOT EXISTS (SELECT 1 FROM fetches h WHERE h.hop_of = f.id)
    ORDER BY f.id
"""  # noqa: S608 - our names


def look_of(connection: sqlite3.Connection, fetch_id: int) -> LookFact:
    """Return the look whose last hop is a fetch of a page, as the ledger has it: what a rebuild will see."""
    return _look(connection, connection.execute(_LOOK + " WHERE f.id = ?", (fetch_id,)).fetchone())


def looks_of(connection: sqlite3.Connection, page_id: int) -> list[LookFact]:
    """Return a page's looks in the order in which they were made, each with the version that stands on it."""
    return [_look(connection, row) for row in connection.execute(_LOOK_ROWS, (page_id,)).fetchall()]


def _look(connection: sqlite3.Connection, row: tuple[Any, ...]) -> LookFact:
    fetch_id, hop_of, requested, elapsed, result, outcome, headers, etag, last_modified, error, purpose, read_as, own, *version = (
        row
    )
    return LookFact(
        fetch_id=fetch_id,
        requested_at=requested,
        received_at=later(requested, elapsed),
        result=Result(result),
        outcome=Outcome(outcome) if outcome else None,
        age=age_of_hops([*_hops_before(connection, hop_of), (requested, json.loads(headers))]),
        etag=etag if own else None,
        last_modified=last_modified if own else None,
        error=error,
        imported=purpose == Purpose.IMPORT.value,
        compare_sha256=read_as,
        version=_version(version) if version[0] else None,
    )


def _hops_before(connection: sqlite3.Connection, hop_of: int | None) -> list[tuple[str, list[list[str]]]]:
    """Return the redirects on the way to a fetch: when each was asked for, and the headers of its answer."""
    hops: list[tuple[str, list[list[str]]]] = []
    while hop_of is not None:
        sql = "SELECT requested_at, response_headers, hop_of FROM fetches WHERE id = ?"
        requested_at, headers, hop_of = connection.execute(sql, (hop_of,)).fetchone()
        hops.append((requested_at, json.loads(headers)))
    return hops[::-1]


def _version(row: list[Any]) -> VersionFact:
    version_id, kind, content_id, compared, observed_at = row
    return VersionFact(version_id, Kind(kind), content_id, compared, observed_at)
