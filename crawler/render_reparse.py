"""Reading stored bodies again, as people run it: which sections, by which rules, how it goes, and what came of it as a table."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from config.portal import read_portal
from crawler.errors import CrawlError
from crawler.reread import COUNTED, pages_wished, reparse
from crawler.run import How, choose_targets, open_archive, recorded_run

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from config.portal import Portal
    from config.settings import Settings
    from crawler.render import Desk, Screen
    from crawler.reread import Wish
    from crawler.session import Target
    from storage.archive import Archive

__all__ = ["reparse_sections", "say_reparsed"]

_HEADINGS = {
    "bodies": "Bodies",
    "same": "As before",
    "otherwise": "Otherwise",
    "readable": "Readable now",
    "unreadable": "No longer",
    "aside": "Kept aside",
    "new": "New",
    "edited": "Edited",
    "restored": "Restored",
    "replaced": "Written anew",
    "withdrawn": "Withdrawn",
}


def reparse_sections(  # noqa: PLR0913 - the options of the command
    desk: Desk, names: Sequence[str], portal: Path | None, wish: Wish, *, dry: bool, wait: float
) -> dict[str, Any]:
    """Read again what is stored of the sections named, by the rules of `portal` where one is given; return the counts by section.

    Raises CrawlError for a section or a portal that is not configured.
    """
    settings = _with_rules(desk.settings, portal)
    targets = choose_targets(settings.portals, names)
    counts: dict[str, int] = {}
    with ExitStack() as stack:
        archive = None if dry else stack.enter_context(_writing(desk, settings, wait, counts))
        connection = archive.connection if archive is not None else stack.enter_context(desk.reading())
        on_pages = stack.enter_context(_Progress(desk.screen, pages_wished(connection, targets, wish)))
        counted = reparse(connection, archive, targets, wish, on_pages)
        for each in counted.values():
            counts |= {name: counts.get(name, 0) + each[name] for name in COUNTED}
    return {"dry_run": dry, "rules": str(portal) if portal else None, "sections": _rows(targets, counted)}


@contextmanager
def _writing(desk: Desk, settings: Settings, wait: float, counts: dict[str, int]) -> Iterator[Archive]:
    """Open the archive for a recorded run, but never make one; `counts` is what will be recorded of it."""
    with desk.reading():
        pass
    how = How(wait=wait, on_wait=desk.screen.aside)
    with open_archive(desk.path, how, trigger="reparse") as archive, recorded_run(archive, settings, "reparse", counts):
        yield archive


def _with_rules(settings: Settings, file: Path | None) -> Settings:
    """Return the settings with the portal of a file in place of the configured one of its name."""
    if file is None:
        return settings
    given = read_portal(file)
    if given.name not in {portal.name for portal in settings.portals}:
        known = ", ".join(portal.name for portal in settings.portals)
        error = CrawlError(f"{file} is of the portal {given.name}, which is not configured", hint=f"configured: {known}")
        error.exit_code = 2
        raise error

    def chosen(portal: Portal) -> Portal:
        return given if portal.name == given.name else portal

    return settings.model_copy(update={"portals": tuple(map(chosen, settings.portals))})


def _rows(targets: Sequence[Target], counted: dict[str, Counter[str]]) -> list[dict[str, Any]]:
    return [{"section": target.name, **{name: counted[target.name][name] for name in COUNTED}} for target in targets]


class _Progress:
    """A bar on a terminal, while pages are read again; silence in a pipe."""

    def __init__(self, screen: Screen, pages: int) -> None:
        columns = (TextColumn("reading again"), BarColumn(), MofNCompleteColumn(), TextColumn("left"), TimeRemainingColumn())
        self._bar = Progress(*columns, console=screen.err, transient=True, disable=not screen.err.is_terminal)
        self._task = self._bar.add_task("", total=pages)

    def __enter__(self) -> Callable[[int], None]:
        self._bar.start()
        return lambda pages: self._bar.advance(self._task, pages)

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()


def say_reparsed(screen: Screen, document: dict[str, Any]) -> None:
    """Print what came of it, a line a section, and what to do next where nothing was written."""
    rows = document["sections"]
    shown = [name for name in COUNTED if name in {"bodies", "same"} or any(row[name] for row in rows)]
    cells = [[row["section"], *(f"{row[name]:,}".replace(",", " ") for name in shown)] for row in rows]
    right = range(1, len(shown) + 1)
    screen.table(cells, header=("Section", *(_HEADINGS[name] for name in shown)), right=list(right))
    if not any(row["bodies"] for row in rows):
        screen.line("There is nothing left to read again.")
    elif not any(row[name] for row in rows for name in ("new", "edited", "restored", "replaced", "withdrawn")):
        screen.line("No version is new, and none is taken back.")
    if document["dry_run"]:
        screen.line("Nothing was written: run it without --dry-run to do so.")
