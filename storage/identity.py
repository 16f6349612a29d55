"""Which pages are one press release.  Pure: facts in, opinions out; history stays with the pages (design, section 4, rule 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.instants import later
from storage.records import PageKind, Reason, State

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Identity", "Member", "first_identity", "reconcile", "reunite"]

_ABSENT = frozenset({State.SUSPECT, State.REMOVED})
_SETTLED_AFTER = 60 * 60 * 1000
"""Milliseconds.  A content management system writes the copies of an article anew one after the other, minutes apart: only what
still differs an hour after the latest change is held to differ on purpose."""


@dataclass(frozen=True, slots=True)
class Member:
    """A page that was read at least once: what it says now, as `reader` reads it, since when, and until when it surely said so."""

    page_id: int
    release_id: int
    kind: PageKind
    state: State
    reason: Reason
    compare_sha256: str
    title: str
    has_text: bool
    same_article: bool
    changed_at: str
    confirmed_at: str
    reader: str


@dataclass(frozen=True, slots=True)
class Identity:
    """The opinion that a page belongs to a release, and why."""

    page_id: int
    release_id: int
    reason: Reason


def first_identity(  # noqa: PLR0913 - a page's facts
    page_id: int, compare_sha256: str, title: str, *, has_text: bool, others: Sequence[Member], is_import: bool = False
) -> Identity:
    """Say which release a page belongs to when it is first read.

    `others` are the pages with the same article number on the host or the same content.  An article number alone is not
    trusted (numbers restart when a site is migrated): title or content must agree too.  Same content counts only where there
    is text: two pages of pictures under one heading are not thereby one.  Nothing moves into an imported file: nobody serves it.
    """
    for other in others:
        if other.same_article and (other.compare_sha256 == compare_sha256 or other.title == title):
            return Identity(page_id, other.release_id, Reason.SAME_ARTICLE_ID)
    for other in others:
        if has_text and other.has_text and other.compare_sha256 == compare_sha256:
            moved = not is_import and other.kind is not PageKind.IMPORT and other.state in _ABSENT
            return Identity(page_id, other.release_id, Reason.MOVED if moved else Reason.SAME_CONTENT)
    return Identity(page_id, page_id, Reason.FIRST)


def reconcile(members: Sequence[Member]) -> tuple[list[Identity], dict[int, str]]:
    """Look again at the pages of one release: return new opinions, and from when on which pages are to be seen before forming one.

    Copies that differ may be a divergence or a copy that lags: only a page seen an hour after the other's change, or later, tells.
    One not seen since is to be seen from that change on (at once), one seen within the hour when it is over.  Pages that
    different readers read differ for that reason alone: they are compared when one reader has read both.  Imported files never
    change, so they take no part.
    """
    pages = [member for member in members if member.kind is not PageKind.IMPORT]
    live = _live(pages)
    return [*_moves(live, pages), *_divergences(live)], _lagging(live)


def reunite(page: Member, joined: Sequence[Member], former: Sequence[Member]) -> list[Identity]:
    """Say whether a page that diverged is one with its former release again: where it says what that release's first page says.

    `joined` are the pages of the release that it founded, itself among them: they come with it.  `former` are the pages of the
    release that it left, where `same_article` is about `page`.
    """
    live = _live(former)
    if page.state is not State.LIVE or not live:
        return []
    lead = min(live, key=_leads)
    if page.compare_sha256 != lead.compare_sha256 or not (lead.same_article or (page.has_text and lead.has_text)):
        return []
    why = {page.page_id: Reason.SAME_ARTICLE_ID if lead.same_article else Reason.SAME_CONTENT}
    return [Identity(each.page_id, lead.release_id, why.get(each.page_id, Reason.SAME_CONTENT)) for each in joined]


def _live(members: Sequence[Member]) -> list[Member]:
    return [member for member in members if member.kind is not PageKind.IMPORT and member.state is State.LIVE]


def _moves(live: Sequence[Member], pages: Sequence[Member]) -> list[Identity]:
    """Say which copies under another number are the moved original: those whose older page of the same content does not answer."""
    opinions = []
    for member in live:
        twins = [page for page in pages if page.page_id < member.page_id and page.compare_sha256 == member.compare_sha256]
        gone = bool(twins) and all(twin.state in _ABSENT for twin in twins)
        wanted = {Reason.SAME_CONTENT: gone, Reason.MOVED: bool(twins) and not gone}
        if wanted.get(member.reason):
            reason = Reason.MOVED if gone else Reason.SAME_CONTENT
            opinions.append(Identity(member.page_id, member.release_id, reason))
    return opinions


def _divergences(live: Sequence[Member]) -> list[Identity]:
    if not live:
        return []
    lead, *rest = sorted(live, key=_leads)
    return [
        Identity(member.page_id, member.page_id, Reason.DIVERGED)
        for member in rest
        if member.compare_sha256 != lead.compare_sha256
        and member.reader == lead.reader
        and not _may_lag(member, lead)
        and not _may_lag(lead, member)
    ]


def _lagging(live: Sequence[Member]) -> dict[int, str]:
    lagging: dict[int, str] = {}
    for page in live:
        others = [other for other in live if other.compare_sha256 != page.compare_sha256 and _may_lag(page, other)]
        if others:
            lagging[page.page_id] = min(_see_from(page, other) for other in others)
    return lagging


def _may_lag(page: Member, other: Member) -> bool:
    """Tell whether `page` was last seen before the change of `other` had settled, so that it may change likewise."""
    return page.confirmed_at < later(other.changed_at, _SETTLED_AFTER)


def _see_from(page: Member, other: Member) -> str:
    """Return the instant from which on a look at `page` says more of the difference than is known."""
    return other.changed_at if page.confirmed_at < other.changed_at else later(other.changed_at, _SETTLED_AFTER)


def _leads(member: Member) -> tuple[bool, int]:
    return (member.page_id != member.release_id, member.page_id)
