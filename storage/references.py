"""How people name things: `12` a release, `12@3` a version of page 12, a key, a URL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.errors import UnknownReference

if TYPE_CHECKING:
    import sqlite3

__all__ = ["Reference", "resolve"]

_NAME = re.compile(r"(?P<page>[0-9]{1,18}|[0-9a-f]{16})(?:@(?P<number>[0-9]{1,18}))?")
_URL = re.compile(r"https?://(?P<host>[^/?#]+)(?P<rest>[^#]*)(?:#.*)?", re.IGNORECASE)
_KEY_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Reference:
    """A page, the release that it belongs to, and a version's number where one was named."""

    page_id: int
    release_id: int
    number: int | None = None


def resolve(connection: sqlite3.Connection, name: str) -> Reference:
    """Return what `name` names.

    A bare number is always a release.  Raises UnknownReference, saying how things are named.
    """
    if match := _NAME.fullmatch(name.strip().lower()):
        page, number = match["page"], match["number"]
        column = "key" if len(page) == _KEY_LENGTH else "id"
        return _page(connection, name, f"g.{column} = ?", page, int(number) if number else None)
    if match := _URL.fullmatch(name.strip()):
        return _page(connection, name, "g.url_key = ?", match["host"].lower() + (match["rest"] or "/"), None)
    raise _unknown(name)


def _page(connection: sqlite3.Connection, name: str, where: str, value: str, number: int | None) -> Reference:
    row = connection.execute(
        f"SELECT g.id, p.release_id FROM pages g JOIN _pages p ON p.page_id = g.id WHERE {where}",  # noqa: S608 - a constant
        (value,),
    ).fetchone()
    if row is None or row[1] is None:
        raise _unknown(name, "" if row is None else f": {name} is listed but was never read")
    page_id, release_id = row
    if (
        number is not None
        and not connection.execute("SELECT 1 FROM versions WHERE page_id = ? AND number = ?", (page_id, number)).fetchone()
    ):
        raise _unknown(name, f": page {page_id} has no version {number} (see: history {release_id})")
    return Reference(page_id, release_id, number)


def _unknown(name: str, why: str = "") -> UnknownReference:
    return UnknownReference(
        f"nothing here is named {name}{why}",
        hint="a release is named by its number (12), a version 12@3, or give a key or a URL: see list",
    )
