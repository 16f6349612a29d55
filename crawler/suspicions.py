"""What can be said of a page that does not answer before anything is proven: what else fails, and when a proof is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.revisit import rule_of
from storage.removal import progress_of
from storage.sayings import words_of_suspicion

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from config.portal import Portal
    from storage.queries import Row

__all__ = ["suspicion", "words_of_suspicion"]


def suspicion(connection: sqlite3.Connection, row: Row, portals: Sequence[Portal]) -> Row:
    """Add to a page that does not answer (a row of `overview.not_answering`) how far the proof of its removal is.

    `checks` so far of `checks_wanted`, `earliest_proof_at`; `controls_asked` and `controls_ok` in the run of the newest check;
    and `others`: how many other pages of the host do not answer either.
    """
    portal = next((portal for portal in portals if row["host"] in portal.hosts), None)
    told = {key: value for key, value in row.items() if key != "host"}
    return told | progress_of(connection, row["page"], row["host"], rule_of(portal) if portal else None)
