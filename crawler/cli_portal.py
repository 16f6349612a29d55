"""`portal`: the commands for whoever adds a portal, or looks which there are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli_desk import command, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.render import Desk

__all__ = ["portal"]

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group("portal", invoke_without_command=True)
@click.pass_context
def portal(ctx: click.Context) -> int:
    """List the portals at hand, or try a new one."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
    return 0


@command(portal, "list", as_json=True)
def list_(desk: Desk, *, as_json: bool) -> int:
    """List the portals at hand, yours and the shipped ones.

    Yours are those that the settings name, and the files in the folder "portals" beside them.  Where yours has the name of a
    shipped one, it wins.
    """
    from crawler.render_portals import portals_of, say_portals  # noqa: PLC0415

    document = portals_of(desk.settings)
    return shown(desk, as_json, document, lambda: say_portals(desk.screen, document))


@command(portal, "probe", as_json=True)
@click.argument("where", metavar="URL")
@click.option("--section", "titles", multiple=True, metavar="TITLE", help="Title of a link to follow (repeatable).")
@click.option("--listing", "is_listing", is_flag=True, help="URL is the listing itself, whatever it looks like.")
@click.option("--host", "hosts", multiple=True, metavar="HOST", help="Another host of the same portal that may be asked.")
@click.option("--unit", metavar="UNIT", help="Which list of the page to read, where there are several.")
@click.option(
    "--write",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a portal's file, if the listing can be read.",
)
@click.option(
    "--save",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep the pages, and what they read as, for tests.",
)
@click.option("--force", is_flag=True, help="Overwrite the FILE or the pages in DIR.")
@click.option("--allow-private", is_flag=True, help="Ask addresses that are not public: a portal on this machine.")
@click.option("--legacy-tls", is_flag=True, help="Accept old ways to encrypt; certificates are verified all the same.")
def probe(  # noqa: PLR0913 - its options
    desk: Desk,
    where: str,
    *,
    titles: Sequence[str],
    is_listing: bool,
    hosts: Sequence[str],
    unit: str | None,
    write: Path | None,
    save: Path | None,
    force: bool,
    allow_private: bool,
    legacy_tls: bool,
    as_json: bool,
) -> int:
    """Try a portal: its listing, paging and a press release.

    URL is a listing, a press release of the section, or a home page with --section; or a section that is known (jiaxing/today).
    A few requests are made, with the manners of a crawl; no archive is needed, and none is written to.
    """
    from crawler import render_probe as probed  # noqa: PLC0415
    from crawler.probe_jobs import Choice, carry_out  # noqa: PLC0415

    choice = Choice(where, tuple(titles), tuple(hosts), unit, write, save, is_listing, force, allow_private, legacy_tls)
    document = carry_out(desk, choice)
    shown(desk, as_json, document, lambda: probed.say_probe(desk.screen, document))
    return 0 if document["sound"] else 1
