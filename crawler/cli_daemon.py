"""`daemon`: the command that watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli_desk import command

if TYPE_CHECKING:
    import click

    from crawler.render import Desk

__all__ = ["add_daemon"]


def add_daemon(group: click.Group) -> None:
    """Add the command to the command line."""

    @command(group, "daemon")
    def daemon(desk: Desk) -> int:
        """Watch all configured sections, until told to end.

        \b
        SIGTERM, Ctrl-C   take no more work, commit what is in flight, end
        SIGHUP            read the settings again; bad ones are refused, and the old ones kept
        """  # noqa: D301 - the sign is meant: it keeps click from wrapping the table
        from crawler.render_daemon import run_daemon  # noqa: PLC0415

        return run_daemon(desk, {})
