"""Taking turns at the archive: another process gets in between two pages, and neither harms the other."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from crawler.pipeline import recheck
from crawler.run import How, choose_targets, open_archive, run_job
from storage.connect import open_reader
from storage.errors import ArchiveMissing, NewerArchive
from storage.lock import WriterLock
from tests.site import Site, article
from tests.soundness import faults_of

ROOT = Path(__file__).parents[2]

WAITER = """
import sys
from pathlib import Path
from crawler.run import How, open_archive
from storage.alerts import Alert
print("waiting", flush=True)
with open_archive(Path(sys.argv[1]), How(wait=60), trigger="crawl") as archive:
    archive.alert(Alert("test", "other", "written by another process", "nothing"))
    print("written", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def site(tmp_path):
    """Serve a site of four press releases that was crawled once."""
    with Site(tmp_path) as serving:
        serving.crawl()
        serving.clock = RealSleeps(serving.clock)
        yield serving


class RealSleeps:
    """The site's clock, but for waits: who waits for another process must let it run."""

    def __init__(self, clock):
        self._clock = clock
        self.now, self.pass_by = clock.now, clock.pass_by

    async def sleep(self, seconds):
        """Wait for as long as it takes another process to have its turn."""
        await asyncio.sleep(min(seconds, 0.02))


@contextmanager
def waiter(path):
    """Run another process that waits for the archive, writes, and keeps it until it is told to let go."""
    command = [sys.executable, "-c", WAITER, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout.readline() == "waiting\n"
        yield process


def test_another_writes_between_two_pages(site, tmp_path):
    """A writer that comes while a crawl is on its way has its turn before the next page; then the crawl goes on to its end."""
    others = []

    def while_asked(request):
        if not others:
            stack = waiter(tmp_path / "a.db")
            others.append((stack, stack.__enter__()))
            wait_until_wanted(tmp_path / "a.db")
        return article(int(request.path.removesuffix(".html").rpartition("_")[2]))

    site.answers |= {f"art_1_{number}.html": while_asked for number in range(1, 5)}
    said = []
    summary = take_turns(site, said, others)
    stack, process = others[0]
    stack.__exit__(None, None, None)
    assert process.returncode == 0
    assert summary.counts["looked"] == 4
    assert said == ["another process writes first; this one goes on afterwards"]
    with closing(open_reader(tmp_path / "a.db")) as reader:
        assert reader.execute("SELECT message FROM _alerts WHERE kind = 'test'").fetchone() == ("written by another process",)
        assert not faults_of(reader, ended=True)


def wait_until_wanted(path):
    """Wait, in real time, until somebody queues for the archive."""
    lock = WriterLock(path)
    deadline = time.monotonic() + 20
    while not lock.is_wanted():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def take_turns(site, said, others):
    """Look at every page, letting whoever waits go first; the other lets go as soon as it is waited for."""

    def told(text):
        said.append(text)
        _, process = others[0]
        assert process.stdout.readline() == "written\n"
        process.stdin.write("\n")
        process.stdin.flush()

    settings = site.settings(connections=1)
    how = How(clock=site.clock, on_wait=told, tenure=0)
    targets = choose_targets(settings.portals, [])
    with open_archive(settings.archive, how, trigger="recheck") as archive:
        return run_job(archive, settings, "recheck", lambda session: recheck(session, targets, [1, 2, 3, 4]), how)


def test_nothing_is_written_to_what_was_let_go(site):
    """A write outside of one's turn is a mistake of ours, and is refused before anything happens."""
    settings = site.settings()
    with open_archive(settings.archive, How(), trigger="crawl") as archive:
        archive.let_go()
        with pytest.raises(AssertionError, match="let go"):
            archive.section("site", "other")
        assert archive.take_back(0)
        archive.section("site", "other")


def test_what_the_other_wrote_is_known_afterwards(site):
    """The log goes on from where the other left it."""
    settings = site.settings()
    with open_archive(settings.archive, How(), trigger="crawl") as archive:
        size, _ = archive.log_head()
        archive.let_go()
        with open_archive(settings.archive, How(), trigger="crawl") as other:
            other.section("site", "other")
            assert not archive.take_back(0)
        assert archive.take_back(0)
        assert archive.log_head()[0] == size + 1
        archive.section("site", "third")
    with closing(open_reader(settings.archive)) as reader:
        assert not faults_of(reader, ended=True)


def test_what_a_newer_version_left_is_not_written_to(site):
    """Where the other brought the file up to what we do not know, it is not ours again: not even the run's end is written to it."""
    settings = site.settings()
    with open_archive(settings.archive, How(), trigger="crawl") as archive:
        archive.let_go()
        with closing(sqlite3.connect(settings.archive)) as other, other:
            other.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) SELECT migration_set, 'm999', '' "
                "FROM _sqlite_migrations LIMIT 1"
            )
        with pytest.raises(NewerArchive):
            archive.is_ours_again()
        assert not archive.is_ours
        assert not WriterLock(settings.archive).is_wanted()


@pytest.mark.parametrize("restored", [True, False], ids=["replaced", "deleted"])
def test_a_file_that_lies_there_no_more_is_not_written_to(site, tmp_path, restored):
    """What would be written to a file that was replaced or deleted, nobody would ever read: that is refused, and said."""
    settings = site.settings()
    shutil.copy(settings.archive, tmp_path / "copy.db")
    with open_archive(settings.archive, How(), trigger="crawl") as archive:
        archive.section("site", "other")
        for end in ("", "-wal", "-shm"):
            settings.archive.with_name(settings.archive.name + end).unlink()
        if restored:
            (tmp_path / "copy.db").rename(settings.archive)
        with pytest.raises(ArchiveMissing, match="deleted or replaced"):
            archive.section("site", "third")
        archive.let_go()
        with pytest.raises(ArchiveMissing, match="deleted or replaced"):
            archive.take_back(0)
        assert not archive.is_ours
    if restored:
        with open_archive(settings.archive, How(), trigger="crawl") as archive:
            archive.section("site", "fourth")
        with closing(open_reader(settings.archive)) as reader:
            assert not faults_of(reader, ended=True)
