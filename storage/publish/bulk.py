"""What is held back: so much of a section was edited in one run that it is likelier a rebuild of the site than edits by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from storage.alerts import Alert, raise_alert
from storage.health import BULK, is_bulk, pages_read
from storage.instants import instant

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from storage.publish.events import Event

__all__ = ["Bulk", "Run", "runs_going_on"]

_ABANDONED_AFTER = timedelta(hours=1)
"""A run that never said that it ended, and asked nobody for so long, was killed."""
_HELD_KINDS = frozenset({"edited", "silent"})
_EDITS = (
    "SELECT count(*) FROM _outbox o JOIN versions v ON v.id = o.version_id JOIN pages g ON g.id = v.page_id"
    " WHERE o.kind IN ('edited', 'silent') AND o.created_at BETWEEN ? AND ? AND g.section_id = ? AND g.kind <> 'attachment'"
)


@dataclass(frozen=True, slots=True)
class Run:
    """The run in which something was written: from when to when."""

    id: int
    started_at: str
    ended_at: str | None


def runs_going_on(connection: sqlite3.Connection, now: datetime) -> list[Run]:
    """Return the runs that are not over."""
    sql = (
        "SELECT u.id, u.started_at, NULL FROM runs u WHERE NOT EXISTS (SELECT 1 FROM run_ends e WHERE e.run_id = u.id)"
        " AND (u.started_at BETWEEN ?1 AND ?2"
        " OR EXISTS (SELECT 1 FROM fetches f WHERE f.requested_at BETWEEN ?1 AND ?2 AND f.run_id = u.id))"
    )
    times = (instant(now - _ABANDONED_AFTER), instant(now))  # what is later was written by a clock that was wrong
    return [Run(*row) for row in connection.execute(sql, times)]


@dataclass(slots=True)
class Bulk:
    """What the runs of one round of routing were to the sections that they found edited."""

    connection: sqlite3.Connection
    now: datetime
    known: dict[tuple[int, str], bool] = field(default_factory=dict)

    def held_by(self, event: Event) -> str | None:
        """Return the section for whose sake an event is held back, or None."""
        run = self._run_of(event.told_at) if event.kind in _HELD_KINDS else None
        return next((section for section in event.sections if run and self._is_bulk(run, section)), None)

    def _run_of(self, created_at: str) -> Run | None:
        sql = (
            "SELECT u.id, u.started_at, e.ended_at FROM runs u LEFT JOIN run_ends e ON e.run_id = u.id"
            " WHERE u.started_at <= ? ORDER BY u.id DESC LIMIT 1"
        )
        row = self.connection.execute(sql, (created_at,)).fetchone()
        return Run(*row) if row else None

    def _is_bulk(self, run: Run, section: str) -> bool:
        known = self.known.get((run.id, section))
        if known is None:
            known = self.known[run.id, section] = self._was_alarmed(run, section) or self._raise_alarm(run, section)
        return known

    def _was_alarmed(self, run: Run, section: str) -> bool:
        """Tell whether the alert of a section's rebuild was open when a run ended: that run raised it, or found it still true."""
        sql = (
            "SELECT 1 FROM _alerts WHERE kind = ?1 AND subject = ?2 AND opened_at <= ?3"
            " AND (closed_at IS NULL OR closed_at > ?3) LIMIT 1"
        )
        return self.connection.execute(sql, (BULK, section, self._end(run))).fetchone() is not None

    def _end(self, run: Run) -> str:
        return run.ended_at or instant(self.now)

    def _raise_alarm(self, run: Run, section: str) -> bool:
        """Count a run's edits where nobody did, for it was killed or read old pages again, and raise the alert for many."""
        portal, _, slug = section.partition("/")
        (number,) = self.connection.execute("SELECT id FROM sections WHERE portal = ? AND slug = ?", (portal, slug)).fetchone()
        (edits,) = self.connection.execute(_EDITS, (run.started_at, self._end(run), number)).fetchone()
        pages = pages_read(self.connection, number)
        if not is_bulk(edits, pages):
            return False
        message = (
            f"{section}: {edits} edits of its {pages} press releases came to light in one run: a rebuild of the site, or rules that"
            " read it otherwise, are likelier than so many edits."
        )
        steps = (
            "Look:   jiaxing-today changes --since 1d",
            f"Nobody is told of them one by one until: jiaxing-today notify release {section} (or: notify drop {section})",
        )
        raise_alert(self.connection, Alert(BULK, section, message, f"run {run.id}", steps), self.now)
        return True
