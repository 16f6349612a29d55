"""What happens, as lines that machines can read: an event's name and its fields (`--verbose`; the daemon always)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

import structlog

if TYPE_CHECKING:
    from crawler.session import Reporter, Target
    from storage.looks import Appended

__all__ = ["EventLog"]


class EventLog:
    """A reporter that writes each event as a line (plain on a terminal, else JSON) and passes it on to another reporter."""

    def __init__(self, then: Reporter, stream: TextIO | None = None) -> None:
        out = stream or sys.stderr
        shown = (
            structlog.dev.ConsoleRenderer(colors=True) if out.isatty() else structlog.processors.JSONRenderer(ensure_ascii=False)
        )
        stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
        self._log = structlog.wrap_logger(structlog.PrintLogger(out), processors=[stamp, shown])
        self._then = then

    def event(self, name: str, **fields: object) -> None:
        """Write any event that has nothing to do with a run."""
        self._log.msg(name, **fields)

    def note(self, text: str) -> None:
        """Write a line that a person should read."""
        self._log.msg("note", text=text)
        self._then.note(text)

    def listing(self, target: Target, rows: int, total: int | None, how: str) -> None:
        """Write how far the listing of a section was read."""
        self._log.msg("listing", section=target.name, rows=rows, total=total, how=f"{how})")
        self._then.listing(target, rows, total, how)

    def begin(self, looks: int) -> None:
        """Write how many pages are about to be looked at."""
        self._log.msg("begin", looks=looks)
        self._then.begin(looks)

    def looked(self, appended: Appended) -> None:
        """Write what one look turned out to be."""
        kind = appended.kind.value if appended.kind else None
        state = appended.state.value if appended.state else None
        self._log.msg(
            "looked", fetch=appended.fetch_id, state=state, kind=kind, version=appended.version_id, silent=appended.silent
        )
        self._then.looked(appended)
