"""Which pages are one press release, written down: new opinions as rows, and which pages are to be seen before the next one."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from storage.derived import members_of, refresh_releases, siblings
from storage.identity import Identity, first_identity, reconcile, reunite
from storage.instants import instant
from storage.records import PageKind, Reason, State

if TYPE_CHECKING:
    from datetime import datetime

    from storage.writer import Writer

__all__ = ["identify"]

_CHILDREN = frozenset({PageKind.ATTACHMENT.value, PageKind.PART.value})


def identify(writer: Writer, page_id: int, now: datetime, *, read: bool) -> dict[int, str]:
    """Write new opinions on which pages are one release; return which must be seen before the next opinion, and from when on.

    `read` says that a version rests on what has just come: a page that was never read belongs to nothing.
    """
    to_see: dict[int, str] = {}
    if _release_of(writer, page_id) is None:
        if not read:
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
    if kind in _CHILDREN:
        _write_identity(writer, Identity(page_id, _release_of_parent(writer, page_id), Reason.FIRST), now)
        return []
    others = siblings(writer.connection, page_id, compared)
    is_import = kind == PageKind.IMPORT.value
    identity = first_identity(page_id, compared, title, has_text=bool(text), others=others, is_import=is_import)
    _write_identity(writer, identity, now)
    if identity.reason is not Reason.SAME_CONTENT:
        return []
    # A copy may be the original under a new address: the older page says, once it is seen, whether it moved.
    return [other.page_id for other in others if other.release_id == identity.release_id and other.state is State.LIVE]


def _release_of_parent(writer: Writer, page_id: int) -> int:
    """Return the release of the page that a file or a further page hangs on: that was read, or nobody would know of this one."""
    (parent,) = writer.connection.execute("SELECT parent_id FROM pages WHERE id = ?", (page_id,)).fetchone()
    release_id = _release_of(writer, parent)
    return parent if release_id is None else release_id


def _write_identity(writer: Writer, identity: Identity, now: datetime) -> None:
    """Write an opinion on a page, and on what hangs on it: files and further pages go where their page goes."""
    _write_row(writer, identity, now)
    hanging = "SELECT p.page_id FROM pages g JOIN _pages p ON p.page_id = g.id WHERE g.parent_id = ? AND p.release_id IS NOT NULL"
    for (child,) in writer.connection.execute(hanging + " ORDER BY 1", (identity.page_id,)).fetchall():
        _write_row(writer, Identity(child, identity.release_id, identity.reason), now)


def _write_row(writer: Writer, identity: Identity, now: datetime) -> None:
    writer.ledger.insert("identities", {**_identity_row(identity), "recorded_at": instant(now)})
    former = writer.connection.execute("SELECT release_id FROM _pages WHERE page_id = ?", (identity.page_id,)).fetchone()[0]
    writer.connection.execute("UPDATE _pages SET release_id = ? WHERE page_id = ?", (identity.release_id, identity.page_id))
    if former not in {None, identity.release_id}:
        refresh_releases(writer.connection, [identity.page_id], also=[former])


def _identity_row(identity: Identity) -> dict[str, object]:
    return {**asdict(identity), "reason": identity.reason.value}
