"""The figures of an archive and its daemon in the form that Prometheus reads.  The only gate to prometheus_client, an extra."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.render_times import midnight
from crawler.urls import host_of
from crawler.vitals import problems_of
from storage import overview, queries
from storage.disk import bytes_of
from storage.instants import instant, parse_instant
from storage.records import Purpose, Result

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from crawler.vitals import Vitals

__all__ = ["INSTALL", "Figure", "exposition", "figures_of"]

INSTALL = "pip install 'jiaxing-today[metrics]'"

_PREFIX = "jiaxing_today_"


@dataclass(slots=True)
class Figure:
    """One figure: its name, what it is, and its values by what they are of (by label's value; "" where it has no label)."""

    name: str
    help: str
    label: str = ""
    values: dict[str, float] = field(default_factory=dict)


def figures_of(connection: sqlite3.Connection, vitals: Vitals, zone: ZoneInfo) -> list[Figure]:
    """Return the figures of an archive that is open for reading; what is not known is left out."""
    now = vitals.now
    due = overview.due_by_section(connection, instant(now))
    ages = {
        section.name: (now - parse_instant(section.last_complete_at)).total_seconds()
        for section in vitals.sections
        if section.last_complete_at
    }
    beat = vitals.beat
    figures = [
        Figure("healthy", "1 where nothing is wrong (status --check)", values={"": float(not problems_of(vitals))}),
        Figure("daemon_up", "1 while a daemon runs", values={"": float(bool(beat and beat.alive))}),
        Figure("listing_age_seconds", "Since the listing was last read to its end", "section", ages),
        Figure("pages_due", "Pages that are due to be looked at", "section", {name: row["due"] for name, row in due.items()}),
        Figure("pages_not_answering", "Pages that do not answer, unproven", values={"": len(queries.suspects(connection))}),
        Figure("alerts_open", "Alerts that are not over", values={"": len(vitals.alerts)}),
        Figure(
            "requests_today",
            "Requests since midnight in the portal's zone",
            "host",
            _asked(connection, instant(midnight(zone, now))),
        ),
        Figure("archive_bytes", "Room that the archive takes, with SQLite's log", values={"": bytes_of(vitals.archive)}),
        Figure("messages", "Messages to receivers, by what became of them", "state", dict(vitals.outbox)),
    ]
    if beat:
        figures.append(
            Figure("beat_age_seconds", "Since the daemon's last sign of life", values={"": _since(vitals, beat.beat_at)})
        )
    if vitals.free is not None:
        figures.append(Figure("disk_free_bytes", "Room on the archive's disk", values={"": vitals.free}))
    if vitals.copies and vitals.copies.newest_at:
        figures.append(Figure("backup_age_seconds", "Since the newest copy", values={"": _since(vitals, vitals.copies.newest_at)}))
    return figures


def _since(vitals: Vitals, moment: str) -> float:
    return (vitals.now - parse_instant(moment)).total_seconds()


def _asked(connection: sqlite3.Connection, since: str) -> dict[str, float]:
    """Return how many requests each host was sent; what we refused ourselves was none."""
    sql = "SELECT url FROM fetches WHERE requested_at >= ? AND purpose <> ? AND result <> ?"
    urls = connection.execute(sql, (since, Purpose.IMPORT.value, Result.REFUSED.value))
    return dict(Counter(host_of(url) for (url,) in urls))


def exposition(figures: Sequence[Figure]) -> bytes:
    """Return figures as Prometheus reads them; raises ImportError where the extra is not installed."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest  # noqa: PLC0415 - an extra

    registry = CollectorRegistry()
    for figure in figures:
        gauge = Gauge(_PREFIX + figure.name, figure.help, [figure.label] if figure.label else [], registry=registry)
        for name, value in figure.values.items():
            (gauge.labels(name) if figure.label else gauge).set(value)
    return generate_latest(registry)
