"""When a page that does not answer may be called removed, and what is then written.  The rule is pure.

A removal rests on several direct checks spread over time, each in a run in which control pages of the same host answered
normally, while the host showed no wider trouble.  It has three times: last seen live (`not_before`), first missing
(`observed_at`, the first check), and proven (`recorded_at`).  Absence from a listing proves nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from storage.derived import looks_of, page_state, plan, refold_page, refresh_releases
from storage.hazard import teach
from storage.holding import held
from storage.instants import instant, parse_instant
from storage.news import tell
from storage.records import FoundBy, Kind, Outcome, Result, Role
from storage.state import MISSING, answer_age
from storage.versions import Draft

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from storage.hazard import Schedule
    from storage.writer import Writer

__all__ = [
    "Check",
    "HostHealth",
    "RemovalRule",
    "append_removal",
    "checks_of",
    "control_pages",
    "controls_asked",
    "controls_of",
    "earliest_proof",
    "health_of",
    "progress_of",
    "proven",
    "unchecked",
]

_TROUBLE_AT_LEAST = 5
_TROUBLE_SHARE = 0.2
"""So many pages of a host missing at once, and more than this share of them: a block of our address or a failing host, until
somebody has looked.  A purge of fewer pages is proven like any removal, unless none is left that could be asked as a control."""


_THERE = frozenset({Outcome.OK, Outcome.QUARANTINED})
"""What shows that a page is there; one that came in a form that is kept aside is: what was missing before counts no more."""


@dataclass(frozen=True, slots=True)
class Check:
    """A direct look that found the page missing, as it stood at `stood_at`: the request, less its age in a cache."""

    fetch_id: int
    run_id: int
    stood_at: str
    received_at: str


@dataclass(frozen=True, slots=True)
class RemovalRule:
    """How many checks, over which span (seconds), on how many calendar days of the portal's zone."""

    checks: int
    spread: float
    days: int
    zone: ZoneInfo


def proven(checks: Sequence[Check], controls: Mapping[int, Sequence[int]], rule: RemovalRule) -> list[Check]:
    """Return the checks that prove a removal, or none of them: only those count in whose run the controls answered."""
    sound = [check for check in checks if controls.get(check.run_id)]
    if len(sound) < rule.checks:
        return []
    moments = [parse_instant(check.stood_at) for check in sound]
    days = {moment.astimezone(rule.zone).date() for moment in moments}
    spread = (max(moments) - min(moments)).total_seconds()
    return sound if spread >= rule.spread and len(days) >= rule.days else []


def earliest_proof(first: str, rule: RemovalRule) -> datetime:
    """Return the first instant at which a page missing since `first` may be called removed: its span and its days are over."""
    began = parse_instant(first)
    local = began.astimezone(rule.zone)
    last_day = datetime.combine(local.date() + timedelta(days=rule.days - 1), time(), rule.zone)
    return max(began + timedelta(seconds=rule.spread), last_day, began)


def checks_of(connection: sqlite3.Connection, page_id: int) -> list[Check]:
    """Return the looks that found a page missing since it last answered, in order.

    A cache repeats what it once saw: what it says of a time before the page was seen is no check, and a page that it shows as it
    stood before a check does not undo that.
    """
    runs = dict(connection.execute("SELECT id, run_id FROM fetches WHERE page_id = ?", (page_id,)).fetchall())
    checks: list[Check] = []
    answered_at = ""
    was_read = False
    for look in looks_of(connection, page_id):
        if look.outcome in MISSING and (look.cached_at is None or look.cached_at > answered_at):
            checks.append(Check(look.fetch_id, runs[look.fetch_id], look.stood_at, look.received_at))
        elif look.outcome in _THERE or (look.result is Result.NOT_MODIFIED and look.error is None):
            answered_at = max(answered_at, look.stood_at)
            # Nobody can miss what was never read: the first body, however old a copy it is, is where missing begins.
            checks = [check for check in checks if was_read and look.cached_at is not None and check.stood_at >= look.cached_at]
            was_read = was_read or look.outcome is Outcome.OK
    return checks


def unchecked(connection: sqlite3.Connection) -> list[int]:
    """Return the pages that do not answer and were found so last by a run that broke off: it may not have asked the controls."""
    rows = connection.execute(
        "SELECT page_id FROM _pages p WHERE state = 'suspect' AND NOT EXISTS (SELECT 1 FROM run_ends e WHERE e.outcome = 'done'"
        " AND e.run_id = (SELECT f.run_id FROM fetches f WHERE f.page_id = p.page_id ORDER BY f.id DESC LIMIT 1)) ORDER BY page_id"
    )
    return [page_id for (page_id,) in rows]


def controls_of(connection: sqlite3.Connection, runs: Sequence[int], host: str) -> dict[int, list[int]]:
    """Return, by run, the control fetches of a host that answered normally; a run in which one did not is left out.

    So is a run that broke off: not all of its controls may have been asked.  The newest may still be going on.
    """
    controls: dict[int, list[int]] = {}
    failed: set[int] = set()
    for run_id in dict.fromkeys(runs):  # a page may be looked at twice in one run, also for the sake of a copy
        for fetch_id, outcome in _controls(connection, run_id, host):
            controls.setdefault(run_id, []).append(fetch_id)
            if outcome != "ok":
                failed.add(run_id)
    return {run_id: fetches for run_id, fetches in controls.items() if run_id not in failed}


def _controls(connection: sqlite3.Connection, run_id: int, host: str) -> list[tuple[int, str]]:
    """Return the control fetches of a host in a run, each with its outcome.

    A copy out of a cache that shows no page (one that was missing when it was copied, say) speaks of another time: nothing failed
    now, and it is left out.
    """
    rows = connection.execute(_CONTROLS, {"run": run_id, "host": f"%://{host}/%"})
    return [(fetch, outcome) for fetch, outcome, headers in rows if outcome == "ok" or not _is_copy(json.loads(headers))]


def _is_copy(hops: Sequence[Sequence[Sequence[str]]]) -> bool:
    return any(answer_age(headers) for headers in hops)


_CONTROLS = f"""
    SELECT f.id, coalesce((SELECT r.outcome FROM readings r WHERE r.id = {held("f")}), f.result),
        (WITH RECURSIVE hops(hop_of, headers) AS (
            SELECT f.hop_of, f.response_headers
            UNION ALL SELECT b.hop_of, b.response_headers FROM hops JOIN fetches b ON b.id = hops.hop_of
        ) SELECT json_group_array(json(coalesce(headers, '[]'))) FROM hops)
    FROM fetches f WHERE f.run_id = :run AND f.purpose = 'control' AND f.url LIKE :host
        AND NOT EXISTS (SELECT 1 FROM fetches h WHERE h.hop_of = f.id)
        AND (f.run_id = (SELECT max(id) FROM runs)
            OR EXISTS (SELECT 1 FROM run_ends e WHERE e.run_id = f.run_id AND e.outcome = 'done'))
"""  # noqa: S608 - our names


def controls_asked(connection: sqlite3.Connection, run_id: int, host: str) -> tuple[int, int]:
    """Return how many control pages of a host a run asked for, and how many of them answered normally."""
    outcomes = [outcome for _, outcome in _controls(connection, run_id, host)]
    return len(outcomes), outcomes.count("ok")


def progress_of(connection: sqlite3.Connection, page_id: int, host: str, rule: RemovalRule | None) -> dict[str, Any]:
    """Return how far the proof is that a page which does not answer was removed.

    `checks` so far of `checks_wanted`, `earliest_proof_at`; `controls_asked` and `controls_ok` in the run of the newest check;
    and `others`: how many other pages of the host do not answer either.
    """
    checks = checks_of(connection, page_id)
    earliest = earliest_proof(checks[0].stood_at, rule) if rule and checks else None
    asked, answered = controls_asked(connection, checks[-1].run_id, host) if checks else (0, 0)
    return {
        "checks": len(checks),
        "checks_wanted": rule.checks if rule else None,
        "earliest_proof_at": instant(earliest) if earliest else None,
        "controls_asked": asked,
        "controls_ok": answered,
        "others": max(health_of(connection, host).missing - 1, 0),
    }


@dataclass(frozen=True, slots=True)
class HostHealth:
    """How many of a host's pages do not answer, of those that were ever read and not removed."""

    missing: int
    tracked: int

    @property
    def in_trouble(self) -> bool:
        """Tell whether so many are missing that it is the host, or our way to it, and not the publisher."""
        if self.missing == self.tracked:
            return self.missing > 1
        return self.missing >= _TROUBLE_AT_LEAST and self.missing > _TROUBLE_SHARE * self.tracked


def health_of(connection: sqlite3.Connection, host: str) -> HostHealth:
    """Return how a host's pages answer now; files do not count: with one press release all of its files may go."""
    sql = (
        "SELECT count(*) FILTER (WHERE p.state = 'suspect'), count(*) FROM _pages p JOIN pages g ON g.id = p.page_id"
        " WHERE p.host = ? AND p.state IN ('live', 'suspect') AND g.kind <> 'attachment'"
    )
    return HostHealth(*connection.execute(sql, (host,)).fetchone())


def control_pages(connection: sqlite3.Connection, host: str) -> list[int]:
    """Return the press releases of a host that answered last, as candidates for a control: at most five."""
    sql = (
        "SELECT p.page_id FROM _pages p JOIN pages g ON g.id = p.page_id WHERE p.host = ? AND p.state = 'live'"
        " AND g.kind = 'release' ORDER BY p.last_confirmed_at DESC, p.page_id LIMIT 5"
    )
    return [page_id for (page_id,) in connection.execute(sql, (host,))]


def append_removal(  # noqa: PLR0913, PLR0917 - a removal's parts
    writer: Writer, page_id: int, checks: Sequence[Check], controls: Mapping[int, Sequence[int]], now: datetime, schedule: Schedule
) -> int:
    """Append a proven removal with the fetches that it rests on, in the caller's transaction; return the version's id."""
    state = page_state(writer.connection, page_id)
    version_id = writer.version(
        Draft(Kind.REMOVED, None, state.base_at, state.unchanged_304),
        page_id=page_id,
        fetch_id=checks[0].fetch_id,
        content_id=None,
        previous_id=state.version_id,
        observed_at=checks[0].received_at,
        baseline=False,
        found_by=FoundBy.CRAWL,
        recorded_at=now,
    )
    _write_proofs(writer, version_id, checks, controls)
    refold_page(writer.connection, page_id)
    teach(writer.connection, page_id, state, page_state(writer.connection, page_id), schedule)
    refresh_releases(writer.connection, [page_id])
    plan(writer.connection, page_id, schedule)
    tell(writer, Kind.REMOVED.value, now, version_id=version_id)
    return version_id


def _write_proofs(writer: Writer, version_id: int, checks: Sequence[Check], controls: Mapping[int, Sequence[int]]) -> None:
    roles = [(check.fetch_id, Role.CHECK) for check in checks]
    roles += [(fetch_id, Role.CONTROL) for run in dict.fromkeys(check.run_id for check in checks) for fetch_id in controls[run]]
    for fetch_id, role in roles:
        writer.ledger.insert("proofs", {"version_id": version_id, "fetch_id": fetch_id, "role": role.value})
