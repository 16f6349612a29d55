"""`portal`: the commands for whoever adds a portal, or looks which there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli_desk import command, shown

if TYPE_CHECKING:
    from crawler.render import Desk

__all__ = ["portal"]


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
