"""`notify`: the commands for whoever wants people to be told, or wants to know whether they are."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from crawler.cli_desk import WAIT, command, shown

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from crawler.render import Desk
    from storage.archive import Archive

__all__ = ["notify"]


@click.group("notify", invoke_without_command=True)
@click.pass_context
def notify(ctx: click.Context) -> int:
    """Tell people of changes, or see who is told (docs/notify.md)."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
    return 0


@command(notify, "list", as_json=True)
def list_(desk: Desk, *, as_json: bool) -> int:
    """List the receivers, and how each fares.

    Also what waits for each, what is held back, and why the last try failed.
    """
    from crawler.render_notify import receivers_of, say_receivers  # noqa: PLC0415

    with desk.reading() as connection:
        document = receivers_of(connection, desk.settings.receivers)
    return shown(desk, as_json, document, lambda: say_receivers(desk.screen, document))


@command(notify, "test")
@click.argument("name")
def test(desk: Desk, name: str) -> int:
    """Send one receiver a test, now.

    It says that it is one.  Needs no archive and keeps nothing.  The exit code is 1 where it could not be delivered.
    """
    from crawler.render_notify import known, say_test  # noqa: PLC0415
    from storage.publish.notify import send_test  # noqa: PLC0415

    known(desk.settings.receivers, name)
    sent = send_test(name, desk.settings, desk.screen.now)
    say_test(desk.screen, name, sent.answer, sent.error)
    return 1 if sent.error else 0


@command(notify, "run")
@WAIT
def run(desk: Desk, *, wait: float) -> int:
    """Tell everybody what is due, once.

    That is what the daemon does every minute.  The exit code is 1 where something could not be delivered; it is tried
    again by a later round.
    """
    import random  # noqa: PLC0415

    from crawler.clock import WallClock  # noqa: PLC0415
    from crawler.render_notify import say_round  # noqa: PLC0415
    from storage.publish.notify import notify_round  # noqa: PLC0415

    tally = notify_round(partial(_opened, desk, wait), desk.settings, WallClock().now, random.Random())  # noqa: S311 - no secret
    say_round(desk.screen, tally.delivered, tally.failed, tally.dead)
    return 1 if tally.failed else 0


@command(notify, "release")
@click.argument("section", required=False)
@WAIT
def release(desk: Desk, section: str | None, *, wait: float) -> int:
    """Let go what was held back.

    That is what was found edited when so much of a section was edited at once.  SECTION is named as in jiaxing/today; none:
    whatever is held.  It goes out with the next round.
    """
    from crawler.render_notify import say_freed  # noqa: PLC0415
    from storage.publish.notify import release_held  # noqa: PLC0415

    with _opened(desk, wait) as archive:
        number = release_held(archive, desk.settings, section, desk.screen.now)
    say_freed(desk.screen, number, section, "let go: the next round sends them")
    return 0


@command(notify, "drop")
@click.argument("section", required=False)
@WAIT
def drop(desk: Desk, section: str | None, *, wait: float) -> int:
    """Drop what was held back.

    That is what was found edited when so much of a section was edited at once.  SECTION is named as in jiaxing/today; none:
    whatever is held.  The edits themselves stay on record.
    """
    from crawler.render_notify import say_freed  # noqa: PLC0415
    from storage.publish.notify import drop_held  # noqa: PLC0415

    with _opened(desk, wait) as archive:
        number = drop_held(archive, section, desk.screen.now)
    say_freed(desk.screen, number, section, "dropped: the edits stay on record")
    return 0


@command(notify, "retry")
@click.argument("name", required=False)
@WAIT
def retry(desk: Desk, name: str | None, *, wait: float) -> int:
    """Send once more what was given up.

    That is what one receiver, or any, could not be told for a week.  It goes out with the next round.
    """
    from crawler.render_notify import known, say_retried  # noqa: PLC0415
    from storage.publish.notify import retry_dead  # noqa: PLC0415

    if name is not None:
        known(desk.settings.receivers, name)
    with _opened(desk, wait) as archive:
        number = retry_dead(archive, name, desk.screen.now)
    say_retried(desk.screen, number)
    return 0


def _opened(desk: Desk, wait: float) -> AbstractContextManager[Archive]:
    """Return what opens the archive for writing; one that is not there is not made."""
    from crawler.run import How, open_archive  # noqa: PLC0415

    with desk.reading():
        pass
    return open_archive(desk.path, How(wait=wait, on_wait=desk.screen.aside), trigger="notify")
