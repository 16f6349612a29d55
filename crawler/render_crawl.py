"""What a crawl shows: how it goes, what it came to, and, for `--dry-run`, what it would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from crawler.errors import LocateError
from crawler.render import assembled
from crawler.render_lists import say_changes
from crawler.render_times import length, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from config.portal import Portal
    from crawler.errors import CrawlError
    from crawler.render import Screen
    from crawler.session import Target
    from crawler.summary import Summary
    from storage.looks import Appended
    from storage.queries import Row

__all__ = ["Reports", "say_changed", "say_failures", "say_plan", "say_summary", "say_totals"]

_WORTH_SAYING = 10
"""Seconds: a shorter wait needs no forecast."""


class Reports:
    """Tells how a run goes (a `crawler.session.Reporter`): a bar on a terminal, in a pipe a line for each stage."""

    def __init__(self, screen: Screen, *, delay: float = 0, bar: bool = True) -> None:
        """`delay` is the time between two requests, for the forecast, in seconds.

        Without `bar` a terminal is told as a pipe is: something else writes there meanwhile.
        """
        self.notes: list[str] = []
        self._screen = screen
        self._delay = delay
        self._listed: dict[str, str] = {}
        console = _terminal(screen) if bar else None
        self._bar = _bar(console) if console else None
        self._task = self._bar.add_task("starting", total=None) if self._bar else None

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._bar:
            self._bar.stop()

    def note(self, text: str) -> None:
        """Keep a line for the end, where it stands beside what to do about it."""
        self.notes.append(text)

    def listing(self, target: Target, rows: int, total: int | None, how: str) -> None:
        """Show how far a listing was read, and keep how it was found."""
        self._listed[target.name] = f'found "{target.section.title}" {how}, {_extent(rows, total)})'
        self._show(f"reading the listing of {target.name}", total, rows)

    def begin(self, looks: int) -> None:
        """Say what the listings held, and how many pages are looked at now."""
        for found in self._listed.values():
            self._screen.paragraph(found)
        self._show("looking", looks, 0)
        expected = looks * self._delay
        if looks and (expected >= _WORTH_SAYING or not self._bar):
            forecast = f", about {length(expected)}" if expected >= _WORTH_SAYING else ""
            self._aside(f"looking at {plural(looks, 'page')}{forecast}; Ctrl-C is safe")

    def looked(self, appended: Appended) -> None:  # noqa: ARG002 - what it turned out to be stands in the summary
        """Count one look; copies that had to be seen too come on top of what was expected."""
        if self._bar and self._task is not None:
            task = self._bar.tasks[self._task]
            self._bar.update(self._task, advance=1, total=max(task.total or 0, task.completed + 1))

    def _show(self, what: str, total: int | None, done: int) -> None:
        if self._bar and self._task is not None:
            self._bar.reset(self._task, description=what, total=total, completed=done)

    def _aside(self, text: str) -> None:
        """Print a line above the bar, or beside the results."""
        if self._bar:
            self._bar.console.print(assembled(text))
        else:
            self._screen.aside(text)


def _terminal(screen: Screen) -> Console | None:
    return next((console for console in (screen.out, screen.err) if console.is_terminal), None)


def _bar(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, transient=True)


def _extent(rows: int, total: int | None) -> str:
    return (
        f"{plural(total, 'row')} on its listing, the first {rows} read"
        if total and rows < total
        else f"{plural(rows, 'row')} on its listing"
    )


# At the end


def say_summary(screen: Screen, summary: Summary) -> None:
    """Print what a run's looks came to, in one line, and what kept pages waiting."""
    screen.paragraph(" · ".join(_counted(summary)) if summary.counts["looked"] else "No page was due.")
    baseline = summary.counts["baseline"]
    if baseline:
        which = f"All {baseline}" if baseline == summary.counts["looked"] else f"{baseline} of them"
        screen.paragraph(f"{which} were there before us: recorded as the baseline, not as news.")
    for sweep in summary.sweeps:
        if sweep.note:
            screen.line((f"{sweep.target.name}: the listing was read in part only: {sweep.note}", "yellow"))
    for reason in summary.left:
        screen.line((f"Left for later: {reason}", "yellow"))


def _counted(summary: Summary) -> list[str]:
    counts = summary.counts
    unchanged, spared, unproven = counts["unchanged"], counts["not_modified"], counts["suspected"]
    sent = "no bodies sent again" if spared == unchanged else f"{plural(spared, 'body', 'bodies')} not sent again"
    named = (
        ("unchanged" + (f" ({sent})" if spared else ""), unchanged),
        ("read for the first time", counts["baseline"]),
        ("new", counts["new"]),
        ("known already at another address", counts["second_address"]),
        ("edited", counts["edited"]),
        ("removed", counts["removed"]),
        ("restored", counts["restored"]),
        ("kept aside: another layout", counts["aside"]),
        ("not answering (unproven)", unproven),
        ("without a usable answer", counts["failed"] - unproven),
    )
    files = [plural(counts["files"], "file")] if counts["files"] else []
    return [f"{counts['looked']} looked at", *files, *(f"{number} {name}" for name, number in named if number)]


def say_changed(screen: Screen, changes: Sequence[Row], suspects: Sequence[Row]) -> None:
    """Print what a run found changed, and what did not answer for the first time."""
    if changes or suspects:
        screen.line("")
        screen.line(("What changed", "bold"))
        say_changes(screen, changes, suspects=suspects)


def say_failures(screen: Screen, failed: Sequence[CrawlError], notes: Sequence[str] = ()) -> None:
    """Print, for each section that could not be read, why, what was tried, and what to write."""
    told = {str(error) for error in failed}
    for note in notes:
        if note not in told:
            screen.aside(note)
    for error in failed:
        screen.aside((str(error), "red"))
        for step in error.steps if isinstance(error, LocateError) else ():
            screen.aside(f"   tried {step}")
        if error.hint:
            screen.aside(f"Hint: {error.hint}")


def say_totals(screen: Screen, path: object, releases: int) -> None:
    """Print what the archive holds now, and how to look at it."""
    screen.line("")
    screen.line(f"{path} holds {plural(releases, 'press release')} now. See: jiaxing-today list, or: datasette {path}")


# Beforehand


def say_plan(screen: Screen, target: Target, plan: Row) -> None:
    """Print what a crawl of one section would do, from what the archive knows of it (`plan`; its values None without one)."""
    screen.line((target.name, "bold"), f'  "{target.section.title}"')
    for name, words in (
        ("listing", _way(target, plan["known"])),
        ("reading", plan["reading"]),
        ("pages", plan["pages"]),
        ("budget", _budget(target.portal)),
    ):
        screen.line(f"   {name:<9}{words}")


def _way(target: Target, known: Row | None) -> str:
    section = target.section
    if section.listing:
        return f"named in the portal's file: {section.listing}"
    if known is not None and known["listing_url"]:
        return f"where it was last found: {known['listing_url']}"
    links = ", then ".join(f'"{title}"' for title in section.trail)
    more = f" (or {plural(len(section.start) - 1, 'page')} more)" if len(section.start) > 1 else ""
    return f"not known yet: walk there from {section.start[0]}{more} by the links {links}"


def _budget(portal: Portal) -> str:
    manners = portal.politeness
    later = plural(manners.requests_per_day, "request") if manners.requests_per_day else "any number of requests"
    first = f"{manners.requests_per_day_backfill:,}".replace(",", " ") if manners.requests_per_day_backfill else "any number"
    return f"{later} a day to a host, {first} for first looks; {manners.delay:g} s between two"
