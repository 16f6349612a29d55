"""The crawler's errors.

::

    CrawlError                 something that stops one job; carries the URL it happened at and what to do next
      LocateError              the listing of a section was not found; carries the steps tried
      ListingError             a listing came but cannot be read
      ReadError                a page came but cannot be read
      ImportFormatError        a file to import is not of a form that we know
      DaemonRunningError       the archive has a daemon already

The archive's errors are `storage.errors.ArchiveError`, the configuration's `config.settings.SettingsError`: neither package
may import this one.  The command line turns all three into one line and an exit code.
"""

from __future__ import annotations

__all__ = ["CrawlError", "DaemonRunningError", "ImportFormatError", "ListingError", "LocateError", "ReadError"]


class CrawlError(Exception):
    """A job could not be done: what happened, at which URL or row, and what to do next."""

    exit_code = 1

    def __init__(self, message: str, *, url: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.url = url
        self.hint = hint


class LocateError(CrawlError):
    """The listing of a section was not found; `steps` says what was tried and how far it led."""

    def __init__(self, message: str, *, steps: tuple[str, ...], url: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, url=url, hint=hint)
        self.steps = steps


class ListingError(CrawlError):
    """A listing came but cannot be read."""


class ReadError(CrawlError):
    """A page came but cannot be read."""


class ImportFormatError(CrawlError):
    """A file to import is not of a form that we know."""

    exit_code = 2


class DaemonRunningError(CrawlError):
    """The archive has a daemon already."""
