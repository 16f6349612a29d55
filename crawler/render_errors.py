"""What stops a command, in words: one line, a hint, and an exit code.  The one place where errors end."""

from __future__ import annotations

import os
import sqlite3
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

import click

from config.errors import SettingsError
from crawler.errors import CrawlError, LocateError
from storage.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Commands"]

_INTERRUPTED = 130
_NOBODY_READS = 141
_WRITING = frozenset({"crawl", "demo", "import", "recheck"})
_KEPT = "Stopped. Everything up to here is kept; run the same command again and it goes on from there."


class Commands(click.Group):
    """A group whose errors are one line, a hint, and an exit code: no traceback for what users and the world do."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - the signature is click's
        **extra: Any,  # noqa: ANN401 - likewise
    ) -> Any:  # noqa: ANN401 - likewise
        """Run a command and leave with its exit code; without `standalone_mode`, return that instead."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # a terminal may know fewer signs than a press release
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as exc:
            code = _complain(exc.format_message(), _usage_hint(exc), exc.exit_code)
        if standalone_mode:
            sys.exit(code or 0)
        return code or 0

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - the signature is click's
        """Run a command and turn what stopped it into words."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt:
            return _complain(_KEPT if ctx.invoked_subcommand in _WRITING else "Stopped.", None, _INTERRUPTED)
        except BrokenPipeError:
            # What is still to be written would complain once more at the very end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            return _NOBODY_READS
        except (ArchiveError, CrawlError, SettingsError) as exc:
            for step in exc.steps if isinstance(exc, LocateError) else ():
                click.echo(f"   tried {_line(step)}", err=True)
            return _complain(str(exc), exc.hint, exc.exit_code)
        except sqlite3.Error as exc:
            return _complain(
                f"the archive could not be used: {exc}", "keep the file as it is, and choose another with --archive PATH", 1
            )
        except OSError as exc:
            where = f"{exc.filename}: " if exc.filename else ""
            return _complain(f"{where}{exc.strerror or exc}", None, 2 if exc.filename else 1)
        return code


def _complain(message: str, hint: str | None, code: int) -> int:
    click.echo(f"Error: {_line(message)}" if code != _INTERRUPTED else message, err=True)
    if hint:
        click.echo(f"Hint: {_line(hint)}", err=True)
    return code


def _line(text: str) -> str:
    """Return a message as one line that is safe to be shown."""
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else ascii(sign)[1:-1] for sign in text).strip()


def _usage_hint(exc: click.ClickException) -> str | None:
    context = exc.ctx if isinstance(exc, click.UsageError) else None
    return f"see: {context.command_path} --help" if context else None
