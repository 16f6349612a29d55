"""What the daemon has to do now, and when it has to do something next.  Nothing of it is remembered: it follows from the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from config.timetable import is_due, next_time
from crawler import budget
from crawler.hosts import in_quiet_hours
from crawler.revisit import PATIENT
from storage.agenda import Swept, due_hosts, due_soon, last_sweeps, next_due_after
from storage.hazard import plan_of
from storage.instants import instant, parse_instant
from storage.overview import spent_since
from storage.queries import due_pages, rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from config.portal import Portal
    from crawler.session import Target
    from storage.queries import Row

__all__ = ["LEAD", "looks_due", "next_event", "paced", "sections_of", "sweeps_due"]

_GATHER, _MANY = timedelta(hours=1), 20
"""For so long, or until they are so many, patient looks are gathered: a run for each would fill the file with runs."""
_AHEAD = timedelta(hours=1)
"""So much of its budget of the day may a host be asked for at once: a tick has some looks to make, not a fraction of one."""
_DAY = timedelta(days=1)
LEAD = timedelta(days=budget.LEAD)
"""How long before its time a page may be looked at."""


def sweeps_due(connection: sqlite3.Connection, targets: Sequence[Target], now: datetime) -> list[tuple[Target, bool]]:
    """Return the sections whose listing is to be read now, each with whether as a whole; none of a portal in its quiet hours.

    Those read longest ago stand last: one whose reading always breaks the run off must not keep the others from being read.
    """
    last = last_sweeps(connection)
    due = []
    for target in targets:
        swept, schedule, zone = last.get(target.name, Swept()), target.portal.schedule, target.portal.zone
        whole = swept.last is not None and is_due(schedule.full_sweep, swept.whole or swept.last, now, zone)
        if (whole or is_due(schedule.discover, swept.last, now, zone)) and in_quiet_hours(target.portal, now) is None:
            due.append((target, whole))
    return sorted(due, key=lambda each: _last_read(last, each[0]), reverse=True)


def _last_read(last: Mapping[str, Swept], target: Target) -> str:
    swept = last.get(target.name, Swept()).last
    return instant(swept) if swept else ""


@dataclass(slots=True)
class _Room:
    """How much a host may be asked for now: first looks at pages, later ones, and how many of these may be patient ones.

    `many` patient looks are worth a run of their own, before their time.
    """

    first: int
    later: int
    patient: int
    many: int

    def take(self, page: Row) -> bool:
        """Take the room of one page, and tell whether there was any."""
        is_first, is_patient = not page["looks"], page["reason"] in PATIENT
        if (self.first if is_first else min(self.later, self.patient) if is_patient else self.later) <= 0:
            return False
        self.first -= is_first
        self.later -= not is_first
        self.patient -= not is_first and is_patient
        return True


def looks_due(
    connection: sqlite3.Connection, targets: Sequence[Target], now: datetime, resting: Mapping[str, datetime]
) -> list[int]:
    """Return the pages to look at now: those whose host may be asked, as many of the patient ones as the day has room for."""
    portals = {host: target.portal for target in reversed(targets) for host in target.portal.hosts}
    rooms = {
        host: _room(connection, portals[host], host, now)
        for host in due_hosts(connection, now + LEAD)
        if host in portals and not _is_closed(connection, portals[host], host, now, resting)
    }
    sections = sections_of(connection, targets)
    due = due_pages(connection, section_ids=sections, now=instant(now)) if due_hosts(connection, now) else []
    chosen = [page for page in due if page["host"] in rooms and rooms[page["host"]].take(page)]
    ahead = {host: _ahead(connection, host, room, sections, now) for host, room in rooms.items()}
    if not _are_worth_a_run(chosen, now) and not any(len(pages) >= rooms[host].many for host, pages in ahead.items()):
        return []
    return [page["page"] for page in chosen] + [page for pages in ahead.values() for page in pages]


def _ahead(connection: sqlite3.Connection, host: str, room: _Room, sections: Sequence[int], now: datetime) -> list[int]:
    """Return pages of a host that are due a little later, for which there is room now: budget that is not used is lost."""
    plan, number = plan_of(connection, host), min(room.later, room.patient)
    if plan is None or plan.every is not None or number <= 0:
        return []
    lead = timedelta(days=budget.Plan(plan.least, plan.forced).lead)
    return due_soon(connection, host, sections, now, now + lead, number)


def _are_worth_a_run(pages: Sequence[Row], now: datetime) -> bool:
    """Tell whether pages are to be looked at now, or may be gathered a little longer."""
    earliest = instant(now - _GATHER)
    return len(pages) >= _MANY or any(page["reason"] not in PATIENT or page["due_at"] <= earliest for page in pages)


def sections_of(connection: sqlite3.Connection, targets: Iterable[Target]) -> list[int]:
    """Return the numbers of the sections that are watched; one that was never read has none yet."""
    names = {target.name for target in targets}
    return [row["id"] for row in rows(connection, "SELECT id, portal || '/' || slug AS name FROM sections") if row["name"] in names]


def _is_closed(connection: sqlite3.Connection, portal: Portal, host: str, now: datetime, resting: Mapping[str, datetime]) -> bool:
    """Tell whether a host is not to be asked for anything now; the gate (`crawler.hosts`) has the last word."""
    held = connection.execute("SELECT not_before FROM _hosts WHERE host = ?", (host,)).fetchone()
    until = max(parse_instant(held[0]) if held and held[0] else now, resting.get(host, now))
    return now < until <= now + _DAY or in_quiet_hours(portal, now) is not None


def _room(connection: sqlite3.Connection, portal: Portal, host: str, now: datetime) -> _Room:
    """Return what a host has room for now, by what it was asked for today."""
    midnight = datetime.combine(now.astimezone(portal.zone).date(), time(), portal.zone)
    spent, politeness = spent_since(connection, [host], instant(midnight), instant(now)), portal.politeness
    whole_day = now - midnight + _DAY
    return _Room(
        first=paced(politeness.requests_per_day_backfill, whole_day, spent["first"]),
        later=paced(politeness.requests_per_day, whole_day, spent["later"]),
        patient=paced(politeness.requests_per_day, now - midnight, spent["later"]),
        many=min(_MANY, max(politeness.requests_per_day // 8, 1)) if politeness.requests_per_day else _MANY,
    )


def paced(most: int, passed: timedelta, spent: int) -> int:
    """Return how many looks may be made now of a day's `most` (0: no bound), `passed` since midnight, with `spent` behind us.

    The budget accrues over the day, so that what becomes due in the evening still finds some of it.
    """
    if not most:
        return 1_000_000
    accrued = most * min((passed + _AHEAD) / _DAY, 1.0)
    return max(int(accrued) - spent, 0)


def next_event(connection: sqlite3.Connection, targets: Sequence[Target], now: datetime) -> datetime | None:
    """Return when a listing is to be read or a page becomes due next, as far as that is known now."""
    last = last_sweeps(connection)
    soonest, patient = next_due_after(connection, now, PATIENT), next_due_after(connection, now - _GATHER, (), only=PATIENT)
    times = [soonest, patient + _GATHER if patient else None]
    for target in targets:
        swept, schedule = last.get(target.name, Swept()), target.portal.schedule
        for each, moment in ((schedule.discover, swept.last), (schedule.full_sweep, swept.whole)):
            times.append(next_time(each, min(moment or now, now), target.portal.zone))
    known = [moment for moment in times if moment is not None and moment > now]
    return min(known, default=None)
