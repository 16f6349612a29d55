"""Lists for people: press releases, changes, and what does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.render_times import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.render import Piece, Screen
    from storage.queries import Row

__all__ = ["KINDS", "STATES", "came_instead", "say_changes", "say_releases", "words_of_change"]

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
# Label -> what a reader would call it; the first of these tells the date.
_LABELS = {
    "backdated": "date moved back",
    "date": "date moved",
    "title": "title changed",
    "attachment": "attachments changed",
    "revert": "an earlier text again",
}
# What came in place of a press release -> in words.
_INSTEAD = {
    "gone": "the server says that there is no such page",
    "soft-gone": "a page that is no press release: it says that this one is gone, or is the home page",
    "challenge": "a test for browsers",
    "blocked": "a refusal",
    "server-error": "an error of the server",
    "empty": "an empty page",
    "unreadable": "a page that does not read as a press release",
    "quarantined": "a page of an unknown layout",
    "network-error": "no answer",
    "truncated": "an answer cut short",
    "too-large": "an answer too large to be read",
    "refused": "not asked",
}


def came_instead(row: Row) -> str:
    """Return in words what came where a press release should have been, from a row with `outcome` and `error`."""
    words = _INSTEAD.get(row["outcome"], row["outcome"] or "nothing yet")
    return f"{words} ({row['error']})" if row["error"] else words


def words_of_change(row: Row) -> str:
    """Return what kind of edit a row of `changes` or `history` is: 'no date moved', 'date moved, title changed'."""
    labels = set(row["labels"]) - ({"date"} if "backdated" in row["labels"] else set())
    words = [said for label, said in _LABELS.items() if label in labels]
    return ", ".join(["no date moved", *words] if row["silent"] else words)


def say_releases(screen: Screen, releases: Sequence[Row], *, more: bool, limit: int) -> None:
    """Print press releases, a line each: number, printed date, title, edits, and the state where it is not live."""
    if not releases:
        screen.line("No press release fits.")
        return
    screen.table([_release(row) for row in releases], header=("No.", "Printed", "Title", "Edits", ""), flexible=2, right=(0,))
    if more:
        screen.line("")
        screen.line((f"These are the first {plural(limit, 'press release')}; more with --limit N (0: all).", "dim"))


def _release(row: Row) -> list[Piece]:
    silent = f" ({row['silent_edits']} silent)" if row["silent_edits"] else ""
    edits = f"{row['edits']}{silent}" if row["edits"] else ""
    return [str(row["release"]), row["published_on"] or "no date", row["title"], edits, STATES[row["state"]]]


def say_changes(screen: Screen, changes: Iterable[Row], *, suspects: Iterable[Row] = (), times: bool = False) -> None:
    """Print changes, newest first, then what does not answer; `times` puts before each when it was seen."""
    rows = [*map(_change, changes), *map(_suspect, suspects)]
    cells = [[screen.at(row["at"]), *row["cells"]] if times else row["cells"] for row in rows]
    details = [screen.marked(row["detail"]) if row["detail"] else None for row in rows]
    screen.table(cells, flexible=3 if times else 2, indent="   ", below=details)


def _change(row: Row) -> Row:
    kind = "silent" if row["silent"] else row["kind"]
    printed = row["published_on"] or "no date"
    detail = row["summary"] if row["kind"] == "edited" else None
    return {"at": row["observed_at"], "cells": [KINDS[kind], printed, row["title"], row["ref"], words_of_change(row)], "detail": detail}


def _suspect(row: Row) -> Row:
    cells: list[Piece] = [KINDS["suspect"], row["published_on"] or "no date", row["title"], str(row["release"]), "unproven"]
    return {"at": row["failing_since"], "cells": cells, "detail": f"came instead: {came_instead(row)}"}
