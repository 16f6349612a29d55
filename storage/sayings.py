"""What the archive's own words are in plain ones, wherever people are told: labels of changes, and what came instead of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.queries import Row

__all__ = ["LABELS", "came_instead", "words_of_suspicion"]

LABELS = {
    "inserted-late": "listed late, under an old date",
    "backdated": "date moved back",
    "date": "date moved",
    "title": "title changed",
    "attachment": "attachments changed",
    "numeric": "a figure",
    "name": "a name",
    "substantive": "words",
    "cosmetic": "spelling or signs only",
    "revert": "an earlier text again",
    "flap": "perhaps only a copy that lags",
}
"""Label -> what a reader would call it; the first of these tells the date."""

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


def words_of_suspicion(row: Row, provable: str | None) -> str:
    """Return in words how far a proof is (`removal.progress_of`); `provable` is the earliest one, for people."""
    said = []
    if row["controls_asked"]:
        fine = row["controls_ok"] == row["controls_asked"]
        said.append("control pages fine" if fine else f"{row['controls_ok']} of {row['controls_asked']} control pages answered")
    said.append(f"{row['others']} other pages of the host do not answer" if row["others"] else "no other page of the host fails")
    if provable:
        said.append(f"check {row['checks']} of {row['checks_wanted']}, provable {provable} at the earliest")
    return "; ".join(said)
