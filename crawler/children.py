"""Look at what hangs on a press release once it was read: the files that it offers, and its further pages.

A file is looked at when it is new, when it is due, and whenever its press release was edited: who edits the one often replaces
the other.  Its address is taken from the press release as it has just come, for many are signed anew on every load, and some move
without a word of the page being changed: an older address that answers no more says nothing of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.looking import look_at
from crawler.urls import host_of
from storage.children import as_file
from storage.instants import instant
from storage.queries import rows
from storage.records import PageKind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from crawler.looking import Looked
    from crawler.session import Session, Target
    from storage.children import Offered
    from storage.looks import Appended
    from storage.queries import Row
    from storage.records import Content, Purpose

__all__ = ["look_at_children"]


async def look_at_children(  # noqa: PLR0913 - a look, and how far it goes
    session: Session, target: Target, page: Row, look: Looked, *, whole: bool = False, purpose: Purpose | None = None
) -> AsyncIterator[tuple[Row, Appended]]:
    """Look at the files and further pages of a page that has just been looked at; yield each with what it turned out to be.

    `whole` looks at all of them, due or not; `purpose` is that of the look at the page.
    """
    for each, child in zip(look.offered or (), look.appended.children, strict=False):  # of a page that is not live, none is known
        row = _row(session, child, page, each) if child is not None else None
        if row is not None and (whole or _is_wanted(session, row, each, look.appended)) and _may_ask(session, row):
            looked = await look_at(session, target, row, purpose=purpose, like=_like(look, each))
            yield row, looked.appended


_CHILD = """
    SELECT p.page_id AS page, p.host, p.looks, f.due_at, g.kind FROM _pages p JOIN pages g ON g.id = p.page_id
    LEFT JOIN _frontier f ON f.page_id = p.page_id WHERE p.page_id = ?
"""


def _row(session: Session, child: int, page: Row, each: Offered) -> Row | None:
    """Return a child as a row of `due_pages`, at the address by which it is offered now; None where it is not one of this page."""
    found = rows(session.archive.connection, _CHILD, (child,))
    return {**found[0], "section": page["section"], "url": each.url, "host": host_of(each.url)} if found else None


def _is_wanted(session: Session, row: Row, each: Offered, appended: Appended) -> bool:
    """Tell whether a child is to be looked at now; a further page has its own times, but for the first."""
    if not row["looks"]:
        return True
    if each.kind is PageKind.PART:
        return False
    is_due = row["due_at"] is not None and row["due_at"] <= instant(session.clock.now())
    return is_due or appended.kind is not None


def _may_ask(session: Session, row: Row) -> bool:
    """Count a look against the host's budget, where there is any left."""
    is_first = not row["looks"]
    if session.gate.closed(row["host"], backfill=is_first):
        return False
    session.gate.spend(row["host"], backfill=is_first)
    return True


def _like(look: Looked, each: Offered) -> Content | None:
    """Return what is known of a file beside its bytes; a further page is read as the page that it is."""
    content = look.reading.content if look.reading is not None else None
    if each.kind is PageKind.PART or content is None:
        return None
    return as_file(each.name, content)
