"""The archive's errors.

::

    ArchiveError             the archive cannot do what was asked; carries the path or row, and what to do next
      NotAnArchive           the file is something else
      NewerArchive           written by a newer version of this software
      ArchiveMissing         a reading command was pointed at no file
      ArchiveBusy            somebody else writes, or holds a lock
      ArchiveReadOnly        the file or its folder cannot be written
      ArchiveFull            no room left on the disk
      ArchiveDamaged         what is stored is not what was stored: guards missing, bytes that do not fit their hash
      UpgradeNeeded          the file is older, and bringing it up to date is a matter of its own (`upgrade`)
      WorkStopped            a copy or a check was broken off because its caller wanted that; nothing is left of it
      UnknownReference       no such release, version, page, or fetch
"""

from __future__ import annotations

__all__ = [
    "ArchiveBusy",
    "ArchiveDamaged",
    "ArchiveError",
    "ArchiveFull",
    "ArchiveMissing",
    "ArchiveReadOnly",
    "NewerArchive",
    "NotAnArchive",
    "UnknownReference",
    "UpgradeNeeded",
    "WorkStopped",
]


class ArchiveError(Exception):
    """The archive cannot do what was asked."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class NotAnArchive(ArchiveError):  # noqa: N818 - it says what the file is
    """The file is not one of ours."""

    exit_code = 2


class NewerArchive(ArchiveError):  # noqa: N818 - it says what the file is
    """The file was written by a newer version of this software."""

    exit_code = 2


class ArchiveMissing(ArchiveError):  # noqa: N818 - it says what is wrong
    """A reading command was pointed at a file that does not exist."""

    exit_code = 2


class ArchiveBusy(ArchiveError):  # noqa: N818 - it says what is wrong
    """Another process is writing, or holds the file locked."""


class ArchiveReadOnly(ArchiveError):  # noqa: N818 - it says what is wrong
    """The file or its folder cannot be written by this user."""


class ArchiveFull(ArchiveError):  # noqa: N818 - it says what is wrong
    """There is no room left on the disk; nothing was half-written."""


class ArchiveDamaged(ArchiveError):  # noqa: N818 - it says what is wrong
    """What is stored is not what was stored."""


class UpgradeNeeded(ArchiveError):  # noqa: N818 - it says what is wrong
    """The file is older than this version, and rewriting it takes time and room: nobody does that by the way."""

    exit_code = 2


class WorkStopped(ArchiveError):  # noqa: N818 - it says what happened
    """A copy or a check was broken off because its caller wanted that; nothing is left of it."""


class UnknownReference(ArchiveError):  # noqa: N818 - it says what is wrong
    """No release, version, page or fetch goes by that name."""

    exit_code = 2
