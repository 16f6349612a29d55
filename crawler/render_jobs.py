"""The jobs that write to an archive, as people run them: each is run, told as it goes, summed up, and given an exit code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crawler.errors import CrawlError, ImportFormatError
from crawler.events import EventLog
from crawler.imports import Known, import_file
from crawler.pipeline import Summary, look_at_pages
from crawler.pipeline import crawl as crawl_all
from crawler.render import named, read_bytes
from crawler.render_crawl import Reports, say_changed, say_failures, say_plan, say_summary, say_totals
from crawler.render_times import plural
from crawler.run import How, choose_targets, open_archive, recorded_run, run_job
from crawler.urls import in_scope
from storage import overview, queries
from storage.instants import instant
from storage.records import Purpose

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from crawler.imports import Imported
    from crawler.render import Desk
    from crawler.run import Job
    from crawler.session import Session, Target
    from storage.archive import Archive
    from storage.queries import Row

__all__ = ["crawl", "import_files", "plan", "recheck"]


def crawl(desk: Desk, names: Sequence[str], *, full: bool, limit: int | None, wait: float) -> int:
    """Crawl the sections named, say what came of it, and return the exit code."""
    targets = choose_targets(desk.settings.portals, names)
    return _run(desk, "crawl", targets, partial(crawl_all, targets=targets, full=full, limit=limit), wait)


def recheck(desk: Desk, names: Sequence[str], *, oldest: int | None, wait: float) -> int:
    """Look again at the pages of the press releases named, at the `oldest` so many pages, or at all; return the exit code."""
    targets = choose_targets(desk.settings.portals, ())
    with desk.reading() as connection:
        pages = _pages_to_look_at(connection, names, [target.name for target in targets], oldest)
    return _run(desk, "recheck", targets, partial(_recheck, targets=targets, pages=pages), wait)


async def _recheck(session: Session, *, targets: Sequence[Target], pages: Sequence[int]) -> Summary:
    summary = Summary()
    await look_at_pages(session, targets, summary, purpose=Purpose.RECHECK, only=pages)
    return summary


def _pages_to_look_at(
    connection: sqlite3.Connection, names: Sequence[str], sections: Sequence[str], oldest: int | None
) -> list[int]:
    """Return the pages meant; raises CrawlError for a press release that cannot be asked for."""
    if not names:
        return overview.longest_unseen(connection, sections, -1 if oldest is None else oldest)
    wanted: list[int] = []
    for name in names:
        release = named(connection, name).release_id
        pages = overview.pages_of(connection, [release])
        if not pages:
            raise CrawlError(f"release {release} is known from a file only: there is no page to look at")
        unknown = next((page for page in pages if page["section"] not in sections), None)
        if unknown:
            hint = "add its portal's file to `portals` in the settings"
            raise CrawlError(f"release {release} belongs to {unknown['section']}, which is not configured", hint=hint)
        wanted += [page["page"] for page in pages]
    return wanted


def _run(desk: Desk, trigger: str, targets: Sequence[Target], job: Job, wait: float) -> int:
    screen = desk.screen
    with open_archive(desk.path, How(wait=wait, on_wait=screen.aside), trigger=trigger) as archive:
        delay = max(target.portal.politeness.delay for target in targets)
        with Reports(screen, partial(_state_of, archive), delay=delay, bar=not desk.verbose) as reports:
            how = How(report=EventLog(reports) if desk.verbose else reports, wait=wait, on_wait=screen.aside)
            summary = run_job(archive, desk.settings, trigger, job, how)
        say_summary(screen, summary)
        say_changed(screen, *_changed(archive.connection))
        say_failures(screen, summary.failed, reports.notes)
        say_totals(screen, desk.path, queries.totals(archive.connection)["releases"])
    return 0 if summary.answered and not summary.failed else 1


def _state_of(archive: Archive, target: Target) -> Row | None:
    return queries.newest_section_state(archive.connection, archive.section(target.portal.name, target.slug))


def _changed(connection: sqlite3.Connection) -> tuple[list[Row], list[Row]]:
    """Return what the last run found: changes, and what does not answer since then."""
    run = overview.newest_run(connection)
    began = run["started_at"] if run else ""
    suspects = [row for row in overview.not_answering(connection) if row["failing_since"] >= began]
    return queries.changes(connection, since=began, limit=-1), suspects


# What a crawl would do


def plan(desk: Desk, names: Sequence[str], *, full: bool) -> int:
    """Say what a crawl would do; ask nothing, write nothing, and make no archive."""
    targets = choose_targets(desk.settings.portals, names)
    desk.screen.line("Nothing is asked and nothing is written: this is what a crawl would do.")
    if not desk.path.exists():
        for target in targets:
            nothing = {
                "known": None,
                "reading": "whole: it was never read",
                "pages": f"{desk.path} does not exist yet: it would be made",
            }
            say_plan(desk.screen, target, nothing)
        return 0
    with desk.reading() as connection:
        for target in targets:
            say_plan(desk.screen, target, _plan(desk, connection, target, full=full))
    return 0


def _plan(desk: Desk, connection: sqlite3.Connection, target: Target, *, full: bool) -> Row:
    known = next((row for row in queries.sections(connection) if row["section"] == target.name), None)
    due = overview.due_by_section(connection, instant(desk.screen.now)).get(target.name, {"tracked": 0, "due": 0})
    swept = overview.was_swept_whole(connection, target.name)
    head = f"until {plural(desk.settings.known_rows_to_stop, 'row')} in turn are known"
    looks = f"all {due['tracked']} would be looked at" if full else f"{due['due']} due now"
    return {
        "known": known,
        "reading": "whole" if full else head if swept else "whole: it was never read to its end",
        "pages": f"{due['tracked']} tracked, {looks}, and what is new on the listing",
    }


# Files


def import_files(desk: Desk, files: Sequence[Path], *, url: str | None, wait: float) -> int:
    """Import files, say for each what it is now, and return the exit code: a wrong file keeps no other from being imported.

    Raises what is wrong with it where there is only one file.
    """
    alone = len(files) == 1
    bodies = [(file, body) for file in files if (body := _read(desk, file, alone=alone)) is not None]
    counts = {"imported": 0, "known": 0, "wrong": len(files) - len(bodies)}
    if bodies:
        how = How(wait=wait, on_wait=desk.screen.aside)
        with (
            open_archive(desk.path, how, trigger="import") as archive,
            recorded_run(archive, desk.settings, "import", counts) as run_id,
        ):
            tray = _tray(desk, archive, run_id, url)
            for file, body in bodies:
                try:
                    counts["imported" if _import(desk, tray, body) else "known"] += 1
                except ImportFormatError as exc:
                    if alone:
                        raise
                    counts["wrong"] += 1
                    desk.screen.aside((f"{file}: {exc}", "red"))
    return 1 if counts["wrong"] else 0


def _read(desk: Desk, file: Path, *, alone: bool) -> bytes | None:
    try:
        return read_bytes(file)
    except OSError as exc:
        if alone:
            raise
        desk.screen.aside((f"{file}: {exc.strerror}", "red"))
        return None


@dataclass(frozen=True, slots=True)
class _Tray:
    """What importing a file needs: where it goes, and how files from one address are read."""

    archive: Archive
    run_id: int
    zone: ZoneInfo
    sections: Sequence[Known]
    url: str | None


def _tray(desk: Desk, archive: Archive, run_id: int, url: str | None) -> _Tray:
    """Return the sections as an import knows them; those of the portal that an address belongs to come first."""
    targets = choose_targets(desk.settings.portals, ())
    targets.sort(key=lambda target: url is None or not in_scope(url, target.portal.hosts))
    sections = [Known(archive.section(target.portal.name, target.slug), target.section.title, target.reader) for target in targets]
    return _Tray(archive, run_id, targets[0].portal.zone, sections, url)


def _import(desk: Desk, tray: _Tray, body: bytes) -> bool:
    """Import one file and say where it stands; return whether it is new."""
    imported = import_file(tray.archive, tray.run_id, body, clock=How().clock, zone=tray.zone, sections=tray.sections, url=tray.url)
    _say_imported(desk, tray.archive, imported)
    return imported.new


def _say_imported(desk: Desk, archive: Archive, imported: Imported) -> None:
    reference = named(archive.connection, str(imported.page_id))
    row, _, _ = queries.version(archive.connection, reference)
    how = "imported" if imported.new else "already here"
    joined = ", the same as a page that was crawled" if reference.release_id != reference.page_id else ""
    desk.screen.line(f"{how} as release {reference.release_id} ({row['ref']}){joined}: {imported.title}")
