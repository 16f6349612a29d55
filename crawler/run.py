"""One run from end to end: open the archive, do the job, record how it ended.  What the command line and the daemon share."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.clock import Clock, WallClock
from crawler.errors import CrawlError
from crawler.hosts import Gate
from crawler.http import Client, HttpOptions
from crawler.revisit import POLICY
from crawler.session import Reporter, Session, Silent, Target
from crawler.turns import Turns
from storage.archive import Archive
from storage.errors import ArchiveError
from storage.lock import STEP
from storage.queries import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from config.settings import Portal, Settings
    from crawler.summary import Summary

    Job = Callable[[Session], Awaitable[Summary]]

__all__ = [
    "DEMO",
    "How",
    "archive_in_turn",
    "choose_targets",
    "do_job",
    "http_options",
    "is_demo",
    "open_archive",
    "recorded_run",
    "run_job",
]

DEMO = "demo"
"""The trigger of the demo's runs; the first run of an archive bears it where the archive is the demo's to overwrite."""
_LAST_WORDS = 5.0
"""Seconds that a run which is broken off while it lets another write waits to say so; without that it counts as killed."""


@dataclass(frozen=True, slots=True)
class How:
    """How a run is run: what tests and stories exchange for values of their own, and what a daemon keeps from run to run.

    `should_stop` says why nothing further is to be begun, `should_yield` why no page is, for the moment (None: go on); `resting`
    is until when silent hosts are left alone.  `tenure` is for how many seconds a run keeps the archive before it lets another in.
    """

    clock: Clock = field(default_factory=WallClock)
    rng: random.Random = field(default_factory=random.Random)
    report: Reporter = field(default_factory=Silent)
    wait: float = 60.0
    on_wait: Callable[[str], None] = lambda _: None
    on_boundary: Callable[[str], None] = lambda _: None
    should_stop: Callable[[], str | None] = lambda: None
    should_yield: Callable[[], str | None] = lambda: None
    tenure: float = 5.0
    resting: dict[str, datetime] = field(default_factory=dict)


def choose_targets(portals: Sequence[Portal], names: Sequence[str]) -> list[Target]:
    """Return the sections that `names` name (`portal/slug`, or a portal for all of its own); all of them for no name.

    Raises CrawlError for a name that is none, with those that are.
    """
    every = [Target(portal, slug, section) for portal in portals for slug, section in portal.sections.items()]
    known = ", ".join(target.name for target in every)
    chosen: list[Target] = []
    for name in names:
        matching = [target for target in every if name in {target.name, target.portal.name}]
        if not matching:
            error = CrawlError(f"there is no section {name}", hint=f"known sections: {known}")
            error.exit_code = 2
            raise error
        chosen += [target for target in matching if target not in chosen]
    return chosen or every


@contextmanager
def open_archive(path: Path, how: How, *, trigger: str) -> Iterator[Archive]:
    """Open an archive for writing; only the demo writes to a demo's archive, and to no other.

    Raises ArchiveError.
    """
    with Archive.open(path, schedule=POLICY, now=how.clock.now, wait=how.wait, on_wait=how.on_wait) as archive:
        _refuse_demo(archive, path, trigger)
        yield archive


@asynccontextmanager
async def archive_in_turn(path: Path, how: How, *, trigger: str) -> AsyncIterator[Archive]:
    """Open an archive for writing as soon as it is our turn, without standing in anybody's way meanwhile.  Raises ArchiveError."""
    lock = Archive.lock_for(path)
    try:
        while not lock.try_once():
            await how.clock.sleep(STEP)
    finally:
        lock.leave_queue()
    with Archive.under(lock, path, schedule=POLICY, now=how.clock.now) as archive:
        _refuse_demo(archive, path, trigger)
        yield archive


def _refuse_demo(archive: Archive, path: Path, trigger: str) -> None:
    if is_demo(archive.connection) and trigger != DEMO:
        raise ArchiveError(
            f"{path} is the demo's archive, and real press releases do not go there", hint="choose another with --archive PATH"
        )


def is_demo(connection: sqlite3.Connection) -> bool:
    """Tell whether an archive is the demo's: its first run says so."""
    first = rows(connection, "SELECT trigger FROM runs ORDER BY id LIMIT 1")
    return bool(first) and first[0]["trigger"] == DEMO


@contextmanager
def recorded_run(archive: Archive, settings: Settings, trigger: str, counts: dict[str, int]) -> Iterator[int]:
    """Record a run around what happens inside: `done`, `interrupted` (Ctrl-C) or `failed`, and what `counts` holds by then."""
    run_id = archive.begin_run(trigger, vantage=settings.vantage, software=settings.user_agent, settings=_evidence(settings))
    outcome = "failed"
    try:
        yield run_id
        outcome = "done"
    except (KeyboardInterrupt, asyncio.CancelledError):
        outcome = "interrupted"
        raise
    finally:
        if archive.take_back(_LAST_WORDS):
            archive.end_run(run_id, outcome, counts)


def run_job(archive: Archive, settings: Settings, trigger: str, job: Job, how: How) -> Summary:
    """Run an asynchronous job as one recorded run and return its summary; also an interrupted run records what it did."""
    return asyncio.run(do_job(archive, settings, trigger, job, how))


async def do_job(archive: Archive, settings: Settings, trigger: str, job: Job, how: How) -> Summary:
    """Do a job as one recorded run, inside a loop that goes on afterwards."""
    counts: dict[str, int] = {}
    with recorded_run(archive, settings, trigger, counts) as run_id:
        return await _with_session(archive, settings, run_id, job, how, counts)


async def _with_session(  # noqa: PLR0913, PLR0917 - a run's parts
    archive: Archive, settings: Settings, run_id: int, job: Job, how: How, counts: dict[str, int]
) -> Summary:
    async with Client(http_options(settings), how.clock, how.on_boundary) as client:
        gate = Gate(archive, client, how.clock, settings.portals, settings.user_agent, run_id, how.resting)
        turns = Turns(archive, how.clock, tenure=how.tenure, on_wait=how.on_wait, on_return=gate.refresh)
        session = Session(
            archive,
            client,
            gate,
            turns,
            how.clock,
            settings,
            how.rng,
            run_id,
            how.report,
            should_stop=how.should_stop,
            should_yield=how.should_yield,
        )
        try:
            return await job(session)
        finally:
            counts |= session.summary.counts


def http_options(settings: Settings) -> HttpOptions:
    """Return how the hosts of the settings' portals are asked."""
    connections = {host: portal.politeness.connections for portal in settings.portals for host in portal.hosts}
    private = {host for portal in settings.portals if portal.allow_private for host in portal.hosts}
    legacy = {host for portal in settings.portals if portal.tls == "legacy" for host in portal.hosts}
    return HttpOptions(
        user_agent=settings.user_agent,
        proxy=settings.proxy or None,
        deadline=settings.fetch.timeout,
        connect_timeout=settings.fetch.connect_timeout,
        max_bytes=settings.fetch.max_body,
        connections=sum(connections.values()),  # a host that hangs must not keep the others waiting for a place
        allow_private=lambda host: host in private,
        legacy_tls=lambda host: host in legacy,
    )


def _evidence(settings: Settings) -> str:
    """Return what a run's settings were, as JSON, as far as evidence rests on them: nothing of whom the operator tells or how."""
    return settings.model_dump_json(include={"portals", "vantage", "unconditional_share", "known_rows_to_stop", "fetch"})
