"""Kill a job at its n-th boundary, let it be begun again, and say what stands in the file: the driver behind `test_killed.py`.

A boundary is a statement that is about to run on any connection, a file about to be renamed or removed, a request about to be
sent, an answer that has just come, and the end.  The job runs in a process forked for it alone, from a driver process that
has everything imported and no thread; there a counter sends SIGKILL to its own process.
"""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from config.portal import parse_portal
from config.settings import Settings
from crawler.pipeline import crawl, recheck
from crawler.reread import Wish, reparse
from crawler.run import How, choose_targets, open_archive, recorded_run, run_job
from seeds.portal import portal_file
from storage.connect import open_reader
from storage.spelling import is_english
from tests.soundness import facts_of, faults_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.archive import Archive

__all__ = ["Driver", "Order", "run_once"]

ROOT = Path(__file__).parents[1]


# In the forked process


class Fuse:
    """Counts boundaries, and kills this very process at number `at` (0: never), having told which it was."""

    def __init__(self, at: int, tell: Callable[[object], None]) -> None:
        self.at = at
        self.passed: list[str] = []
        self._tell = tell
        self._laid = False

    def __call__(self, boundary: str) -> None:
        """Pass one boundary."""
        self.passed.append(" ".join(boundary.split())[:200])
        if len(self.passed) == self.at:
            self._tell(self.passed[-1])
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def laid(self) -> Iterator[None]:
        """Watch every connection to SQLite that this process opens inside, and every file that it renames or removes."""
        plain = sqlite3.connect

        def connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = plain(*arguments, **options)
            connection.execute("PRAGMA wal_autocheckpoint = 20")  # a small crawl meets checkpoints too
            connection.set_trace_callback(self)
            return connection

        sqlite3.connect, self._laid = connect, True  # type: ignore[assignment] # one signature for all of its own
        sys.addaudithook(self._audit)
        yield
        sqlite3.connect, self._laid = plain, False

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in {"os.rename", "os.remove"} and self._laid:
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


# The jobs, as the command line runs them


@dataclass(frozen=True, slots=True)
class Order:
    """What a driver is to run: which job, on which archive, when, and at which boundary it is to be killed (0: at none).

    `more` is TOML that the portal's file says besides, with `{home}` for the portal's address; `pages` are paths on it.
    `look_first` says to tell also what stands in the file before.
    """

    do: str
    archive: Path
    base_url: str
    begins: datetime
    at: int = 0
    pages: tuple[str, ...] = ()
    more: str = ""
    look_first: bool = False

    @classmethod
    def told(cls, line: str) -> Self:
        """Return the order that a line of JSON tells."""
        said = json.loads(line)
        exact = {"archive": Path(said["archive"]), "begins": datetime.fromisoformat(said["begins"]), "pages": tuple(said["pages"])}
        return cls(**said | exact)

    @property
    def settings(self) -> Settings:
        """The settings that the job runs with."""
        text = portal_file(self.base_url) + self.more.replace("{home}", self.base_url)
        portals = (parse_portal(text, "embedded.toml"),)
        return Settings(archive=self.archive, portals=portals, vantage="here", unconditional_share=0)


def run_once(order: Order, fuse: Callable[[str], None]) -> int:
    """Run a job from end to end; return the writer's `synchronous`."""
    how = How(clock=_Ticking(order.begins), rng=random.Random(1), on_boundary=fuse)
    with open_archive(order.archive, how, trigger=order.do) as archive:
        (synchronous,) = archive.connection.execute("PRAGMA synchronous").fetchone()
        _JOBS[order.do](archive, order, how)
        fuse("the end: everything is committed, the file is open")
    fuse("the end: the file is closed")
    return int(synchronous)


def _crawl(archive: Archive, order: Order, how: How) -> None:
    settings = order.settings
    targets = choose_targets(settings.portals, [])
    summary = run_job(archive, settings, "crawl", lambda session: crawl(session, targets), how)
    assert not summary.failed, summary.failed


def _recheck(archive: Archive, order: Order, how: How) -> None:
    settings = order.settings
    targets = choose_targets(settings.portals, [])
    found = archive.connection.execute("SELECT id, url FROM pages").fetchall()
    pages = [page for page, url in found if url.removeprefix(order.base_url) in order.pages]
    run_job(archive, settings, "recheck", lambda session: recheck(session, targets, pages), how)


def _replay(archive: Archive, order: Order, how: How) -> None:
    settings = order.settings
    targets = choose_targets(settings.portals, [])
    with recorded_run(archive, settings, "reparse", {}):
        reparse(archive.connection, archive, targets, Wish(quarantined=True))


_JOBS: dict[str, Callable[[Archive, Order, How], None]] = {"crawl": _crawl, "recheck": _recheck, "replay": _replay}


# What is told of it


def _told(order: Order, fuse: Fuse) -> dict[str, Any]:
    """Run a job in this process, and return its boundaries and what stands in the file afterwards, or before and afterwards."""
    before = {"before": _state(order.archive, ended=False)} if order.look_first else {}
    with fuse.laid():
        synchronous = run_once(order, fuse)
    return {**before, "boundaries": fuse.passed, "synchronous": synchronous, "after": _state(order.archive, ended=True)}


def _state(archive: Path, *, ended: bool) -> dict[str, Any]:
    """Read what stands in the file through the read-only twin; a state that is not there has no facts."""
    state: dict[str, Any] = {"faults": [], "facts": {}}
    if archive.exists():
        with closing(open_reader(archive)) as reader:
            state = {"faults": faults_of(reader, ended=ended), "facts": facts_of(reader)}
    return {**state, "exists": archive.exists(), "files": sorted(path.name for path in archive.parent.iterdir())}


# In the driver process


def drive() -> None:
    """Take orders as lines of JSON, run each in a process of its own, and answer with how that ended and what it told."""
    for number, order in enumerate(map(Order.told, sys.stdin)):
        if number == 0:
            _warm_up(order)
        sys.stdout.write(json.dumps(_forked(order)) + "\n")
        sys.stdout.flush()


def _warm_up(order: Order) -> None:
    """Crawl once in this process, and open its dictionary, so that no other has to import and prepare anything."""
    with tempfile.TemporaryDirectory() as folder:
        run_once(replace(order, do="crawl", archive=Path(folder) / "archive.db"), lambda _: None)
    is_english("warm")
    assert threading.active_count() == 1, "a process with threads is not to be forked"
    gc.freeze()


def _forked(order: Order) -> dict[str, Any]:
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


def _run(order: Order, writing: int) -> None:
    def tell(what: object) -> None:
        text = json.dumps(what).encode()
        while text:
            text = text[os.write(writing, text) :]

    tell(_told(order, Fuse(order.at, tell)))


# In the process that asks


class Driver:
    """A driver process; a context manager."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.killed_job"]
        self._process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.communicate()

    def ask(self, order: Order) -> tuple[int, str]:
        """Have an order carried out; return the exit code (negative: the signal) and what was told: JSON, or a traceback."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(order), default=str) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the driver process has ended; its traceback is on standard error"
        answer = json.loads(line)
        return answer["code"], answer["told"]


if __name__ == "__main__":
    drive()
