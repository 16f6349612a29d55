"""The demo: the main job acted out on this machine, and checked against the diary of the portal that was crawled.

A small portal is started on a free port, crawled, told to publish, correct, quietly rewrite and withdraw, and crawled again.
The archive is a real one that bears the demo's mark: only such a file is ever overwritten.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from config.portal import parse_portal
from config.settings import Settings
from crawler.clock import WallClock
from crawler.pipeline import crawl, recheck
from crawler.render import Screen
from crawler.render_crawl import Reports, say_changed, say_failures, say_summary
from crawler.render_times import zone_name
from crawler.run import DEMO, How, choose_targets, is_demo, open_archive, run_job
from crawler.suspicions import suspicion
from crawler.urls import article_id
from seeds.portal import ZONE, PortalServer, portal_file
from storage.connect import open_reader
from storage.errors import ArchiveError
from storage.instants import parse_instant
from storage.overview import not_answering
from storage.queries import changes, rows, suspects

if TYPE_CHECKING:
    import sqlite3

    from rich.console import Console

    from crawler.session import Session
    from crawler.summary import Summary
    from seeds.portal import Portal
    from storage.queries import Row

__all__ = ["act", "check", "clear_way", "crawl_once", "demo_settings", "found_changes", "run_demo"]

_NEWS = (
    (
        "Jiaxing Opens Third Rail Line to Shanghai",
        ("The line was opened yesterday. It shortens the way to Shanghai to 25 minutes.",),
    ),
    ("Wetland Plan Enters Second Phase", ("The second phase of the wetland plan covers 1,200 hectares on the southern bank.",)),
    ("Silk Museum Extends Opening Hours", ("From next week the museum is open until 21:00. Admission stays free.",)),
)
_WITHDRAWN_NAME = ", Chen Lizong"
"""The name that the demo's publisher quietly takes out of the seed press release."""


def run_demo(path: Path, out: Console | None = None) -> int:
    """Act the demo out into an archive at `path`; return 0 only if what was found equals the portal's diary.

    Raises ArchiveError where `path` holds anything but an earlier demo.
    """
    screen = Screen(ZONE, WallClock().now(), out)
    clear_way(path, How())
    with PortalServer() as server:
        screen.line(f"Starting a small portal on {server.base_url} (nothing leaves this machine)")
        settings = demo_settings(server, path)
        _say_step(screen, "1. First crawl")
        crawl_once(settings, screen)
        since = act(server.portal)
        _say_step(screen, "2. The portal now publishes 3, corrects 1, quietly rewrites 1 and takes 1 down.")
        _say_step(screen, "3. Second crawl")
        crawl_once(settings, screen)
        _check_again(settings, screen)
        expected = server.portal.expected_changes(since)
    with closing(open_reader(path)) as connection:
        told = changes(connection)
        say_changed(screen, told, [suspicion(connection, row, settings.portals) for row in not_answering(connection)])
        silent = next((row for row in told if row["silent"]), None)
        if silent is not None:
            _say_silent_edit(screen, silent, connection)
        return _say_check(screen, path, found_changes(connection), expected, silent)


def clear_way(path: Path, how: How) -> None:
    """Remove an earlier demo's archive from `path`.

    Raises ArchiveError for any other file: nobody's archive is ever overwritten.
    """
    if path.exists():
        with closing(open_reader(path)) as connection:
            if not is_demo(connection):
                raise ArchiveError(f"{path} is not the demo's: it is left as it is", hint="name another file with --archive PATH")
        with open_archive(path, how, trigger=DEMO):
            pass  # nobody is writing to it
        for leftover in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)


def demo_settings(server: PortalServer, path: Path) -> Settings:
    """Return the settings of the demo: its own portal, nothing else, and no chance in what is asked for whole."""
    text = portal_file(server.base_url) + '[removal]\nchecks = 3\nspread = "0s"\ndays = 1\n'
    portal = parse_portal(text, "the embedded portal")
    return Settings(archive=path, portals=(portal,), vantage="this machine", unconditional_share=0)


def crawl_once(settings: Settings, screen: Screen) -> Summary:
    """Crawl everything once, as `crawl --full` does, say how it goes, and return what came of it."""
    targets = choose_targets(settings.portals, [])

    async def everything(session: Session) -> Summary:
        return await crawl(session, targets, full=True)

    with open_archive(settings.archive, How(), trigger=DEMO) as archive, Reports(screen) as report:
        how = How(clock=WallClock(), rng=random.Random(0), report=report)  # noqa: S311 - chance decides nothing here
        summary = run_job(archive, settings, DEMO, everything, how)
    say_summary(screen, summary)
    say_failures(screen, summary.failed)
    return summary


def _check_again(settings: Settings, screen: Screen) -> None:
    """Look twice more at what does not answer, beside its controls, and say what that proved."""
    targets = choose_targets(settings.portals, [])
    with open_archive(settings.archive, How(), trigger=DEMO) as archive:
        pages = [row["page"] for row in suspects(archive.connection)]
        for _ in range(2):
            run_job(archive, settings, DEMO, lambda session: recheck(session, targets, pages), How())
        proofs = rows(archive.connection, "SELECT checks, controls_ok FROM removals")
    for proof in proofs:
        screen.line(f"Not answering: checked {proof['checks']} times, control pages fine -> removed")
        screen.line("(the demo checks in seconds; a real archive takes at least 24 hours)")


def act(portal: Portal) -> int:
    """Publish three press releases, correct one, quietly rewrite one and take one down; return where in the diary that begins."""
    since = len(portal.diary)
    golden = portal.golden
    corrected, withdrawn = [release for release in portal.releases if release.id != golden.id and not release.pinned][20:60:20]
    for title, paragraphs in _NEWS:
        portal.publish(title, paragraphs=paragraphs)
    portal.edit(corrected.id)
    portal.silent_edit(golden.id, paragraphs=[part.replace(_WITHDRAWN_NAME, "") for part in golden.paragraphs])
    portal.remove(withdrawn.id)
    return since


def found_changes(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Return (kind, article number) of everything that the archive says the publisher did, in the words of the diary."""
    return sorted((_kind(row), _number(row)) for row in changes(connection))


def check(found: list[tuple[str, int]], expected: list[tuple[str, int]]) -> tuple[int, int]:
    """Return how many of the diary's entries were found, and how many were invented."""
    told, done = Counter(found), Counter(expected)
    return (told & done).total(), (told - done).total()


def _say_step(screen: Screen, step: str) -> None:
    screen.line("")
    screen.line((step, "bold"))


def _say_silent_edit(screen: Screen, edit: Row, connection: sqlite3.Connection) -> None:
    """Print between which instants the quiet rewriting happened, to the second: in a demo minutes are too coarse."""
    before = rows(connection, "SELECT ref FROM history WHERE page = ? ORDER BY observed_at LIMIT 1", (edit["page"],))[0]["ref"]
    first, last = (parse_instant(edit[name]).astimezone(screen.zone) for name in ("not_before", "observed_at"))
    screen.line("")
    screen.line(
        f"   {before} -> {edit['ref']}   changed between {first:%H:%M:%S} and {last:%H:%M:%S} {zone_name(screen.zone, screen.now)}"
    )
    screen.indented(screen.marked(edit["summary"]), "     ")


def _say_check(
    screen: Screen, path: Path, found: list[tuple[str, int]], expected: list[tuple[str, int]], silent: Row | None
) -> int:
    """Print how the archive compares with the diary, and what to try next; return the exit code."""
    right, invented = check(found, expected)
    passed = right == len(expected) and not invented
    screen.line("")
    style = "green" if passed else "bold red"
    screen.line((f"Checked against the portal's own diary: {right} of {len(expected)} changes found, {invented} invented.", style))
    number = silent["release"] if silent else 1
    command, program = f"--archive {path}", _program()
    screen.line("")
    screen.line(f"The archive is {path} (yours is never touched). Try:")
    for line in (f"history {number} {command}", f"diff {number} {command}", f"list {command}"):
        screen.line(f"   {program}jiaxing-today {line}")
    screen.line(f"   {program}datasette {path}    plain tables in your browser")
    screen.line("The real thing, 30 press releases, about a minute, stop any time:")
    screen.line(f"   {program}jiaxing-today crawl --limit 30")
    return 0 if passed else 1


def _program() -> str:
    """Return what stands before a command's name where it is not on everybody's path: the folder of this environment."""
    folder = Path(sys.executable).parent
    return f"{folder.relative_to(Path.cwd())}/" if folder.is_relative_to(Path.cwd()) else ""


def _kind(row: Row) -> str:
    return "silent" if row["silent"] else str(row["kind"])


def _number(row: Row) -> int:
    return int((article_id(row["url"]) or "/0").rpartition("/")[2])
