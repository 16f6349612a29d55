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

__all__ = ["WriterLock"]

_STEP = 0.2
"""Seconds between two tries while another writer is at work."""


class WriterLock:
    """The right to write to an archive, held until `release` or the end of the process.

    The lock lies beside the file itself: a link to it is another name for the same archive.
    """

    def __init__(self, archive: Path) -> None:
        target = Path(os.path.realpath(archive))
        self.path = target.with_name(target.name + ".lock")
        self._archive = archive
        self._handle: int | None = None

    def acquire(self, *, wait: float, pause: Callable[[float], None], on_wait: Callable[[str], None]) -> None:
        """Take the lock, trying for `wait` seconds; `on_wait` is told once who is being waited for.

        Raises ArchiveBusy when the time is up and ArchiveReadOnly where the lock file cannot be made.
        """
        handle = self._open()
        left = wait
        while not _try(handle):
            if left <= 0:
                holder = self._holder()
                os.close(handle)
                raise ArchiveBusy(
                    f"{self._archive} is being written by {holder}", hint="try again later, or wait longer with --wait SECONDS"
                )
            if left == wait:
                on_wait(f"waiting for {self._holder()}, which is writing to {self._archive}")
            pause(_STEP)
            left -= _STEP
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._handle = handle

    def release(self) -> None:
        """Let the next writer in; harmless where nothing is held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _open(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as exc:
            raise ArchiveReadOnly(
                f"cannot write beside {self._archive}: {exc.strerror}",
                hint="choose a folder that you may write to with --archive PATH, or run as the archive's owner",
            ) from exc

    def _holder(self) -> str:
        try:
            number = self.path.read_text().strip()
        except OSError:
            number = ""
        return f"another process (pid {number})" if number else "another process"


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        if exc.errno in {errno.EAGAIN, errno.EACCES}:
            return False
        raise
    return True
