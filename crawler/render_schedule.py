"""What `status --schedule` shows: when listings and sweeps are due, how many looks, the budget, and what was learned of changes."""

from __future__ import annotations

from datetime import timedelta
from math import expm1
from typing import TYPE_CHECKING, Any

from config.timetable import is_due, next_time
from crawler.hazard import EDGES
from crawler.render_times import midnight, plural
from storage.agenda import Swept, last_sweeps
from storage.instants import instant
from storage.queries import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from config.portal import Portal
    from crawler.render import Screen
    from storage.queries import Row

__all__ = ["say_chances", "say_schedule", "schedule_of"]

_WEEK = timedelta(days=7)
_BAR = 40
"""Columns of the longest bar."""


def schedule_of(connection: sqlite3.Connection, portals: Sequence[Portal], zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """Return what is due when, as the part of `status --json` that says so."""
    return {
        "sections": [row for portal in portals for row in _sections(connection, portal, now)],
        "looks": _looks(connection, zone, now),
        "learned": _learned(connection),
    }


def _sections(connection: sqlite3.Connection, portal: Portal, now: datetime) -> Iterator[Row]:
    last = last_sweeps(connection)
    plan = portal.schedule
    for slug in portal.sections:
        swept = last.get(f"{portal.name}/{slug}", Swept())
        yield {
            "section": f"{portal.name}/{slug}",
            "discover": plan.discover,
            "next_listing_at": _due(plan.discover, swept.last, portal.zone, now),
            "full_sweep": plan.full_sweep,
            "next_full_sweep_at": _due(plan.full_sweep, swept.whole or swept.last, portal.zone, now),
            "recheck": plan.recheck,
        }


def _due(schedule: str, last: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """Return when something is due that was last done then; what is late, or was done by a clock that ran ahead, is due now."""
    return instant(now if is_due(schedule, last, now, zone) or last is None else next_time(schedule, last, zone))


def _looks(connection: sqlite3.Connection, zone: ZoneInfo, now: datetime) -> Row:
    tonight = midnight(zone, now) + timedelta(days=1)
    bounds: dict[str, object] = {"now": instant(now), "tonight": instant(tonight), "week": instant(now + _WEEK)}
    found = rows(
        connection,
        "SELECT coalesce(sum(due_at <= :now), 0) AS now, coalesce(sum(due_at > :now AND due_at < :tonight), 0) AS today,"
        " coalesce(sum(due_at >= :tonight AND due_at < :week), 0) AS this_week,"
        " coalesce(sum(due_at >= :week AND due_at >= :tonight), 0) AS later"
        " FROM _frontier JOIN pages g ON g.id = page_id WHERE g.kind <> 'attachment'",  # files are looked at with their pages
        bounds,
    )
    return found[0]


def _learned(connection: sqlite3.Connection) -> list[Row]:
    """Return, for each class of pages of which something was learned, how likely one changes within a day, by its age."""
    found = rows(connection, "SELECT scope, key, bin, events, exposure FROM _hazard WHERE exposure > 0 ORDER BY scope, key, bin")
    classes: dict[tuple[str, str], list[Row]] = {}
    for row in found:
        if row["bin"] < len(EDGES):
            chance = -expm1(-row["events"] / row["exposure"])
            age = {
                "from_days": round(EDGES[row["bin"]], 4),
                "chance_a_day": round(chance, 6),
                "days_watched": round(row["exposure"], 1),
            }
            classes.setdefault((row["scope"], row["key"]), []).append(age)
    return [{"scope": scope, "key": key, "ages": ages} for (scope, key), ages in classes.items() if len(ages) > 1]


def say_schedule(screen: Screen, schedule: dict[str, Any], portals: Sequence[Row]) -> None:
    """Print what is due when; `portals` are those of the status, with what they have spent of their budgets."""
    screen.line("")
    header = ("Section", "Next listing", "by", "Next whole sweep", "by")
    table = [
        [
            row["section"],
            _when(screen, row["next_listing_at"]),
            row["discover"],
            _when(screen, row["next_full_sweep_at"]),
            row["full_sweep"],
        ]
        for row in schedule["sections"]
    ]
    screen.table(table, header=header, flexible=2)
    looks = schedule["looks"]
    screen.line("")
    screen.line(
        f"Looks due: {looks['now']} now, {looks['today']} more today, {looks['this_week']} within a week, {looks['later']} later"
    )
    for portal in portals:
        most = portal["looks_a_day"]
        budget = f"{plural(most, 'look')} a day and host, {portal['looks_today']} spent today" if most else "no budget"
        screen.line(f"   {portal['portal']}: {budget}")
    screen.line("")
    if not schedule["learned"]:
        screen.line("Nothing is learned yet of when pages change.")
    for each in schedule["learned"]:
        screen.line(f"Chance that a page changes within a day, by its age: {each['scope']} {each['key']}")
        say_chances(screen, [(_age(age["from_days"]), age["chance_a_day"]) for age in each["ages"]])


def _when(screen: Screen, moment: str) -> str:
    return "now" if moment <= instant(screen.now) else screen.lately(moment)


def say_chances(screen: Screen, chances: Sequence[tuple[str, float]]) -> None:
    """Print chances as bars, the greatest of them as long as there is room; each has its label and its number."""
    most = max((chance for _, chance in chances), default=0.0) or 1.0
    block = "█" if "utf" in (screen.out.encoding or "").lower() else "#"
    table = [[label, f"{100 * chance:.2g} %", block * round(_BAR * chance / most)] for label, chance in chances]
    screen.table(table, right=(1,), flexible=2, indent="   ")


def _age(days: float) -> str:
    hours = round(24 * days)
    if not hours:
        return "at first"
    return f"from {plural(hours, 'hour')}" if days < 1 else f"from {plural(round(days), 'day')}"
