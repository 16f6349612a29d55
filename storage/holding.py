"""Which of several readings of one fetch holds.

The newest, but for those that came to nothing: a reader that cannot read an old body says nothing about the page, while one that
finds a notice in what an older reader took for a press release says a great deal.
"""

from __future__ import annotations

from storage.records import Outcome

__all__ = ["CAME_TO_NOTHING", "held"]

CAME_TO_NOTHING = frozenset({Outcome.UNREADABLE, Outcome.QUARANTINED, Outcome.EMPTY})
"""Outcomes that speak of the reader rather than of the page: any other reading of the same fetch holds before one of these."""

_NOTHING = ", ".join(f"'{outcome.value}'" for outcome in sorted(CAME_TO_NOTHING))


def held(fetch: str) -> str:
    """Return the SQL of the id of the reading that holds for the fetch of a table's alias, NULL where there is none."""
    return (
        f"(SELECT held.id FROM readings held WHERE held.fetch_id = {fetch}.id"  # noqa: S608 - our names
        f" ORDER BY held.outcome IN ({_NOTHING}), held.id DESC LIMIT 1)"
    )
