"""The jobs that write to an archive, as people run them: each is run, told as it goes, summed up, and given an exit code."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from crawler.errors import CrawlError, ImportFormatError
from crawler.events import EventLog
from crawler.imports import Known, import_file, read_file
from crawler.pipeline import crawl as crawl_all
from crawler.pipeline import recheck as recheck_pages
from crawler.render import named, read_bytes
from crawler.render_crawl import Reports, say_changed, say_failures, say_plan, say_summary, say_totals
from crawler.render_times import plural
from crawler.run import How, choose_targets, open_archive, recorded_run, run_job
from crawler.suspicions import suspicion
from crawler.urls import in_scope
from storage import overview, queries
from storage.instants import instant

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

    from config.portal import Portal
    from crawler.imports import Imported
    from crawler.render import Desk
    from crawler.run import Job
    from crawler.session import Target
    from storage.archive import Archive
    from storage.queries import Row

__all__ = ["crawl", "import_files", "plan", "recheck"]


def crawl(desk: Desk, names: Sequence[str], *, full: bool, limit: int | None, wait: float) -> int:
    """Crawl the sections named, say what came of it, and return the exit code."""
    targets = choose_targets(desk.settings.portals, names)
    return _run(desk, "crawl", targets, partial(crawl_all, targets=targets, full=full, limit=limit), wait)


def recheck(desk: Desk, names: Sequence[str], *, oldest: int | None, suspect: bool, wait: float) -> int:
    """Look again at the press releases named, at what is `suspect`, at the `oldest` pages, or at all; return the exit code."""
    targets = choose_targets(desk.settings.portals, ())
    with desk.reading() as connection:
        if suspect:
            pages = [row["page"] for row in queries.suspects(connection)]
        else:
            pages = _pages_to_look_at(connection, names, [target.name for target in targets], oldest)
    return _run(desk, "recheck", targets, partial(recheck_pages, targets=targets, pages=pages), wait)


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
        unknown = next((page for page in pages if not set(sections) & set(page["sections"])), None)
        if unknown:
            hint = "add its portal's file to `portals` in the settings"
            raise CrawlError(f"release {release} belongs to {unknown['sections'][0]}, which is not configured", hint=hint)
        wanted += [page["page"] for page in pages]
    return wanted


def _run(desk: Desk, trigger: str, targets: Sequence[Target], job: Job, wait: float) -> int:
    screen = desk.screen
    with open_archive(desk.path, How(wait=wait, on_wait=screen.aside), trigger=trigger) as archive:
        delay = max(target.portal.politeness.delay for target in targets)
        with Reports(screen, delay=delay, bar=not desk.verbose) as reports:
            how = How(report=EventLog(reports) if desk.verbose else reports, wait=wait, on_wait=screen.aside)
            summary = run_job(archive, desk.settings, trigger, job, how)
        say_summary(screen, summary)
        say_changed(screen, *_changed(archive.connection, desk.settings.portals))
        say_failures(screen, summary.failed, reports.notes)
        say_totals(screen, desk.path, queries.totals(archive.connection)["releases"])
    return 0 if summary.answered and not summary.failed else 1


def _changed(connection: sqlite3.Connection, portals: Sequence[Portal]) -> tuple[list[Row], list[Row]]:
    """Return what the last run found: changes, and what does not answer since then."""
    run = overview.newest_run(connection)
    began = run["started_at"] if run else ""
    failing = [row for row in overview.not_answering(connection) if row["failing_since"] >= began]
    suspects = [suspicion(connection, row, portals) for row in failing]
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
            say_plan(desk.screen, target, _plan(desk, connection, target, [each.name for each in targets], full=full))
    return 0


def _plan(desk: Desk, connection: sqlite3.Connection, target: Target, names: Sequence[str], *, full: bool) -> Row:
    """Return what a crawl of the sections `names` would do in one of them; a page of several counts where it was listed first."""
    known = next((row for row in queries.sections(connection) if row["section"] == target.name), None)
    due = overview.due_by_section(connection, instant(desk.screen.now), names).get(target.name, {"tracked": 0, "due": 0})
    swept = known is not None and known["last_complete_at"] is not None
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

    Raises what is wrong with it where there is only one file.  No archive is opened, or made, before a file is known to be good.
    """
    how = How(wait=wait, on_wait=desk.screen.aside)
    targets = choose_targets(desk.settings.portals, ())
    targets.sort(key=lambda target: url is None or not in_scope(url, target.portal.hosts))  # an address says how it is read
    good = [body for file in files if (body := _good(desk, file, targets[0], url, alone=len(files) == 1)) is not None]
    counts = {"imported": 0, "known": 0, "wrong": len(files) - len(good)}
    if good:
        with (
            open_archive(desk.path, how, trigger="import") as archive,
            recorded_run(archive, desk.settings, "import", counts) as run_id,
        ):
            known = [
                Known(archive.section(target.portal.name, target.slug), target.section.title, target.reader) for target in targets
            ]
            for body in good:
                zone = targets[0].portal.zone
                imported = import_file(archive, run_id, body, clock=how.clock, zone=zone, sections=known, url=url)
                _say_imported(desk, archive, imported)
                counts["imported" if imported.new else "known"] += 1
    return 1 if counts["wrong"] else 0


def _good(desk: Desk, file: Path, target: Target, url: str | None, *, alone: bool) -> bytes | None:
    """Return the bytes of a file that can be imported; say why where it cannot, or raise that where the file is `alone`."""
    try:
        body = read_bytes(file)
        read_file(body, How().clock.now(), target.portal.zone, target.reader, url)
    except (OSError, ImportFormatError) as exc:
        if alone:
            raise
        desk.screen.aside((f"{file}: {exc.strerror if isinstance(exc, OSError) else exc}", "red"))
        return None
    return body


def _say_imported(desk: Desk, archive: Archive, imported: Imported) -> None:
    reference = named(archive.connection, str(imported.page_id))
    row, _, _ = queries.version(archive.connection, reference)
    how = "imported" if imported.new else "already here"
    joined = ", the same as a page that was crawled" if reference.release_id != reference.page_id else ""
    desk.screen.line(f"{how} as release {reference.release_id} ({row['ref']}){joined}: {imported.title}")
