"""The files and the further pages of a press release: pages with a history of their own, in the release of their parent.

A file is known again by its address, else by its printed name: addresses are signed anew on every load, and a file that is put
in the place of another often has a new one.  Which file a press release offers now stands in its newest content; the address that
it named last is kept in `_frontier` until the file was looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.derived import plan, track
from storage.fingerprint import comparable, page_key
from storage.instants import instant
from storage.records import Content, PageKind
from storage.writer import content_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from storage.hazard import Schedule
    from storage.writer import Writer

__all__ = ["WITH_PAGE", "Child", "Offered", "as_file", "children_of", "matched", "offer", "offered_as"]

WITH_PAGE = "page"
"""Why a file is due whose page was just edited; until it was looked at it is due by itself, as one is that nobody has seen."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A file or a further page that a press release names: its kind, its address, and its printed name and place (from 1)."""

    kind: PageKind
    url: str
    url_key: str
    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Child:
    """A page that hangs on another: `name` is that under which it was read last (None: never read), `url` its first address."""

    page: int
    kind: PageKind
    url: str
    url_key: str
    name: str | None
    position: int


def matched(known: Sequence[Child], offered: Sequence[Offered]) -> list[Child | None]:
    """Return, for each that is offered, the child that it is: by its address, else by its name, the nearest place first.

    A further page is known by its address alone.  One that was never read has no name: it is the file at its place, where its own
    address is not named any more.
    """
    left = {child.page: child for child in known}
    found: list[Child | None] = [None] * len(offered)
    for is_same in (_by_address, _by_name, _by_place):
        for place, each in enumerate(offered):
            fitting = [child for child in left.values() if found[place] is None and is_same(child, each)]
            if fitting:
                nearest = min(fitting, key=lambda child: (abs(child.position - each.position), child.page))
                found[place] = left.pop(nearest.page)
    return found


def _by_address(child: Child, each: Offered) -> bool:
    return child.url_key == each.url_key


def _by_name(child: Child, each: Offered) -> bool:
    is_file = child.kind is each.kind is PageKind.ATTACHMENT
    return is_file and child.name is not None and comparable(child.name) == comparable(each.name)


def _by_place(child: Child, each: Offered) -> bool:
    return child.kind is each.kind is PageKind.ATTACHMENT and child.name is None and child.position == each.position


_CHILDREN = """
    SELECT g.id, g.kind, g.url, g.url_key, c.title, g.position FROM pages g JOIN _pages p ON p.page_id = g.id
    LEFT JOIN contents c ON c.id = coalesce(p.content_id,
        (SELECT v.content_id FROM versions v WHERE v.page_id = g.id AND v.content_id IS NOT NULL ORDER BY v.id DESC LIMIT 1))
    WHERE g.parent_id = ? ORDER BY g.id
"""


def children_of(connection: sqlite3.Connection, page_id: int) -> list[Child]:
    """Return the pages that hang on a page, in the order in which they were found."""
    rows = connection.execute(_CHILDREN, (page_id,))
    return [Child(page, PageKind(kind), url, key, name, position) for page, kind, url, key, name, position in rows]


def offer(  # noqa: PLR0913 - a page, what it offers, and when
    writer: Writer, page_id: int, offered: Sequence[Offered], now: datetime, schedule: Schedule, *, anew: bool
) -> tuple[int | None, ...]:
    """Return the page of each that a page offers, writing those that are new, in the caller's transaction.

    None for one whose address is tracked as another page: that has its own history already.  A file that is offered no more, or is
    not wanted any more, is not asked for; one that is offered again is.  Those that are due, and all where the page says something
    else than before (`anew`), are due at the addresses that it names: whatever ends the run before it comes to them, the next does.
    """
    known = children_of(writer.connection, page_id)
    found = matched(known, offered)
    pages = list(zip(found, offered, strict=True))
    here = {child.page: each.url for child, each in pages if child is not None}
    for child in known:
        if child.page in here:
            _plan_again(writer.connection, child.page, schedule)
        elif child.kind is PageKind.ATTACHMENT:
            writer.connection.execute("DELETE FROM _frontier WHERE page_id = ?", (child.page,))
        if child.page in here and child.kind is PageKind.ATTACHMENT:
            due = {"now": instant(now), "url": here[child.page], "page": child.page, "anew": anew}
            writer.connection.execute(_DUE_HERE, due)
    return tuple(_new(writer, page_id, each, now, schedule) if child is None else child.page for child, each in pages)


_DUE_HERE = f"""
    UPDATE _frontier SET due_at = :now, reason = '{WITH_PAGE}', url = :url WHERE page_id = :page AND (:anew OR due_at <= :now)
"""  # noqa: S608 - our names


def _plan_again(connection: sqlite3.Connection, page_id: int, schedule: Schedule) -> None:
    """Let a page be due again that was not asked for any more."""
    if connection.execute("SELECT 1 FROM _frontier WHERE page_id = ?", (page_id,)).fetchone() is None:
        plan(connection, page_id, schedule)


def _new(writer: Writer, page_id: int, each: Offered, now: datetime, schedule: Schedule) -> int | None:
    connection = writer.connection
    if connection.execute("SELECT 1 FROM pages WHERE url_key = ?", (each.url_key,)).fetchone():
        return None
    (section_id,) = connection.execute("SELECT section_id FROM _pages WHERE page_id = ?", (page_id,)).fetchone()
    child = writer.ledger.insert(
        "pages",
        {
            "url_key": each.url_key,
            "key": page_key(each.url_key),
            "url": each.url,
            "kind": each.kind.value,
            "section_id": section_id,
            "parent_id": page_id,
            "position": each.position,
            "recorded_at": instant(now),
        },
    )
    track(connection, child)
    plan(connection, child, schedule)
    return child


_PARENT = """
    SELECT x.content_id, g.position, coalesce(f.url, g.url), c.title FROM pages g JOIN _pages p ON p.page_id = g.id
    JOIN _pages x ON x.page_id = g.parent_id LEFT JOIN _frontier f ON f.page_id = g.id LEFT JOIN contents c ON c.id = p.content_id
    WHERE g.id = ? AND x.content_id IS NOT NULL
"""


def offered_as(connection: sqlite3.Connection, page_id: int) -> Content | None:
    """Return what is known of a file beside its bytes, by its page as that stands; None where that says nothing of it any more."""
    row = connection.execute(_PARENT, (page_id,)).fetchone()
    content = content_of(connection, row[0]) if row else None
    if content is None:
        return None
    _, position, url, title = row
    by_address = [file.name for file in content.attachments if file.url == url]
    by_place = [file.name for file in content.attachments[position - 1 : position]]
    return as_file(title or next(iter((*by_address, *by_place)), url), content)


def as_file(name: str, of: Content) -> Content:
    """Return what is known of a file that a press release offers under a name: the dates are those of the press release."""
    return Content(
        name,
        "",
        published=of.published,
        published_at=of.published_at,
        published_on=of.published_on,
        precision=of.precision,
    )
