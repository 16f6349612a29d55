"""Kill jobs at many points, begin them again, and complain of whatever differs from an uninterrupted run.

`python -m tests.killed_points 1000` does it at another number of points than `test_killed.py`, shared evenly among all jobs;
`python -m tests.killed_points 1000 layout replay` only at points of these.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import sqrt
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Self

from seeds.portal import PortalServer
from tests.killed_job import Driver, Order
from tests.killed_stories import STORIES, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from tests.killed_stories import Job, Story

__all__ = ["KEPT", "Point", "State", "Trial", "choose", "complaints", "kind_of", "try_points"]

WORKERS = 2
FULL = 2
"""What `PRAGMA synchronous` says where a commit is on the disk before it is done."""
GOLDEN = (sqrt(5) - 1) / 2
"""Multiples of it fall evenly over the unit interval and keep no step with anything that repeats."""


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

    `before` and `after` are what stood in the file before and after the job was begun again, `whole` what an uninterrupted
    run leaves; `trouble` is the traceback where it could not be begun again, or what was left could not be read.
    """

    job: str
    number: int
    boundary: str
    code: int
    whole: State
    before: State
    after: State
    synchronous: int
    trouble: str = ""

    def __str__(self) -> str:
        return f"{self.job}, killed at boundary {self.number}: {self.boundary}"


@dataclass(slots=True)
class Trial:
    """Everything that a trial brought: the boundaries of each uninterrupted job, how each ended, and the points."""

    boundaries: dict[str, list[str]] = field(default_factory=dict)
    wholes: dict[str, State] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)


def kind_of(boundary: str) -> str:
    """Return what a boundary is: `COMMIT`, `INSERT INTO versions`, `http:after-answer`; SELECTs are all of one kind."""
    words = boundary.split()
    lengths = {"INSERT": 3, "DELETE": 3, "UPDATE": 2, "CREATE": 2, "DROP": 2, "the": 9}
    return " ".join(words[: lengths.get(words[0], 1)]).replace("select", "SELECT")


def choose(boundaries: Sequence[str], points: int, tried: Collection[str] = ()) -> list[int]:
    """Choose numbers of boundaries (from 1): the first, the last, one of every kind, and the rest spread over all.

    Where there are more kinds than points, those that were `tried` elsewhere are left to chance, and all the others chosen.
    """
    kinds: dict[str, list[int]] = defaultdict(list)
    for number, boundary in enumerate(boundaries, start=1):
        kinds[kind_of(boundary)].append(number)
    if len(kinds) + 2 > points:
        kinds = {kind: numbers for kind, numbers in kinds.items() if kind not in tried}
    chosen = {1, len(boundaries)}
    chosen |= {numbers[int(index * GOLDEN % 1 * len(numbers))] for index, numbers in enumerate(kinds.values())}
    others = [number for number in range(1, len(boundaries) + 1) if number not in chosen]
    wanted = max(0, min(points - len(chosen), len(others)))
    # One from each of as many equal parts, at no fixed place in it.
    starts = [index * len(others) // wanted for index in range(wanted)] + [len(others)]
    parts = pairwise(starts)
    chosen |= {others[start + int(index * GOLDEN % 1 * (end - start))] for index, (start, end) in enumerate(parts)}
    return sorted(chosen)


@contextmanager
def some_drivers() -> Iterator[list[Driver]]:
    """Give as many drivers as kill side by side."""
    with ExitStack() as stack:
        yield [stack.enter_context(Driver()) for _ in range(WORKERS)]


def try_points(folder: Path, drivers: Sequence[Driver], story: Story, points: int, jobs: Collection[str]) -> Trial:
    """Play a story and kill some of its jobs at `points` boundaries in all, each time on an archive of its own.

    There are more points where there are more kinds of boundaries.
    """
    left, stage = list(jobs), Stage()
    with PortalServer(stage.portal) as server:
        bench = _Bench(Trial(), drivers, server.base_url, folder)
        for job in story.play(stage):
            _run_whole(bench, job)
            if job.name in left:
                _kill(bench, job, (points - len(bench.trial.points)) // len(left))
                left.remove(job.name)
    return bench.trial


@dataclass(frozen=True, slots=True)
class _Bench:
    """What all points of a story are tried with."""

    trial: Trial
    drivers: Sequence[Driver]
    base_url: str
    folder: Path

    def order(self, job: Job, place: str) -> Order:
        """Return the order to run a job on an archive in a folder of its own: none yet, or a copy of what the job before left."""
        archive = self.folder / place / "archive.db"
        archive.parent.mkdir()
        if job.after is not None:
            shutil.copy(self.folder / job.after / "archive.db", archive)
        return Order(job.do, archive, self.base_url, job.begins, pages=job.pages, more=job.more)


def _run_whole(bench: _Bench, job: Job) -> None:
    """Run a job without a kill."""
    code, told = bench.drivers[0].ask(bench.order(job, job.name))
    assert code == 0, told
    whole = json.loads(told)
    bench.trial.boundaries[job.name] = whole["boundaries"]
    bench.trial.wholes[job.name] = State.of(whole["after"])


def _kill(bench: _Bench, job: Job, points: int) -> None:
    """Kill a job at `points` boundaries, all drivers side by side."""
    free: SimpleQueue[Driver] = SimpleQueue()
    for driver in bench.drivers:
        free.put(driver)

    def try_point(number: int) -> Point:
        driver = free.get()
        try:
            return _try_point(bench, driver, job, number)
        finally:
            free.put(driver)

    tried = {kind_of(point.boundary) for point in bench.trial.points}
    with ThreadPoolExecutor(len(bench.drivers)) as pool:
        bench.trial.points += pool.map(try_point, choose(bench.trial.boundaries[job.name], points, tried))


def _try_point(bench: _Bench, driver: Driver, job: Job, number: int) -> Point:
    """Kill a job at boundary `number`, begin it again, and keep its folder only where that failed."""
    order = bench.order(job, f"{job.name}-{number}")
    code, told = driver.ask(replace(order, at=number))
    boundary = json.loads(told) if code == -signal.SIGKILL else told[-2000:]
    ended, told = driver.ask(replace(order, begins=job.resumes, look_first=True))
    kill = (job.name, number, boundary, code, bench.trial.wholes[job.name])
    if ended != 0:
        left = f"it ended with {ended}, and in {order.archive.parent} lies what was left\n{told}"
        return Point(*kill, State(), State(), 0, left)
    shutil.rmtree(order.archive.parent)
    resumed = json.loads(told)
    return Point(*kill, State.of(resumed["before"]), State.of(resumed["after"]), resumed["synchronous"])


def _no_archive_or_all_of_it(point: Point) -> list[str]:
    """Complain of an archive that is not whole; only one that is being made may have its unfinished self lying there."""
    if point.before.exists:
        differs = [line for line in point.before.unlike(point.whole) if line.startswith("schema:")]
        return differs + _strays(point.before, KEPT)
    return _strays(point.before, (*KEPT[-2:], *(f".{KEPT[0]}.new{end}" for end in ("", "-wal", "-shm", "-journal"))))


def _strays(state: State, allowed: Sequence[str]) -> list[str]:
    return [f"{name} lies about" for name in state.files if name not in allowed]


KEPT = ("archive.db", "archive.db-wal", "archive.db-shm", "archive.db.lock", "archive.db.turn")
CHECKS: dict[str, Callable[[Point], Iterable[str]]] = {
    "the kill": lambda point: [] if point.code == -signal.SIGKILL else [f"it ended with {point.code}"],
    "left by the kill": lambda point: [*_no_archive_or_all_of_it(point), *point.before.faults],
    "unlike an uninterrupted run": lambda point: point.after.unlike(point.whole),
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
    """Try as many points as are named, of all jobs or of those named; return how many complaints there are."""
    points, *names = arguments
    known = [job for story in STORIES.values() for job in story.killed]
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"there is no job {unknown[0]}; known are: {', '.join(known)}")
    shares = [(story, [job for job in story.killed if job in (names or known)]) for story in STORIES.values()]
    total = sum(len(jobs) for _, jobs in shares)
    with some_drivers() as drivers:
        return sum(_report(drivers, story, int(points) * len(jobs) // total, jobs) for story, jobs in shares if jobs)


def _report(drivers: Sequence[Driver], story: Story, points: int, jobs: Collection[str]) -> int:
    """Try points of a story's jobs, say what came of it, and return how many complaints there are."""
    with tempfile.TemporaryDirectory() as folder:
        trial = try_points(Path(folder), drivers, story, points, jobs)
    found = complaints(trial.points)
    tried = Counter(point.job for point in trial.points)
    totals = ", ".join(f"{number} of {len(trial.boundaries[job])} of {job}" for job, number in tried.items())
    sys.stdout.write("\n".join([*found, f"{len(trial.points)} points ({totals}): {len(found)} complaints\n"]))
    sys.stdout.flush()
    return len(found)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
