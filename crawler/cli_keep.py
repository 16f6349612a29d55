"""The commands that keep an archive safe and up to date: `backup`, `upgrade`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli_desk import COUNT, WAIT, command, shown

if TYPE_CHECKING:
    from crawler.render import Desk

__all__ = ["keep"]

_FOLDER = click.Path(path_type=Path)


@click.group("keep")
def keep() -> None:
    """Hold these commands until they are added to the program's own."""


@command(keep, "backup", as_json=True)
@click.argument("folder", required=False, type=_FOLDER)
@click.option("--keep", "kept", type=COUNT, metavar="N", help="How many copies are kept there (default: as configured, else 2).")
@click.option("--verify", type=_FOLDER, metavar="FILE", help="Copy nothing; read all of this copy and say whether it is sound.")
def backup(desk: Desk, folder: Path | None, *, kept: int | None, verify: Path | None, as_json: bool) -> int:
    """Copy the archive into a folder, and verify the copy.

    FOLDER is that of the settings where none is named.  A crawl or the daemon may go on meanwhile.  How to bring a copy back:
    docs/backup.md.
    """
    from crawler import render_keep  # noqa: PLC0415

    if verify is not None:
        if folder is not None or kept is not None:
            raise click.UsageError("--verify FILE looks at a copy that is there: name no folder with it")
        document = render_keep.verified(desk, verify)
        return shown(desk, as_json, document, lambda: render_keep.say_verified(desk.screen, document))
    target = folder or desk.settings.backup.folder
    if target is None:
        raise click.UsageError('name a FOLDER, or set one in the settings: [backup] folder = "/var/backups/jiaxing-today"')
    document = render_keep.backed_up(desk, target, kept or desk.settings.backup.keep)
    return shown(desk, as_json, document, lambda: render_keep.say_backed_up(desk.screen, document))


@command(keep, "upgrade", as_json=True)
@click.argument("folder", required=False, type=_FOLDER)
@click.option("--dry-run", is_flag=True, help="Say what it takes, in time and room; write nothing.")
@WAIT
def upgrade(desk: Desk, folder: Path | None, *, dry_run: bool, wait: float, as_json: bool) -> int:
    """Bring an archive of an older version up to date.

    What is quickly done happens by itself whenever an archive is opened for writing.  What writes a table anew happens only here,
    after a copy to FOLDER (default: as configured).
    """
    from crawler import render_keep  # noqa: PLC0415

    document = render_keep.planned(desk)
    target = folder or desk.settings.backup.folder
    if document["rewrites"] and target is None and not dry_run:
        raise click.UsageError("a copy is made first: name a FOLDER for it")
    if not as_json:
        render_keep.say_planned(desk.screen, document)
    if document["pending"] and not dry_run:
        document |= render_keep.upgraded(desk, target, wait)
        if not as_json:
            render_keep.say_upgraded(desk.screen, document)
    return shown(desk, as_json, document, lambda: None)
