"""Lists for people: press releases, changes, and what does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.suspicions import words_of_suspicion
from storage import queries
from storage.errors import UnknownReference
from storage.sayings import LABELS, came_instead

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from crawler.render import Piece, Screen
    from storage.queries import Row

__all__ = [
    "KINDS",
    "STATES",
    "came_instead",
    "changes_of",
    "not_answering",
    "releases_of",
    "say_all_changes",
    "say_changes",
    "say_releases",
    "words_of_change",
]

# State -> how people say it, and its colour.
STATES = {
    "live": ("", ""),
    "suspect": ("not answering (unproven)", "magenta"),
    "removed": ("removed", "red"),
    "imported": ("from a file", "cyan"),
}
# Kind of change -> how people say it, and its colour.
KINDS = {
    "new": ("new", "green"),
    "edited": ("edited", "yellow"),
    "silent": ("SILENT", "bold red"),
    "removed": ("removed", "red"),
    "restored": ("restored", "green"),
    "suspect": ("not answering", "magenta"),
}
_TELLING = frozenset({"edited", "restored"})


def not_answering(row: Row) -> str:
    """Return what came instead of a page, and whether its press release answers at another address."""
    return came_instead(row) + ("; the press release answers at another address" if row.get("release_state") == "live" else "")


def words_of_change(row: Row) -> str:
    """Return what kind of edit a row of `changes` or `history` is: 'no date moved', 'date moved, title changed'."""
    labels = set(row["labels"]) - ({"date"} if "backdated" in row["labels"] else set())
    words = [said for label, said in LABELS.items() if label in labels]
    return ", ".join(["no date moved", *words] if row["silent"] else words)


def releases_of(connection: sqlite3.Connection, *, section: str | None, limit: int, **narrowed: str | None) -> dict[str, Any]:
    """Return press releases as one document (`limit` 0: all), `narrowed` as in `queries.releases`.

    Raises UnknownReference for a section that is none.
    """
    known = [row["section"] for row in queries.sections(connection)]
    if section is not None and section not in known:
        raise UnknownReference(f"the archive has no section {section}", hint=f"its sections: {', '.join(known) or 'none yet'}")
    found = queries.releases(connection, section=section, limit=limit + 1 if limit else -1, **narrowed)
    return {"releases": found[:limit] if limit else found, "more": bool(limit) and len(found) > limit}


def say_releases(screen: Screen, document: dict[str, Any]) -> None:
    """Print press releases, a line each: number, printed date, state where it is not live, edits, title."""
    releases = document["releases"]
    if not releases:
        screen.line("No press release fits.")
        return
    screen.table([_release(row) for row in releases], header=("No.", "Printed", "State", "Edits", "Title"), flexible=4, right=(0,))
    if document["more"]:
        screen.line((f"These are the first {len(releases)}; more with --limit N (0: all).", "dim"))


def _release(row: Row) -> list[Piece]:
    silent = f" ({row['silent_edits']} silent)" if row["silent_edits"] else ""
    edits = f"{row['edits']}{silent}" if row["edits"] else ""
    return [str(row["release"]), row["published_on"] or "no date", STATES[row["state"]], edits, row["title"]]


def changes_of(connection: sqlite3.Connection, *, since: str | None, limit: int) -> dict[str, Any]:
    """Return what the publisher did since an instant, newest first, as one document (`limit` 0: all)."""
    found = queries.changes(connection, since=since, limit=limit + 1 if limit else -1)
    return {"since": since, "changes": found[:limit] if limit else found, "more": bool(limit) and len(found) > limit}


def say_all_changes(screen: Screen, document: dict[str, Any]) -> None:
    """Print what the publisher did, newest first."""
    since = f" since {screen.at(document['since'])}" if document["since"] else ""
    changes = document["changes"]
    screen.titled((f"Changes{since}" if changes else f"No press release was changed{since}, as far as anybody looked.", "bold"))
    say_changes(screen, changes, times=True)
    if document["more"]:
        screen.line((f"These are the newest {len(changes)}; more with --limit N (0: all).", "dim"))


def say_changes(screen: Screen, changes: Iterable[Row], *, suspects: Iterable[Row] = (), times: bool = False) -> None:
    """Print changes, newest first, then what does not answer; `times` puts before each when it was seen."""
    rows = [*map(_change, changes), *(_suspect(screen, row) for row in suspects)]
    cells = [[screen.at(row["at"]), *row["cells"]] if times else row["cells"] for row in rows]
    details = [screen.marked(row["detail"]) if row["detail"] else None for row in rows]
    screen.table(cells, flexible=3 if times else 2, indent="" if times else "   ", below=details)


def _change(row: Row) -> Row:
    kind = "silent" if row["silent"] else row["kind"]
    told = (words_of_change(row), row["summary"]) if row["kind"] in _TELLING or row["labels"] else ()
    title = f"{row['title']} (file of “{row['release_title']}”)" if row["page_kind"] == "attachment" else row["title"]
    cells: list[Piece] = [KINDS[kind], row["published_on"] or "no date", title, row["ref"]]
    return {"at": row["observed_at"], "cells": cells, "detail": ": ".join(filter(None, told))}


def _suspect(screen: Screen, row: Row) -> Row:
    provable = screen.at(row["earliest_proof_at"]) if row["earliest_proof_at"] else None
    cells: list[Piece] = [KINDS["suspect"], row["published_on"] or "no date", row["title"], str(row["release"])]
    detail = f"unproven: {not_answering(row)}; {words_of_suspicion(row, provable)}"
    return {"at": row["failing_since"], "cells": cells, "detail": detail}
