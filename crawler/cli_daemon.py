"""`daemon`: the command that watches, and tells people at its notify tick: the command line alone sees crawler and publishers."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from crawler.cli_desk import command

if TYPE_CHECKING:
    import click

    from crawler.render import Desk
    from crawler.ticks import Ticks

__all__ = ["add_daemon", "notify"]

_LONGEST = 18.0
"""Seconds that a round of messages may take: the daemon ends within twenty."""


def add_daemon(group: click.Group) -> None:
    """Add the command to the command line."""

    @command(group, "daemon")
    def daemon(desk: Desk) -> int:
        """Watch all configured sections, until told to end.

        \b
        SIGTERM, Ctrl-C   take no more work, commit what is in flight, end
        SIGHUP            read the settings again; bad ones are refused, and the old ones kept
        """  # noqa: D301 - the sign is meant: it keeps click from wrapping the table
        from crawler.render_daemon import run_daemon  # noqa: PLC0415

        return run_daemon(desk, {"notify": notify})


async def notify(ticks: Ticks) -> None:
    """Tell people what is due; the archive is free while it is sent."""
    from storage.publish import notify as telling  # noqa: PLC0415 - --help must not pay for it

    settings, clock = ticks.settings, ticks.how.clock
    if not ticks.ask(lambda file: telling.is_due(file, settings, clock.now()), False):  # noqa: FBT003 - the answer of no archive
        return
    async with ticks.briefly("notify") as archive:
        parcels = telling.route(archive, settings, clock.now())
    if not parcels:
        return
    sent = await asyncio.to_thread(partial(telling.send, parcels, settings, clock.now(), longest=_LONGEST))
    async with ticks.briefly("notify") as archive:
        tally = telling.record(archive, settings, sent, clock.now(), ticks.how.rng)
    ticks.log.event("told", delivered=tally.delivered, failed=tally.failed, dead=tally.dead)
