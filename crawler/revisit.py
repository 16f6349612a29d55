"""When to look at a page again.  Pure: state in, instant out, so that what is due is a column and can be rebuilt.

The rule of thumb of this version: pages change soon after they are published and ever more rarely later, so the wait grows
with the page's age; a page seen while it is young is looked at 1, 6 and 24 hours after first sight; none waits over 90 days.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from storage.instants import instant, parse_instant
from storage.records import State
from storage.removal import RemovalRule

if TYPE_CHECKING:
    from config.portal import Portal
    from storage.state import PageState

__all__ = ["next_look", "rule_of"]

_FORCED = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""After first sight, and likewise after a failure: errors and corrections come early."""
_YOUNG = timedelta(days=3)
"""A page first seen later than this after its printed date was old when we came: nobody corrects it within the hour."""
_SHARE_OF_AGE = 0.2
_SHORTEST, _LONGEST = timedelta(hours=1), timedelta(days=90)
_REMOVED = timedelta(days=30)


def next_look(state: PageState, recorded_at: str, published_on: str | None) -> tuple[str, str]:
    """Return when a page is due next, as an instant, and why: `new`, `failing`, `removed`, `young` or `age`.

    `recorded_at` is when the page was first listed, `published_on` the printed day (`YYYY-MM-DD`), where one is known.
    """
    if state.last_look_at is None:
        return recorded_at, "new"
    looked = parse_instant(state.last_look_at)
    if state.state is State.REMOVED:
        return instant(looked + _REMOVED), "removed"
    if state.fails:
        return instant(looked + _FORCED[min(state.fails, len(_FORCED)) - 1]), "failing"
    return _next_by_age(state, looked, published_on)


def _next_by_age(state: PageState, looked: datetime, published_on: str | None) -> tuple[str, str]:
    first_seen = parse_instant(state.first_seen_at or state.last_look_at or instant(looked))
    born = min(first_seen, datetime.fromisoformat(f"{published_on}T00:00:00Z")) if published_on else first_seen
    changed = parse_instant(state.last_changed_at) if state.last_changed_at else born
    wait = min(max(_SHARE_OF_AGE * (looked - max(born, changed)), _SHORTEST), _LONGEST)
    forced = [first_seen + after for after in _FORCED if first_seen + after > looked] if first_seen - born <= _YOUNG else []
    if forced and not state.last_changed_at:
        return instant(forced[0]), "young"
    return instant(looked + wait), "age"


def rule_of(portal: Portal) -> RemovalRule:
    """Return when a page of a portal may be called removed, by its file: checks, their span, and their days."""
    removal = portal.removal
    return RemovalRule(removal.checks, removal.spread, removal.days, portal.zone)
