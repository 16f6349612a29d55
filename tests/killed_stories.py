"""What a portal's publisher does, and the jobs that are run meanwhile: each may be killed and begun again (`killed_points.py`)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from seeds.portal import REPORTS, TODAY, Portal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seeds.portal import Release

__all__ = ["STORIES", "Job", "Stage", "Story", "small_portal"]

_BETWEEN = timedelta(hours=3)
"""From what the publisher does to the job that is run after it."""
_REDONE_AFTER = timedelta(minutes=30)
"""A job is begun again before anything that the killed one looked at is due again, and within the same hour: what it then looks at
was left over, and what it looks at anyhow is told apart from other jobs by its hour."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job of the crawler's: what is run (see `killed_job.py`), when, and on the archive that the job `after` left (None: none).

    `pages` are the paths that it is asked for; `more` is what the portal's file says besides.
    """

    name: str
    do: str
    begins: datetime
    after: str | None = None
    pages: tuple[str, ...] = ()
    more: str = ""

    @property
    def resumes(self) -> datetime:
        """Return when it is begun again after it was killed."""
        return self.begins + _REDONE_AFTER


@dataclass(slots=True)
class Stage:
    """Where a story is played: a small portal, and the time."""

    moment: datetime = datetime(2026, 11, 30, 23, tzinfo=UTC)
    portal: Portal = field(init=False)

    def __post_init__(self) -> None:
        self.portal = small_portal(lambda: self.moment)

    def wait(self, **span: float) -> None:
        """Let time pass: `days=1`."""
        self.moment += timedelta(**span)

    def job(self, name: str, do: str, after: str | None = None, *pages: Release, more: str = "") -> Job:
        """Return a job that begins some hours from now."""
        return Job(name, do, self.moment + _BETWEEN, after, tuple(page.path for page in pages), more)


@dataclass(frozen=True, slots=True)
class Story:
    """The jobs of a story that are worth killing, and how it is played; some others only go before them."""

    killed: tuple[str, ...]
    play: Callable[[Stage], Iterator[Job]]


def small_portal(now: Callable[[], datetime]) -> Portal:
    """Return a portal with a dozen rows in its listing, the odd ones (pinned, in two columns) among them, and three reports."""
    portal = Portal(1, 30, now)
    reports = [report for report, _ in portal.rows(REPORTS)]
    for release in (*_plain(portal)[7:], *reports[3:]):
        portal.remove(release.id)
    return portal


def _plain(portal: Portal) -> list[Release]:
    golden = portal.golden.id
    return [item for item in portal.releases if item.columns == (TODAY,) and not item.pinned and item.id != golden]


def _crawls(stage: Stage) -> Iterator[Job]:
    """Crawl, let the publisher do some of everything, and crawl again when all pages are due."""
    yield stage.job("first", "crawl")
    stage.wait(days=100)
    _act_out(stage.portal)
    yield stage.job("second", "crawl", "first")


def _act_out(portal: Portal) -> None:
    """Publish, edit, rewrite, backdate, copy, move to a new number, take down."""
    edited, silent, backdated, removed, copied, republished, doubled = (release.id for release in _plain(portal))
    portal.publish()
    portal.edit(edited)
    portal.silent_edit(silent)
    portal.backdate(backdated, "2020-01-01 10:00")
    portal.remove(removed)
    portal.copy(copied)
    portal.republish(republished)
    portal.copy_to_column(doubled)


_REPORTS = f"""
[sections.reports]
title = "Report on the Work of the Jiaxing Municipal Government"
listing = "{{home}}/col/col{REPORTS}/index.html"
"""
"""A second section: each is replayed in a transaction of its own."""
_BOTH_LAYOUTS = {"title": ".n-ttl, h1.article-title", "published": ".n-dt, .article-info span", "body": ".n-bd, #zoom"}
_MENDED = _REPORTS + "".join(
    f"[sections.{section}.select]\n" + "".join(f"{part} = {json.dumps(css)}\n" for part, css in _BOTH_LAYOUTS.items())
    for section in ("today", "reports")
)


def _later_work(stage: Stage) -> Iterator[Job]:
    """Prove a removal and undo it, keep a new layout aside, replay it, and crawl in it with rules that read both layouts."""
    portal, run = stage.portal, partial(stage.job, more=_REPORTS)
    twice, once, lost, late, *_ = _plain(portal)
    yield run("base", "crawl")

    portal.remove(lost.id)
    for name, after in (("missing", "base"), ("still missing", "missing")):
        stage.wait(hours=6)
        yield run(name, "recheck", after, lost)
    stage.wait(days=1)
    yield run("removal-by-crawl", "crawl", "still missing")
    portal.remove(late.id)
    yield run("removal", "recheck", "still missing", lost, late)
    stage.wait(days=1)
    portal.restore(lost.id)
    portal.restore(late.id)
    yield run("restoration", "recheck", "removal", lost, late)

    stage.wait(days=100)
    portal.change_layout()
    portal.publish()
    portal.silent_edit(twice.id)
    portal.silent_edit(once.id)
    yield run("layout", "crawl", "restoration")
    stage.wait(days=1)
    portal.change_layout(on=False)
    portal.silent_edit(twice.id)
    yield run("seen again", "recheck", "layout", twice, once)
    stage.wait(days=1)
    yield run("replay", "replay", "seen again", more=_MENDED)

    portal.change_layout()
    yield run("witnesses", "crawl", "base", more=_MENDED)


STORIES = {
    "crawls": Story(("first", "second"), _crawls),
    "later work": Story(("removal-by-crawl", "removal", "restoration", "layout", "replay", "witnesses"), _later_work),
}
