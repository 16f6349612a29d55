"""Kill a crawl at many points, begin it again, and complain of whatever differs from an uninterrupted crawl.

`python -m tests.killed_points 1000` does it at another number of points than `test_killed.py`.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import sqrt
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Self

from seeds.portal import TODAY, Portal, PortalServer
from tests.killed_crawl import Driver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from seeds.portal import Release

__all__ = ["CRAWLS", "Crawl", "Point", "State", "Trial", "choose", "complaints", "kind_of", "try_points"]

WORKERS = 2
FULL = 2
"""What `PRAGMA synchronous` says where a commit is on the disk before it is done."""
GOLDEN = (sqrt(5) - 1) / 2
"""Multiples of it fall evenly over the unit interval and keep no step with anything that repeats."""


@dataclass(frozen=True, slots=True)
class Crawl:
    """A crawl that is to be killed: when it begins and when it is begun again after that."""

    name: str
    begins: datetime
    resumes: datetime


CRAWLS = (
    # The resumed crawl begins before anything that the killed one looked at is due again: what it then looks at was left over.
    Crawl("first", datetime(2026, 12, 1, 2, tzinfo=UTC), datetime(2026, 12, 1, 2, 30, tzinfo=UTC)),
    # After a hundred days every page is due, so that the crawl finds all changes without being told to look at everything.
    Crawl("second", datetime(2027, 3, 11, 2, tzinfo=UTC), datetime(2027, 3, 11, 2, 30, tzinfo=UTC)),
)


@dataclass(frozen=True, slots=True)
class State:
    """What a reader found: whether there is an archive, the files in its folder, faults in plain words, and facts to compare."""

    exists: bool = False
    files: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    facts: dict[str, list[str]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, told: dict[str, Any]) -> Self:
        """Return a state as the driver told it."""
        return cls(told["exists"], tuple(told["files"]), tuple(told["faults"]), told["facts"])

    def unlike(self, other: State) -> list[str]:
        """Return in which facts this state differs from another, each with what it lacks and what it has too much."""
        differences = []
        for name, rows in other.facts.items():
            ours, theirs = Counter(self.facts.get(name, ())), Counter(rows)
            differences += [f"{name}: lacks {row}" for row in (theirs - ours).elements()]
            differences += [f"{name}: has {row} too much" for row in (ours - theirs).elements()]
        return differences


@dataclass(frozen=True, slots=True)
class Point:
    """One kill and what came of it.

    `before` and `after` are what stood in the file before and after the crawl was begun again, `whole` what an uninterrupted
    crawl leaves; `trouble` is the traceback where it could not be begun again, or what was left could not be read.
    """

    crawl: str
    number: int
    boundary: str
    code: int
    whole: State
    before: State
    after: State
    synchronous: int
    trouble: str = ""

    def __str__(self) -> str:
        return f"{self.crawl} crawl, killed at boundary {self.number}: {self.boundary}"


@dataclass(slots=True)
class Trial:
    """Everything that a trial brought: the boundaries of each uninterrupted crawl, how each ended, and the points."""

    boundaries: dict[str, list[str]] = field(default_factory=dict)
    wholes: dict[str, State] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)


def kind_of(boundary: str) -> str:
    """Return what a boundary is: `COMMIT`, `INSERT INTO versions`, `http:after-answer`; SELECTs are all of one kind."""
    words = boundary.split()
    lengths = {"INSERT": 3, "DELETE": 3, "UPDATE": 2, "CREATE": 2, "DROP": 2, "the": 9}
    return " ".join(words[: lengths.get(words[0], 1)]).replace("select", "SELECT")


def choose(boundaries: Sequence[str], points: int) -> list[int]:
    """Choose numbers of boundaries (from 1): the first, the last, one of every kind, and the rest spread over all, each once."""
    kinds: dict[str, list[int]] = defaultdict(list)
    for number, boundary in enumerate(boundaries, start=1):
        kinds[kind_of(boundary)].append(number)
    chosen = {1, len(boundaries)}
    chosen |= {numbers[int(index * GOLDEN % 1 * len(numbers))] for index, numbers in enumerate(kinds.values())}
    others = [number for number in range(1, len(boundaries) + 1) if number not in chosen]
    wanted = min(points - len(chosen), len(others))
    if wanted < 0:
        raise ValueError(f"{points} points are too few: there are {len(kinds)} kinds of boundaries")
    # One from each of as many equal parts, at no fixed place in it.
    starts = [index * len(others) // wanted for index in range(wanted)] + [len(others)]
    parts = pairwise(starts)
    chosen |= {others[start + int(index * GOLDEN % 1 * (end - start))] for index, (start, end) in enumerate(parts)}
    return sorted(chosen)


def small_portal(now: Callable[[], datetime]) -> Portal:
    """Return a portal with a dozen rows in its listing, the odd ones (pinned, in two columns) among them."""
    portal = Portal(1, 30, now)
    for release in _plain(portal)[7:]:
        portal.remove(release.id)
    return portal


def act_out(portal: Portal) -> None:
    """Let the publisher do some of everything: publish, edit, rewrite, backdate, copy, move to a new number, take down."""
    edited, silent, backdated, removed, copied, republished, doubled = (release.id for release in _plain(portal))
    portal.publish()
    portal.edit(edited)
    portal.silent_edit(silent)
    portal.backdate(backdated, "2020-01-01 10:00")
    portal.remove(removed)
    portal.copy(copied)
    portal.republish(republished)
    portal.copy_to_column(doubled)


def _plain(portal: Portal) -> list[Release]:
    golden = portal.golden.id
    return [item for item in portal.releases if item.columns == (TODAY,) and not item.pinned and item.id != golden]


def try_points(folder: Path, points: int) -> Trial:
    """Kill a first crawl, and a second one after changes, at `points` boundaries in all, each on an archive of its own."""
    trial, moment = Trial(), [CRAWLS[0].begins - timedelta(days=3)]
    portal = small_portal(lambda: moment[0])
    with ExitStack() as stack:
        server = stack.enter_context(PortalServer(portal))
        drivers = [stack.enter_context(Driver()) for _ in range(WORKERS)]
        _try_crawl(_Bench(trial, drivers, server.base_url, folder), CRAWLS[0], None, (points + 1) // 2)
        moment[0] = CRAWLS[1].begins - timedelta(hours=3)
        act_out(portal)
        _try_crawl(_Bench(trial, drivers, server.base_url, folder), CRAWLS[1], CRAWLS[0], points // 2)
    return trial


@dataclass(frozen=True, slots=True)
class _Bench:
    """What all points of a crawl are tried with."""

    trial: Trial
    drivers: Sequence[Driver]
    base_url: str
    folder: Path

    def place(self, name: str, basis: str | None) -> Path:
        """Return the path of an archive in a folder of its own: none yet, or a copy of the one called `basis`."""
        archive = self.folder / name / "archive.db"
        archive.parent.mkdir()
        if basis is not None:
            shutil.copy(self.folder / basis / "archive.db", archive)
        return archive


def _try_crawl(bench: _Bench, crawl: Crawl, after: Crawl | None, points: int) -> None:
    """Crawl once without a kill, then kill at `points` boundaries, all drivers side by side."""
    basis = after.name if after else None
    archive = bench.place(crawl.name, basis)
    code, told = bench.drivers[0].ask(do="crawl", at=0, archive=archive, base_url=bench.base_url, begins=crawl.begins)
    assert code == 0, told
    whole = json.loads(told)
    bench.trial.boundaries[crawl.name] = whole["boundaries"]
    bench.trial.wholes[crawl.name] = State.of(whole["after"])
    free: SimpleQueue[Driver] = SimpleQueue()
    for driver in bench.drivers:
        free.put(driver)

    def try_point(number: int) -> Point:
        driver = free.get()
        try:
            return _try_point(bench, driver, crawl, basis, number)
        finally:
            free.put(driver)

    with ThreadPoolExecutor(len(bench.drivers)) as pool:
        bench.trial.points += pool.map(try_point, choose(whole["boundaries"], points))


def _try_point(bench: _Bench, driver: Driver, crawl: Crawl, basis: str | None, number: int) -> Point:
    """Kill a crawl at boundary `number`, begin it again, and keep its folder only where that failed."""
    archive = bench.place(f"{crawl.name}-{number}", basis)
    common = {"archive": archive, "base_url": bench.base_url}
    code, told = driver.ask(do="crawl", at=number, begins=crawl.begins, **common)
    boundary = json.loads(told) if code == -signal.SIGKILL else told[-2000:]
    ended, told = driver.ask(do="resume", at=0, begins=crawl.resumes, **common)
    kill = (crawl.name, number, boundary, code, bench.trial.wholes[crawl.name])
    if ended != 0:
        return Point(*kill, State(), State(), 0, f"it ended with {ended}, and in {archive.parent} lies what was left\n{told}")
    shutil.rmtree(archive.parent)
    resumed = json.loads(told)
    return Point(*kill, State.of(resumed["before"]), State.of(resumed["after"]), resumed["synchronous"])


def _no_archive_or_all_of_it(point: Point) -> list[str]:
    """Complain of an archive that is not whole; only one that is being made may have its unfinished self lying there."""
    if point.before.exists:
        differs = [line for line in point.before.unlike(point.whole) if line.startswith("schema:")]
        return differs + _strays(point.before, KEPT)
    return _strays(point.before, (KEPT[-1], *(f".{KEPT[0]}.new{end}" for end in ("", "-wal", "-shm", "-journal"))))


def _strays(state: State, allowed: Sequence[str]) -> list[str]:
    return [f"{name} lies about" for name in state.files if name not in allowed]


KEPT = ("archive.db", "archive.db-wal", "archive.db-shm", "archive.db.lock")
CHECKS: dict[str, Callable[[Point], Iterable[str]]] = {
    "the kill": lambda point: [] if point.code == -signal.SIGKILL else [f"it ended with {point.code}"],
    "left by the kill": lambda point: [*_no_archive_or_all_of_it(point), *point.before.faults],
    "unlike an uninterrupted crawl": lambda point: point.after.unlike(point.whole),
    "left in the end": lambda point: [*point.after.faults, *_strays(point.after, KEPT)],
    "the writer's synchronous": lambda point: [] if point.synchronous == FULL else [f"{point.synchronous}"],
}
"""What is checked at each point: a name, and what is to be complained of."""


def complaints(points: Iterable[Point]) -> list[str]:
    """Return every complaint: the point, the boundary at which it was killed, what was checked, and what is wrong."""
    return [f"{point}\n    {name}: {complaint}" for point in points for name, complaint in _complaints(point)]


def _complaints(point: Point) -> list[tuple[str, str]]:
    if point.trouble:
        return [("begun again", point.trouble)]
    return [(name, complaint) for name, check in CHECKS.items() for complaint in check(point)]


def main(arguments: Sequence[str]) -> int:
    """Try as many points as are named; return how many complaints there are."""
    with tempfile.TemporaryDirectory() as folder:
        trial = try_points(Path(folder), int(arguments[0]))
    found = complaints(trial.points)
    totals = {name: len(boundaries) for name, boundaries in trial.boundaries.items()}
    sys.stdout.write("\n".join([*found, f"{len(trial.points)} points of {totals} boundaries: {len(found)} complaints\n"]))
    return len(found)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
