"""The daemon as people start it: what it is made of, and the line that says that it runs."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from config.service import service_manager
from crawler.daemon import Daemon
from crawler.events import EventLog
from crawler.healthz import serving
from crawler.machine import RealMachine
from crawler.maintain import audit, maintain
from crawler.render_times import plural
from crawler.run import How
from crawler.session import Silent
from crawler.ticks import Ticks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.daemon import Chore
    from crawler.render import Desk

__all__ = ["run_daemon"]


def run_daemon(desk: Desk, chores: Mapping[str, Chore]) -> int:
    """Watch until told to end; return the exit code."""
    log = EventLog(Silent(), sys.stderr)
    how = How(report=log, on_wait=lambda text: log.event("gave-way", text=text))
    ticks = Ticks(desk.settings, how, log)
    number = len(ticks.targets)
    desk.screen.aside(f"Watching {plural(number, 'section')}; Ctrl-C or SIGTERM ends it, and loses nothing.")
    daemon = Daemon(ticks, RealMachine(), service_manager(), desk.reload, {"maintain": maintain, "audit": audit, **chores})
    return asyncio.run(_watch(daemon))


async def _watch(daemon: Daemon) -> int:
    async with serving(lambda: daemon.ticks.settings, daemon.ticks.how.clock):
        return await daemon.run()
