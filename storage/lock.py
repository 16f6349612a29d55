"""One writer at a time, by flock on a file beside the archive.

Not on the archive itself: closing any descriptor of it in this process would drop the POSIX locks that SQLite holds there.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import ArchiveBusy, ArchiveReadOnly

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["STEP", "WriterLock"]

STEP = 0.2
"""Seconds between two tries while another writer is at work."""


class WriterLock:
    """The right to write to an archive, held until `release` or the end of the process.

    Who wants it queues at a second lock, the turn: the one at the head of the queue holds it while the writer is at work.  So a
    writer sees that somebody waits (`is_wanted`), lets go between two pieces of work, and cannot overtake whom it let in.

    The locks lie beside the file itself: a link to it is another name for the same archive.
    """

    def __init__(self, archive: Path) -> None:
        target = Path(os.path.realpath(archive))
        self.path = target.with_name(target.name + ".lock")
        self._turn_path = target.with_name(target.name + ".turn")
        self._archive = archive
        self._handle: int | None = None
        self._turn: int | None = None

    @property
    def is_held(self) -> bool:
        """Tell whether the right is ours."""
        return self._handle is not None

    def acquire(self, *, wait: float, pause: Callable[[float], None], on_wait: Callable[[str], None]) -> None:
        """Take the lock, trying for `wait` seconds; `on_wait` is told once who is being waited for.

        Raises ArchiveBusy when the time is up and ArchiveReadOnly where a lock file cannot be made.
        """
        left = wait
        while not self.try_once():
            if left <= 0:
                self.leave_queue()
                raise ArchiveBusy(
                    f"{self._archive} is being written by {self._holder()}",
                    hint="try again later, or wait longer with --wait SECONDS",
                )
            if left == wait:
                on_wait(f"waiting for {self._holder()}, which is writing to {self._archive}")
            pause(STEP)
            left -= STEP

    def try_once(self) -> bool:
        """Queue for the lock, unless we do already, and take it if it is our turn and nobody has it; tell whether it is ours.

        Raises ArchiveReadOnly where a lock file cannot be made.
        """
        if self._turn is None:
            self._turn = self._taken(self._turn_path)
        if self._turn is None:
            return False
        handle = self._taken(self.path)
        if handle is None:
            return False
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._handle = handle
        self.leave_queue()
        return True

    def is_wanted(self) -> bool:
        """Tell whether somebody waits for the lock that we hold."""
        turn = self._taken(self._turn_path)
        if turn is None:
            return True
        os.close(turn)
        return False

    def leave_queue(self) -> None:
        """Wait no longer; harmless where we do not."""
        if self._turn is not None:
            os.close(self._turn)
            self._turn = None

    def release(self) -> None:
        """Let the next writer in; harmless where nothing is held."""
        self.leave_queue()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _holder(self) -> str:
        """Return who holds the lock, in words."""
        try:
            number = self.path.read_text().strip()
        except OSError:
            number = ""
        return f"another process (pid {number})" if number else "another process"

    def _taken(self, path: Path) -> int | None:
        """Return a handle on a lock file that was free and is ours now, or None."""
        handle = self._open(path)
        if _try(handle):
            return handle
        os.close(handle)
        return None

    def _open(self, path: Path) -> int:
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as exc:
            raise ArchiveReadOnly(
                f"cannot write beside {self._archive}: {exc.strerror}",
                hint="choose a folder that you may write to with --archive PATH, or run as the archive's owner",
            ) from exc


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        if exc.errno in {errno.EAGAIN, errno.EACCES}:
            return False
        raise
    return True
