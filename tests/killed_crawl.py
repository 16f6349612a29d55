"""Kill a crawl at its n-th boundary, let it be resumed, and say what stands in the file: the driver behind `test_killed.py`.

A boundary is a statement that is about to run on any connection, a file about to be renamed or removed, a request about to be
sent, an answer that has just come, and the end.  The crawl runs in a process forked for it alone, from a driver process that
has everything imported and no thread; there a counter sends SIGKILL to its own process.  `python -m tests.killed_crawl 1000`
does the same at another number of points than the test does.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import sqrt
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Self

from config.portal import parse_portal
from config.settings import Settings
from crawler.clock import WallClock
from crawler.http import Client, HttpOptions
from crawler.pipeline import crawl
from crawler.run import How, choose_targets, open_archive, run_job
from seeds.portal import TODAY, Portal, PortalServer, portal_file
from storage.connect import open_reader
from storage.schema import known_migrations
from tests.soundness import facts_of, faults_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["CRAWLS", "Crawl", "Fuse", "Point", "State", "Trial", "act_out", "choose", "kind_of", "small_portal", "try_points"]

ROOT = Path(__file__).parents[1]
WORKERS = 2
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


# In the forked process


class Fuse:
    """Counts boundaries, and kills this very process at number `at` (0: never), having told which it was."""

    def __init__(self, at: int, tell: Callable[[object], None]) -> None:
        self.at = at
        self.passed: list[str] = []
        self._tell = tell

    def __call__(self, boundary: str) -> None:
        """Pass one boundary."""
        self.passed.append(" ".join(boundary.split())[:200])
        if len(self.passed) == self.at:
            self._tell(self.passed[-1])
            os.kill(os.getpid(), signal.SIGKILL)

    def lay(self) -> None:
        """Watch every connection to SQLite that this process opens from now on, and every file that it renames or removes."""
        plain = sqlite3.connect

        def connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
            connection = plain(*arguments, **options)
            connection.execute("PRAGMA wal_autocheckpoint = 20")  # a small crawl meets checkpoints too
            connection.set_trace_callback(self)
            return connection

        sqlite3.connect = connect
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in {"os.rename", "os.remove"}:
            self(f"{event} {Path(arguments[0]).name}")


@dataclass(slots=True)
class _Ticking:
    """A clock that moves a millisecond with every look at it, so that a crawl has the same boundaries every time."""

    moment: datetime

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment

    async def sleep(self, seconds: float) -> None:
        """Wait for nothing."""


def _crawl(archive: Path, base_url: str, begins: datetime, fuse: Fuse) -> int:
    """Crawl as the command line does; return the writer's `synchronous`."""
    portal = parse_portal(portal_file(base_url), "embedded.toml")
    settings = Settings(archive=archive, portals=(portal,), vantage="here", unconditional_share=0)
    how = How(clock=_Ticking(begins), rng=random.Random(1), on_boundary=fuse)
    targets = choose_targets(settings.portals, [])
    with open_archive(archive, how, trigger="crawl") as opened:
        (synchronous,) = opened.connection.execute("PRAGMA synchronous").fetchone()
        summary = run_job(opened, settings, "crawl", lambda session: crawl(session, targets), how)
        assert not summary.failed, summary.failed
        fuse("the end: everything is committed, the file is open")
    fuse("the end: the file is closed")
    return int(synchronous)


def _state(archive: Path, *, ended: bool) -> dict[str, Any]:
    """Read what stands in the file through the read-only twin; a state that is not there has no facts."""
    state: dict[str, Any] = {"faults": [], "facts": {}}
    if archive.exists():
        with closing(open_reader(archive)) as reader:
            state = {"faults": faults_of(reader, ended=ended), "facts": facts_of(reader)}
    return {**state, "exists": archive.exists(), "files": sorted(os.listdir(archive.parent))}


def _whole(order: dict[str, Any], fuse: Fuse) -> dict[str, Any]:
    synchronous = _crawl(Path(order["archive"]), order["base_url"], datetime.fromisoformat(order["begins"]), fuse)
    return {"boundaries": fuse.passed, "synchronous": synchronous, "after": _state(Path(order["archive"]), ended=True)}


def _resumed(order: dict[str, Any], fuse: Fuse) -> dict[str, Any]:
    before = _state(Path(order["archive"]), ended=False)
    return {**_whole(order, fuse), "before": before}


_JOBS = {"crawl": _whole, "resume": _resumed}


# In the driver process


def drive() -> None:
    """Take orders as lines of JSON, run each in a process of its own, and answer with how that ended and what it told."""
    _warm_up()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_forked(json.loads(line))) + "\n")
        sys.stdout.flush()


def _warm_up() -> None:
    """Do once what every crawl would otherwise pay for anew."""
    known_migrations()
    Client(HttpOptions("warm"), WallClock())


def _forked(order: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.dup2(writing, sys.stderr.fileno())  # a traceback goes the same way
        _run(order, writing)
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:  # noqa: PTH123 - a descriptor is no path
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return {"code": os.waitstatus_to_exitcode(status), "told": told}


def _run(order: dict[str, Any], writing: int) -> None:
    def tell(what: object) -> None:
        text = json.dumps(what).encode()
        while text:
            text = text[os.write(writing, text) :]

    fuse = Fuse(order["at"], tell)
    fuse.lay()
    tell(_JOBS[order["do"]](order, fuse))


# In the process that asks


class Driver:
    """A driver process; a context manager."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.killed_crawl", "drive"]
        self._process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.communicate()

    def ask(self, **order: object) -> tuple[int, Any]:
        """Have an order carried out; return the exit code (negative: the signal) and what was told.

        Raises AssertionError where the process ended otherwise than well or by SIGKILL, with what it said.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order, default=str) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert answer["code"] in {0, -signal.SIGKILL}, f"{order}\n{answer['told']}"
        return answer["code"], json.loads(answer["told"])


@dataclass(frozen=True, slots=True)
class State:
    """What a reader found: whether there is an archive, the files in its folder, faults in plain words, and facts to compare."""

    exists: bool
    files: tuple[str, ...]
    faults: tuple[str, ...]
    facts: dict[str, list[str]] = field(repr=False)

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
    """One kill and what came of it: `before` and `after` the crawl was begun again, and the uninterrupted crawl's `whole`."""

    crawl: str
    number: int
    boundary: str
    code: int
    synchronous: int
    before: State
    after: State
    whole: State

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
    lengths = {"INSERT": 3, "DELETE": 3, "UPDATE": 2, "CREATE": 2, "DROP": 2, "PRAGMA": 2, "the": 9}
    return " ".join(words[: lengths.get(words[0], 1)])


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
    chosen |= {others[int((index + index * GOLDEN % 1) * len(others) / wanted)] for index in range(wanted)}
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


def _plain(portal: Portal) -> list[Any]:
    golden = portal.golden.id
    return [item for item in portal.releases if item.columns == (TODAY,) and not item.pinned and item.id != golden]


def try_points(folder: Path, points: int) -> Trial:
    """Kill a first crawl, and a second one after changes, at `points` boundaries in all, each on an archive of its own."""
    trial, moment = Trial(), [CRAWLS[0].begins - timedelta(days=3)]
    portal = small_portal(lambda: moment[0])
    with ExitStack() as stack:
        server = stack.enter_context(PortalServer(portal))
        drivers = [stack.enter_context(Driver()) for _ in range(WORKERS)]
        _try_crawl(_Bench(trial, drivers, server.base_url, folder), CRAWLS[0], None, points)
        moment[0] = CRAWLS[1].begins - timedelta(hours=3)
        act_out(portal)
        _try_crawl(_Bench(trial, drivers, server.base_url, folder), CRAWLS[1], CRAWLS[0], points - len(trial.points))
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
    """Crawl once without a kill, then kill at `points` boundaries; of two crawls to come, the first gets half of them."""
    basis = after.name if after else None
    archive = bench.place(crawl.name, basis)
    _, told = bench.drivers[0].ask(do="crawl", at=0, archive=archive, base_url=bench.base_url, begins=crawl.begins)
    bench.trial.boundaries[crawl.name] = told["boundaries"]
    whole = bench.trial.wholes[crawl.name] = State.of(told["after"])
    numbers = choose(told["boundaries"], points if after else (points + 1) // 2)
    free: SimpleQueue[Driver] = SimpleQueue()
    for driver in bench.drivers:
        free.put(driver)

    def try_point(number: int) -> Point:
        driver = free.get()
        point = _try_point(bench, driver, crawl, basis, number, whole)
        free.put(driver)
        return point

    with ThreadPoolExecutor(len(bench.drivers)) as pool:
        bench.trial.points += pool.map(try_point, numbers)


def _try_point(bench: _Bench, driver: Driver, crawl: Crawl, basis: str | None, number: int, whole: State) -> Point:  # noqa: PLR0913, PLR0917
    archive = bench.place(f"{crawl.name}-{number}", basis)
    common = {"archive": archive, "base_url": bench.base_url}
    code, boundary = driver.ask(do="crawl", at=number, begins=crawl.begins, **common)
    _, told = driver.ask(do="resume", at=0, begins=crawl.resumes, **common)
    shutil.rmtree(archive.parent)
    states = State.of(told["before"]), State.of(told["after"])
    return Point(crawl.name, number, str(boundary), code, told["synchronous"], *states, whole)


def main(arguments: Sequence[str]) -> None:
    """Drive, or try as many points as are named, and say which of them came to grief."""
