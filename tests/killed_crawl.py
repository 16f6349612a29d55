"""Kill a crawl at its n-th boundary, let it be resumed, and say what stands in the file: the driver behind `test_killed.py`.

A boundary is a statement that is about to run on any connection, a file about to be renamed or removed, a request about to be
sent, an answer that has just come, and the end.  The crawl runs in a process forked for it alone, from a driver process that
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
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from config.portal import parse_portal
from config.settings import Settings
from crawler.pipeline import crawl
from crawler.run import How, choose_targets, open_archive, run_job
from seeds.portal import portal_file
from storage.connect import open_reader
from tests.soundness import facts_of, faults_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Driver", "Fuse", "crawl_once"]

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


def crawl_once(archive: Path, base_url: str, begins: datetime, fuse: Fuse) -> int:
    """Crawl the embedded portal at `base_url` as the command line does; return the writer's `synchronous`."""
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
    return {**state, "exists": archive.exists(), "files": sorted(path.name for path in archive.parent.iterdir())}


def _whole(order: dict[str, Any], fuse: Fuse) -> dict[str, Any]:
    with fuse.laid():
        synchronous = crawl_once(Path(order["archive"]), order["base_url"], datetime.fromisoformat(order["begins"]), fuse)
    return {"boundaries": fuse.passed, "synchronous": synchronous, "after": _state(Path(order["archive"]), ended=True)}


def _resumed(order: dict[str, Any], fuse: Fuse) -> dict[str, Any]:
    before = _state(Path(order["archive"]), ended=False)
    return {**_whole(order, fuse), "before": before}


_JOBS = {"crawl": _whole, "resume": _resumed}


# In the driver process


def drive() -> None:
    """Take orders as lines of JSON, run each in a process of its own, and answer with how that ended and what it told."""
    orders = map(json.loads, sys.stdin)
    for number, order in enumerate(orders):
        if number == 0:
            _warm_up(order["base_url"])
        sys.stdout.write(json.dumps(_forked(order)) + "\n")
        sys.stdout.flush()


def _warm_up(base_url: str) -> None:
    """Crawl once in this process, so that no other has to import and prepare anything."""
    with tempfile.TemporaryDirectory() as folder:
        crawl_once(Path(folder) / "archive.db", base_url, datetime(2026, 1, 1, tzinfo=UTC), Fuse(0, print))
    assert threading.active_count() == 1, "a process with threads is not to be forked"
    gc.freeze()


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
    tell(_JOBS[order["do"]](order, fuse))


# In the process that asks


class Driver:
    """A driver process; a context manager."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.killed_crawl"]
        self._process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.communicate()

    def ask(self, **order: object) -> tuple[int, str]:
        """Have an order carried out; return the exit code (negative: the signal) and what was told: JSON, or a traceback."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order, default=str) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the driver process has ended; its traceback is on standard error"
        answer = json.loads(line)
        return answer["code"], answer["told"]


if __name__ == "__main__":
    drive()
