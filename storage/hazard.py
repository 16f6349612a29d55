"""What was learned of when pages change, as it is kept: sums, whose meaning is the policy's (`Schedule`).

A class of pages (their kind) has a sum for each bin of age, a host and a page one each: events, and the exposure in which they
were made.  A host's plan says how pressing a look at one of its pages must be.  All of it can be dropped: the sums are learned
anew from the ledger's looks, in their order, and the plans are made anew within a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, Protocol

from storage.instants import instant

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from storage.state import PageState

__all__ = ["HostPlan", "Known", "Schedule", "Sum", "forget", "known_of", "plan_made_at", "save_plan", "sums_of", "teach"]


class Sum(NamedTuple):
    """Events, and the exposure in which they were made."""

    events: float = 0.0
    exposure: float = 0.0


NONE = Sum()


class HostPlan(NamedTuple):
    """How a host's pages are due until it is planned anew.

    `least` is how pressing a look must be, `forced` how many looks of a young page are made in any case; `every` (seconds) is a
    fixed wait in their place (None: as learned), `longest` (seconds) the longest that a page stays without a look.
    """

    least: float
    forced: int
    every: float | None
    longest: float


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a page beside its state: the sums of its class by bin of age, of its host and of itself, and the plan."""

    by_age: tuple[Sum, ...] = ()
    host: Sum = NONE
    page: Sum = NONE
    plan: HostPlan | None = None


class Schedule(Protocol):
    """The policy: when a page is due, and what a look teaches."""

    def due(self, state: PageState, recorded_at: str, published_on: str | None, known: Known) -> tuple[str, str]:
        """Return when a page is due next, as an instant, and why; `recorded_at` is when it was listed, `published_on` its day."""
        ...

    def taught(self, before: PageState, after: PageState, published_on: str | None, known: Known) -> Known | None:
        """Return what is known after the look that led from one state to the other; None where it taught nothing."""
        ...


_SUMS = """
    SELECT scope, bin, events, exposure FROM _hazard WHERE (scope = 'class' AND key = ?1) OR (scope = 'host' AND key = ?2)
        OR (scope = 'page' AND key = ?3) ORDER BY scope, bin
"""


def known_of(connection: sqlite3.Connection, page_id: int, host: str, kind: str) -> Known:
    """Return what is known of a page of a host and kind."""
    found: dict[str, list[Sum]] = {"class": [], "host": [], "page": []}
    for scope, _, events, exposure in connection.execute(_SUMS, (kind, host, str(page_id))):
        found[scope].append(Sum(events, exposure))
    (of_host, *_), (of_page, *_) = found["host"] or [NONE], found["page"] or [NONE]
    return Known(tuple(found["class"]), of_host, of_page, plan_of(connection, host))


def sums_of(connection: sqlite3.Connection, scope: str, key: str) -> tuple[Sum, ...]:
    """Return the sums of a class (`class`, a kind of page), a host or a page, by bin."""
    sql = "SELECT events, exposure FROM _hazard WHERE scope = ? AND key = ? ORDER BY bin"
    return tuple(Sum(*row) for row in connection.execute(sql, (scope, key)))


def plan_of(connection: sqlite3.Connection, host: str) -> HostPlan | None:
    """Return a host's plan, or None before the first."""
    row = connection.execute("SELECT least, forced, every, longest FROM _plans WHERE host = ?", (host,)).fetchone()
    return HostPlan(*row) if row else None


def plan_made_at(connection: sqlite3.Connection) -> dict[str, str]:
    """Return when each host's plan was made."""
    return dict(connection.execute("SELECT host, made_at FROM _plans"))


def teach(connection: sqlite3.Connection, page_id: int, before: PageState, after: PageState, schedule: Schedule) -> None:
    """Keep what the look taught that led from one state of a page to the other, in the caller's transaction."""
    if before.state is None:
        return
    host, kind = _place(connection, page_id)
    taught = schedule.taught(before, after, _printed_day(connection, before), known_of(connection, page_id, host, kind))
    if taught is None:
        return
    sums = chain(
        (("class", kind, place, each) for place, each in enumerate(taught.by_age)),
        (("host", host, 0, taught.host), ("page", str(page_id), 0, taught.page)),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO _hazard (scope, key, bin, events, exposure) VALUES (?, ?, ?, ?, ?)",
        [(scope, key, place, *each) for scope, key, place, each in sums],
    )


def _place(connection: sqlite3.Connection, page_id: int) -> tuple[str, str]:
    host, kind = connection.execute(
        "SELECT p.host, g.kind FROM _pages p JOIN pages g ON g.id = p.page_id WHERE p.page_id = ?", (page_id,)
    ).fetchone()
    return host, kind


def _printed_day(connection: sqlite3.Connection, state: PageState) -> str | None:
    row = connection.execute("SELECT published_on FROM contents WHERE id = ?", (state.content_id,)).fetchone()
    return row[0] if row else None


def forget(connection: sqlite3.Connection) -> None:
    """Drop all that was learned, in the caller's transaction: it is to be learned anew."""
    connection.execute("DELETE FROM _hazard")


def save_plan(
    connection: sqlite3.Connection, host: str, plan: HostPlan, dues: Iterable[tuple[int, str, str, str]], now: datetime
) -> int:
    """Keep a host's plan, and when its pages are due by it: (page, the look it rests on, due, why).  Return how many were moved.

    A page that was looked at since, or that is due for another reason than its turn, keeps its time.
    """
    connection.execute(
        "INSERT OR REPLACE INTO _plans (host, least, forced, every, longest, made_at) VALUES (?, ?, ?, ?, ?, ?)",
        (host, *plan, instant(now)),
    )
    moved: Sequence[tuple[str, str, int, str]] = [(due_at, reason, page, looked_at) for page, looked_at, due_at, reason in dues]
    cursor = connection.executemany(
        "UPDATE _frontier SET due_at = ?, reason = ? WHERE page_id = ? AND reason IN ('age', 'learned', 'young', 'every')"
        " AND (SELECT last_look_at FROM _pages p WHERE p.page_id = _frontier.page_id) = ?",
        moved,
    )
    return cursor.rowcount
