"""One writer at a time: who waits is told for whom, and nobody waits for ever."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.errors import ArchiveBusy, ArchiveReadOnly
from storage.lock import WriterLock, _try
from tests.builders import Clock, open_archive, opened

HOLD = """
import fcntl, os, sys
fcntl.flock(os.open(sys.argv[1], os.O_RDWR | os.O_CREAT), fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def open_files():
    """Return the number of this process's open descriptors."""
    return len(list(Path("/proc/self/fd").iterdir()))


def acquire(lock, wait=0.0, pause=lambda _: None):
    """Take a lock; return what was said while waiting."""
    said = []
    lock.acquire(wait=wait, pause=pause, on_wait=said.append)
    return said


def test_two_writers(path):
    """The second is refused at once, and told the process that writes and what to do."""
    with (
        opened(path),
        pytest.raises(ArchiveBusy, match=rf"{path.name} is being written by another process \(pid {os.getpid()}\)") as caught,
    ):
        open_archive(path, Clock())
    assert "--wait" in caught.value.hint
    open_archive(path, Clock()).close()


def test_a_writer_in_another_process(path):
    """The lock holds between processes, and ends with the process that held it, however it ends."""
    lock = WriterLock(path)
    with subprocess.Popen([sys.executable, "-c", HOLD, str(lock.path)], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ArchiveBusy):
            acquire(lock)
        other.kill()
        other.wait()
        acquire(lock)
        lock.release()


def test_waiting(path):
    """Who waits is told once for whom, pauses in small steps, and goes on when the other is done."""
    first, second = WriterLock(path), WriterLock(path)
    acquire(first)
    pauses = []

    def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            first.release()

    said = acquire(second, wait=60, pause=pause)
    assert said == [f"waiting for another process (pid {os.getpid()}), which is writing to {path}"]
    assert len(pauses) == 3
    assert all(0 < seconds <= 1 for seconds in pauses)
    second.release()


def test_waiting_ends(path):
    """When the time is up the wait fails as if there had been none; it never lasts much longer than was asked."""
    first, second = WriterLock(path), WriterLock(path)
    acquire(first)
    pauses = []
    with pytest.raises(ArchiveBusy):
        second.acquire(wait=1.0, pause=pauses.append, on_wait=pauses.append)
    assert 0.8 <= sum(pause for pause in pauses if not isinstance(pause, str)) <= 1.3
    first.release()
    acquire(second)
    second.release()


def test_no_wait_says_nothing(path):
    """Without a wait nobody is told that there is one."""
    first = WriterLock(path)
    acquire(first)
    said = []
    with pytest.raises(ArchiveBusy):
        WriterLock(path).acquire(wait=0, pause=said.append, on_wait=said.append)
    assert said == []
    first.release()


def test_a_refused_lock_keeps_no_descriptor(path):
    """A thousand refusals leave no file open."""
    first = WriterLock(path)
    acquire(first)
    before = open_files()
    for _ in range(20):
        with pytest.raises(ArchiveBusy):
            acquire(WriterLock(path))
    assert open_files() == before
    first.release()


def test_release_is_harmless(path):
    """Letting go twice, or of nothing, does nothing."""
    lock = WriterLock(path)
    lock.release()
    acquire(lock)
    lock.release()
    lock.release()
    acquire(WriterLock(path))


def test_the_holder_is_unknown(path):
    """Where the lock file says nothing, or is gone, the message still stands."""
    first = WriterLock(path)
    acquire(first)
    first.path.write_text("")
    with pytest.raises(ArchiveBusy, match=r"by another process$"):
        acquire(WriterLock(path))
    assert WriterLock(path.with_name("never"))._holder() == "another process"
    first.release()


def test_a_shorter_pid_leaves_no_digits(path):
    """The number of a former holder is overwritten whole."""
    lock = WriterLock(path)
    lock.path.write_text("99999999999999999")
    acquire(lock)
    assert lock.path.read_text() == str(os.getpid())
    lock.release()


def test_no_folder(tmp_path):
    """A folder that does not exist is told in one line."""
    with pytest.raises(ArchiveReadOnly, match="cannot write beside") as caught:
        acquire(WriterLock(tmp_path / "none" / "archive.db"))
    assert caught.value.hint


def test_other_errors_are_not_taken_for_a_writer():
    """Only "somebody holds it" means busy: anything else is an error of its own."""
    with pytest.raises(OSError, match="Bad file descriptor"):
        _try(1_000_000)


def test_a_child_process_inherits_no_lock(path):
    """A program started while we write does not keep the archive locked after us."""
    lock = WriterLock(path)
    acquire(lock)
    with subprocess.Popen(
        [sys.executable, "-c", "print('up', flush=True); input()"], stdin=-1, stdout=-1, close_fds=False
    ) as child:
        assert child.stdout.readline() == b"up\n"
        lock.release()
        acquire(WriterLock(path))
        child.kill()


def test_a_link_is_the_file_that_it_names(path):
    """One archive has one lock, whatever the name that it is opened under."""
    path.touch()
    link = path.with_name("elsewhere.db")
    link.symlink_to(path.name)
    assert WriterLock(link).path == WriterLock(path).path == path.with_name("archive.db.lock")
    first = WriterLock(link)
    acquire(first)
    with pytest.raises(ArchiveBusy):
        acquire(WriterLock(path))
    first.release()
