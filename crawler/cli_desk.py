"""What the commands of the command line share: their common options, the desk that they work on, how a document is shown."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.settings import Settings
    from crawler.render import Desk

__all__ = ["COUNT", "GIVEN", "LIMIT", "WAIT", "command", "shown"]

GIVEN = "--archive"
"""Where the archive's path came from, if the command line named it."""

_MOST = 2**62  # SQLite's whole numbers end soon after
COUNT = click.IntRange(1, _MOST)
LIMIT = click.IntRange(0, _MOST)
_ARCHIVE = click.option(
    "--archive", type=click.Path(path_type=Path), metavar="PATH", help="The archive's file (default: archive.db)."
)
_CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), metavar="PATH", help="The settings' file (default: jiaxing-today.toml)."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one document for programs (docs/json.md).")
WAIT = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=60.0,
    metavar="SECONDS",
    help="How long to wait for another that writes (default: 60).",
)


def command(group: click.Group, name: str, *, as_json: bool = False) -> Callable[[Callable[..., int]], click.Command]:
    """Make a function a command that works on a desk (`crawler.render.Desk`), with the options that all of them take."""

    def declare(work: Callable[..., int]) -> click.Command:
        @functools.wraps(work)
        def run(archive: Path | None, config: Path | None, **options: Any) -> int:  # noqa: ANN401 - whatever the command declares
            return work(_desk(archive, config), **options)

        for option in (_JSON,) if as_json else ():
            run = option(run)
        return group.command(name)(_ARCHIVE(_CONFIG(run)))

    return declare


def _desk(archive: Path | None, config: Path | None) -> Desk:
    from crawler.clock import WallClock  # noqa: PLC0415 - --help must not pay for it
    from crawler.render import Desk, Screen  # noqa: PLC0415

    settings = _settings(archive, config)
    verbose = bool(click.get_current_context().find_root().obj)
    screen = Screen(settings.portals[0].zone, WallClock().now())
    return Desk(settings, screen, verbose, reload=functools.partial(_settings, archive, config))


def _settings(archive: Path | None, config: Path | None) -> Settings:
    """Return the settings that hold, with the archive that the command line names."""
    from config.settings import load_from_environment  # noqa: PLC0415

    settings = load_from_environment(config)
    if archive is None:
        return settings
    origins = {**settings.origins, "archive": GIVEN}
    return settings.model_copy(update={"archive": archive}).with_origins(origins)


def shown(desk: Desk, as_json: bool, document: object, say: Callable[[], None]) -> int:  # noqa: FBT001 - an option, passed on
    """Print a document for programs, or let `say` print it for people; return the exit code of a command that is done."""
    if as_json:
        desk.screen.json(document)
    else:
        say()
    return 0
