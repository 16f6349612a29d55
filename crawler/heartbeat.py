"""The daemon's sign of life: a file beside the archive that one daemon holds, and that everybody may read.

The lock on it tells whether a daemon runs, and the text in it how it does.  It is no lock on the archive, which the daemon lets go
whenever somebody else wants to write.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from crawler.errors import DaemonRunningError
from storage.errors import ArchiveReadOnly
from storage.instants import instant

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

__all__ = ["ENDED", "Beat", "Heartbeat", "heartbeat_file", "read_heartbeat"]

ENDED = "ended"
"""What a daemon does, by its own words, once it was told to end: one that died had no time to say so."""

_SIZE = 2048
"""Bytes of the file, always: one write replaces all of it, so that a reader never finds half of a longer text."""
_TRIES = 3
_GLANCE = 0.02
"""Seconds.  Who reads the file holds its lock for a moment, and must not be taken for a daemon."""
_MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Beat:
    """How the daemon was at one moment: which process, since when, what it does, what is next, and why it rests, if it does.

    `doing` and `paused` are words for people; instants are UTC text.
    """

    pid: int
    started_at: str
    beat_at: str
    doing: str | None = None
    next_at: str | None = None
    paused: str | None = None
    alive: bool = True


class Heartbeat:
    """The right to be the daemon of an archive, from `claim` to `release` or the end of the process."""

    def __init__(self, handle: int, now: datetime) -> None:
        self._handle = handle
        self._started_at = instant(now)

    @classmethod
    def claim(cls, archive: Path, now: datetime) -> Self:
        """Become an archive's daemon; raises DaemonRunningError where it has one, ArchiveReadOnly where no file can be made."""
        path = heartbeat_file(archive)
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as exc:
            raise ArchiveReadOnly(
                f"cannot write beside {archive}: {exc.strerror}",
                hint="choose a folder that you may write to with --archive PATH, or run as the archive's owner",
            ) from exc
        if not _taken(handle):
            other = _read(handle)
            os.close(handle)
            raise DaemonRunningError(
                f"a daemon of {archive} runs already (pid {other.pid if other else 'unknown'})",
                hint="see how it does: jiaxing-today status   (one daemon serves all portals of an archive)",
            )
        heartbeat = cls(handle, now)
        heartbeat.beat(now)
        return heartbeat

    def beat(self, now: datetime, *, doing: str | None = None, next_at: datetime | None = None, paused: str | None = None) -> None:
        """Say that the daemon is well at `now`, and what it does."""
        words = [text[:_MOST_WORDS] if text else None for text in (doing, paused)]
        beat = Beat(os.getpid(), self._started_at, instant(now), words[0], instant(next_at) if next_at else None, words[1])
        text = json.dumps({key: value for key, value in asdict(beat).items() if key != "alive"}, ensure_ascii=False)
        os.pwrite(self._handle, text.encode()[:_SIZE].ljust(_SIZE), 0)

    def release(self) -> None:
        """Let another be the daemon."""
        os.close(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()


def heartbeat_file(archive: Path) -> Path:
    """Return the file of an archive's daemon: beside the file itself, a link to which is another name for the same archive."""
    target = Path(os.path.realpath(archive))
    return target.with_name(target.name + ".daemon")


def read_heartbeat(archive: Path) -> Beat | None:
    """Return what an archive's daemon said last, `alive` where it runs still; None where nothing can be read of one."""
    try:
        handle = os.open(heartbeat_file(archive), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return _read(handle)
    finally:
        os.close(handle)


def _read(handle: int) -> Beat | None:
    alive = not _locked(handle, fcntl.LOCK_SH)  # the lock ends with the handle
    for _ in range(_TRIES):
        try:
            return Beat(**json.loads(os.pread(handle, _SIZE, 0)), alive=alive)
        except (ValueError, TypeError):
            continue
    return None


def _taken(handle: int) -> bool:
    """Take the lock for good; tell whether it was had."""
    for _ in range(_TRIES):
        if _locked(handle, fcntl.LOCK_EX):
            return True
        time.sleep(_GLANCE)
    return False


def _locked(handle: int, kind: int) -> bool:
    """Take a lock on the file if nobody else has one that excludes it, and tell whether it was had."""
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except OSError as exc:
        if exc.errno in {errno.EAGAIN, errno.EACCES}:
            return False
        raise
    return True
